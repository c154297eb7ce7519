//! Sheets as texts in, what the audit says of them out.

use super::{
    answers::{Answers, Column, Declares, possible},
    score::{Score, score},
    settle::Annotated,
    sheet::{Row, Sheet},
    table,
};
use crate::{field::Field, operation::Operation, set::Member};
use proptest::prelude::*;

const HEADER: &str = "id,declared_operation,stratum,weight,license,performance,template,dataset,dependency,real_operation,real_base,note\n";

/// A sheet from lines `id declared license performance template dataset dependency`, with letters for
/// words and `-` for nothing.
fn sheet(lines: &str) -> Sheet {
    let mut text = HEADER.to_owned();
    for line in lines.trim().lines() {
        let cells: Vec<&str> = line.split_whitespace().map(word).collect();
        let [id, declared, license, performance, template, dataset, dependency] = cells[..7] else {
            panic!("a line has seven words: {line}");
        };
        let (stratum, weight) = (cells.get(7).unwrap_or(&""), cells.get(8).unwrap_or(&""));
        text += &format!(
            "{id},{declared},{stratum},{weight},{license},{performance},{template},{dataset},{dependency},,,\n"
        );
    }
    Sheet::read(&text).expect("a sheet")
}

fn word(letter: &str) -> &str {
    match letter {
        "-" => "",
        "p" => "present",
        "m" => "missing",
        "n" => "not applicable",
        "u" => "unclear",
        word => word,
    }
}

fn scored(sheets: &[&str], decided: Option<&str>) -> Score {
    let names = ["ann", "bob", "eve"];
    let annotators: Vec<Annotated> = names
        .iter()
        .zip(sheets)
        .map(|(name, lines)| Annotated { name: (*name).to_owned(), sheet: sheet(lines) })
        .collect();
    score(&annotators, decided.map(sheet).as_ref()).expect("sheets that belong together")
}

fn check(sheets: &[&str], decided: Option<&str>, expected: &str) {
    let score = scored(sheets, decided);
    let mut shown = String::new();
    for line in table::lines(&score) {
        shown += &format!("{}: {}/{}\n", line.measure, line.models, line.of);
    }
    for each in &score.disagreements {
        shown += &format!("{} {}: {:?} {:?}\n", each.id, each.field.as_str(), each.answers, each.decided);
    }
    let lines =
        |text: &str| -> Vec<String> { text.trim().lines().map(|line| line.trim().to_owned()).collect() };
    assert_eq!(lines(&shown), lines(expected));
}

