//! How far has long work on a hub come?
//!
//! A bar for people, lines of JSON for machines, on standard error; nothing where nobody watches.

use crate::ui;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lineal_hub::client::{Event, Standing};
use serde::Serialize;
use std::{
    io::{self, IsTerminal},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often a bar is drawn anew or a line of progress is written, at most.
const OFTEN: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// A bar if standard error is a terminal, else notes only
    Auto,
    Bar,
    Json,
    /// Say nothing
    None,
}

/// How far the work has come.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// What was done: models listed, or models asked about.
    pub models: u64,
    /// All there are to do, as far as that is known.
    pub total: Option<u64>,
    /// Those that were done before this run.
    pub before: u64,
    pub pages: u64,
    pub requests: u64,
    pub standing: Option<Standing>,
    /// Requests still to be made, as far as that is known.
    pub requests_left: Option<u64>,
}

/// One line for machines; keys are added, never renamed or removed.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum Line<'a> {
    Progress {
        models: u64,
        total: Option<u64>,
        pages: u64,
        requests: u64,
        bytes: u64,
        models_per_second: f64,
        quota_left: Option<u64>,
        quota: Option<u64>,
        window_ends_in_seconds: Option<u64>,
        seconds_left: Option<u64>,
    },
    Waiting {
        bucket: &'a str,
        seconds: f64,
    },
    Retrying {
        why: &'a str,
        attempt: u32,
        seconds: f64,
    },
    Note {
        text: &'a str,
    },
}

/// Shows progress. Everything may be called from any thread.
pub struct Progress {
    form: Form,
    /// Whether nothing at all is to be said.
    is_silent: bool,
    bar: ProgressBar,
    start: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bytes: u64,
    shown: Option<Instant>,
}

