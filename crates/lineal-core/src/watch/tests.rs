//! What is found, from two snapshots written as text to the sentences that are said.

use super::{
    trace::{Known, Plan},
    *,
};
use crate::{
    pairing::{Pairing, Renames, Side},
    testing,
    world::World,
};
use proptest::prelude::*;
use std::collections::HashMap;

/// One snapshot: its world, and of some models what is said of them, as `model key=value …`. The
/// hub id of a model is the number after `id=`; by default each name has its own. Those with
/// `made=since` were made after the earlier snapshot.
struct Text {
    world: World,
    hub_ids: Vec<Option<HubId>>,
    facts: HashMap<String, Facts>,
    newborn: Vec<u32>,
}

fn hub_id(number: u8) -> HubId {
    HubId([number; 12])
}

fn read(text: &str) -> Text {
    let (facts, world): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.contains('='));
    let world = testing::world(&world.join("\n"));
    // The sum of a name's letters tells the few names of a test apart.
    let by_name =
        |name: &str| hub_id(name.bytes().fold(0, |sum: u8, byte| sum.wrapping_mul(31).wrapping_add(byte)));
    let mut found: HashMap<String, Facts> = HashMap::new();
    let names = (0..world.graph.models()).map(|node| world.name(node).to_owned());
    for name in names.collect::<Vec<_>>() {
        let facts = Facts {
            hub_id: Some(by_name(&name)),
            license: Some(None),
            new_version: Some(None),
            ..Facts::default()
        };
        found.insert(name, facts);
    }
    let mut newborn = Vec::new();
    for line in facts {
        let mut words = line.split_whitespace();
        let name = words.next().expect("a name");
        let facts = found.get_mut(name).expect("a model");
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            let number = value.parse().unwrap_or(0);
            match key {
                "id" => facts.hub_id = (value != "?").then_some(hub_id(number)),
                "sha" => facts.sha = Some([number; 20]),
                "gated" => facts.gated = Gated::ALL.into_iter().find(|gated| gated.as_str() == value),
                "license" => facts.license = Some(Some(value.to_owned())),
                "next" => facts.new_version = Some(Some(value.to_owned())),
                "disabled" => facts.disabled = Some(value == "yes"),
                "made" => newborn.extend((0..world.graph.models()).filter(|node| world.name(*node) == name)),
                "private" => facts.private = Some(value == "yes"),
                _ => panic!("what is {key}?"),
            }
        }
    }
    let hub_ids = (0..world.graph.models()).map(|node| found[world.name(node)].hub_id).collect();
    newborn.sort_unstable();
    Text { world, hub_ids, facts: found, newborn }
}

impl Text {
    fn side(&self) -> Side<'_> {
        Side { world: &self.world, hub_ids: &self.hub_ids }
    }

    fn facts(&self, node: u32) -> Facts {
        self.facts[self.world.name(node)].clone()
    }
}

fn found(list: &str, earlier: &str, later: &str) -> Vec<Finding> {
    let (earlier, later) = (read(earlier), read(later));
    let (one, other) = (earlier.side(), later.side());
    let pairing = Pairing::new(one, other, Renames::On);
    let lines = list::parse(list).expect("a list").lines;
    let Plan { models, watched } = trace::plan(
        &lines,
        &Known { earlier: Some(one), later: Some((other, &pairing)), newborn: &later.newborn },
    );
    let since = SnapshotDate::new(2026, 11, 8);
    let subjects: Vec<Subject> = models
        .iter()
        .map(|traced| {
            let now = match traced.after {
                Some(node) => Now::There {
                    name: later.world.name(node).to_owned(),
                    evidence: traced.evidence,
                    facts: later.facts(node),
                },
                None if traced.is_known() => Now::Absent,
                None => Now::Unknown,
            };
            let before = traced.before.map(|node| earlier.facts(node));
            let mut subject = traced.subject(since, before, now);
            subject.instead = traced.instead.map(|node| Instead {
                name: later.world.name(node).to_owned(),
                hub_id: later.hub_ids[node as usize],
                is_newborn: traced.is_taken(),
            });
            let both = traced.before.zip(traced.after);
            subject.relation =
                both.and_then(|(before, after)| relation::change(&one, &other, &pairing, before, after));
            subject
        })
        .collect();
    findings(&subjects, &watched)
}

