//! How often may somebody ask?
//!
//! Each client has a number of requests for each bucket in a window of fixed length, and is told
//! with every answer how many are left and when the window ends.

use crate::server::client::Client;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How often may be asked for what.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests to the API in a window; `None` is as many as one likes, and nothing is said of it.
    pub api: Option<u32>,
    /// Requests for files.
    pub resolvers: Option<u32>,
    /// Requests for anything else.
    pub pages: Option<u32>,
    pub window: Duration,
    pub start: WindowStart,
    pub rounding: Rounding,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            api: None,
            resolvers: None,
            pages: None,
            window: Duration::from_secs(300),
            start: WindowStart::First,
            rounding: Rounding::Up,
        }
    }
}

/// When a window starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowStart {
    /// With a client's first request.
    First,
    /// When the clock shows a multiple of the window, for all clients at once.
    Clock,
}

/// How the seconds to the end of a window are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    Up,
    /// So that somebody who waits exactly as told comes too early.
    Down,
}

/// What a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bucket {
    Api,
    Resolvers,
    Pages,
}

impl Bucket {
    pub fn of(path: &str) -> Bucket {
        if path.contains("/resolve/") || path.starts_with("/api/resolve-cache/") {
            Bucket::Resolvers
        } else if path.starts_with("/api/") {
            Bucket::Api
        } else {
            Bucket::Pages
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Bucket::Api => "api",
            Bucket::Resolvers => "resolvers",
            Bucket::Pages => "pages",
        }
    }
}

/// What clients have used up.
#[derive(Default)]
pub(crate) struct Usage(Mutex<HashMap<(Client, Bucket), Window>>);

struct Window {
    end: Instant,
    used: u32,
}

/// What is left to a client after a request.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    bucket: Bucket,
    quota: u32,
    window: Duration,
    left: u32,
    seconds: u64,
    pub is_over: bool,
}

impl Usage {
    /// Counts a request; `None` where nothing is limited.
    pub fn count(&self, limits: &Limits, client: &Client, bucket: Bucket) -> Option<Standing> {
        let quota = match bucket {
            Bucket::Api => limits.api,
            Bucket::Resolvers => limits.resolvers,
            Bucket::Pages => limits.pages,
        }?;
        let now = Instant::now();
        let fresh = || Window { end: now + first_window(limits), used: 0 };
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry((client.clone(), bucket)).or_insert_with(fresh);
        if window.end <= now {
            *window = fresh();
        }
        let is_over = window.used >= quota;
        window.used = window.used.saturating_add(1).min(quota);
        let remaining = window.end - now;
        let seconds = match limits.rounding {
            Rounding::Down => remaining.as_secs(),
            Rounding::Up => remaining.as_secs() + u64::from(remaining.subsec_nanos() > 0),
        };
        Some(Standing { bucket, quota, window: limits.window, left: quota - window.used, seconds, is_over })
    }
}

/// Returns how long a window lasts that starts now.
fn first_window(limits: &Limits) -> Duration {
    let window = limits.window.max(Duration::from_millis(1));
    match limits.start {
        WindowStart::First => window,
        WindowStart::Clock => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let into = since.as_nanos() % window.as_nanos();
            window - Duration::from_nanos(into as u64)
        }
    }
}

impl Standing {
    /// Says how things stand.
    pub fn add_to(&self, headers: &mut HeaderMap) {
        let Standing { bucket, quota, window, left, seconds, .. } = self;
        let bucket = bucket.as_str();
        let standing = format!("\"{bucket}\";r={left};t={seconds}");
        let policy = format!("\"fixed window\";\"{bucket}\";q={quota};w={}", window.as_secs());
        for (name, value) in [(RATE_LIMIT, standing), (POLICY, policy)] {
            headers.extend(HeaderValue::from_str(&value).ok().map(|value| (name, value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn check(limits: &Limits, usage: &Usage, client: &Client, expected: (&str, bool)) {
        let standing = usage.count(limits, client, Bucket::Api).expect("limited");
        let mut headers = HeaderMap::new();
        standing.add_to(&mut headers);
        assert_eq!((headers[RATE_LIMIT].to_str().expect("text"), standing.is_over), expected);
        assert_eq!(headers[POLICY], "\"fixed window\";\"api\";q=2;w=300");
    }

    #[test]
    fn a_window_has_its_quota_for_each_client() {
        let limits = Limits { api: Some(2), ..Limits::default() };
        let usage = Usage::default();
        let anonymous = Client::Anonymous(Ipv4Addr::LOCALHOST.into());
        check(&limits, &usage, &anonymous, ("\"api\";r=1;t=300", false));
        check(&limits, &usage, &anonymous, ("\"api\";r=0;t=300", false));
        check(&limits, &usage, &anonymous, ("\"api\";r=0;t=300", true));
        check(&limits, &usage, &Client::Token("hf_a".to_owned()), ("\"api\";r=1;t=300", false));
        assert!(usage.count(&limits, &anonymous, Bucket::Resolvers).is_none());
    }

    #[test]
    fn a_told_second_can_be_rounded_down() {
        let limits = Limits { api: Some(2), rounding: Rounding::Down, ..Limits::default() };
        let (usage, client) = (Usage::default(), Client::Token("hf_a".to_owned()));
        check(&limits, &usage, &client, ("\"api\";r=1;t=300", false));
        check(&limits, &usage, &client, ("\"api\";r=0;t=299", false));
    }

    #[test]
    fn requests_belong_to_buckets() {
        assert_eq!(Bucket::of("/api/models"), Bucket::Api);
        assert_eq!(Bucket::of("/a/b/resolve/main/README.md"), Bucket::Resolvers);
        assert_eq!(Bucket::of("/api/resolve-cache/models/a/b/0/README.md"), Bucket::Resolvers);
        assert_eq!(Bucket::of("/a/b"), Bucket::Pages);
    }
}
