//! What goes wrong, and how often?
//!
//! A rate is decided by chance, but the same for the same seed, request and attempt, so that runs
//! repeat whatever order requests come in. No request fails more than three times in a row.

use crate::{
    chance::{Chance, Traits},
    server::connection::Peer,
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use futures::stream;
use std::{
    collections::{HashMap, HashSet},
    fmt, io,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often a request may fail in a row.
const PATIENCE: u16 = 3;

/// How many requests one storm hits.
const STORM: u32 = 5;

/// How often a fault that comes without a rate happens.
const USUAL_RATE: f64 = 0.05;

/// A dripping body comes in so many pieces, with a pause before each.
const DROPS: usize = 40;
const DROP: Duration = Duration::from_millis(250);

/// Something that goes wrong on real hubs, and on the way to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Several requests in a row are answered 429, by something that knows no rate limits.
    Storm,
    /// 429 that says only when to come again.
    RetryAfter,
    /// 500, 502, 503 or 504.
    Error,
    /// The connection is reset in the middle of the body.
    Reset,
    /// The body comes very slowly.
    Drip,
    /// The compressed body ends early, although the answer is whole.
    TruncatedGzip,
    /// The answer promises more than comes.
    WrongLength,
    /// The next page of a page is the page itself.
    DuplicatePage,
    /// The next page repeats the end of a page.
    Overlap,
    /// A cursor is refused, once.
    ExpiredCursor,
    /// Models go while the list is read.
    Vanish,
    /// 200, with a page of HTML.
    Garbage,
    /// The JSON ends early.
    ShortJson,
}

impl Fault {
    pub const ALL: [Fault; 13] = [
        Fault::Storm,
        Fault::RetryAfter,
        Fault::Error,
        Fault::Reset,
        Fault::Drip,
        Fault::TruncatedGzip,
        Fault::WrongLength,
        Fault::DuplicatePage,
        Fault::Overlap,
        Fault::ExpiredCursor,
        Fault::Vanish,
        Fault::Garbage,
        Fault::ShortJson,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Storm => "storm",
            Fault::RetryAfter => "retry-after",
            Fault::Error => "error",
            Fault::Reset => "reset",
            Fault::Drip => "drip",
            Fault::TruncatedGzip => "truncated-gzip",
            Fault::WrongLength => "wrong-length",
            Fault::DuplicatePage => "duplicate-page",
            Fault::Overlap => "overlap",
            Fault::ExpiredCursor => "expired-cursor",
            Fault::Vanish => "vanish",
            Fault::Garbage => "garbage",
            Fault::ShortJson => "short-json",
        }
    }

    /// Returns what a list does differently, if that is what goes wrong.
    pub(crate) fn of_list(self) -> Option<ListFault> {
        match self {
            Fault::DuplicatePage => Some(ListFault::DuplicatePage),
            Fault::Overlap => Some(ListFault::Overlap),
            Fault::ExpiredCursor => Some(ListFault::ExpiredCursor),
            Fault::Vanish => Some(ListFault::Vanish),
            _ => None,
        }
    }
}

/// A fault in what a list says, rather than in how it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListFault {
    DuplicatePage,
    Overlap,
    ExpiredCursor,
    Vanish,
}

/// A fault and how often it happens, written `reset`, `reset=0.1` or `reset=20`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    pub fault: Fault,
    pub often: Often,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Often {
    /// To this share of the requests.
    Rate(f64),
    /// To one request of so many.
    Every(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no fault; expected one of {known}, with `=0.1` for a rate or `=20` for one in 20")]
pub struct InvalidPlan {
    text: String,
    known: String,
}

impl FromStr for Plan {
    type Err = InvalidPlan;

    fn from_str(text: &str) -> Result<Plan, InvalidPlan> {
        let (name, often) = match text.split_once('=') {
            Some((name, often)) => (name, parse_often(often)),
            None => (text, Some(Often::Rate(USUAL_RATE))),
        };
        let fault = Fault::ALL.into_iter().find(|fault| fault.as_str() == name);
        match (fault, often) {
            (Some(fault), Some(often)) => Ok(Plan { fault, often }),
            _ => Err(InvalidPlan { text: text.to_owned(), known: Fault::ALL.map(Fault::as_str).join(", ") }),
        }
    }
}

fn parse_often(text: &str) -> Option<Often> {
    match text.parse::<u64>() {
        Ok(0) => None,
        Ok(every) => Some(Often::Every(every)),
        Err(_) => text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate)).map(Often::Rate),
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.often {
            Often::Rate(rate) => write!(f, "{}={rate}", self.fault.as_str()),
            Often::Every(every) => write!(f, "{}={every}", self.fault.as_str()),
        }
    }
}

