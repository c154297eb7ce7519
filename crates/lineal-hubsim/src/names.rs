//! What are owners and models called?
//!
//! A name is made once and kept: it does not follow its base's later fate. All names lie in one
//! text; a table of hashes, blind to case as the Hub is, keeps them unique within their owner.
//! Nothing leaves the tables, so names that are no longer in use still lead to what they meant.

use crate::{
    chance::Chance,
    kind::Kind,
    model::{Operation, OwnerStyle, Serial},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasherDefault, Hasher},
};

/// A name's place in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    start: u32,
    len: u8,
}

#[derive(Default)]
pub(crate) struct Names {
    all: String,
    /// The model that had the name of its owner last.
    taken: HashMap<u64, Serial, BuildHasherDefault<AlreadyHashed>>,
    /// The owner of each name that an owner ever had.
    owners: HashMap<u64, u32, BuildHasherDefault<AlreadyHashed>>,
}

/// Passes on a number that is a hash.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers are hashed")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Names {
    pub fn get(&self, text: Text) -> &str {
        &self.all[text.start as usize..][..usize::from(text.len)]
    }

    /// Keeps a name for good.
    pub fn keep(&mut self, name: &str) -> Text {
        let start = u32::try_from(self.all.len()).expect("names of a hub fit in 4 GiB");
        let text = Text { start, len: name.len() as u8 };
        self.all.push_str(name);
        text
    }

    /// Keeps a name of an owner for good.
    pub fn keep_owner(&mut self, owner: u32, name: &str) -> Text {
        self.owners.insert(hash(0, name), owner);
        self.keep(name)
    }

    /// Takes a name for a model of an owner, unless another of its models has or had it.
    pub fn take(&mut self, owner: u32, name: &str, serial: Serial) -> bool {
        match self.taken.entry(hash(owner, name)) {
            Entry::Vacant(free) => {
                free.insert(serial);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// Gives the name of a model that is gone to another.
    pub fn hand_over(&mut self, owner: u32, name: Text, serial: Serial) {
        let hash = hash(owner, self.get(name));
        self.taken.insert(hash, serial);
    }

    /// Returns the owner who has the name, or had it.
    pub fn owner(&self, name: &str) -> Option<u32> {
        self.owners.get(&hash(0, name)).copied()
    }

    /// Returns the model that has the name of the owner, or had it last.
    pub fn holder(&self, owner: u32, name: &str) -> Option<Serial> {
        self.taken.get(&hash(owner, name)).copied()
    }

    /// Keeps a name that is free for this owner, with a suffix where it was not.
    pub fn free(&mut self, owner: u32, wish: &str, serial: u32) -> Text {
        if self.take(owner, wish, serial) {
            return self.keep(wish);
        }
        for version in 2..4 {
            let name = format!("{wish}-v{version}");
            if self.take(owner, &name, serial) {
                return self.keep(&name);
            }
        }
        let name = format!("{wish}-{serial:07x}");
        self.take(owner, &name, serial);
        self.keep(&name)
    }
}

/// Returns the FNV-1a hash of a name within its owner, blind to case.
fn hash(owner: u32, name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ u64::from(owner), |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

const GIVEN: [&str; 32] = [
    "mira", "tomas", "aiko", "jonas", "leila", "pavel", "ines", "kofi", "noor", "sven", "yuki", "marta",
    "ravi", "elif", "hugo", "dalia", "owen", "thandi", "bruno", "lena", "chidi", "sofia", "arjun", "wren",
    "emil", "nadia", "oskar", "priya", "felix", "zara", "ivan", "june",
];
const THINGS: [&str; 31] = [
    "lark", "pine", "stone", "river", "fox", "cloud", "moss", "ember", "wave", "birch", "crow", "maple",
    "drift", "spark", "hazel", "otter", "reed", "frost", "cedar", "heron", "slate", "thorn", "vale", "wolf",
    "aspen", "comet", "dune", "finch", "grove", "pixel", "byte",
];
const LABS: [&str; 16] = [
    "northwind",
    "paperboat",
    "openharvest",
    "stonebridge",
    "larkspur",
    "bluefjord",
    "clearwater",
    "tidewater",
    "sunfold",
    "greyline",
    "highmoor",
    "lanternlight",
    "redcedar",
    "silvergate",
    "westmark",
    "amberfield",
];
const BEES: [&str; 12] = [
    "quantbee",
    "bitpress",
    "ggufsmith",
    "fourbit",
    "smallweights",
    "packrat",
    "compactor",
    "tinybits",
    "nibble",
    "halfbyte",
    "squeezebox",
    "featherweight",
];

/// Returns the name of the n-th owner of a style; no two are equal.
pub(crate) fn owner_name(style: OwnerStyle, number: u32) -> String {
    let number = number as usize;
    let numbered = |name: String, round: usize| match round {
        0 => name,
        _ => format!("{name}{}", round + 1),
    };
    match style {
        OwnerStyle::Person => {
            let pairs = GIVEN.len() * THINGS.len();
            let pair = number % pairs * 397 % pairs; // neighbours in time should not look alike
            let (given, thing) = (GIVEN[pair % GIVEN.len()], THINGS[pair / GIVEN.len()]);
            numbered(format!("{given}-{thing}"), number / pairs)
        }
        OwnerStyle::Lab => {
            let suffix = ["ai", "labs", "research", "ml"][number / LABS.len() % 4];
            numbered(format!("{}-{suffix}", LABS[number % LABS.len()]), number / LABS.len() / 4)
        }
        OwnerStyle::Quantizer => numbered(BEES[number % BEES.len()].to_owned(), number / BEES.len()),
        OwnerStyle::Legacy => numbered("community".to_owned(), number),
    }
}

/// Returns what a lab calls the start of a family.
pub(crate) fn family_name(kind: Kind, chance: &mut impl Chance) -> String {
    let words = kind.words();
    let (size, _) = chance.any(words.sizes);
    let stem = chance.any(words.stems);
    match chance.below(10) {
        0 => format!("{stem}-{size}"),
        version => format!("{stem}{version}.{}-{size}", chance.below(4)),
    }
}

/// Returns what a model without a base is called.
pub(crate) fn single_name(kind: Kind, chance: &mut impl Chance) -> String {
    let words = kind.words();
    let single = chance.any(words.singles);
    match chance.below(3) {
        0 => (*single).to_owned(),
        1 => format!("{single}-{}", chance.any(words.topics)),
        _ => format!("{single}_{}", 1 + chance.below(30)),
    }
}

/// Returns what a model is called that was derived from `base`.
pub(crate) fn derived_name(base: &str, operation: Operation, kind: Kind, chance: &mut impl Chance) -> String {
    // Long names lose their end, as people shorten them.
    let short = base.get(..40).and_then(|start| start.rsplit_once('-')).map_or(base, |(start, _)| start);
    let stem = short.strip_suffix("-GGUF").unwrap_or(short);
    let topic = chance.any(kind.words().topics);
    let merged = ["mix", "slerp", "ties", "dare", "stock", "blend"];
    match operation {
        Operation::Finetune => match chance.below(5) {
            0 => format!("{stem}-{topic}"),
            1 => format!("{stem}-finetuned-{topic}"),
            2 => format!("{stem}-{topic}-sft"),
            3 => format!("{stem}-{topic}-dpo"),
            _ => format!("{topic}-{stem}"),
        },
        Operation::Adapter => format!("{stem}-{topic}-{}", chance.any(&["lora", "qlora", "adapter", "peft"])),
        Operation::Merge => format!("{stem}-{topic}-{}", chance.any(&merged)),
        Operation::Quantized => {
            let format = chance.weighted(&[
                (60, "GGUF"),
                (14, "i1-GGUF"),
                (6, "GPTQ"),
                (6, "AWQ"),
                (5, "exl2"),
                (5, "4bit"),
                (4, "mlx-8bit"),
            ]);
            format!("{stem}-{format}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn owners_have_names_of_their_own() {
        let mut seen = HashSet::new();
        for style in [OwnerStyle::Person, OwnerStyle::Lab, OwnerStyle::Quantizer] {
            for number in 0..5000 {
                assert!(seen.insert(owner_name(style, number)), "{style:?} {number}");
            }
        }
    }

    #[test]
    fn a_name_is_taken_in_every_case() {
        let mut names = Names::default();
        assert!(names.take(1, "Aurora-7b", 5));
        assert!(names.take(2, "Aurora-7b", 6));
        assert!(!names.take(1, "aurora-7B", 7));
        assert_eq!(names.holder(1, "AURORA-7b"), Some(5));
    }
}
