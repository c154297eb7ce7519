//! How many more requests may be sent now, and if none, when may the next be?
//!
//! The Hub counts requests in fixed windows, apart for each bucket of addresses, and says with
//! every answer how many are left (`r`) and in how many whole seconds the window ends (`t`):
//!
//! ```text
//! RateLimit: "api";r=499;t=251
//! RateLimit-Policy: "fixed window";"api";q=500;w=300
//! ```
//!
//! It does not say how `t` was rounded, so when a window ends is known to two seconds only, and the
//! last moment of them is waited for. From then on it is known better: no window outlasts a whole
//! one that starts when its first answer comes, so each further one begins as much later than it
//! could as the one before, and no more. Those seconds are lost once, not in each window; where
//! windows start with a client's first request, none are.

use std::time::Duration;

/// Clocks and schedulers are not exact.
const MARGIN: Duration = Duration::from_millis(10);

/// What one answer says about a bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub bucket: String,
    pub left: u64,
    pub ends_in: Duration,
    /// How many requests a window has, and how long it is, where the answer says so.
    pub policy: Option<(u64, Duration)>,
}

/// Reads the headers `RateLimit` and `RateLimit-Policy`; what makes no sense is left out.
pub fn told(limits: &str, policies: &str) -> Vec<Told> {
    let mut all = Vec::new();
    for limit in limits.split(',') {
        let Item { name: Some(bucket), left: Some(left), ends_in: Some(ends_in), .. } = item(limit) else {
            continue;
        };
        let policy = policies.split(',').map(item).find(|policy| policy.name == Some(bucket));
        let policy = policy.and_then(|policy| policy.quota.zip(policy.window));
        all.push(Told { bucket: bucket.to_owned(), left, ends_in, policy });
    }
    all
}

#[derive(Default)]
struct Item<'a> {
    name: Option<&'a str>,
    left: Option<u64>,
    ends_in: Option<Duration>,
    quota: Option<u64>,
    window: Option<Duration>,
}

/// Reads one entry of either header. A policy is called "fixed window" before it says of what.
fn item(text: &str) -> Item<'_> {
    let mut item = Item::default();
    for part in text.split(';').map(str::trim) {
        match part.split_once('=') {
            Some(("r", count)) => item.left = count.parse().ok(),
            Some(("q", count)) => item.quota = count.parse().ok(),
            Some(("t", time)) => item.ends_in = seconds(time),
            Some(("w", time)) => item.window = seconds(time),
            Some(_) => {}
            None => item.name = Some(part.trim_matches('"')),
        }
    }
    item
}

/// Reads a time of at most a year; beyond that it is none.
fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.parse().ok().filter(|seconds| *seconds < 366.0 * 86_400.0)?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The state of one bucket. Times are counted from any fixed moment.
#[derive(Clone, Debug, Default)]
pub struct Quota {
    policy: Option<(u64, Duration)>,
    window: Option<Window>,
    in_flight: u64,
    /// After an answer that named a time without naming a window.
    closed_until: Duration,
}

#[derive(Clone, Debug)]
struct Window {
    /// The fewest requests left that any of its answers told, and when that answer came.
    left: u64,
    told_at: Duration,
    /// Before this, it cannot be over, however `t` is rounded.
    early: Duration,
    /// From this on, it is over in any case.
    late: Duration,
}

/// Whether a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Now,
    /// Not before this moment.
    At(Duration),
    /// Only when one that is under way has been answered.
    AfterAnswer,
}

/// What is known about a window, for people to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub left: u64,
    pub ends_in: Duration,
    pub policy: Option<(u64, Duration)>,
}

impl Quota {
    /// Takes a turn to send a request, if there is one.
    pub fn take_turn(&mut self, now: Duration) -> Turn {
        let turn = self.turn(now);
        if turn == Turn::Now {
            self.in_flight += 1;
        }
        turn
    }

    fn turn(&mut self, now: Duration) -> Turn {
        if now < self.closed_until {
            return Turn::At(self.closed_until);
        }
        if self.window.as_ref().is_some_and(|window| now >= window.late + MARGIN) {
            self.window = None;
        }
        let Some(window) = &self.window else {
            // One answer tells how many others may follow.
            return if self.in_flight == 0 { Turn::Now } else { Turn::AfterAnswer };
        };
        match window.left.saturating_sub(self.in_flight) {
            0 => Turn::At(window.late + MARGIN),
            _ => Turn::Now,
        }
    }

