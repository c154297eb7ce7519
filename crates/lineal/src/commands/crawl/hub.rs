//! Which hub is read, and who asks it?

use crate::{
    error::CommandError,
    progress::{Form, Progress},
};
use lineal_hub::client::{Client, Options, Token, is_private};
use std::{env, fs, io, path::PathBuf, sync::Arc, time::Duration};
use url::Url;

/// The hub, and how to ask it
#[derive(Clone, Debug, clap::Args)]
pub struct HubArgs {
    /// The hub's address
    #[arg(
        long,
        global = true,
        env = "HF_ENDPOINT",
        value_name = "URL",
        default_value = "https://huggingface.co",
        help_heading = "Hub"
    )]
    pub hub: Url,
    /// Use no token. Otherwise it is the one in `HF_TOKEN`, or in the file where the hub's own
    /// tools keep it. It is sent to the hub and to nobody else
    #[arg(long, global = true, help_heading = "Hub")]
    pub anonymous: bool,
    /// How long to wait for an answer, or its next part
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "Hub")]
    pub timeout: u64,
    /// How often to try again when the network or the hub fails; the time between grows to a minute
    #[arg(long, global = true, value_name = "N", default_value_t = 8, help_heading = "Hub")]
    pub retries: u32,
    /// How to show progress. `json` writes a line for each event, for machines
    #[arg(long, global = true, value_name = "FORM", default_value = "auto", help_heading = "Hub")]
    pub progress: Form,
}

impl HubArgs {
    /// Makes the client, whose progress is shown.
    pub fn client(&self, progress: &Arc<Progress>) -> Result<Client, CommandError> {
        let token = if self.anonymous { None } else { token()? };
        if token.is_some() && !is_private(&self.hub) {
            progress.note("the token is not sent, as `http://` is not encrypted");
        }
        let watch = progress.clone();
        let watch = Arc::new(move |event| watch.event(event));
        let timeout = Duration::from_secs(self.timeout);
        let options = Options { hub: self.hub.clone(), token, timeout, retries: self.retries };
        Ok(Client::new(options, watch)?)
    }
}

/// Finds the token where the Hub's own tools look for it.
fn token() -> Result<Option<Token>, CommandError> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    if let Some(text) = set("HF_TOKEN").or_else(|| set("HUGGING_FACE_HUB_TOKEN")) {
        return of("HF_TOKEN", &text);
    }
    let implicit = set("HF_HUB_DISABLE_IMPLICIT_TOKEN").map(|value| value.to_ascii_uppercase());
    if implicit.is_some_and(|value| matches!(&*value, "1" | "ON" | "YES" | "TRUE")) {
        return Ok(None);
    }
    let home = || {
        let cache = set("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(directories::BaseDirs::new()?.home_dir().join(".cache")));
        let own = || Some(cache?.join("huggingface"));
        set("HF_HOME").map(PathBuf::from).or_else(own)
    };
    let path = set("HF_TOKEN_PATH").map(PathBuf::from).or_else(|| Some(home()?.join("token")));
    let Some(path) = path else { return Ok(None) };
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => of(&path.display().to_string(), &text),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(crate::error::file_error("read", &path)(error)),
    }
}

fn of(place: &str, text: &str) -> Result<Option<Token>, CommandError> {
    let token = Token::new(text);
    token.map(Some).map_err(|source| CommandError::Token { place: place.to_owned(), source })
}
