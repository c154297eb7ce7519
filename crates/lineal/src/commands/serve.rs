//! `lineal serve`

mod workbook;

use crate::{commands::audit::folder::Folder, error::CommandError, ui::Ui};
use lineal_web::serve::{Server, Settings, StartError};
use std::{error::Error, net::SocketAddr, path::PathBuf, sync::Arc};
use workbook::Files;

/// Serve pages to the browsers of this machine
///
/// So far: the form of an audit, for its annotators and for the third person, who decides where they
/// differ. Every answer is in the annotator's sheet before the next page is shown; end it with Ctrl-C
/// whenever you like. The first line printed says where it listens.
///
/// There are no passwords: whoever can reach the address can answer. It is this machine's own unless
/// `--listen` says otherwise; then `--host` names the machine as others call it.
///
/// Examples:
///   lineal serve --audit audit-folder
///   lineal serve --audit audit-folder --host lab.example
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The folder of an audit, made by `lineal audit sample`
    #[arg(long, value_name = "DIR")]
    audit: PathBuf,
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8282")]
    listen: SocketAddr,
    /// A name by which browsers on other machines may ask for this one. May be given several times
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
}

pub fn run(args: &Args, ui: &mut Ui) -> Result<(), CommandError> {
    let folder = Folder::open(&args.audit)?;
    // What cannot be read is told before anybody has opened a page.
    let annotators = folder.sheets()?.len();
    folder.decided()?;
    let settings = Settings { listen: args.listen, hosts: args.hosts.clone() };
    let workbook = Arc::new(Files::new(folder));
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let server = Server::bind(&settings, workbook).await.map_err(start_error)?;
        let annotators = crate::show::some(annotators as u64, "annotator");
        ui.text(&format!("serving an audit with {annotators} on http://{}/", server.address()))?;
        if !server.address().ip().is_loopback() {
            ui.note("anybody who can reach this address can read and change the answers");
        }
        Ok(server.run().await?)
    })
}

fn start_error(error: StartError) -> CommandError {
    let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
    CommandError::Asked(format!("{error}{why}"))
}
