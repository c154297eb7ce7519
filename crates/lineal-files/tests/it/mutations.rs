//! Cards with slips and malice in them: nothing panics, stalls, or changes what it should not.

#![expect(clippy::print_stderr, reason = "what was measured is told")]

use crate::{laws, real_cards};
use lineal_files::card;
use std::time::{Duration, Instant};

const SEEDS: [&str; 6] = [
    "---\nlicense: mit\nlanguage:\n- en\n- no\nbase_model: o/x\ntags: [a, 'b', \"c\"]\n---\n# Title\n\nText\n",
    "\u{feff}---\r\nlicence: other # x\r\nlicense_name: \"a b\"\r\ndatasets:\r\n  - o/d\r\n---\r\nText\r\n",
    "---\nmodel-index:\n- name: x\n  results:\n  - task: {type: t}\n    metrics:\n    - value: 1.5e-05\n---\n",
    "---\nwidget:\n- text: |+\n    a\n\n    b\n- &w {text: >-\n    c}\nmore: *w\nx:\n  <<: *w\n---\n",
    "---\n\"quoted key\": 'it''s\nlong'\n? complex\n: value\n!!str tagged: !!int 3\n...\n---\n",
    "# No front matter\n\n---\nlicense: mit\n---\n",
];

const TOKENS: [&[u8]; 36] = [
    b"---",
    b"\n---\n",
    b"...",
    b": ",
    b":",
    b"- ",
    b"\n- ",
    b"? ",
    b"&a ",
    b"*a",
    b"[",
    b"]",
    b"{",
    b"}",
    b", ",
    b"\"",
    b"'",
    b"|\n",
    b">\n",
    b"\t",
    b"\r",
    b"\n",
    b"\r\n",
    b"  ",
    b"#",
    b" # ",
    b"!!str ",
    b"!x ",
    b"%TAG ! x\n",
    b"<<: *a\n",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\0",
    b"\\",
    b"license",
    b"@",
];

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }

    fn mutate(&mut self, file: &mut Vec<u8>) {
        // Most slips are made in the front matter, near the start.
        let end = if self.below(4) > 0 { file.len().min(600) } else { file.len() };
        let at = self.below(end + 1);
        let to = (at + self.below(12)).min(file.len());
        match self.below(5) {
            0 => drop(file.drain(at..to)),
            1 => {
                let piece = file[at..to].to_vec();
                let again = self.below(file.len() + 1);
                drop(file.splice(again..again, piece));
            }
            2 => {
                if let Some(byte) = file.get_mut(at) {
                    *byte = self.below(256) as u8;
                }
            }
            _ => drop(file.splice(at..at, TOKENS[self.below(TOKENS.len())].iter().copied())),
        }
    }
}

/// Longer than any card should take.
const LONG: Duration = Duration::from_millis(5);

/// Puts a mutated card through everything, and returns how long it took to read.
fn put_through(dice: &mut Dice, seeds: &[Vec<u8>]) -> Duration {
    let mut file = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        dice.mutate(&mut file);
    }
    let measured = || {
        let begun = Instant::now();
        card::read(&file);
        begun.elapsed()
    };
    // The best of several where it is long, since other programs run as well.
    let mut took = measured();
    for _ in 0..if took > LONG { 4 } else { 0 } {
        took = took.min(measured());
    }
    let caught = std::panic::catch_unwind(|| {
        let mut file = file.clone();
        laws::read(&file);
        for change in laws::changes() {
            file = laws::change(&file, &change).unwrap_or(file);
        }
    });
    assert!(caught.is_ok(), "this card broke a law: {:?}", String::from_utf8_lossy(&file));
    took
}

