use super::*;
use crate::testing::world;
use proptest::prelude::*;
use std::collections::BTreeSet;

const HUB: &str = "
    meta-llama/Llama-3.1-8B 900 text-generation
    meta-llama/Llama-3.1-8B-Instruct 800
    unsloth/Llama-3.1-8B-Instruct-GGUF 700
    unsloth/llama3-tiny 600
    TinyLlama/TinyLlama-1.1B 500
    google-bert/bert-base-uncased 400
    other/bert-base-uncased 5
    other/lama-cleaner
    mine/gguf 1
    gpt2 300
    meta-llama/Llama-3.1-8B -quantized-> unsloth/Llama-3.1-8B-Instruct-GGUF
    nobody/llama-missing? -finetune-> unsloth/llama3-tiny
    ";

fn index(world: &World) -> Search {
    let tags = (0..world.graph.models()).map(|node| match world.name(node) {
        name if name.contains("8B") => vec!["GGUF", "license:mit", "region:us", "base_model:x/y"],
        name if name.contains("bert") => vec!["fill-mask", "dataset:wiki"],
        _ => vec![],
    });
    Search::build(world, tags).expect("sorted")
}

/// Finds models; `~` marks those that are not exactly what was typed.
fn check(text: &str, expected: &str) {
    let world = world(HUB);
    let found = index(&world).find(&world, text, 0, 100);
    let shown: Vec<String> =
        found.hits.iter().map(|hit| format!("{}{}", hit.id, if hit.exact { "" } else { "~" })).collect();
    assert_eq!(shown, expected.split_whitespace().collect::<Vec<_>>(), "{text:?}");
    assert!(!found.more);
}

const BASE: &str = "meta-llama/Llama-3.1-8B";
const INSTRUCT: &str = "meta-llama/Llama-3.1-8B-Instruct";
const GGUF: &str = "unsloth/Llama-3.1-8B-Instruct-GGUF";
const THREE: &str = "unsloth/llama3-tiny";

#[test]
fn a_model_is_found_however_its_name_is_typed() {
    for text in ["llama 3.1 8b", "Llama-3.1-8B", "8b llama", "LLAMA_3.1 8b", "llama3.1 8b", "name:llama 8b"] {
        check(text, &format!("{BASE} {INSTRUCT} {GGUF}"));
    }
    check("llama3", &format!("{BASE} {INSTRUCT} {GGUF} {THREE} TinyLlama/TinyLlama-1.1B~"));
    check("tiny llama", &format!("{THREE} TinyLlama/TinyLlama-1.1B"));
}

#[test]
fn whoever_types_an_id_or_a_name_gets_it_first() {
    check("meta-llama/llama-3.1-8b", &format!("{BASE} {INSTRUCT}"));
    check("bert base uncased", "google-bert/bert-base-uncased other/bert-base-uncased");
    check("gguf", &format!("mine/gguf {BASE} {INSTRUCT} {GGUF}"));
    check("GPT2", "gpt2");
    check("other/bert_base_uncased", "other/bert-base-uncased");
}

#[test]
fn a_name_without_a_letter_or_digit_is_found_by_its_own_id() {
    let world = world("o/__\no/___\no/named\np/_");
    let search = index(&world);
    for id in ["o/__", "o/___", "p/_"] {
        assert_eq!(search.find(&world, id, 0, 9).hits[0].id, id);
    }
}

#[test]
fn the_last_word_may_be_the_beginning_of_one() {
    check("llama inst", &format!("{INSTRUCT}~ {GGUF}~"));
    check("bert unc", "google-bert/bert-base-uncased~ other/bert-base-uncased~");
}

#[test]
fn words_may_be_mistyped_and_come_last() {
    check("lama instruct", &format!("{INSTRUCT}~ {GGUF}~"));
    check("lalma tiny", &format!("{THREE}~ TinyLlama/TinyLlama-1.1B~"));
    check("bert-base-unkased", "google-bert/bert-base-uncased~ other/bert-base-uncased~");
    check("bertbase", "google-bert/bert-base-uncased~ other/bert-base-uncased~");
}

#[test]
fn qualifiers_say_what_a_word_is_of() {
    check("tag:gguf", &format!("{BASE} {INSTRUCT} {GGUF}"));
    check("name:gguf", &format!("{GGUF} mine/gguf"));
    check("owner:unsloth", &format!("{GGUF} {THREE}"));
    check("owner:unslot 3.1", &format!("{GGUF}~"));
    check("license:mit tag:text-generation", BASE);
    check("tag:region:us", "");
    check("tag:fill", "google-bert/bert-base-uncased~ other/bert-base-uncased~");
}

#[test]
fn nothing_is_found_by_nothing() {
    for text in ["", "  ", "-", "zzzzzzz", "llama zzzzzzz", "name:", "tag:", "\u{202e}<script>\0"] {
        check(text, "");
    }
}