    /// Takes note that a request has ended without an answer.
    pub fn unanswered(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Takes note of an answer that says nothing of windows, but perhaps when to come back.
    pub fn answered(&mut self, closed_until: Option<Duration>) {
        self.unanswered();
        self.closed_until = self.closed_until.max(closed_until.unwrap_or_default());
    }

    /// Takes note of what an answer says that came now to a request that was sent then.
    pub fn told(&mut self, told: &Told, sent: Duration, now: Duration) {
        self.unanswered();
        self.policy = told.policy.or(self.policy);
        let length = self.policy.map(|(_, length)| length);
        // Who tells fractions does not round.
        let is_whole = told.ends_in.subsec_nanos() == 0;
        let by = if is_whole { Duration::from_secs(1) } else { Duration::ZERO };
        // The hub looked at its clock at some moment between.
        let early = (sent + told.ends_in).saturating_sub(by);
        let late = now + told.ends_in + by;
        // No window that is open now outlasts a whole one that starts now.
        let late = length.map_or(late, |length| late.min(now + length).max(early));
        let new = Window { left: told.left, told_at: now, early, late };
        match &mut self.window {
            // It ends later than that one can, or more are left than before it was sent.
            Some(old) if early > old.late || told.left > old.left && sent >= old.told_at => *old = new,
            Some(old) if late < old.early => {} // an answer from the window before came late
            Some(old) => {
                if told.left <= old.left {
                    (old.left, old.told_at) = (told.left, now);
                }
                old.early = old.early.max(early);
                old.late = old.late.min(late);
            }
            None => self.window = Some(new),
        }
    }

    /// What is known now, if anything is.
    pub fn standing(&self, now: Duration) -> Option<Standing> {
        let window = self.window.as_ref()?;
        let left = window.left.saturating_sub(self.in_flight);
        Some(Standing { left, ends_in: window.late.saturating_sub(now), policy: self.policy })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_say_what_is_left_for_each_bucket() {
        let [api, resolvers] = &told(
            r#""api";r=499;t=251, "resolvers";r=0;t=7"#,
            r#""fixed window";"api";q=500;w=300, "fixed window";"resolvers";q=3000;w=300"#,
        )[..] else {
            panic!("two buckets");
        };
        let window = Duration::from_secs(300);
        assert_eq!(
            *api,
            Told {
                bucket: "api".into(),
                left: 499,
                ends_in: Duration::from_secs(251),
                policy: Some((500, window))
            }
        );
        assert_eq!((resolvers.left, resolvers.policy), (0, Some((3000, window))));
    }

    #[test]
    fn headers_without_sense_say_nothing() {
        for header in
            ["", "api", r#""api";r=x;t=1"#, r#""api";r=1;t=-1"#, r#""api";r=1;t=NaN"#, r#""api";t=1"#]
        {
            assert_eq!(told(header, ""), [], "{header}");
        }
        assert_eq!(told(r#""api";r=1;t=1"#, "nonsense")[0].policy, None);
    }

    /// A hub with fixed windows, in a world without delays but for 1 ms each way.
    struct Server {
        quota: u64,
        window: Duration,
        /// When the first window began; none before the first request if windows start with one.
        start: Option<Duration>,
        rounds_up: bool,
        used: u64,
        refused: u64,
    }

    const WAY: Duration = Duration::from_millis(1);

    impl Server {
        fn answer(&mut self, now: Duration, starts_with_request: bool) -> Told {
            let start = *self.start.get_or_insert(now);
            let since = now.checked_sub(start).expect("time goes on");
            if since >= self.window {
                let whole = since.as_nanos() / self.window.as_nanos();
                let next = start + self.window * whole as u32;
                self.start = Some(if starts_with_request { now } else { next });
                self.used = 0;
            }
            self.used += 1;
            if self.used > self.quota {
                self.refused += 1;
            }
            let left = (self.start.expect("started") + self.window - now).as_secs_f64();
            let whole = if self.rounds_up { left.ceil() } else { left.floor() };
            Told {
                bucket: "api".into(),
                left: self.quota.saturating_sub(self.used),
                ends_in: Duration::from_secs_f64(whole),
                policy: Some((self.quota, self.window)),
            }
        }
    }

    /// Sends requests, one after another, and returns the time they took and how many were refused.
    fn crawl(mut server: Server, starts_with_request: bool, requests: u64) -> (Duration, u64) {
        let mut quota = Quota::default();
        let begin = Duration::from_millis(10_300);
        let mut now = begin;
        for _ in 0..requests {
            loop {
                match quota.take_turn(now) {
                    Turn::Now => break,
                    Turn::At(moment) => now = moment,
                    Turn::AfterAnswer => panic!("nothing is under way"),
                }
            }
            let sent = now;
            now += WAY;
            let told = server.answer(now, starts_with_request);
            now += WAY;
            quota.told(&told, sent, now);
        }
        (now - begin, server.refused)
    }

    #[test]
    fn a_crawl_takes_what_the_quota_allows_and_is_never_refused() {
        for window in [3u64, 10, 60, 300] {
            for quota in [1u64, 2, 7, 50] {
                for (rounds_up, starts_with_request) in
                    [(true, true), (true, false), (false, true), (false, false)]
                {
                    let window = Duration::from_secs(window);
                    let start = (!starts_with_request).then_some(Duration::ZERO);
                    let server = Server { quota, window, start, rounds_up, used: 0, refused: 0 };
                    let windows = 40;
                    let (took, refused) = crawl(server, starts_with_request, quota * windows + 1);
                    let case = format!("{quota} in {window:?}, up {rounds_up}, {starts_with_request}");
                    assert_eq!(refused, 0, "{case}");
                    let allowed = (window * windows as u32).mul_f64(1.05);
                    assert!(took <= allowed, "{case}: {took:?} of {allowed:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_lost_is_lost_once() {
        for window in [3u64, 5, 10, 300] {
            for quota in [1, 20] {
                for (rounds_up, starts_with_request, at_most) in
                    [(true, true, 100), (false, true, 100), (true, false, 2050), (false, false, 1050)]
                {
                    let length = Duration::from_secs(window);
                    let start = (!starts_with_request).then_some(Duration::ZERO);
                    let server = Server { quota, window: length, start, rounds_up, used: 0, refused: 0 };
                    let (took, refused) = crawl(server, starts_with_request, quota * 4 + 1);
                    // Crawls begin after 10.3 s, in the midst of a window that goes by the clock.
                    let into = if starts_with_request { 0.0 } else { 10.3 % window as f64 };
                    let allowed = length * 4 - Duration::from_secs_f64(into);
                    let case = format!("{quota} in {length:?}, up {rounds_up}, {starts_with_request}");
                    assert_eq!(refused, 0, "{case}");
                    let lost = took.checked_sub(allowed).expect("no less than allowed");
                    assert!(lost < Duration::from_millis(at_most), "{case}: {took:?} of {allowed:?}");
                }
            }
        }
    }

    #[test]
    fn what_fits_into_a_window_does_not_wait_for_its_end() {
        let window = Duration::from_secs(300);
        let server = Server { quota: 50, window, start: None, rounds_up: true, used: 0, refused: 0 };
        assert_eq!(crawl(server, true, 50), (2 * WAY * 50, 0));
    }

    #[test]
    fn requests_under_way_count_as_sent() {
        let mut quota = Quota::default();
        let at = Duration::from_secs;
        let told = |left| Told { bucket: "api".into(), left, ends_in: at(200), policy: Some((5, at(300))) };
        assert_eq!(quota.take_turn(at(0)), Turn::Now);
        assert_eq!(quota.take_turn(at(0)), Turn::AfterAnswer);
        quota.told(&told(2), at(0), at(1));
        assert_eq!(quota.take_turn(at(1)), Turn::Now);
        assert_eq!(quota.take_turn(at(1)), Turn::Now);
        assert_eq!(quota.take_turn(at(1)), Turn::At(at(202) + MARGIN));
        // The later request is answered first: the other is still under way and counted.
        quota.told(&told(0), at(1), at(2));
        quota.told(&told(1), at(1), at(2));
        assert_eq!(quota.take_turn(at(3)), Turn::At(at(202) + MARGIN));
    }

    #[test]
    fn an_answer_however_late_opens_no_window() {
        let mut quota = Quota::default();
        let at = Duration::from_secs;
        let told = |left, ends_in| Told {
            bucket: "api".into(),
            left,
            ends_in: at(ends_in),
            policy: Some((20, at(30))),
        };
        assert_eq!(quota.take_turn(at(0)), Turn::Now);
        quota.told(&told(19, 30), at(0), at(0));
        // Of all that are sent at once, the one the hub answers first comes last.
        for _ in 0..19 {
            assert_eq!(quota.take_turn(at(1)), Turn::Now);
        }
        (0..18).for_each(|left| quota.told(&told(left, 28), at(1), at(2)));
        quota.told(&told(18, 29), at(1), at(25));
        assert_eq!(quota.take_turn(at(26)), Turn::At(at(30) + MARGIN));
        // But one that was sent when none was left has met the next window.
        assert_eq!(quota.take_turn(at(31)), Turn::Now);
        quota.told(&told(19, 30), at(31), at(31));
        assert_eq!(quota.take_turn(at(31)), Turn::Now);
    }

    #[test]
    fn who_says_when_to_come_back_is_believed() {
        let mut quota = Quota::default();
        assert_eq!(quota.take_turn(Duration::ZERO), Turn::Now);
        quota.answered(Some(Duration::from_secs(9)));
        assert_eq!(quota.take_turn(Duration::from_secs(1)), Turn::At(Duration::from_secs(9)));
        assert_eq!(quota.take_turn(Duration::from_secs(9)), Turn::Now);
    }

    proptest! {
        #[test]
        fn whatever_headers_say_there_is_a_next_turn(
            answers in prop::collection::vec((any::<u16>(), any::<u64>(), any::<u64>(), any::<u64>(), 0u32..100), 1..30),
        ) {
            let mut quota = Quota::default();
            let mut now = Duration::ZERO;
            for (left, ends_in, count, window, passed) in answers {
                now += Duration::from_millis(passed.into());
                let limits = format!("\"api\";r={left};t={ends_in}");
                let policies = format!("\"fixed window\";\"api\";q={count};w={window}");
                if quota.take_turn(now) == Turn::Now {
                    match told(&limits, &policies).first() {
                        Some(told) => quota.told(told, now, now),
                        None => quota.answered(None),
                    }
                }
                quota.standing(now);
            }
        }
    }
}
