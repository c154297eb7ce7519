//! What does a hub answer when asked about one model?
//!
//! A name may lead elsewhere than it did when the snapshot was taken: after a rename the hub
//! redirects, and a name that was given up may be taken by somebody else. So whenever an answer
//! did not come from where it was asked, or the commit asked for is not there, the repository's hub
//! id is compared with the one the snapshot knows, and nothing is believed of another one.

mod file;
mod present;
mod wire;

pub use file::file;
pub use present::{Present, present};

use crate::client::{Answer, AskError, Client, Trouble};
use lineal_core::{
    model_id::{HubId, ModelId},
    reading::{self, Card, Detail, Fate, Identity, Outcome, Reading, Subject},
};
use url::Url;

/// The branch read where the commit asked for is not known or not there.
const HEAD: &str = "main";
const LARGEST_DETAIL: usize = 4 << 20;
const LARGEST_CARD: usize = 8 << 20;
const LARGEST_PAGE: usize = 32 << 20;
/// How many pages of commits or files are read of one model.
const PAGES: usize = 200;

/// Asks about one model. Only what keeps the hub as a whole from answering is an error.
///
/// # Errors
/// When the hub cannot be reached, or leads astray.
pub async fn ask(
    client: &Client,
    detail: Detail,
    subject: &Subject,
    now: impl Fn() -> i64,
) -> Result<Reading, AskError> {
    let mut asking = Asking { client, subject, requests: 0, identity: None };
    let (outcome, answer) = match detail {
        Detail::Commits => asking.content(Content::Commits).await?,
        Detail::Cards => asking.content(Content::Card).await?,
        Detail::Files => asking.content(Content::Files).await?,
        Detail::Identities => asking.identity().await?,
    };
    Ok(Reading {
        subject: subject.clone(),
        read_at: now(),
        anonymous: client.is_anonymous(),
        requests: asking.requests,
        outcome,
        identity: asking.identity,
        answer,
    })
}

/// What a repository holds at a revision.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Commits,
    Card,
    Files,
}

struct Asking<'a> {
    client: &'a Client,
    subject: &'a Subject,
    requests: u32,
    identity: Option<Identity>,
}

type Answered = (Outcome, reading::Answer);

const NOTHING: reading::Answer = reading::Answer::Nothing;

/// A model as its own address shows it.
struct Met {
    hub_id: Option<HubId>,
    id: ModelId,
    disabled: bool,
    private: bool,
}

/// What a hub refused, by what can be done about it.
enum Refusal {
    Gated,
    Disabled,
    /// There is no such model for us.
    Nobody,
    NoRevision,
    NoFile,
    Other,
}

/// The Hub says why in a header; where it does not, the status must do.
fn refusal(status: u16, code: &str, said: &str) -> Refusal {
    match (status, code) {
        _ if said.contains("disabled") => Refusal::Disabled,
        (451, _) => Refusal::Disabled,
        (_, "GatedRepo") => Refusal::Gated,
        (_, "RepoNotFound") => Refusal::Nobody,
        (_, "RevisionNotFound") => Refusal::NoRevision,
        (_, "EntryNotFound") => Refusal::NoFile,
        (401 | 410, "") => Refusal::Nobody,
        (404, "") => Refusal::NoFile,
        _ => Refusal::Other,
    }
}

