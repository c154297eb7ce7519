//! What does the report say, for programs? And which snapshots are there?
//!
//! Parts of the report are long, and the same for everybody: each is written once and kept.

use super::{
    answer::{Answer, JSON, Part as PagePart, Told, json, json_bytes, page},
    asked::Asked,
    models::AFTER,
    parameter::{Kind, Parameter},
    problem::{self, Problem},
};
use crate::{
    Report,
    page::with_causes,
    serve::view::{Part, Slot},
};
use axum::body::Bytes;
use lineal_core::{
    infer::check::Checked,
    inferred::Summary,
    quality::{Quality, trend::Row},
    risk::{edges::Edges, evaluation::Evaluation, study::Study},
    usage::{Semantics, Usage},
};
use serde::Serialize;

pub static SEMANTICS: Parameter = Parameter::optional(
    "semantics",
    Kind::Word(&["formal", "study"]),
    "By which rules chains are found: the study's definitions, or what its scripts do.",
)
.or("formal");

/// All that is known of how good metadata is.
#[derive(Serialize)]
struct AllQuality<'a> {
    all: &'a Quality,
    /// The same of the models that the study's sample was drawn from.
    frame: &'a Option<Quality>,
    trend: &'a [Row],
    inferred: &'a Option<Summary>,
    check: &'a Option<Checked>,
    grown: &'a Option<Usage>,
}

/// All that was measured of risks.
#[derive(Serialize)]
struct AllRisk<'a> {
    evaluations: &'a [Evaluation],
    edges: &'a Edges,
    study: &'a Option<Study>,
}

/// Tells how models are used.
pub fn usage(asked: &Asked) -> Told {
    let is_study = is_study(asked);
    kept(asked, if is_study { Part::StudyUsage } else { Part::Usage }, "The usage", |report| {
        if !is_study {
            return json_bytes(&report.formal);
        }
        json_bytes(report.study.as_ref().map_err(|error| not_there(&with_causes(error)))?)
    })
}

/// Tells how the hub changed.
pub fn evolution(asked: &Asked) -> Told {
    let is_study = is_study(asked);
    kept(asked, if is_study { Part::StudyEvolution } else { Part::Evolution }, "The evolution", |report| {
        let evolution = report.evolution.as_ref();
        let evolution =
            evolution.ok_or_else(|| not_there("there are fewer than two snapshots to compare"))?;
        if !is_study {
            return json_bytes(&evolution.formal);
        }
        json_bytes(evolution.study.as_ref().map_err(|error| not_there(&with_causes(error)))?)
    })
}

/// Tells how good the metadata is.
pub fn quality(asked: &Asked) -> Told {
    kept(asked, Part::Quality, "The quality", |report| {
        let quality = report.quality.as_ref().ok_or_else(|| not_there("nobody judged the metadata"))?;
        json_bytes(&AllQuality {
            all: &quality.all,
            frame: &quality.frame,
            trend: &quality.trend,
            inferred: &quality.inferred,
            check: &quality.check,
            grown: &quality.grown,
        })
    })
}

/// Tells what was measured of risks.
pub fn risk(asked: &Asked) -> Told {
    kept(asked, Part::Risk, "The risk", |report| {
        let risk = report.risk.as_ref().ok_or_else(|| not_there("nothing was measured"))?;
        json_bytes(&AllRisk { evaluations: &risk.evaluations, edges: &risk.edges, study: &risk.study })
    })
}

/// Tells what broke since the snapshot before.
pub fn week(asked: &Asked) -> Told {
    match there(&asked.view.answers.broken, "What broke since the snapshot before")? {
        Some(broken) => json(broken),
        None => Err(not_there("there is no snapshot before this one")),
    }
}

/// Lists the snapshots, newest first.
pub fn snapshots(asked: &Asked) -> Told {
    let items = asked.view.snapshots.clone();
    let total = Some(items.len() as u64);
    // A hub has a snapshot for each week, which is few enough for one page.
    page(asked, &AFTER, PagePart { items, total, after: None })
}

fn is_study(asked: &Asked) -> bool {
    asked.given.text(&SEMANTICS) == Some(Semantics::Study.as_str())
}

/// Answers with a part of the report, written the first time it is asked for.
fn kept(
    asked: &Asked,
    part: Part,
    name: &str,
    write: impl FnOnce(&Report) -> Result<Bytes, Problem>,
) -> Told {
    let report = there(&asked.view.answers.report, name)?;
    let bytes = asked.view.answers.part(part, || write(report))?;
    Ok(Answer::new(JSON, bytes))
}

/// Returns what is worked out while the view is looked at, if it is there already.
pub fn there<'a, T>(slot: &'a Slot<T>, name: &str) -> Result<&'a T, Problem> {
    match slot.get() {
        Some(Ok(answer)) => Ok(answer),
        Some(Err(why)) => Err(not_there(why)),
        None => Err(Problem::working(name)),
    }
}

fn not_there(why: &str) -> Problem {
    Problem::new(problem::Kind::NotThere, format!("There is no such answer: {why}."))
}
