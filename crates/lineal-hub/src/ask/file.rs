//! What does a file of a model hold?

use super::{Asking, HEAD, Refusal, hex, refusal};
use crate::client::{AskError, Client};
use lineal_core::reading::{Outcome, Subject};

/// Reads a file of a model at the commit that is asked for, or else at the head of its main branch; an
/// outcome if the hub does not give it.
///
/// # Errors
/// When the hub cannot be reached, or leads astray.
pub async fn file(
    client: &Client,
    subject: &Subject,
    path: &str,
    largest: usize,
) -> Result<Result<Vec<u8>, Outcome>, AskError> {
    let mut asking = Asking { client, subject, requests: 0, identity: None };
    let revision = subject.sha.map_or_else(|| HEAD.to_owned(), |sha| hex(&sha));
    let parts: Vec<&str> = ["resolve", &revision].into_iter().chain(path.split('/')).collect();
    // An address leaves out such segments, and so leads to another file.
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Ok(Err(Outcome::Refused));
    }
    let url = asking.address(&parts);
    let error = match asking.get(url, largest, |_| Ok(())).await {
        Ok((answer, ())) if asking.has_moved(&answer.url) => return Ok(Err(Outcome::Elsewhere)),
        Ok((answer, ())) => return Ok(Ok(answer.body)),
        Err(error) => error,
    };
    if let Some((status, code, said)) = error.refusal() {
        return Ok(Err(match refusal(status, code, said) {
            Refusal::Gated => Outcome::Gated,
            Refusal::Disabled => Outcome::Disabled,
            _ => Outcome::Refused,
        }));
    }
    match error {
        AskError::TooLarge { .. } => Ok(Err(Outcome::TooLarge)),
        AskError::Redirect { .. } => Ok(Err(Outcome::Offsite)),
        error => Err(error),
    }
}
