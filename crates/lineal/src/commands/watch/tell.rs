//! Telling others: a feed file, a webhook.

use crate::{
    commands::now,
    error::{CommandError, file_error},
    whole,
};
use lineal_core::watch::Report;
use lineal_hub::webhook::{self, Secret, Webhook, WebhookUrl};
use lineal_web::feed::Feed;
use std::{
    env,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::runtime::Runtime;

/// The largest feed that is gone on with, in bytes.
const LARGEST_FEED: u64 = 64 << 20;
const SECRET: &str = "LINEAL_WEBHOOK_SECRET";

#[derive(Clone, Debug, clap::Args)]
pub struct TellArgs {
    /// The Atom feed to add what is found to; made if it is not there. It keeps up to 200 entries,
    /// or more if more is found at once
    #[arg(long, value_name = "FILE", help_heading = "Telling others")]
    feed: Option<PathBuf>,
    /// The address to send what is found to, as `--format json` shows it, if anything is. Signed
    /// with the secret in `LINEAL_WEBHOOK_SECRET`: `X-Lineal-Signature: t=<seconds since
    /// 1970>,v1=<hex>`, the HMAC-SHA256 of `<t>.<body>`
    #[arg(long, value_name = "URL", help_heading = "Telling others")]
    webhook: Option<WebhookUrl>,
    /// The file that holds the secret
    #[arg(long, value_name = "FILE", requires = "webhook", help_heading = "Telling others")]
    webhook_secret_file: Option<PathBuf>,
    /// Call the webhook even if it is on this machine or in a private network
    #[arg(long, requires = "webhook", help_heading = "Telling others")]
    allow_private_webhook: bool,
}

/// Whom to tell, and how.
pub struct Telling {
    feed: Option<(PathBuf, Feed)>,
    webhook: Option<Webhook>,
}

impl TellArgs {
    /// Reads what is needed to tell anybody, and makes sure that the webhook may be called. What its
    /// name means is looked up again for the call itself.
    ///
    /// # Errors
    /// When there is no secret, the webhook leads where it must not, or the feed is something else.
    pub fn open(&self) -> Result<Telling, CommandError> {
        let webhook = match &self.webhook {
            None => None,
            Some(url) => Some(Webhook {
                url: url.clone(),
                secret: self.secret()?,
                allow_private: self.allow_private_webhook,
                timeout: Duration::from_secs(10),
                retries: 4,
                pause: Duration::from_secs(1),
            }),
        };
        let feed = match &self.feed {
            None => None,
            Some(path) => Some((path.clone(), feed(path)?)),
        };
        if let Some(webhook) = &webhook {
            Runtime::new()?.block_on(webhook::check(webhook))?;
        }
        Ok(Telling { feed, webhook })
    }

    fn secret(&self) -> Result<Secret, CommandError> {
        let (place, text) = match &self.webhook_secret_file {
            Some(path) => {
                (path.display().to_string(), fs::read_to_string(path).map_err(file_error("read", path))?)
            }
            None => match env::var(SECRET) {
                Ok(text) => (SECRET.to_owned(), text),
                Err(_) => {
                    let text = format!(
                        "a webhook is signed: give the secret in `{SECRET}`, or a file with `--webhook-secret-file`"
                    );
                    return Err(CommandError::Asked(text));
                }
            },
        };
        Secret::new(&text).map_err(|source| CommandError::Secret { place, source })
    }
}

fn feed(path: &Path) -> Result<Feed, CommandError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Feed::new("lineal watch", &now().1));
        }
        Err(error) => return Err(file_error("read", path)(error)),
    };
    let mut xml = String::new();
    file.take(LARGEST_FEED).read_to_string(&mut xml).map_err(file_error("read", path))?;
    Feed::read(&xml).map_err(|source| CommandError::Feed { path: path.to_owned(), source })
}

impl Telling {
    /// Tells everybody; that one cannot be told keeps nobody from telling the other.
    ///
    /// # Errors
    /// When somebody could not be told.
    pub fn tell(self, report: &Report) -> Result<(), CommandError> {
        let written = self.feed.map_or(Ok(()), |(path, feed)| add(feed, &path, report));
        let called = match &self.webhook {
            Some(webhook) if !report.findings.is_empty() => call(webhook, report),
            _ => Ok(()),
        };
        written.and(called)
    }
}

fn add(mut feed: Feed, path: &Path, report: &Report) -> Result<(), CommandError> {
    let now = now().1;
    feed.add(&report.findings, &now);
    let xml = feed.write(concat!("lineal ", env!("CARGO_PKG_VERSION")), &now);
    let xml = xml.map_err(|source| CommandError::Feed { path: path.to_owned(), source })?;
    whole::write(path, xml.as_bytes())
}

fn call(webhook: &Webhook, report: &Report) -> Result<(), CommandError> {
    let body = serde_json::to_vec(report)?;
    Runtime::new()?.block_on(webhook::call(webhook, &body, super::seconds))?;
    Ok(())
}
