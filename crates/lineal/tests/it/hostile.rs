//! Listings that mean harm: each ends in a clear error or a correct answer, in bounded memory.

use crate::support::{Lineal, gzip, zip, zstd};
use serde_json::json;
use std::io::Write;

const DATE: &str = "2025-01-01";

/// Takes a listing in that must be refused, and returns what is said; nothing is left of it.
fn refused(listing: &[u8]) -> String {
    let lineal = Lineal::new();
    lineal.write("listing", listing);
    let said = lineal.refusal(&["import", "listing", "--date", DATE]);
    lineal.holds_only(&[]);
    said
}

/// Takes a listing in that must be accepted.
fn accepted(listing: &[u8]) -> Lineal {
    let lineal = Lineal::new();
    lineal.write("listing", listing);
    lineal.answer(&["import", "listing", "--date", DATE]);
    lineal.holds_only(&[DATE]);
    lineal
}

/// Lines about some models, each derived from the one before.
fn line_of_models(count: usize) -> String {
    (1..=count).map(|n| format!("{{\"id\":\"o/m{n}\",\"tags\":[\"base_model:o/m{}\"]}}\n", n - 1)).collect()
}

const ALL: &str = "SELECT id, tags, position FROM models";

/// Damages a listing in many ways and takes it in: it is refused, or all of it is there. `--keep-going`
/// takes in what comes before the damage. Returns how often it was refused.
fn damage(what: &str, listing: &[u8], damaged: impl Iterator<Item = Vec<u8>>) -> usize {
    let whole = accepted(listing).sql(ALL);
    let lineal = Lineal::new();
    let mut count = 0;
    for (number, bytes) in damaged.enumerate() {
        lineal.write("listing", &bytes);
        let outcome = lineal.run(&["import", "listing", "--date", DATE]);
        match outcome.code {
            Some(0) => {
                let found = lineal.sql(ALL);
                assert!(found == whole, "{what}: something else was taken in, unnoticed ({number})");
                std::fs::remove_dir_all(lineal.path("data")).expect("removed");
            }
            _ => {
                count += 1;
                let said = outcome.refused();
                assert!(said.contains("`listing"), "{what}: {said}");
                lineal.holds_only(&[]);
            }
        }
    }
    count
}

fn cut_off(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let step = (bytes.len() / 24).max(1);
    (0..bytes.len()).step_by(step).map(|end| bytes[..end].to_vec())
}