fn check(list: &str, earlier: &str, later: &str, expected: &str) {
    let shown = |finding: &Finding| {
        let way = match finding.via.is_empty() {
            true => String::new(),
            false => format!(" for {}", finding.via.join(" < ")),
        };
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let pinned = if finding.since.is_none() { " (pinned)" } else { "" };
        // Forty equal digits are as good as two.
        let short =
            |text: String| if text.len() == 40 || text.len() == 24 { text[..2].to_owned() } else { text };
        let (before, after) = (short(value(&finding.before)), short(value(&finding.after)));
        format!("{} {}{way}: {before} => {after}{pinned}", finding.code.as_str(), finding.model)
    };
    let found: Vec<String> = found(list, earlier, later).iter().map(shown).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_stays_as_it_was_is_no_finding() {
    let week =
        "a/root -finetune-> a/tuned\na/tuned sha=1 gated=auto license=mit next=a/b disabled=yes private=yes";
    check("a/tuned", week, week, "");
    check("a/tuned\nA/Tuned", week, &format!("{week}\nnew/model"), "");
}

#[test]
fn a_base_that_goes_is_found_for_each_model_that_was_made_from_it() {
    check(
        "a/tuned\na/quant",
        "a/root -finetune-> a/tuned\na/tuned -quantized-> a/quant\na/root sha=7",
        "a/root? -finetune-> a/tuned\na/tuned -quantized-> a/quant",
        "
        deleted a/root for a/quant < a/tuned < a/root: 07 => -
        deleted a/root for a/tuned < a/root: 07 => -
        ",
    );
}

#[test]
fn a_name_is_no_identity() {
    // Renamed; deleted and taken; renamed and taken.
    check("a/x", "a/x\na/x id=1", "b/x\nb/x id=1", "renamed a/x: a/x => b/x");
    check("a/x", "a/x\na/x id=1", "A/x\nA/x id=1", "renamed a/x: a/x => A/x");
    check("a/x", "a/x\na/x id=1 sha=1", "a/x\na/x id=2 sha=2", "reused a/x: 01 => 02");
    check("a/x", "a/x\na/x id=1 sha=1", "a/X\na/X id=2 sha=2", "reused a/x: 01 => 02");
    check(
        "a/x",
        "a/x\na/x id=1 sha=1",
        "a/x\nb/x\na/x id=2 sha=2\nb/x id=1 sha=3",
        "
        reused a/x: 01 => 02
        renamed a/x: a/x => b/x
        updated a/x: 01 => 03
        ",
    );
}

#[test]
fn each_change_is_found_once() {
    check(
        "a/x",
        "a/x\na/x sha=1 gated=no license=mit disabled=no private=no",
        "b/base -merge-> a/x\na/x sha=2 gated=manual license=other next=a/y disabled=yes private=yes",
        "
        disabled a/x: false => true
        private a/x: false => true
        gated a/x: no => manual
        relation a/x: - => merge of b/base
        license a/x: mit => other
        updated a/x: 01 => 02
        newer_version a/x: - => a/y
        ",
    );
    check("a/x", "a/x\na/x gated=manual", "a/x\na/x gated=auto", "ungated a/x: manual => auto");
    check("a/x", "a/x\na/x license=mit", "a/x", "license a/x: mit => -");
    check("a/x", "a/x\na/x next=a/y", "a/x", "");
}

#[test]
fn what_one_side_does_not_say_is_not_compared() {
    check("a/x", "a/x", "a/x\na/x sha=2 gated=auto", "");
    check("a/x", "a/x\na/x sha=1 gated=auto", "a/x", "");
    // Without hub ids, the name is all there is.
    check("a/x", "a/x\na/x id=?", "a/x", "");
}

#[test]
fn what_a_list_pins_counts_for_more_than_the_snapshot() {
    let sha = |digit: &str| digit.repeat(40);
    let id = |digit: &str| format!("id={}", digit.repeat(24));
    let week = "a/x\na/x id=17 sha=17";
    check(&format!("a/x sha={}", sha("1")), week, week, "");
    check(&format!("a/x sha={}", sha("2")), week, week, "updated a/x: 22 => 11 (pinned)");
    check(&format!("a/x {}", id("1")), week, week, "");
    check(&format!("a/x {}", id("2")), week, week, "reused a/x: 22 => 11 (pinned)");
    check(&format!("old/x {}", id("1")), week, week, "renamed old/x: old/x => a/x (pinned)");
    check(&format!("a/y sha={} {}", sha("2"), id("2")), week, week, "deleted a/y: 22 => - (pinned)");
    check("a/y", week, week, "unknown a/y: - => -");
}

#[test]
fn a_model_that_is_new_has_nothing_to_be_compared_with_but_its_bases_have() {
    check(
        "a/new",
        "a/root\na/root sha=1",
        "a/root -finetune-> a/new\na/root sha=2",
        "updated a/root for a/new < a/root: 01 => 02",
    );
    // Under the name it has now, it is known; what it was before is compared.
    check("b/x", "a/x\na/x id=1 sha=1", "b/x\nb/x id=1 sha=2", "updated b/x: 01 => 02");
}

#[test]
fn a_base_that_was_missing_is_no_base_once_somebody_made_since_has_its_name() {
    let before = "a/gone? -finetune-> a/t\na/t -quantized-> a/q";
    let after = "a/gone -finetune-> a/t\na/t -quantized-> a/q\na/gone id=17";
    let newborn = format!("{after} made=since");
    check("a/q", before, &newborn, "reused a/gone for a/q < a/t < a/gone: - => 11");
    // On the list itself it is what is there now, and so it is for nobody else.
    check("a/gone\na/q", before, &newborn, "reused a/gone for a/q < a/t < a/gone: - => 11");
    // It may have been private, as nobody says when it was made.
    check("a/q", before, after, "");
    // Whoever was made from what is new knows what that is.
    check("a/new", "a/x", "a/base -finetune-> a/new\na/base made=since\na/new made=since", "");
    let said = |finding: &Finding| format!("{} {}", finding.what, finding.meaning);
    assert_eq!(
        found("a/t", before, &newborn).iter().map(said).collect::<Vec<_>>(),
        [
            "No model of this name was listed; a repository made since then has taken it. Whoever fetches what \
          `a/t` was made from gets something else: do not load it by this name."
        ]
    );
}

#[test]
fn a_legacy_name_means_the_model_that_has_it_now() {
    let week = "openai-community/gpt2";
    check("gpt2", week, "a/x", "deleted openai-community/gpt2: - => -");
    check("gpt2\nopenai-community/gpt2", week, week, "");
}

#[test]
fn a_finding_says_what_happened_what_it_means_and_what_to_do() {
    let said = |finding: &Finding| format!("{} {}", finding.what, finding.meaning);
    let root = found("a/t", "a/r -adapter-> a/t", "a/r? -adapter-> a/t");
    assert_eq!(
        root.iter().map(said).collect::<Vec<_>>(),
        [
            "It is not listed any more: deleted, or made private. `a/t` was made from it and stays as it is, but its \
          weights cannot be fetched any more: keep a copy if you need both, as adapters do."
        ]
    );
    let taken = found("a/r", "a/r\na/r id=1", "a/r\na/r id=2");
    assert_eq!(
        taken.iter().map(said).collect::<Vec<_>>(),
        [
            "Another repository now answers under this name. Do not load it by this name: what comes is not what \
          you chose."
        ]
    );
}

#[test]
fn files_tell_weights_and_templates_from_other_updates() {
    let subject = |files: Option<ChangedFiles>| Subject {
        name: "a/x".to_owned(),
        pins: Pins::default(),
        since: None,
        before: Facts { sha: Some([1; 20]), ..Facts::default() },
        now: Now::There {
            name: "a/x".to_owned(),
            evidence: None,
            facts: Facts { sha: Some([2; 20]), ..Facts::default() },
        },
        instead: None,
        relation: None,
        files,
    };
    let said = |files| {
        let watched = [Watched { subject: 0, ancestors: Vec::new() }];
        let found = findings(&[subject(files)], &watched);
        found.iter().map(|found| format!("{}: {}", found.code.as_str(), found.what)).collect::<Vec<_>>()
    };
    let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    assert_eq!(said(None), ["updated: Its main branch is at another commit."]);
    let files = ChangedFiles {
        weights: paths(&["a.gguf", "b.gguf", "c.gguf"]),
        template: paths(&["chat_template.jinja"]),
        other: paths(&["README.md"]),
    };
    assert_eq!(
        said(Some(files)),
        [
            "weights: Its weights changed: `a.gguf` and 2 other files.",
            "template: Its chat template changed, or a file that can hold it: `chat_template.jinja`.",
            "updated: Its main branch is at another commit; `a.gguf` and 4 other files changed.",
        ]
    );
}

#[test]
fn what_a_hub_does_not_answer_is_never_called_deleted() {
    let said = |now: Now| {
        let traced = trace::Traced {
            name: "a/x".to_owned(),
            pins: Pins::default(),
            before: Some(0),
            after: None,
            evidence: None,
            instead: None,
        };
        let subject = traced.subject(None, None, now);
        let found = findings(&[subject], &[Watched { subject: 0, ancestors: Vec::new() }]);
        found.iter().map(|found| format!("{} {}", found.code.as_str(), found.what)).collect::<String>()
    };
    assert!(
        said(Now::Silent { anonymous: true })
            .starts_with("gone The hub does not answer for it without a token: gone or private.")
    );
    assert!(said(Now::Silent { anonymous: false }).contains("with this token: gone, or private to others."));
    assert!(said(Now::Closed).starts_with("disabled The hub has closed it."));
}

#[test]
fn each_code_and_severity_is_one_word_and_the_most_urgent_come_first() {
    assert!(Code::ALL.is_sorted() && Code::ALL.map(Code::severity).is_sorted());
    assert!(Severity::ALL.is_sorted());
    let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    for code in Code::ALL {
        assert!(
            !words::meaning(code, None).is_empty() && words::meaning(code, Some("a/b")).contains("`a/b`")
        );
    }
}

/// A week of a few models: relations and facts by chance, as text.
fn weeks() -> impl Strategy<Value = String> {
    let relation = (0..6usize, 0..6usize).prop_map(|(base, derived)| match base == derived {
        true => String::new(),
        false => format!("a/m{base} -merge-> a/m{derived}"),
    });
    let listed = proptest::collection::btree_set(0..6usize, 1..6);
    let facts = (0..3u8, 0..8u8);
    (proptest::collection::vec(relation, 0..6), listed, facts).prop_map(
        |(relations, listed, (sha, shift))| {
            let is_listed = |word: &&str| listed.iter().any(|number| **word == format!("a/m{number}"));
            let mark = |word: &str| {
                if word.starts_with("a/") && !is_listed(&word) { format!("{word}?") } else { word.to_owned() }
            };
            // Who is not listed can be a base only.
            let kept = relations
                .iter()
                .filter(|line| line.split(' ').next_back().is_some_and(|derived| is_listed(&derived)));
            let relations = kept.map(|line| line.split(' ').map(mark).collect::<Vec<_>>().join(" "));
            let names = listed.iter().map(|number| format!("a/m{number}"));
            let facts = listed.iter().map(|number| {
                let id = (*number as u8 + shift / 4) % 7 + 1;
                format!("a/m{number} id={id} sha={}", u8::from(id == 3) * sha)
            });
            names.chain(relations).chain(facts).collect::<Vec<_>>().join("\n")
        },
    )
}

proptest! {
    #[test]
    fn a_finding_is_there_once_and_the_order_of_the_list_changes_nothing(earlier in weeks(), later in weeks()) {
        let list = "a/m0\na/m1\na/m2\na/m3\na/m4\na/m5";
        let backwards = list.lines().rev().collect::<Vec<_>>().join("\n");
        let findings = found(list, &earlier, &later);
        prop_assert_eq!(&findings, &found(&backwards, &earlier, &later));
        let keys: BTreeSet<_> =
            findings.iter().map(|finding| (finding.code, &finding.model, &finding.watched)).collect();
        prop_assert_eq!(keys.len(), findings.len());
        // What did not happen is not found, but for names that nobody has.
        let same = found(list, &earlier, &earlier);
        prop_assert!(same.iter().all(|finding| finding.code == Code::Unknown), "{:?}", same);
    }
}