fn seeds() -> Vec<Vec<u8>> {
    SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

#[test]
fn mutated_cards_break_no_law() {
    let mut dice = Dice(1);
    for _ in 0..3_000 {
        put_through(&mut dice, &seeds());
    }
}

/// Runs for as many seconds as `LINEAL_MUTATIONS_SECONDS` says, with real cards where they are at hand.
#[test]
#[ignore = "takes as long as it is allowed to"]
fn hours_of_mutations() {
    let seconds =
        std::env::var("LINEAL_MUTATIONS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let mut seeds = seeds();
    seeds.extend(real_cards::all().unwrap_or_default().into_iter().map(|(_, text)| text.into_bytes()));
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_nanos()
        as u64;
    let mut dice = Dice(seed);
    let begun = Instant::now();
    let (mut cards, mut longest) = (0u64, Duration::ZERO);
    while begun.elapsed() < Duration::from_secs(seconds) {
        longest = longest.max(put_through(&mut dice, &seeds));
        cards += 1;
    }
    eprintln!("{cards} mutated cards, seed {seed}: the longest took {longest:?}");
}

fn malice() -> Vec<(&'static str, Vec<u8>)> {
    const SIZE: usize = (1 << 20) - 100;
    let repeated = |text: &str| text.repeat(SIZE / text.len());
    let between = |yaml: String| format!("---\n{yaml}\n---\n").into_bytes();
    vec![
        ("[", between(repeated("["))),
        ("{", between(repeated("{"))),
        ("[a,", between("[".repeat(60) + &repeated("a,"))),
        ("a: [a,", between(format!("a: [{}", repeated("a,")))),
        ("{a: ", between(repeated("{a: "))),
        ("- ", between(repeated("- "))),
        ("- \\n", between(repeated("- \n"))),
        ("? ", between(repeated("? "))),
        ("a: ", between(repeated("a: "))),
        ("a\\n", between(repeated("a\n"))),
        ("&a *a", between(repeated("&a *a "))),
        ("- &a", between("- &a x\n".to_owned() + &repeated("- *a\n"))),
        ("a: &a", between((0..50_000).map(|n| format!("a{n}: &a{n} [x]\n")).collect())),
        ("deep indentation", between((0..1_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect())),
        ("quotes", between(repeated("\""))),
        ("open quotes", between(format!("a: \"{}", repeated("a\n")))),
        ("texts in quotes", between(repeated("a: \"b\nc\"\n"))),
        ("distinct keys", between((0..100_000).map(|n| format!("k{n}:\n")).collect())),
        ("equal keys", between(repeated("a: no\n"))),
        ("no lines", between(repeated("010,"))),
        ("ambiguous words", between((0..100_000).map(|n| format!("- 0{n}\n")).collect())),
        ("tabs", between("a:\n".to_owned() + &repeated("\t"))),
        ("tags", between(repeated("!a "))),
        ("comments", between(repeated("# a\n"))),
        ("blocks", between(repeated("- |\n \n"))),
        ("long line", between(repeated("a"))),
        ("long fence", repeated("---").into_bytes()),
        ("fences", repeated("---\n").into_bytes()),
        ("fences after text", ("a\n".to_owned() + &repeated("---\n")).into_bytes()),
        ("bases", between("base_model:\n".to_owned() + &repeated("- /a/b/c\n"))),
        ("not UTF-8", [b"---\n".as_slice(), &[0xff; SIZE - 10], b"\n---\n"].concat()),
        ("returns", repeated("\r").into_bytes()),
        ("nothing but line breaks", repeated("\n").into_bytes()),
    ]
}

#[test]
fn malice_breaks_no_law() {
    for (_, file) in malice() {
        laws::read(&file);
    }
}

#[test]
#[ignore = "measures; only a release build tells"]
fn malice_takes_how_long() {
    for (name, file) in malice() {
        let begun = Instant::now();
        let card = card::read(&file);
        let codes: Vec<&str> = card.findings.iter().map(|finding| finding.code.as_str()).take(3).collect();
        eprintln!(
            "{:>10.3?} {name}: {} bytes, {} findings {codes:?}",
            begun.elapsed(),
            file.len(),
            card.findings.len()
        );
    }
}
