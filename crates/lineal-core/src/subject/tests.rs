use super::*;
use crate::{
    evidence::Claimed,
    field::State,
    model_id::HubId,
    record::{ModelRecord, Source},
    resolve::Resolution,
    testing,
};

/// Describes the model `it` of a world, of whose records `tell` says more.
fn of(text: &str, tell: impl Fn(&mut ModelRecord, &mut [State; 5])) -> Subject {
    let mut atlas = testing::atlas(text);
    atlas.profiles = testing::profiles(&atlas.world, tell);
    subject(&atlas, atlas.world.ids.find("it").expect("named"))
}

fn shown(subject: &Subject) -> Vec<String> {
    subject.findings.iter().map(|finding| format!("{}: {}", finding.code, finding.text)).collect()
}

fn check_told(text: &str, tell: impl Fn(&mut ModelRecord, &mut [State; 5]), expected: &[&str]) {
    assert_eq!(shown(&of(text, tell)), expected);
}

fn check(text: &str, expected: &[&str]) {
    check_told(text, |_, _| {}, expected);
}

#[test]
fn all_that_a_snapshot_says_is_there() {
    let found = of(
        "base -merge-> it\ngone? -merge-> it\nit -quantized-> q\nit 5 text-generation",
        |record, states| {
            if record.id.as_str() == "it" {
                record.hub_id = Some(HubId([0xab; 12]));
                record.sha = Some([1; 20]);
                record.library = Some("transformers".to_owned());
                record.license = Some("mit".to_owned());
                record.likes = Some(3);
                record.parameters = Some(7_000);
                record.created_at = Some(1_714_521_600_000);
                record.last_modified = Some(i64::MAX);
                record.gated = Some(Gated::No);
                record.private = Some(false);
                *states =
                    [State::Present, State::Unclear, State::NotApplicable, State::Unclear, State::Present];
            }
        },
    );
    let expected = serde_json::json!({
        "id": "it",
        "missing": false,
        "snapshot": "2025-06-25",
        "hub_id": "abababababababababababab",
        "sha": "0101010101010101010101010101010101010101",
        "task": "text-generation",
        "library": "transformers",
        "license": "mit",
        "downloads": 5,
        "likes": 3,
        "parameters": 7000,
        "created": "2024-05-01",
        "modified": null,
        "gated": "no",
        "disabled": null,
        "private": false,
        "bases": [
            {
                "base": "base",
                "derived": "it",
                "operation": "merge",
                "operation_inferred": false,
                "declared": true,
                "resolution": "exact",
                "evidence": [{"source": "card", "operation": "merge"}]
            },
            {
                "base": "gone",
                "derived": "it",
                "operation": "merge",
                "operation_inferred": false,
                "declared": true,
                "resolution": "missing",
                "evidence": [{"source": "card", "operation": "merge"}]
            }
        ],
        "derived": {"quantized": 1},
        "role": "derived",
        "metadata": {
            "license": "present",
            "performance": "unclear",
            "template": "not_applicable",
            "dataset": "unclear",
            "dependency": "present"
        },
        "findings": [{
            "code": "missing_base",
            "text": "Its base `gone` is not in the snapshot: deleted, private, or never there."
        }]
    });
    assert_eq!(serde_json::to_value(&found).expect("JSON"), expected);
}

#[test]
fn a_role_says_where_in_the_graph_a_model_stands() {
    for (text, role) in [
        ("it -merge-> x", "root"),
        ("x -merge-> it\nit -merge-> y", "derived"),
        ("it -merge-> it", "derived"),
        ("it", "isolated"),
        ("it? -merge-> x", "missing"),
    ] {
        assert_eq!(of(text, |_, _| {}).role, role, "{text}");
    }
}

#[test]
fn of_a_missing_base_nothing_is_known_but_who_names_it() {
    check(
        "it? -merge-> x\nit? -adapter-> y",
        &[
            "not_listed: 2 models name it as a base, but the snapshot lists no such model: deleted, private, or never there.",
        ],
    );
    let atlas = testing::atlas("./out? -adapter-> x");
    let found = subject(&atlas, 1);
    assert_eq!(
        shown(&found),
        ["not_listed: One model names it as a base, but no model can have such a name."]
    );
    assert!(found.missing && found.metadata.is_empty() && found.bases.is_empty());
}

#[test]
fn a_sound_model_has_no_findings() {
    check("a -merge-> it\nb -merge-> it\nit -adapter-> x", &[]);
    check("it", &[]);
}

#[test]
fn missing_bases_are_told_in_one_sentence() {
    check(
        "/root/\u{202e}x? -adapter-> it",
        &["missing_base: Its base `/root/\\u{202e}x` is no name that a model can have."],
    );
    let bases: Vec<String> = (0..65).map(|number| format!("b{number}? -merge-> it")).collect();
    check(
        &bases.join("\n"),
        &[
            "missing_base: Its bases `b0` and 64 others are not in the snapshot: deleted, private, or never there.",
        ],
    );
}