impl Progress {
    pub fn new(form: Form) -> Progress {
        let is_silent = form == Form::None;
        let form = match form {
            Form::Auto if io::stderr().is_terminal() => Form::Bar,
            Form::Auto => Form::None,
            form => form,
        };
        let target = match form {
            Form::Bar => ProgressDrawTarget::stderr_with_hz(8),
            _ => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if form == Form::Bar {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress { form, is_silent, bar, start: Instant::now(), state: Mutex::default() }
    }

    /// Shows how far the work has come.
    pub fn done(&self, done: &Done) {
        self.bar.set_position(done.models);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.shown.is_some_and(|shown| shown.elapsed() < OFTEN) {
            return;
        }
        state.shown = Some(Instant::now());
        let bytes = state.bytes;
        drop(state);
        self.show(done, bytes);
    }

    /// Shows how far the work has come in the end.
    pub fn finish(&self, done: &Done) {
        self.bar.set_position(done.models);
        let bytes = self.state.lock().unwrap_or_else(PoisonError::into_inner).bytes;
        self.show(done, bytes);
        self.bar.finish_and_clear();
    }

    fn show(&self, done: &Done, bytes: u64) {
        let rate = (done.models - done.before.min(done.models)) as f64 / self.start.elapsed().as_secs_f64();
        let left = seconds_left(done, rate);
        match self.form {
            Form::Bar => {
                let known = done.total.is_some();
                let template = if known { "{wide_bar} {pos}/{len} {msg}" } else { "{spinner} {pos} {msg}" };
                // A style that does not parse leaves the bar's own.
                if let Ok(style) = ProgressStyle::with_template(template) {
                    self.bar.set_style(style);
                }
                if let Some(total) = done.total {
                    self.bar.set_length(total.max(done.models));
                }
                self.bar.set_message(message(done, rate, left));
            }
            Form::Json => self.line(&Line::Progress {
                models: done.models,
                total: done.total,
                pages: done.pages,
                requests: done.requests,
                bytes,
                models_per_second: (rate * 10.0).round() / 10.0,
                quota_left: done.standing.map(|standing| standing.left),
                quota: done.standing.and_then(|standing| Some(standing.policy?.0)),
                window_ends_in_seconds: done.standing.map(|standing| standing.ends_in.as_secs()),
                seconds_left: left,
            }),
            Form::Auto | Form::None => {}
        }
    }

    /// Takes note of what happens on the way.
    pub fn event(&self, event: Event) {
        match event {
            Event::Answered { bytes } => {
                self.state.lock().unwrap_or_else(PoisonError::into_inner).bytes += bytes;
            }
            Event::Waiting { bucket, time } => match self.form {
                Form::Json => {
                    self.line(&Line::Waiting { bucket: bucket.as_str(), seconds: time.as_secs_f64() })
                }
                _ => self.bar.set_message(format!(
                    "waiting {} s for the hub's rate limit ({})",
                    time.as_secs() + 1,
                    bucket.as_str()
                )),
            },
            Event::Retrying { why, attempt, time } => match self.form {
                Form::Json => {
                    self.line(&Line::Retrying { why: &why, attempt, seconds: time.as_secs_f64() });
                }
                _ => {
                    let why = ui::harmless(&why);
                    self.bar.set_message(format!("trying again in {:.1} s: {why}", time.as_secs_f64()));
                }
            },
        }
    }

    /// Says something about the work.
    pub fn note(&self, text: &str) {
        match self.form {
            Form::Json => self.line(&Line::Note { text }),
            _ if self.is_silent => {}
            _ => self.bar.suspend(|| ui::say(text)),
        }
    }

    fn line(&self, line: &Line) {
        // Only numbers and texts are in it, and they can always be written as JSON.
        if let Ok(json) = serde_json::to_string(line) {
            ui::say(&json);
        }
    }
}

fn message(done: &Done, rate: f64, left: Option<u64>) -> String {
    let mut parts = vec![format!("{rate:.0}/s")];
    if let Some(standing) = done.standing {
        let of = standing.policy.map_or_else(String::new, |(quota, _)| format!(" of {quota}"));
        parts.push(format!("{}{of} requests for {} s", standing.left, standing.ends_in.as_secs()));
    }
    parts.extend(left.map(|left| format!("{} left", duration(Duration::from_secs(left)))));
    parts.join(", ")
}

/// Estimates the time to the end: what the hub's quota allows, or what the rate so far promises,
/// whichever is longer.
fn seconds_left(done: &Done, rate: f64) -> Option<u64> {
    let models = done.total?.saturating_sub(done.models);
    let by_rate = (rate > 0.0).then(|| (models as f64 / rate) as u64)?;
    let by_quota = done.standing.zip(done.requests_left).and_then(|(standing, requests)| {
        let (quota, window) = standing.policy?;
        Some(quota_time(requests, standing.left, standing.ends_in, quota, window).as_secs())
    });
    Some(by_quota.map_or(by_rate, |by_quota| by_quota.max(by_rate.min(by_quota * 2))))
}

/// How long so many requests must take under a quota.
pub fn quota_time(requests: u64, left: u64, ends_in: Duration, quota: u64, window: Duration) -> Duration {
    if requests <= left {
        return Duration::ZERO;
    }
    let windows = (requests - left).div_ceil(quota.max(1)) - 1;
    ends_in + window * u32::try_from(windows).unwrap_or(u32::MAX)
}

/// A time in the units that keep it short.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds.div_ceil(60)),
        7200..172_800 => format!("{:.1} h", seconds as f64 / 3600.0),
        _ => format!("{:.1} days", seconds as f64 / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_spent_window_by_window() {
        let time = |requests| {
            quota_time(requests, 100, Duration::from_secs(40), 500, Duration::from_secs(300)).as_secs()
        };
        assert_eq!([100, 101, 600, 601].map(time), [0, 40, 40, 340]);
    }

    #[test]
    fn a_time_is_told_in_few_digits() {
        let told = [0, 119, 120, 7199, 7200, 172_800].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(told, ["0 s", "119 s", "2 min", "120 min", "2.0 h", "2.0 days"]);
    }
}