impl Asking<'_> {
    async fn get<T>(
        &mut self,
        url: Url,
        largest: usize,
        read: impl Fn(&Answer) -> Result<T, Trouble>,
    ) -> Result<(Answer, T), AskError> {
        let answer = self.client.ask(url, largest, read).await;
        self.requests += answer.as_ref().map_or(1, |(answer, _)| answer.requests);
        answer
    }

    /// Finds out what the name leads to, without reading anything else.
    async fn identity(&mut self) -> Result<Answered, AskError> {
        match self.meet().await {
            Ok(Some(_)) => Ok((Outcome::Read, NOTHING)),
            Ok(None) => Ok((Outcome::Elsewhere, NOTHING)),
            Err(error) => settle(error),
        }
    }

    /// Looks at the model's own address, and remembers what is different there.
    async fn meet(&mut self) -> Result<Option<Met>, AskError> {
        let met = match self.own_address(&["disabled", "private"], wire::model).await? {
            Ok(met) => met,
            Err(fate) => {
                self.identity = Some(Identity { fate, now: None, hub_id: None });
                return Ok(None);
            }
        };
        let mut identity = reading::compare(self.subject, &met.id, met.hub_id);
        if identity.fate == Fate::Same && met.private {
            identity.fate = Fate::Private;
        }
        if identity.fate == Fate::Same && met.disabled {
            identity.fate = Fate::Disabled;
        }
        self.identity = Some(identity);
        Ok(Some(met))
    }

    /// Reads what the hub says at the model's own address, with some fields if it knows them, or
    /// the fate of the model if it says nothing.
    async fn own_address<T>(
        &mut self,
        fields: &[&str],
        read: impl Fn(&Answer) -> Result<T, Trouble>,
    ) -> Result<Result<T, Fate>, AskError> {
        let mut url = self.api(&[]);
        url.query_pairs_mut().extend_pairs(fields.iter().map(|field| ("expand[]", field)));
        let mut answer = self.get(url, LARGEST_DETAIL, &read).await;
        if matches!(&answer, Err(error) if error.refusal().is_some_and(|(status, ..)| status == 400)) {
            answer = self.get(self.api(&[]), LARGEST_DETAIL, &read).await;
        }
        let error = match answer {
            Ok((_, answer)) => return Ok(Ok(answer)),
            Err(error) => error,
        };
        let Some((status, code, said)) = error.refusal() else { return Err(error) };
        match refusal(status, code, said) {
            Refusal::Disabled => Ok(Err(Fate::Disabled)),
            Refusal::Nobody | Refusal::NoFile if self.client.is_anonymous() => Ok(Err(Fate::GoneOrPrivate)),
            Refusal::Nobody | Refusal::NoFile => Ok(Err(Fate::GoneOrNotOurs)),
            _ => Err(error),
        }
    }

    /// Whether the name is known to lead to another model than the one that was meant.
    fn is_another(&self) -> bool {
        let fate = self.identity.as_ref().map(|identity| identity.fate);
        matches!(fate, Some(Fate::Superseded | Fate::Reused))
    }

    /// Whether what the name leads to is still the model that was meant, as far as can be known.
    async fn is_still_it(&mut self) -> Result<bool, AskError> {
        let met = self.meet().await?;
        Ok(met.is_some() && !self.is_another())
    }

    /// Reads what the repository holds at the commit asked for, or else at its head.
    async fn content(&mut self, content: Content) -> Result<Answered, AskError> {
        let Some(sha) = self.subject.sha else { return self.head(content, Outcome::Read).await };
        let error = match self.read(content, &hex(&sha)).await {
            Ok(answered) => return Ok(answered),
            Err(error) => error,
        };
        let Some((status, code, said)) = error.refusal() else { return settle(error) };
        match refusal(status, code, said) {
            Refusal::Disabled => Ok((Outcome::Disabled, NOTHING)),
            // The Hub calls some closed models gated, and the name may be another's by now; the
            // model's own address tells.
            Refusal::Gated => match self.meet().await {
                Ok(Some(met)) if met.disabled => Ok((Outcome::Disabled, NOTHING)),
                Ok(_) if self.is_another() => Ok((Outcome::Elsewhere, NOTHING)),
                Ok(_) => Ok((Outcome::Gated, NOTHING)),
                Err(error) => settle(error),
            },
            // Only the repository that has the commit says that the commit lacks the file.
            Refusal::NoFile if content == Content::Card && code == "EntryNotFound" => {
                Ok((Outcome::NoCard, NOTHING))
            }
            Refusal::Nobody | Refusal::NoRevision | Refusal::NoFile => {
                self.head(content, Outcome::ReadAtHead).await
            }
            Refusal::Other => Ok((Outcome::Refused, NOTHING)),
        }
    }

    /// Reads the main branch, which nothing ties to the model that was meant but its identity.
    async fn head(&mut self, content: Content, outcome: Outcome) -> Result<Answered, AskError> {
        match self.meet().await {
            Ok(Some(met)) if !self.is_another() && met.disabled => return Ok((Outcome::Disabled, NOTHING)),
            Ok(Some(_)) if !self.is_another() => {}
            Ok(_) => return Ok((Outcome::Elsewhere, NOTHING)),
            Err(error) => return settle(error),
        }
        let error = match self.read(content, HEAD).await {
            Ok((Outcome::Read, answer)) => return Ok((outcome, answer)),
            Ok(answered) => return Ok(answered),
            Err(error) => error,
        };
        let Some((status, code, said)) = error.refusal() else { return settle(error) };
        Ok(match refusal(status, code, said) {
            Refusal::Gated => (Outcome::Gated, NOTHING),
            Refusal::Disabled => (Outcome::Disabled, NOTHING),
            Refusal::NoFile if content == Content::Card => (Outcome::NoCard, NOTHING),
            _ => (Outcome::Refused, NOTHING),
        })
    }

    /// Reads what is there at a revision. What came from another address is only believed if it is
    /// the same model's.
    async fn read(&mut self, content: Content, revision: &str) -> Result<Answered, AskError> {
        match content {
            Content::Card => {
                let url = self.address(&["resolve", revision, "README.md"]);
                let (answer, card) = self.get(url, LARGEST_CARD, |answer| Ok(card(answer))).await?;
                if self.has_moved(&answer.url) && !self.is_still_it().await? {
                    return Ok((Outcome::Elsewhere, NOTHING));
                }
                Ok((Outcome::Read, reading::Answer::Card(card)))
            }
            Content::Commits => {
                let mut url = self.api(&["commits", revision]);
                url.query_pairs_mut().append_pair("limit", "1000");
                self.read_pages(url, wire::commits, reading::Answer::Commits).await
            }
            Content::Files => {
                let mut url = self.api(&["tree", revision]);
                url.query_pairs_mut().append_pair("recursive", "true").append_pair("limit", "1000");
                self.read_pages(url, wire::files, reading::Answer::Files).await
            }
        }
    }

    async fn read_pages<T>(
        &mut self,
        first: Url,
        read: impl Fn(&Answer) -> Result<Vec<T>, Trouble>,
        answer: impl FnOnce(Vec<T>) -> reading::Answer,
    ) -> Result<Answered, AskError> {
        let mut all = Vec::new();
        let mut next = Some(first);
        for page in 0..PAGES {
            let Some(url) = next else { return Ok((Outcome::Read, answer(all))) };
            let (answer, items) = self.get(url, LARGEST_PAGE, &read).await?;
            if page == 0 && self.has_moved(&answer.url) && !self.is_still_it().await? {
                return Ok((Outcome::Elsewhere, NOTHING));
            }
            all.extend(items);
            next = self.client.next(&answer)?;
        }
        Ok((Outcome::TooLarge, NOTHING))
    }

    /// Whether an answer came from another model's address than the one asked.
    fn has_moved(&self, url: &Url) -> bool {
        let path = url.path();
        let prefixes = ["/api/models/", "/api/resolve-cache/models/", "/"];
        let rest = prefixes.iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path);
        let name = self.subject.id.as_str();
        let is_own = rest.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_hubs = url.origin() == self.client.hub().origin();
        is_hubs && !is_own
    }

    fn api(&self, parts: &[&str]) -> Url {
        self.build(&["api", "models"], parts)
    }

    fn address(&self, parts: &[&str]) -> Url {
        self.build(&[], parts)
    }

    fn build(&self, before: &[&str], after: &[&str]) -> Url {
        let mut url = self.client.hub().clone();
        // Only addresses that cannot be a hub's have no path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(before).extend(self.subject.id.as_str().split('/')).extend(after);
        }
        url
    }
}

/// Decides what concerns one model only; everything else is an error.
fn settle(error: AskError) -> Result<Answered, AskError> {
    match error {
        AskError::Refused { .. } => Ok((Outcome::Refused, NOTHING)),
        AskError::TooLarge { .. } => Ok((Outcome::TooLarge, NOTHING)),
        AskError::Redirect { .. } => Ok((Outcome::Offsite, NOTHING)),
        error => Err(error),
    }
}

fn card(answer: &Answer) -> Card {
    let bytes = answer.body.len() as u64;
    match String::from_utf8_lossy(&answer.body) {
        std::borrow::Cow::Borrowed(text) => Card { text: text.to_owned(), bytes, utf8: true },
        std::borrow::Cow::Owned(text) => Card { text, bytes, utf8: false },
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