#[test]
fn a_model_made_from_itself_or_in_a_circle_says_so() {
    check("it -merge-> it", &["self_based: It names itself as its base."]);
    check(
        "it -adapter-> a\na -adapter-> b\nb -adapter-> it\na -adapter-> a",
        &[
            "cycle: It is among its own ancestors: by their own accounts, each of them was made from the others.",
        ],
    );
    // Below a circle is not on it.
    check("b -adapter-> a\na -adapter-> b\nb -adapter-> it", &[]);
}

#[test]
fn licences_are_compared_where_both_are_known() {
    let licenses = |record: &mut ModelRecord, _: &mut [State; 5]| {
        let license = match record.id.as_str() {
            "it" | "same" => Some("mit"),
            "a" => Some("llama3"),
            "b" => Some("other"),
            _ => None,
        };
        record.license = license.map(str::to_owned);
    };
    check_told("same -adapter-> it", licenses, &[]);
    check_told("silent -adapter-> it", licenses, &[]);
    check_told(
        "same -merge-> it\na -merge-> it\nb -merge-> it",
        licenses,
        &[
            "license_differs: Its licence is `mit`, that of its base `a` is `llama3`; one other base differs too.",
        ],
    );
}

#[test]
fn only_what_was_looked_for_is_missing() {
    check_told("it", |_, states| *states = [State::Unclear; 5], &[]);
    check_told(
        "it",
        |_, states| {
            *states = [State::Missing, State::Missing, State::NotApplicable, State::Missing, State::Wrong]
        },
        &[
            "license_missing: It states no licence in any place where one is looked for.",
            "dependency_wrong: What it says of its bases is contradicted by its files, its card or its name.",
            "field_missing: Its metadata says nothing of its results or data sets.",
        ],
    );
}

#[test]
fn who_can_get_at_it_and_its_bases_is_told() {
    check_told(
        "open -merge-> it\nshut -merge-> it\nask -merge-> it",
        |record, _| match record.id.as_str() {
            "it" => {
                (record.gated, record.private, record.disabled) =
                    (Some(Gated::Manual), Some(true), Some(true))
            }
            "shut" => (record.private, record.disabled) = (Some(true), Some(true)),
            "ask" => record.gated = Some(Gated::Auto),
            _ => (record.gated, record.private) = (Some(Gated::No), Some(false)),
        },
        &[
            "disabled: The hub has closed it: its files cannot be fetched.",
            "disabled_base: Its base `shut` is closed by the hub: no files can be fetched.",
            "private_base: Its base `shut` is private: few can see what it was made from.",
            "gated_base: Its base `ask` is gated: access is granted to whoever accepts the terms.",
            "private: It is private: few can see it.",
            "gated: It is gated: access is granted by hand.",
        ],
    );
}

#[test]
fn odd_operations_are_told() {
    check("a -merge-> it", &["merge_of_one: It says that it is a merge, and names only one base."]);
    check(
        "a -merge-> it\nb -adapter-> it",
        &["several_operations: It says that it was made by more than one operation: `merge` and `adapter`."],
    );
}

#[test]
fn doubtful_evidence_is_told() {
    let mut atlas = testing::atlas("a -finetune-> it\nb -finetune-> it\nc -finetune-> it\nd -finetune-> it");
    atlas.evidence = testing::evidence(&atlas.world, |base, _, grounds| match base {
        "a" => {
            let operation = Some("adapter".to_owned());
            grounds.claims.push(Claimed { source: Source::TypedTag, named: None, operation });
        }
        "b" => {
            grounds.operation_inferred = true;
            grounds.claims[0].operation = None;
        }
        "c" => {
            grounds.resolution = Some(Resolution::Alias);
            grounds.claims[0].named = Some("old".to_owned());
        }
        _ => {
            grounds.resolution = Some(Resolution::IgnoringCase);
            grounds.claims[0].named = Some("D".to_owned());
        }
    });
    let it = atlas.world.ids.find("it").expect("named");
    let expected = [
        "evidence_disagrees: Its record disagrees with itself on how it was made from `a`: `finetune` and `adapter`; it is taken for `finetune`.",
        "operation_inferred: It does not say how it was made from `b`; the hub takes it for `finetune`.",
        "old_name: It names `c` by a former name: `old`.",
        "other_case: It names `d` in other capitals: `D`.",
    ];
    assert_eq!(shown(&subject(&atlas, it)), expected);
}

proptest::proptest! {
    #[test]
    fn findings_come_gravest_first_and_one_of_a_kind(
        relations in "((a|b|it|c[?]|d[?]) -(merge|adapter)-> it\n){0,8}",
    ) {
        let found = of(&format!("it\n{relations}"), |record, states| {
            record.gated = Some(Gated::Auto);
            record.license = Some(record.id.to_string());
            *states = [State::Missing; 5];
        });
        let place = |finding: &Finding| Code::ALL.iter().position(|code| code.as_str() == finding.code);
        let places: Vec<_> = found.findings.iter().map(place).collect();
        proptest::prop_assert!(places.is_sorted_by(|one, other| one.is_some() && one < other));
    }
}

#[test]
fn every_kind_of_finding_has_a_word_of_its_own() {
    let words: std::collections::BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    assert!(Code::ALL.is_sorted());
}
