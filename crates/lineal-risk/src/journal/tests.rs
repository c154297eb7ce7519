use super::*;
use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

fn answer(text: &str) -> Answer {
    Answer {
        text: text.to_owned(),
        finish: Finish::Complete,
        prompt_tokens: None,
        completion_tokens: Some(1),
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Opens the journal of one plan.
fn open(folder: &TempDir) -> Journal {
    Journal::open(folder.path(), &json!({"model": "tiny"})).expect("a journal")
}

/// All answers, as `id text`, in order.
fn listed(journal: &Journal) -> String {
    let mut listed: Vec<String> =
        journal.answers().iter().map(|(id, answer)| format!("{id} {}", answer.text)).collect();
    listed.sort();
    listed.join(", ")
}

#[test]
fn answers_are_there_after_opening_again() {
    let folder = folder();
    let mut journal = open(&folder);
    journal.answer("a", answer("yes")).expect("written");
    journal.fail("b", "too long".into()).expect("written");
    let served = Served { model: Some("tiny".into()), fingerprint: None };
    journal.note_served(&served).expect("written");
    drop(journal);
    let mut journal = Journal::reopen(folder.path()).expect("a journal");
    assert_eq!((listed(&journal).as_str(), journal.served()), ("a yes, b ", &served));
    let failure = Failure { id: "b".into(), reason: "too long".into() };
    assert_eq!(journal.failures(), [failure]);
    // Asked again, it is answered.
    journal.answer("b", answer("no")).expect("written");
    drop(journal);
    let journal = open(&folder);
    assert_eq!((listed(&journal).as_str(), journal.failed()), ("a yes, b no", 0));
}

#[test]
fn two_cannot_be_at_one_run() {
    let folder = folder();
    let _journal = open(&folder);
    let error = Journal::reopen(folder.path()).expect_err("held").to_string();
    assert_eq!(error, format!("another process is at the run in `{}`", folder.path().display()));
}

#[test]
fn another_plan_is_refused_by_what_differs() {
    let folder = folder();
    drop(Journal::open(folder.path(), &json!({"model": "tiny", "seed": "7", "temperature": 0.1})));
    let other = json!({"model": "huge", "temperature": 0.1, "top_p": 1});
    let error = Journal::open(folder.path(), &other).expect_err("another run").to_string();
    let expected = "holds an unfinished run of something else (model is `tiny`, not `huge`; seed is `7`, not \
                    nothing; top_p is nothing, not `1`); finish that one, discard it, or give another folder";
    assert_eq!(error, format!("`{}` {expected}", folder.path().display()));
    Journal::open(folder.path(), &json!({"temperature": 0.1, "seed": "7", "model": "tiny"}))
        .expect("the same");
}

#[test]
fn a_plan_that_is_none_is_not_overwritten() {
    let folder = folder();
    let path = folder.path().join(PLAN);
    fs::write(&path, "{").expect("written");
    let error = Journal::open(folder.path(), &json!({})).expect_err("no plan").to_string();
    assert!(
        error.starts_with(&format!("the plan of a run, `{}`, is not valid: EOF", path.display())),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).expect("there"), "{");
}

#[test]
fn what_is_torn_is_cut_off_wherever_it_is_torn() {
    let whole = folder();
    let mut journal = open(&whole);
    journal.answer("a", answer("yes")).expect("written");
    let first = journal.end as usize;
    journal.answer("b", answer("nö\n")).expect("written");
    drop(journal);
    let bytes = fs::read(whole.path().join(ANSWERS)).expect("there");
    for length in first..bytes.len() {
        let torn = folder();
        drop(open(&torn));
        fs::write(torn.path().join(ANSWERS), &bytes[..length]).expect("written");
        let mut journal = open(&torn);
        assert_eq!((listed(&journal).as_str(), journal.damaged()), ("a yes", u64::from(length > first)));
        journal.answer("c", answer("so")).expect("written");
        drop(journal);
        assert_eq!(listed(&open(&torn)), "a yes, c so", "torn at {length}");
    }
}

#[test]
fn a_line_that_lost_its_end_costs_only_itself() {
    let folder = folder();
    let mut journal = open(&folder);
    journal.answer("a", answer("yes")).expect("written");
    let first = journal.end as usize;
    journal.answer("b", answer("no")).expect("written");
    drop(journal);
    let path = folder.path().join(ANSWERS);
    let mut bytes = fs::read(&path).expect("there");
    bytes[first - 1] = b'x';
    fs::write(&path, &bytes).expect("written");
    let journal = open(&folder);
    assert_eq!((listed(&journal).as_str(), journal.damaged()), ("b no", 1));
    drop(journal);
    assert_eq!(open(&folder).damaged(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damage_costs_the_lines_it_touches_and_no_other(
        texts in prop::collection::vec("\\PC{0,12}", 1..8),
        at in any::<prop::sample::Index>(),
        damage in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let folder = folder();
        let mut journal = open(&folder);
        let mut ends = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            journal.answer(&number.to_string(), answer(text)).expect("written");
            ends.push(journal.end as usize);
        }
        drop(journal);
        let path = folder.path().join(ANSWERS);
        let mut bytes = fs::read(&path).expect("there");
        let from = at.index(bytes.len());
        let to = (from + damage.len()).min(bytes.len());
        bytes[from..to].copy_from_slice(&damage[..to - from]);
        fs::write(&path, &bytes).expect("written");
        let journal = open(&folder);
        let mut start = 0;
        for (number, text) in texts.iter().enumerate() {
            let end = ends[number];
            let found = journal.answers().get(&number.to_string()).map(|answer| &answer.text);
            if to <= start || from >= end {
                prop_assert_eq!(found, Some(text));
            } else {
                prop_assert!(found.is_none_or(|found| found == text));
            }
            start = end;
        }
        drop(journal);
        prop_assert_eq!(open(&folder).damaged(), 0);
    }
}

#[test]
fn texts_are_gone_after_discarding_unless_they_were_kept() {
    let parent = folder();
    let run = parent.path().join("run");
    let mut journal = Journal::open(&run, &json!({})).expect("a journal");
    journal.answer("b", answer("no")).expect("written");
    journal.fail("a", "too long".into()).expect("written");
    let kept = parent.path().join("kept.jsonl");
    assert_eq!(journal.keep(&kept).expect("written"), 2);
    journal.discard().expect("removed");
    assert!(!run.exists());
    let expected = r#"{"id":"a","text":"","finish":"failed","prompt_tokens":null,"completion_tokens":null,"reason":"too long"}
{"id":"b","text":"no","finish":"complete","prompt_tokens":null,"completion_tokens":1}
"#;
    assert_eq!(fs::read_to_string(&kept).expect("there"), expected);
    let items = read_kept(&kept).expect("read");
    assert_eq!(items.iter().map(|item| item.answer.text.as_str()).collect::<Vec<_>>(), ["", "no"]);
    fs::write(&kept, "{}\n").expect("written");
    let error = read_kept(&kept).expect_err("no answer").to_string();
    assert_eq!(error, format!("`{}`, line 1, is no answer that was kept", kept.display()));
}

#[test]
fn a_folder_with_other_things_in_it_stays() {
    let folder = folder();
    let journal = open(&folder);
    fs::write(folder.path().join("mine"), "").expect("written");
    journal.discard().expect("removed");
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("there").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["mine"]);
}