/// Decides what goes wrong.
pub(crate) struct Fate {
    plans: Vec<Plan>,
    seed: u64,
    past: Mutex<Past>,
}

#[derive(Default)]
struct Past {
    requests: u64,
    /// How many requests the present storm is still to hit.
    storm: u32,
    /// How often each request that did not succeed yet has failed.
    failed: HashMap<u64, u16>,
    /// Pages that were wrong once, and are right ever after.
    wronged: HashSet<(u64, Fault)>,
}

impl Fate {
    pub fn new(plans: Vec<Plan>, seed: u64) -> Fate {
        Fate { plans, seed, past: Mutex::default() }
    }

    /// Returns what goes wrong with a request, if anything.
    pub fn of(&self, path_and_query: &str) -> Option<Fault> {
        if self.plans.is_empty() {
            return None;
        }
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.requests += 1;
        let request = fnv(path_and_query.as_bytes());
        let failures = past.failed.get(&request).copied().unwrap_or(0);
        if failures >= PATIENCE {
            past.failed.remove(&request);
            return None;
        }
        let is_list = path_and_query.split('?').next() == Some("/api/models");
        let fault = self.decide(&mut past, request, failures, is_list);
        match fault {
            None => {
                past.failed.remove(&request);
            }
            Some(fault) if fault.of_list().is_some() => {
                past.wronged.insert((request, fault));
            }
            Some(_) => {
                past.failed.insert(request, failures + 1);
            }
        }
        fault
    }

    fn decide(&self, past: &mut Past, request: u64, failures: u16, is_list: bool) -> Option<Fault> {
        if past.storm > 0 {
            past.storm -= 1;
            return Some(Fault::Storm);
        }
        for (place, plan) in self.plans.iter().enumerate() {
            let happens = match plan.often {
                Often::Rate(rate) => self.chance(request, plan.fault, failures).holds(rate),
                // Those that happen equally often take turns.
                Often::Every(every) => (past.requests + place as u64).is_multiple_of(every),
            };
            let is_possible = is_list || plan.fault.of_list().is_none();
            if happens && is_possible && !past.wronged.contains(&(request, plan.fault)) {
                if plan.fault == Fault::Storm {
                    past.storm = STORM - 1;
                }
                return Some(plan.fault);
            }
        }
        None
    }

    fn chance(&self, request: u64, fault: Fault, failures: u16) -> Traits {
        Traits::new(self.seed ^ request, fault as u32, u32::from(failures))
    }

    /// Returns the answer that comes instead of the right one.
    pub fn instead(&self, fault: Fault, path_and_query: &str) -> Option<Response> {
        match fault {
            Fault::Storm => Some((StatusCode::TOO_MANY_REQUESTS, Html("<h1>429</h1>")).into_response()),
            Fault::RetryAfter => {
                let headers = [(header::RETRY_AFTER, "1")];
                Some((StatusCode::TOO_MANY_REQUESTS, headers, "slow down").into_response())
            }
            Fault::Error => {
                let statuses = [
                    StatusCode::INTERNAL_SERVER_ERROR,
                    StatusCode::BAD_GATEWAY,
                    StatusCode::SERVICE_UNAVAILABLE,
                    StatusCode::GATEWAY_TIMEOUT,
                ];
                let mut chance = self.chance(fnv(path_and_query.as_bytes()), fault, PATIENCE);
                Some((*chance.any(&statuses), Html("<h1>Server error</h1>")).into_response())
            }
            Fault::Garbage => Some(Html("<!doctype html><title>Welcome</title>").into_response()),
            _ => None,
        }
    }
}

