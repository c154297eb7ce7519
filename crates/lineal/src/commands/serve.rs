//! `lineal serve`

mod query;
mod signal;
mod view;
mod watching;
mod workbook;

use crate::{
    cli::Place,
    commands::{self, audit::folder::Folder},
    error::{CommandError, file_error},
    show, ui,
    ui::Ui,
};
use lineal_lake::store::{Lake, LakeError};
use lineal_web::serve::{
    Content, Explorer, Reload, Server, Settings, StartError, log,
    view::{Current, Sql},
};
use query::{Limits, Queries};
use std::{
    error::Error,
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};
use workbook::Files;

/// Serve the newest snapshot to browsers and programs: pages, an API, metrics
///
/// One process holds one snapshot, and takes the next one whole when there is one, while it goes on
/// answering. Pages are at `/`, the API at `/api/v1` with its description at `/api/v1/openapi.json`, metrics at
/// `/metrics`, and `/healthz` and `/readyz` say how it is. With `--audit`, the form of an audit is at `/audit`:
/// every answer is in the annotator's sheet before the next page is shown.
///
/// It listens to this machine only, unless `--listen` says otherwise; then `--host` names the machine as
/// others call it. Whatever writes wants the token, if there is one. Ctrl-C ends it after it has answered
/// what was asked. The first line printed says where it listens.
///
/// Examples:
///   lineal serve
///   lineal serve --sql --refresh 60
///   lineal serve --audit audit-folder --host lab.example
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8282")]
    listen: SocketAddr,
    /// A name by which others may ask for this machine. May be given several times
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Another site whose pages may ask the API, as `https://lab.example`. May be given several times
    #[arg(long = "cors", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// A file that holds the token which everything that writes must present
    ///
    /// As `Authorization: Bearer …`, or as the password that a browser asks for. Without it, nothing can be
    /// asked to look for a new snapshot, and whoever reaches the address can answer an audit.
    #[arg(long, value_name = "FILE", env = "LINEAL_SERVE_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    /// The folder of an audit, made by `lineal audit sample`
    #[arg(long, value_name = "DIR")]
    audit: Option<PathBuf>,
    /// Look for a new snapshot every so many seconds; 0 never does
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    refresh: u64,
    /// How many earlier snapshots a model's history goes back
    #[arg(long, value_name = "N", default_value_t = 8)]
    history: usize,
    /// Leave out the report on usage, evolution, quality and risk, which takes a while to work out
    #[arg(long)]
    no_report: bool,
    /// Answer queries in SQL, read-only, at `/api/v1/sql`
    #[arg(long)]
    sql: bool,
    /// The longest that a query may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "sql")]
    sql_seconds: u64,
    /// The most memory that a query may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, requires = "sql")]
    sql_memory: usize,
    /// The longest that any answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
    /// What is said of each request on standard error: `json`, a line each, or `none`
    #[arg(long, value_name = "FORM", default_value = "none")]
    log: Log,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Log {
    None,
    Json,
}

pub fn run(args: &Args, place: &Place, ui: &mut Ui) -> Result<(), CommandError> {
    let lake = commands::open(place)?;
    let options = view::Options { history: args.history, report: !args.no_report };
    let audit = args.audit.as_deref().map(Folder::open).transpose()?;
    // What cannot be read is told before anybody has opened a page.
    let annotators = audit.as_ref().map(|folder| folder.decided().and(folder.sheets())).transpose()?;
    let (tell, told) = mpsc::channel();
    let served = match lake.snapshot(None) {
        Ok(snapshot) => {
            let view = Arc::new(view::view(&lake, &snapshot)?);
            view.prepare();
            Some((snapshot, view))
        }
        // An audit can be answered where there is no snapshot.
        Err(LakeError::Empty { .. }) if audit.is_some() => None,
        Err(error) => return Err(error.into()),
    };
    let explorer = served.as_ref().map(|(_, view)| {
        Arc::new(Explorer {
            current: Current::new(Arc::clone(view)),
            sql: args.sql.then(|| queries(args, &lake)),
        })
    });
    let content = Content {
        workbook: audit.map(|folder| Arc::new(Files::new(folder)) as _),
        explorer: explorer.clone(),
        reload: explorer.as_ref().map(|_| reload(tell.clone())),
    };
    let settings = settings(args)?;
    let what = [
        served.as_ref().map(|(snapshot, _)| {
            let models = show::some(snapshot.manifest.models, "model");
            format!("snapshot {} with {models}", snapshot.date)
        }),
        annotators
            .map(|annotators| format!("an audit with {}", show::some(annotators.len() as u64, "annotator"))),
    ];
    let what = what.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let ends = signal::ends()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let server = Server::bind(&settings, content).await.map_err(start_error)?;
        ui.text(&format!("serving {what} on http://{}/", server.address()))?;
        if !server.address().ip().is_loopback() && args.token_file.is_none() && args.audit.is_some() {
            ui.note("anybody who can reach this address can read and change the answers");
        }
        if let (Some((snapshot, view)), Some(explorer)) = (served, explorer) {
            let every = (args.refresh > 0).then(|| Duration::from_secs(args.refresh));
            // Not waited for: what it works out is of no use once nobody can be served.
            thread::spawn(move || {
                view::work_out(&lake, &snapshot, &view, options);
                // Whoever holds this view must not keep it from being freed when the next one comes.
                drop((snapshot, view));
                watching::watch(&lake, &explorer.current, options, every, &told);
            });
        }
        server.run(ends).await;
        Ok::<_, CommandError>(())
    })?;
    drop(tell);
    ui.note("ended");
    // Whoever asked for what still runs is gone.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

fn settings(args: &Args) -> Result<Settings, CommandError> {
    let token = match &args.token_file {
        None => None,
        Some(path) => {
            let token = fs::read_to_string(path).map_err(file_error("read", path))?.trim().to_owned();
            if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(CommandError::Asked(format!(
                    "`{}` holds no token: one line of visible ASCII",
                    path.display()
                )));
            }
            Some(token)
        }
    };
    Ok(Settings {
        listen: args.listen,
        hosts: args.hosts.clone(),
        origins: args.origins.clone(),
        token,
        timeout: Duration::from_secs(args.timeout.max(1)),
        log: (args.log == Log::Json).then(|| Arc::new(say) as _),
        ..Settings::default()
    })
}

/// Says what became of a request, as JSON on a line of its own.
fn say(request: &log::Request) {
    // What a program reads has a time.
    let (_, time) = commands::now();
    if let Ok(serde_json::Value::Object(mut line)) = serde_json::to_value(request) {
        line.insert("time".to_owned(), time.into());
        ui::say(&serde_json::Value::Object(line).to_string());
    }
}

fn queries(args: &Args, lake: &Lake) -> Arc<dyn Sql> {
    let limits = Limits { seconds: args.sql_seconds, bytes: args.sql_memory.saturating_mul(1 << 20) };
    Arc::new(Queries::new(lake.clone(), limits))
}

/// Tells whoever watches to look now.
fn reload(tell: mpsc::Sender<()>) -> Reload {
    let tell = Mutex::new(tell);
    Arc::new(move || {
        // Nobody watches any more once the server ends.
        let _ = tell.lock().unwrap_or_else(PoisonError::into_inner).send(());
    })
}

fn start_error(error: StartError) -> CommandError {
    let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
    CommandError::Asked(format!("{error}{why}"))
}