#[test]
fn pages_continue_where_the_last_one_ended() {
    let world = world(HUB);
    let search = index(&world);
    for text in ["llama", "lama", "gguf", "bert base", "tag:gguf", "gpt"] {
        let whole = search.find(&world, text, 0, 99).hits;
        let mut paged = Vec::new();
        for after in 0..=whole.len() {
            let page = search.find(&world, text, after, 1);
            assert_eq!(page.more, after + 1 < whole.len(), "{text} after {after}");
            paged.extend(page.hits);
        }
        assert_eq!(paged, whole, "{text}");
        assert_eq!(search.find(&world, text, usize::MAX, usize::MAX), Found::default());
    }
}

#[test]
fn names_that_are_like_the_one_typed_are_told() {
    let world = world(HUB);
    let search = index(&world);
    let check =
        |name: &str, expected: &[&str]| assert_eq!(search.did_you_mean(&world, name), expected, "{name}");
    check("meta-lama/Llama-3.1-8B", &[BASE]);
    check("meta-llama/Lama_3.1-8B", &[BASE]);
    check("Llama-3.1-8B", &[BASE]);
    check("somebody/bert.base.uncased", &["google-bert/bert-base-uncased", "other/bert-base-uncased"]);
    check("unsloth/Llama-3.1-8B-Instruct-GGUF-v9", &[GGUF]);
    check("zzz/zzz", &[]);
    check("", &[]);
    check("/", &[]);
}

#[test]
fn an_index_that_was_stored_finds_the_same_and_one_that_was_damaged_does_not_fit() {
    let world = world(HUB);
    let search = index(&world);
    let models = world.graph.models();
    assert!(search.fits(models) && !search.fits(models + 1) && !search.fits(models - 1));
    let copy = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut keys = search.key_bytes().to_vec();
        change(&mut keys);
        let postings = search.postings.to_vec().into();
        Search::from_parts(keys.into(), postings, search.order.to_vec().into(), search.names.to_vec().into())
    };
    let same = copy(&|_| {}).expect("a map");
    assert!(same.fits(models));
    assert_eq!(same.find(&world, "llama", 0, 9), search.find(&world, "llama", 0, 9));
    assert!(copy(&|keys| keys.truncate(9)).is_none());
    assert!(copy(&|keys| keys[40] ^= 1).is_none_or(|damaged| !damaged.fits(models)));
}

#[test]
fn the_listing_and_its_tags_may_differ_in_length() {
    let world = world("a/one\na/two");
    for tags in [vec![], vec![vec!["x"]], vec![vec!["x"], vec![], vec!["y"]]] {
        let search = Search::build(&world, tags.into_iter()).expect("sorted");
        assert!(search.fits(2));
        assert_eq!(search.find(&world, "tag:y", 0, 9), Found::default());
    }
}

fn some_world() -> impl Strategy<Value = World> {
    let id = "[abAB][a-c1.-]{0,4}/[a-cA-C12][a-c12._-]{0,6}";
    proptest::collection::btree_map(id, 0..4u64, 1..12).prop_map(|models| {
        let lines: Vec<String> = models.iter().map(|(id, downloads)| format!("{id} {downloads}")).collect();
        world(&lines.join("\n"))
    })
}

proptest! {
    #[test]
    fn every_model_is_found_first_by_its_own_id(world in some_world()) {
        let search = Search::build(&world, std::iter::empty::<[&str; 0]>()).expect("sorted");
        for node in 0..world.graph.models() {
            let id = world.name(node);
            let same = |other: &str| other.eq_ignore_ascii_case(id);
            let first = search.find(&world, id, 0, 1).hits.pop().expect("found");
            prop_assert!(same(&first.id) && first.exact, "{} for {}", first.id, id);
        }
    }

    #[test]
    fn exact_words_find_what_a_scan_finds(
        world in some_world(),
        text in proptest::collection::vec("[abc12]{1,3}", 1..4),
    ) {
        let search = Search::build(&world, std::iter::repeat_n(["ab"], 3)).expect("sorted");
        let joined = text.join(" ");
        let scanned = (0..world.graph.models()).filter(|node| {
            let id = world.name(*node);
            let mut words = BTreeSet::new();
            id.split('/').for_each(|part| pieces::each_word(part, |word| { words.insert(word.to_owned()); }));
            words.extend((*node < 3).then(|| "ab".to_owned()));
            let is_named = pieces::bare(own_part(id)).eq(pieces::bare(&joined));
            is_named || text.iter().all(|word| words.contains(word))
        });
        let scanned: BTreeSet<&str> = scanned.map(|node| world.name(node)).collect();
        let hits = search.find(&world, &joined, 0, 99).hits;
        let exact: Vec<&str> = hits.iter().filter(|hit| hit.exact).map(|hit| hit.id.as_str()).collect();
        prop_assert_eq!(exact.iter().copied().collect::<BTreeSet<_>>(), scanned);
        prop_assert!(hits.iter().map(|hit| !hit.exact).is_sorted());
        prop_assert_eq!(hits.iter().map(|hit| &hit.id).collect::<BTreeSet<_>>().len(), hits.len());
    }

    #[test]
    fn any_text_has_an_answer(world in some_world(), text: String, after in 0..3usize) {
        let search = index(&world);
        for text in [text.as_str(), &format!("a {text} ab"), &format!("tag:{text}"), &text.repeat(40)] {
            search.find(&world, text, after, 2);
            prop_assert!(search.did_you_mean(&world, text).len() <= 5);
        }
    }
}