#[test]
fn one_sheet_is_counted_as_it_stands() {
    check(
        &["
        a/a quantized p m p m right
        b/b -         m m m n none
        c/c finetune  m m n m wrong
        d/d -         p p u p missing
        "],
        None,
        "
        License missing: 2/4
        Performance missing: 3/4
        Prompt template missing: 1/2
        Dataset missing: 2/3
        Dependency missing: 1/3
        Dependency precision: 1/2
        Dependency recall, as the study printed it: 1/2
        Dependency recall, as the study worded it: 2/3
        Dependency recall, strict: 1/3
        At least 1 of five missing or wrong: 4/4
        At least 2 of five missing or wrong: 3/4
        At least 3 of five missing or wrong: 2/4
        At least 4 of five missing or wrong: 1/4
        At least 5 of five missing or wrong: 0/4
        ",
    );
}

#[test]
fn what_people_do_not_agree_on_counts_once_it_is_decided() {
    check(
        &[
            "
            a/a - m p p p none
            b/b - m p p - none
            ",
            "
            b/b - m m p - none
            a/a - p p p p missing
            ",
        ],
        Some(
            "
            a/a - p - - - -
            ",
        ),
        r#"
        License missing: 1/2
        Performance missing: 0/1
        Prompt template missing: 0/2
        Dataset missing: 0/1
        Dependency missing: 0/0
        Dependency precision: 0/0
        Dependency recall, as the study printed it: 0/0
        Dependency recall, as the study worded it: 0/0
        Dependency recall, strict: 0/0
        At least 1 of five missing or wrong: 0/0
        At least 2 of five missing or wrong: 0/0
        At least 3 of five missing or wrong: 0/0
        At least 4 of five missing or wrong: 0/0
        At least 5 of five missing or wrong: 0/0
        a/a license: {"ann": "missing", "bob": "present"} Some("present")
        a/a dependency: {"ann": "none", "bob": "missing"} None
        b/b performance: {"ann": "present", "bob": "missing"} None
        "#,
    );
}

#[test]
fn kappa_is_of_what_both_answered_and_what_is_wanted_is_told() {
    let score = scored(
        &[
            "
            a/a - m p p p none
            b/b - m p p - none
            c/c - p p p p missing
            ",
            "
            a/a - m p p p none
            b/b - p p p p none
            ",
        ],
        None,
    );
    let pair = &score.agreement.as_ref().expect("two annotators").pairs[0];
    assert_eq!(pair.annotators, ["ann", "bob"]);
    let of = |field: Field| (pair.kappas.fields[&field].agreed, pair.kappas.fields[&field].items);
    assert_eq!(
        Field::ALL.iter().map(|field| of(*field)).collect::<Vec<_>>(),
        [(1, 2), (2, 2), (2, 2), (1, 1), (2, 2)]
    );
    assert_eq!((pair.kappas.overall.agreed, pair.kappas.overall.items), (8, 9));
    let wanted = |who: usize| score.annotators[who].unanswered.values().copied().collect::<Vec<_>>();
    assert_eq!((wanted(0), wanted(1)), (vec![0, 0, 0, 1, 0], vec![1, 1, 1, 1, 1]));
    assert_eq!(score.annotators.iter().map(|who| who.complete).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn a_model_that_stands_for_many_counts_for_many() {
    let score = scored(
        &["
        a/a - m p p p none few 1
        b/b - m p p p none few 1
        c/c - p p p p none many 48
        d/d - m p p p none many 48
        "],
        None,
    );
    assert!(score.weighted);
    assert_eq!(score.fields[&Field::License].rate, Some(50.0 / 98.0));
    assert_eq!(score.at_least[&1].rate, Some(50.0 / 98.0));
}

#[test]
fn sheets_that_do_not_belong_together_are_refused() {
    let of = |lines: &str| vec![Annotated { name: "ann".into(), sheet: sheet(lines) }];
    let annotators = of("a/a - m p p p none few 2\nb/b - m p p p none few -");
    let said = score(&annotators, None).map_err(|error| error.to_string());
    assert_eq!(said, Err("some models have a weight, and `b/b` has none".into()));
    let said = score(&of("a/a - m p p p none"), Some(&sheet("c/c - m p p p none")));
    assert_eq!(
        said.map_err(|error| error.to_string()),
        Err("`c/c` was decided, but no annotator has it".into())
    );
}

fn refused(text: &str, expected: &str) {
    let said = Sheet::read(text).map_err(|error| error.to_string());
    assert_eq!(said.map(|_| ()), Err(expected.to_owned()));
}

#[test]
fn what_is_no_sheet_says_where_and_why() {
    refused("", "there is no column `id`; a sheet has `id`, a column for each field, and `note`");
    refused(
        "id,license\n",
        "there is no column `performance`; a sheet has `id`, a column for each field, and `note`",
    );
    let row = |cells: &str| format!("{HEADER}a/a,,,,,,,,,,,\n{cells}\n");
    refused(&row(",x,,,,,,,,,,"), "row 3 names no model");
    refused(&row("a/a,,,,,,,,,,,"), "rows 2 and 3 are both about `a/a`");
    refused(&row("b/b,,,0,,,,,,,,"), "row 3, column `weight`: `0` is no number above 0");
    refused(
        &row("b/b,,,,yes,,,,,,,"),
        "row 3, column `license`: `yes` is no answer to `license` \
         (expected `present`, `missing`, `not applicable`, `unclear`, or nothing)",
    );
    refused(
        &row("b/b,,,,,,,,right,,,"),
        "row 3, column `dependency`: the dependency of a model that declares no base cannot be `right`: \
         answer `none` or `missing`",
    );
    refused(&HEADER.replace("weight", "stratum"), "two columns are called `stratum`");
}

#[test]
fn what_a_spreadsheet_makes_of_a_sheet_is_read_all_the_same() {
    let plain = format!("{HEADER}a/a,merge,,,missing,,,,wrong,finetune,b/b,\"it, too\"\n,,,,,,,,,,,\n");
    let expected = Sheet::read(&plain).expect("a sheet");
    assert_eq!(expected.rows.len(), 1);
    let other = plain.replace("\"it, too\"", "it| too").replace(',', ";").replace('|', ",");
    let other = format!("\u{feff}{}", other.replace('\n', "\r\n"));
    assert_eq!(Sheet::read(&other).expect("a sheet"), expected);
}

/// Columns as the study's table has them, rows made up.
#[test]
fn the_studys_table_says_what_was_found() {
    let sheet = Sheet::read(
        "Model ID,Type,Base Model,License,Datasets,Evaluation,Template,Dependency,real type,real base model\n\
         a/a,merge,b/b;c/c,mit,,exist,miss,,,\n\
         d/d,,,,,,,miss,(withheld),(withheld)\n\
         e/e,finetune,f/f,,squad,,exist,wrong,quantize,g/g\n",
    )
    .expect("a sheet");
    let shown: Vec<String> = sheet
        .rows
        .iter()
        .map(|row| Column::ALL.map(|column| row.answers.text(column).to_owned()).join(" | "))
        .collect();
    assert_eq!(
        shown,
        [
            "present | present | missing | not applicable | right |  |  | ",
            "missing | missing | not applicable | missing | missing | (withheld) | (withheld) | ",
            "missing | missing | present | present | wrong | quantized | g/g | ",
        ]
    );
    let wrong = "Model ID,Type,Base Model,License,Datasets,Evaluation,Template,Dependency,real type,real base model\n\
                 a/a,merge,b/b,mit,,exist,perhaps,,,\n";
    refused(
        wrong,
        "row 2, column `Template`: `perhaps` is no answer to `template` (expected `exist`, `miss`, or nothing)",
    );
}

fn any_answers(declares: Declares) -> impl Strategy<Value = Answers> {
    let of_field = |field: Field| {
        let states: Vec<_> = possible(field, declares).map(|(state, _)| state).collect();
        prop::option::of(prop::sample::select(states)).prop_map(move |state| (field, state))
    };
    let fields: Vec<_> = Field::ALL.iter().map(|field| of_field(*field)).collect();
    let operation = prop::option::of(prop::sample::select(Operation::NAMED.to_vec()));
    (fields, operation, any::<String>(), any::<String>()).prop_map(|(fields, operation, base, note)| {
        Answers {
            states: fields.into_iter().filter_map(|(field, state)| Some((field, state?))).collect(),
            real_operation: operation.map(super::answers::RealOperation::Is),
            real_base: base.trim().to_owned(),
            note: note.trim().to_owned(),
        }
    })
}

proptest! {
    #[test]
    fn a_sheet_that_is_written_reads_the_same_again(
        answers in any_answers(Declares::Something), context in any::<[String; 2]>(),
        declared in "[a-z][a-z'=]{0,5}", id in "['=+@-]{0,3}[^\\s]{1,9}", weight in prop::option::of(0.001..1e9f64),
    ) {
        let row = Row {
            id, context: [&context[0], &context[1], &declared].map(String::clone).to_vec(),
            declared: Some(declared.clone()), declares: Declares::Something,
            stratum: Some("=x, y".into()), weight, answers,
        };
        let sheet = Sheet { context: ["link", "of", "declared_operation"].map(str::to_owned).to_vec(), rows: vec![row] };
        prop_assert_eq!(Sheet::read(&sheet.write()).expect("a sheet"), sheet);
    }

    #[test]
    fn no_text_breaks_the_reader(text: String) {
        let _ = Sheet::read(&text);
        let _ = Sheet::read(&format!("{HEADER}{text}"));
    }
}