/// Returns a body as it is sent if something goes wrong while it is.
pub(crate) fn spoil(fault: Fault, is_gzip: bool, bytes: Bytes, peer: &Peer, response: &mut Response) {
    let whole = bytes.len();
    let (length, body) = match fault {
        Fault::Reset => {
            let half = bytes.slice(..whole / 2);
            (whole, Body::from_stream(stream::unfold((Some(half), peer.clone()), break_off)))
        }
        Fault::Drip => {
            let size = whole.div_ceil(DROPS).max(1);
            (whole, Body::from_stream(stream::unfold(bytes, move |rest| drip(rest, size))))
        }
        Fault::TruncatedGzip if is_gzip => {
            let short = bytes.slice(..whole * 2 / 3);
            (short.len(), Body::from(short))
        }
        Fault::WrongLength => {
            (whole + 1_000, Body::from_stream(stream::iter([Ok::<Bytes, io::Error>(bytes)])))
        }
        _ => (whole, Body::from(bytes)),
    };
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    *response.body_mut() = body;
}

/// What is left to send, and to whom.
type Sending = (Option<Bytes>, Peer);

/// Sends what there is, and fails when asked for more.
async fn break_off((half, peer): Sending) -> Option<(io::Result<Bytes>, Sending)> {
    match half {
        Some(half) => Some((Ok(half), (None, peer))),
        None => {
            // The pause lets the first half arrive before the connection ends.
            tokio::time::sleep(Duration::from_millis(20)).await;
            peer.tear();
            Some((Err(io::ErrorKind::ConnectionReset.into()), (None, peer)))
        }
    }
}

async fn drip(mut rest: Bytes, size: usize) -> Option<(io::Result<Bytes>, Bytes)> {
    if rest.is_empty() {
        return None;
    }
    tokio::time::sleep(DROP).await;
    let drop = rest.split_to(size.min(rest.len()));
    Some((Ok(drop), rest))
}

/// FNV-1a
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Plan {
        text.parse().expect("a plan")
    }

    #[test]
    fn plans_are_read() {
        assert_eq!(plan("reset=0.1"), Plan { fault: Fault::Reset, often: Often::Rate(0.1) });
        assert_eq!(plan("storm=20").to_string(), "storm=20");
        assert_eq!(plan("drip").often, Often::Rate(0.05));
        for broken in ["resets", "reset=0", "reset=1.5", "reset=often", "reset=-1"] {
            assert!(broken.parse::<Plan>().is_err(), "{broken}");
        }
    }

    #[test]
    fn no_request_fails_for_ever() {
        let fate = Fate::new(vec![plan("error=1.0"), plan("reset=1")], 1);
        let met: Vec<bool> = (0..8).map(|_| fate.of("/api/models").is_some()).collect();
        assert_eq!(met, [true, true, true, false, true, true, true, false]);
    }

    #[test]
    fn a_page_is_wrong_once() {
        let fate = Fate::new(vec![plan("duplicate-page=1.0")], 1);
        assert_eq!(fate.of("/api/models?cursor=a"), Some(Fault::DuplicatePage));
        assert_eq!(fate.of("/api/models?cursor=a"), None);
    }

    #[test]
    fn chance_repeats_under_a_seed_whatever_the_order() {
        let requests: Vec<String> = (0..200).map(|page| format!("/api/models?p={page}")).collect();
        let met = |seed: u64, requests: &mut dyn Iterator<Item = &String>| {
            let fate = Fate::new(vec![plan("reset=0.2")], seed);
            let mut met: Vec<&String> = requests.filter(|request| fate.of(request).is_some()).collect();
            met.sort();
            met.into_iter().cloned().collect::<Vec<String>>()
        };
        let forward = met(7, &mut requests.iter());
        assert_eq!(forward, met(7, &mut requests.iter().rev()));
        assert_ne!(forward, met(8, &mut requests.iter()));
        assert!((20..60).contains(&forward.len()), "{}", forward.len());
    }
}