fn with_flipped_bits(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    // An odd step, so that all parts of the archive and all bits have their turn.
    let step = (bytes.len() * 8 / 60) | 1;
    (0..bytes.len() * 8).step_by(step).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

/// Flips bits where a Parquet file says what it holds.
fn with_flipped_bits_at_the_end(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let (data, end) = bytes.split_at(bytes.len() - 400);
    with_flipped_bits(end).map(move |end| [data, &end].concat())
}

#[test]
fn an_archive_that_is_cut_off_is_refused() {
    let lines = line_of_models(2000);
    let half = lines.len() / 2;
    let parts: [(&str, &[u8]); 2] = [("a", &lines.as_bytes()[..half]), ("b", &lines.as_bytes()[half..])];
    let pieces = zip(&[("a", line_of_models(10).as_bytes()), ("b", b"{\"id\":\"x/y\"}")]);
    for (what, archive) in
        [("zstd", zstd(lines.as_bytes())), ("gzip", gzip(lines.as_bytes())), ("zip", pieces)]
    {
        let cuts = cut_off(&archive).count();
        assert_eq!(damage(what, &archive, cut_off(&archive)), cuts, "{what}");
    }
    // A record over two files is none.
    assert!(refused(&zip(&parts)).contains("cut off"));
}

#[test]
fn an_archive_with_a_flipped_bit_is_refused_or_read_as_it_was() {
    let lines = line_of_models(500);
    let small = line_of_models(10);
    let archives = [
        ("zstd", zstd(lines.as_bytes())),
        ("gzip", gzip(lines.as_bytes())),
        ("zip", zip(&[("a", small.as_bytes()), ("b", b"{\"id\":\"x/y\"}")])),
    ];
    for (what, archive) in archives {
        let flips = with_flipped_bits(&archive).count();
        let count = damage(what, &archive, with_flipped_bits(&archive));
        assert!(count > flips / 2, "{what}: {count} of {flips} were noticed");
    }
}

#[test]
fn a_dump_that_is_cut_off_is_refused() {
    let lineal = Lineal::new();
    lineal.write("listing", line_of_models(3000));
    lineal.answer(&["import", "listing", "--date", DATE]);
    lineal.answer(&["sql", "SELECT id, tags FROM models", "--format", "parquet", "--out", "dump"]);
    let dump = std::fs::read(lineal.path("dump")).expect("a dump");
    let cuts = cut_off(&dump).count();
    assert_eq!(damage("parquet", &dump, cut_off(&dump)), cuts);
    // Parquet has no checksums: what is flipped within a value is another value.
    let lineal = Lineal::new();
    for flipped in with_flipped_bits(&dump).chain(with_flipped_bits_at_the_end(&dump)) {
        lineal.write("listing", flipped);
        match lineal.run(&["import", "listing", "--date", DATE]).code {
            Some(0) => std::fs::remove_dir_all(lineal.path("data")).expect("removed"),
            code => {
                assert_eq!(code, Some(2));
                lineal.holds_only(&[]);
            }
        }
    }
}

#[test]
fn a_listing_that_is_cut_off_is_refused_with_its_record_and_byte() {
    assert_eq!(
        refused(b"{\"id\":\"a/b\"}\n{\"id\":\"c"),
        "error: cannot read `listing`: broken at record 2, byte 21\n  because: the listing is cut off here\n  \
         hint: nothing was taken in; with `--keep-going`, everything before that place is\n"
    );
    assert_eq!(
        refused(b"[{\"id\":\"a/b\"},{\"id\":\"c/d\"}"),
        "error: cannot read `listing`: broken at record 3, byte 26\n  because: the listing is cut off here\n  \
         hint: nothing was taken in; with `--keep-going`, everything before that place is\n"
    );
}

#[test]
fn a_broken_record_is_refused_with_its_place_or_counted() {
    let listing = b"{\"id\":\"a/b\"}\n{\"id\":\"c/d\",}\n{\"id\":\"e/f\"}\n{\"id\":\"g/\xff\"}\nnonsense\n{\"id\":\"h/i\"}";
    assert_eq!(
        refused(listing),
        "error: cannot read `listing`: broken at record 2, byte 26\n  because: not a JSON object as expected: \
         trailing comma\n  hint: nothing was taken in; `--keep-going` skips broken records and counts them\n"
    );
    let lineal = Lineal::new();
    lineal.write("listing", listing);
    let said = lineal.answer(&["import", "listing", "--date", DATE, "--keep-going"]);
    let row = said.lines().find(|line| line.contains("broken record")).expect("an oddity");
    assert!(row.trim_start().starts_with("3  broken record, skipped  "), "{row}");
    assert!(row.contains("listing: record 2 at byte 26"), "{row}");
    assert_eq!(lineal.sql("SELECT id FROM models"), "id\na/b\ne/f\nh/i\n");
}

#[test]
fn a_broken_table_is_refused_with_its_row_or_counted() {
    let listing = b"Model ID,Type,Base Model\na/b,,\nc/d\ne/f,finetune,a/b\n";
    let said = refused(listing);
    assert!(said.starts_with("error: cannot read `listing`: broken at record 2, byte 31\n"), "{said}");
    let lineal = Lineal::new();
    lineal.write("listing", listing);
    lineal.answer(&["import", "listing", "--date", DATE, "--keep-going"]);
    assert_eq!(lineal.sql("SELECT id FROM models"), "id\na/b\ne/f\n");
}

#[test]
fn what_comes_before_a_cut_can_be_kept() {
    for count in [20, 2_000, 200_000] {
        let lines = line_of_models(count);
        let archive = gzip(lines.as_bytes());
        let lineal = Lineal::new();
        lineal.write("listing", &archive[..archive.len() - 30]);
        let said = lineal.refusal(&["import", "listing", "--date", DATE]);
        assert!(said.starts_with("error: cannot read `listing`: broken at record "), "{said}");
        assert!(said.contains("because: the gzip data is damaged or cut off"), "{said}");
        lineal.holds_only(&[]);
        let said = lineal.answer(&["import", "listing", "--date", DATE, "--keep-going"]);
        assert!(said.contains("1  broken record, skipped"), "{said}");
        let found = lineal.sql("SELECT count(*) n FROM models");
        let found: usize = found.lines().nth(1).and_then(|n| n.parse().ok()).expect("a count");
        assert!(found < count && found > count / 3, "{found} of {count}");
    }
}

#[test]
fn what_is_no_listing_is_refused() {
    assert_eq!(refused(b""), "error: `listing` is empty\n");
    assert_eq!(refused(b" \n"), "error: `listing` is empty\n");
    for (bytes, said) in [
        (&b"hello, world"[..], "it begins with `hello, world`"),
        (b"\x7fELF\x02\x01\x1b[31m", "it begins with `\\x7fELF\\x02\\x01\\x1b[31m`"),
        (b"a,b,c\n1,2,3\n", "it begins with `a,b,c\\n1,2,3\\n`"),
        (b"PAR1 but not really", "cannot read the Parquet file"),
        (b"PK\x03\x04 but not really", "cannot read the zip archive `listing`"),
        (b"\x1f\x8b but not really", "the gzip data is damaged or cut off"),
        (b"\x28\xb5\x2f\xfd but not really", "the zstd data is damaged or cut off"),
    ] {
        let found = refused(bytes);
        assert!(found.contains(said), "{found}");
    }
    let nested = zstd(&zstd(&gzip(&gzip(b"{\"id\":\"a/b\"}"))));
    assert_eq!(refused(&nested), "error: `listing` is compressed more than 3 times over\n");
}

#[test]
fn an_empty_listing_and_one_of_one_model_have_a_report() {
    for (listing, models) in [("[]", 0), (r#"{"id":"a/b"}"#, 1)] {
        let lineal = accepted(listing.as_bytes());
        for semantics in ["formal", "study"] {
            let usage = lineal.usage(DATE, semantics);
            assert_eq!(usage["models"]["total"], json!(models));
            assert_eq!(usage["models"]["isolated"], json!(models));
            assert_eq!(usage["chains"]["total"], json!(0));
            assert_eq!(usage["clusters"]["total"], json!(0));
            assert_eq!(lineal.answer(&["chains", "--semantics", semantics]), "");
            assert_eq!(lineal.answer(&["chains", "--longest", "--semantics", semantics]), "");
            lineal.answer(&["usage", "--semantics", semantics]);
        }
        assert_eq!(lineal.answer(&["clusters"]), "");
        lineal.answer(&["report", "--out", "report"]);
        assert!(lineal.path("report/index.html").exists());
    }
}

#[test]
fn names_that_could_do_harm_are_counted_and_left_out() {
    let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(600));
    let records = [
        r#"{"id":"../etc/passwd"}"#,
        r#"{"id":"../.."}"#,
        r#"{"id":"/etc"}"#,
        r#"{"id":"a/b\u0000"}"#,
        r#"{"id":"a/\u001b[31m"}"#,
        r#"{"id":"a/\u202eb"}"#,
        r#"{"id":"a -> b"}"#,
        r#"{"id":"a,b"}"#,
        r#"{"id":""}"#,
        r#"{"id":7}"#,
        r#"{}"#,
        &long,
        r#"{"id":"good/one"}"#,
        r#"{"id":"good/one","downloads":5}"#,
    ];
    let lineal = Lineal::new();
    lineal.write("listing", records.join("\n"));
    let said = lineal.answer(&["import", "listing", "--date", DATE]);
    assert!(said.contains("12  record without a usable model name, skipped"), "{said}");
    assert!(said.contains(" 1  model listed again under the same name, first kept"), "{said}");
    assert_eq!(lineal.sql("SELECT id, downloads FROM models"), "id,downloads\ngood/one,\n");
    assert!(!said.contains(['\u{1b}', '\u{202e}', '\0']), "{said}");
}

#[test]
fn a_base_that_would_steer_a_terminal_is_shown_harmless() {
    let lineal = accepted(
        "{\"id\":\"a/b\",\"pipeline_tag\":\"x\\u001b[2Jy\",\"tags\":[\"base_model:\\u001b]0;owned\\u0007\\u202e/evil\",\"base_model:c/d\"]}\n{\"id\":\"c/d\",\"pipeline_tag\":\"\\u001b[31m\"}"
            .as_bytes(),
    );
    let shown = [
        lineal.run(&["import", "listing", "--date", "2025-01-02"]).done(),
        lineal.answer(&["usage"]),
        lineal.answer(&["usage", "--format", "csv"]),
        lineal.answer(&["usage", "--format", "json"]),
        lineal.answer(&["sql", "SELECT base FROM relations"]),
        lineal.answer(&["chains"]),
        lineal.answer(&["clusters"]),
        lineal.answer(&["clusters", "--root", "c/d"]),
        lineal.refusal(&["chains", "--root", "\u{1b}[31m\u{202e}"]),
        lineal.refusal(&["import", "\u{1b}[31m\u{202e}"]),
    ];
    for text in shown {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn every_field_may_have_any_type() {
    let fields = [
        "_id",
        "modelId",
        "createdAt",
        "lastModified",
        "sha",
        "downloads",
        "downloadsAllTime",
        "likes",
        "pipeline_tag",
        "library_name",
        "gated",
        "disabled",
        "private",
        "tags",
        "baseModels",
        "cardData",
        "config",
        "safetensors",
        "gguf",
        "siblings",
    ];
    let values = [
        "null",
        "7",
        "-7",
        "7.5",
        "1e300",
        "18446744073709551616",
        "true",
        "\"\"",
        "\"text\"",
        "[]",
        "[[]]",
        "[null,7,{}]",
        "{}",
        "{\"base_model\":{},\"models\":7,\"total\":[],\"peft\":\"x\"}",
    ];
    let records = fields.iter().flat_map(|field| values.map(|value| (field, value))).zip(0..);
    let records: String =
        records.map(|((field, value), n)| format!("{{\"id\":\"o/m{n}\",\"{field}\":{value}}}\n")).collect();
    let lineal = accepted(records.as_bytes());
    let count = fields.len() * values.len();
    assert_eq!(lineal.sql("SELECT count(*) n FROM models"), format!("n\n{count}\n"));
    lineal.answer(&["usage"]);
    lineal.answer(&["usage", "--semantics", "study"]);
}

#[test]
fn deep_nesting_is_passed_over() {
    let (open, close) = ("[".repeat(2_000_000), "]".repeat(2_000_000));
    let lineal =
        accepted(format!("{{\"id\":\"a/b\",\"spaces\":{open}{close}}}\n{{\"id\":\"c/d\"}}").as_bytes());
    assert_eq!(lineal.sql("SELECT id FROM models"), "id\na/b\nc/d\n");
    assert!(refused(open.as_bytes()).contains("cut off"));
    let objects = "{\"a\":".repeat(1_000_000);
    assert!(refused(objects.as_bytes()).contains("cut off"));
}

#[cfg(target_os = "linux")]
mod in_bounded_memory {
    use super::*;
    use crate::support::{Outcome, finish_and_weigh};

    /// Takes in a listing that is made on the way, and returns what comes of it and the most
    /// memory it took, in MiB.
    fn weigh(lineal: &Lineal, make: impl FnOnce(&mut dyn Write)) -> (Outcome, u64) {
        let path = lineal.write("listing", "");
        let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
        make(&mut file);
        file.flush().expect("written");
        let mut command = lineal.command(&["import", "listing", "--date", DATE]);
        finish_and_weigh(command.spawn().expect("the binary starts"))
    }

    fn repeat(out: &mut dyn Write, bytes: &[u8], mebibytes: usize) {
        let block = bytes.repeat((1 << 20) / bytes.len());
        (0..mebibytes).for_each(|_| out.write_all(&block).expect("written"));
    }

    #[test]
    fn a_record_without_an_end_is_refused() {
        let lineal = Lineal::new();
        let (outcome, most) = weigh(&lineal, |out| {
            out.write_all(b"{\"id\":\"a/b\"}\n{\"id\":\"").expect("written");
            repeat(out, b"x", 300);
            out.write_all(b"\"}\n").expect("written");
        });
        assert_eq!(
            outcome.refused(),
            "error: cannot read `listing`: broken at record 2, byte 12\n  because: the record is larger than \
             64 MiB\n  hint: nothing was taken in; with `--keep-going`, everything before that place is\n"
        );
        lineal.holds_only(&[]);
        assert!(most < 256, "{most} MiB");
    }

    #[test]
    fn a_cell_without_an_end_is_refused() {
        let lineal = Lineal::new();
        let (outcome, most) = weigh(&lineal, |out| {
            out.write_all(b"Model ID,Type,Base Model\na/b,finetune,\"").expect("written");
            repeat(out, b"x", 200);
        });
        let said = outcome.refused();
        assert!(
            said.contains("broken at record 1, byte 25\n  because: the record is larger than 64 MiB"),
            "{said}"
        );
        lineal.holds_only(&[]);
        assert!(most < 256, "{most} MiB");
    }

    #[test]
    fn nothing_between_two_records_takes_memory_however_long() {
        let lineal = Lineal::new();
        let (outcome, most) = weigh(&lineal, |out| {
            out.write_all(b"{\"id\":\"a/b\"}").expect("written");
            repeat(out, b" \n", 300);
            out.write_all(b"{\"id\":\"c/d\"}").expect("written");
        });
        outcome.done();
        assert_eq!(lineal.sql("SELECT id FROM models"), "id\na/b\nc/d\n");
        assert!(most < 128, "{most} MiB");
    }

    #[test]
    fn a_bomb_is_refused() {
        for pack in ["zstd", "gzip in zstd"] {
            let lineal = Lineal::new();
            let bomb = |out: &mut dyn Write| {
                out.write_all(b"{\"id\":\"a/b\"}\n").expect("written");
                repeat(out, b" ", 1100);
            };
            let (outcome, most) = weigh(&lineal, |out| {
                let mut outer = zstd::Encoder::new(out, 1).expect("zstd");
                if pack == "zstd" {
                    bomb(&mut outer);
                } else {
                    let mut inner = flate2::write::GzEncoder::new(&mut outer, flate2::Compression::fast());
                    bomb(&mut inner);
                    inner.finish().expect("gzip");
                }
                outer.finish().expect("zstd");
            });
            let said = outcome.refused();
            assert!(
                said.contains("refused, as only a decompression bomb packs so tightly"),
                "{pack}: {said}"
            );
            lineal.holds_only(&[]);
            assert!(most < 128, "{pack}: {most} MiB");
        }
    }

    #[test]
    fn a_record_that_names_a_million_bases_is_read() {
        let lineal = Lineal::new();
        let (outcome, most) = weigh(&lineal, |out| {
            let names = |prefix: &str| {
                let names: Vec<String> = (0..500_000).map(|n| format!("\"{prefix}o/m{n}\"")).collect();
                names.join(",")
            };
            let models: Vec<String> = (0..200_000).map(|n| format!("{{\"id\":\"o/m{n}\"}}")).collect();
            write!(
                out,
                "{{\"id\":\"a/b\",\"tags\":[{},{}],\"baseModels\":{{\"models\":[{}]}}}}",
                names("base_model:"),
                names("dataset:"),
                models.join(",")
            )
            .expect("written");
        });
        outcome.done();
        assert_eq!(lineal.sql("SELECT count(*) n FROM relations"), "n\n500000\n");
        assert_eq!(lineal.sql("SELECT cardinality(datasets) n FROM models"), "n\n500000\n");
        assert_eq!(lineal.usage(DATE, "formal")["models"]["missing_bases"], json!(500_000));
        assert!(most < 1024, "{most} MiB");
    }

    #[test]
    fn a_circle_of_a_million_models_is_one_circle() {
        const MODELS: usize = 1_000_000;
        for rooted in [false, true] {
            let lineal = Lineal::new();
            let (outcome, most) = weigh(&lineal, |out| {
                writeln!(out, "Model ID,Type,Base Model").expect("written");
                for n in 0..MODELS {
                    let root = if rooted && n == 0 { ",o/root" } else { "" };
                    writeln!(out, "o/m{n},merge,\"o/m{}{root}\"", (n + MODELS - 1) % MODELS)
                        .expect("written");
                }
                if rooted {
                    writeln!(out, "o/root,,").expect("written");
                }
            });
            outcome.done();
            assert!(most < 1024, "{most} MiB");
            let formal = lineal.usage(DATE, "formal");
            assert_eq!(formal["cycles"].as_array().expect("cycles").len(), 1);
            assert_eq!(formal["cycles"][0].as_array().expect("models").len(), MODELS);
            let study = lineal.usage(DATE, "study");
            let found = [&formal, &study].map(|usage| {
                json!([
                    usage["models"]["roots"],
                    usage["chains"]["total"],
                    usage["chains"]["longest"]["length"]
                ])
            });
            // The script finds no end to a circle, so no chain either.
            let expected = match rooted {
                false => [json!([0, 0, 0]), json!([0, 0, 0])],
                true => [json!([1, 1, MODELS + 1]), json!([1, 0, 0])],
            };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_lattice_of_merges_is_counted_to_the_last_digit_or_refused() {
        const LEVELS: usize = 1500;
        let lineal = Lineal::new();
        let (outcome, _) = weigh(&lineal, |out| {
            writeln!(out, "Model ID,Type,Base Model\no/root,,").expect("written");
            for level in 0..LEVELS {
                for side in ["l", "r"] {
                    let bases = match level {
                        0 => "o/root".to_owned(),
                        _ => format!("o/l{0},o/r{0}", level - 1),
                    };
                    writeln!(out, "o/{side}{level},merge,\"{bases}\"").expect("written");
                }
            }
        });
        outcome.done();
        let usage = lineal.usage(DATE, "formal");
        let expected = power_of_two(LEVELS);
        assert_eq!(expected.len(), 452);
        assert_eq!(usage["chains"]["total"], json!(expected));
        assert_eq!(usage["chains"]["length_histogram"], json!({(LEVELS + 1).to_string(): expected}));
        assert_eq!(usage["chains"]["dominant_strict"]["merge"], json!(expected));
        assert_eq!(usage["clusters"]["top"][0]["chains"], json!(expected));
        assert_eq!(lineal.answer(&["chains", "--limit", "3"]).lines().count(), 3);
        lineal.answer(&["usage"]);

        let mut command = lineal.command(&["usage", "--semantics", "study"]);
        let (outcome, most) = finish_and_weigh(command.spawn().expect("the binary starts"));
        let said = outcome.refused();
        assert!(
            said.starts_with(&format!(
                "error: cannot walk the chains of {DATE} from `o/root`\n  because: the study's walk from one root takes more than"
            )),
            "{said}"
        );
        assert!(most < 1500, "{most} MiB");
    }

    /// Two to a power, in decimal digits.
    fn power_of_two(power: usize) -> String {
        let mut digits = vec![1u8];
        for _ in 0..power {
            let mut carry = 0;
            for digit in &mut digits {
                let doubled = *digit * 2 + carry;
                *digit = doubled % 10;
                carry = doubled / 10;
            }
            if carry > 0 {
                digits.push(carry);
            }
        }
        digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
    }
}
