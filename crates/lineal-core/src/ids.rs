//! Which node has which name, and which name is which node?
//!
//! All names lie in one run of bytes; a hash table of node numbers finds them again, exactly or
//! ignoring ASCII case, without storing any name twice. Everything is plain numbers, so the
//! table can be mapped from a file.

use crate::{aliases, column::Column};
use foldhash::quality::FixedState;
use std::hash::{BuildHasher, Hasher};

/// An unused slot of the hash table.
const FREE: u32 = u32::MAX;
/// The longest name that can be looked up, in bytes.
pub const LONGEST_NAME: usize = 512;

/// The names of a world's nodes. A node is a `u32`, counted from 0 in the order of the names.
#[derive(Debug)]
pub struct Ids {
    /// Where each name starts in `text`; one more at the end.
    pub starts: Column<u64>,
    pub text: Column<u8>,
    /// Nodes by the hash of their name without case, with linear probing; a power of two long.
    pub slots: Column<u32>,
    /// Makes the hash unpredictable to whoever chooses the names.
    pub seed: u64,
}

/// A node found by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Exactly(u32),
    /// The first node in the listing whose name differs by case only.
    IgnoringCase(u32),
}

impl Found {
    pub fn node(self) -> u32 {
        let (Found::Exactly(node) | Found::IgnoringCase(node)) = self;
        node
    }
}

impl Ids {
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the name of a node.
    pub fn name(&self, node: u32) -> &str {
        let (start, end) = (self.starts[node as usize], self.starts[node as usize + 1]);
        std::str::from_utf8(&self.text[start as usize..end as usize]).unwrap_or("\u{fffd}")
    }

    /// Finds the node of this exact name.
    pub fn find(&self, name: &str) -> Option<u32> {
        match self.find_ignoring_case(name) {
            Some(Found::Exactly(node)) => Some(node),
            _ => None,
        }
    }

    /// Finds a node by what it is called: its name, in whatever case, or one from before models had owners.
    pub fn called(&self, name: &str) -> Option<u32> {
        let present = || self.find_ignoring_case(&aliases::present_name(name)?);
        Some(self.find_ignoring_case(name).or_else(present)?.node())
    }

    /// Reopens the table, so that names can be added.
    pub fn reopen(self) -> IdsBuilder {
        IdsBuilder {
            starts: self.starts.into_vec(),
            text: self.text.into_vec(),
            slots: self.slots.into_vec(),
            seed: self.seed,
        }
    }

    /// Finds a node by name: the exact one if there is one, else the first that differs by case only.
    pub fn find_ignoring_case(&self, name: &str) -> Option<Found> {
        let mut similar: Option<u32> = None;
        for node in Probe::new(&self.slots, hash(self.seed, name)?) {
            let other = self.name(node);
            if other == name {
                return Some(Found::Exactly(node));
            }
            if other.eq_ignore_ascii_case(name) {
                similar = Some(similar.map_or(node, |first| first.min(node)));
            }
        }
        similar.map(Found::IgnoringCase)
    }
}

/// The nodes in the slots from a hash's own one to the next free one.
struct Probe<'a> {
    slots: &'a [u32],
    at: usize,
    left: usize,
}

impl<'a> Probe<'a> {
    fn new(slots: &'a [u32], hash: u64) -> Probe<'a> {
        let at = if slots.is_empty() { 0 } else { hash as usize & (slots.len() - 1) };
        Probe { slots, at, left: slots.len() }
    }
}

impl Iterator for Probe<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        let node = self.slots[self.at];
        self.at = (self.at + 1) & (self.slots.len() - 1);
        (node != FREE).then_some(node)
    }
}

/// Hashes a name without its case; `None` for a name too long to be anyone's.
fn hash(seed: u64, name: &str) -> Option<u64> {
    let mut folded = [0; LONGEST_NAME];
    let folded = folded.get_mut(..name.len())?;
    folded.copy_from_slice(name.as_bytes());
    folded.make_ascii_lowercase();
    let mut hasher = FixedState::with_seed(seed).build_hasher();
    hasher.write(folded);
    Some(hasher.finish())
}

/// Returns what the hash of this build makes of a known name, to notice a table written by another.
pub fn hash_check(seed: u64) -> u64 {
    hash(seed, "owner/name").unwrap_or_default()
}

/// Names being collected.
#[derive(Debug)]
pub struct IdsBuilder {
    starts: Vec<u64>,
    text: Vec<u8>,
    slots: Vec<u32>,
    seed: u64,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name of {0} bytes is longer than {LONGEST_NAME}")]
    TooLong(usize),
    #[error("a snapshot cannot hold more than {} names", u32::MAX - 1)]
    TooMany,
}

impl IdsBuilder {
    /// The seed makes the hash unpredictable; any value gives the same answers.
    pub fn new(seed: u64) -> IdsBuilder {
        IdsBuilder { starts: vec![0], text: Vec::new(), slots: vec![FREE; 16], seed }
    }

    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn name(&self, node: u32) -> &[u8] {
        let (start, end) = (self.starts[node as usize], self.starts[node as usize + 1]);
        &self.text[start as usize..end as usize]
    }

    /// Finds the node of this exact name.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.probe(hash(self.seed, name)?, name)
    }

    fn probe(&self, hash: u64, name: &str) -> Option<u32> {
        Probe::new(&self.slots, hash).find(|node| self.name(*node) == name.as_bytes())
    }

    /// Adds a name, unless it is there already: `Ok` holds the new node, `Err` the old one.
    ///
    /// # Errors
    /// When the name is too long or there are too many.
    pub fn insert(&mut self, name: &str) -> Result<Result<u32, u32>, NameError> {
        let hash = hash(self.seed, name).ok_or(NameError::TooLong(name.len()))?;
        if let Some(node) = self.probe(hash, name) {
            return Ok(Err(node));
        }
        let node = u32::try_from(self.len()).ok().filter(|node| *node < FREE - 1);
        let node = node.ok_or(NameError::TooMany)?;
        self.text.extend_from_slice(name.as_bytes());
        self.starts.push(self.text.len() as u64);
        if self.len() * 2 > self.slots.len() {
            self.grow();
        } else {
            place(&mut self.slots, hash, node);
        }
        Ok(Ok(node))
    }

    fn grow(&mut self) {
        let mut slots = vec![FREE; self.slots.len() * 2];
        for node in 0..self.len() as u32 {
            let name = std::str::from_utf8(self.name(node)).ok();
            if let Some(hash) = name.and_then(|name| hash(self.seed, name)) {
                place(&mut slots, hash, node);
            }
        }
        self.slots = slots;
    }

    pub fn finish(self) -> Ids {
        Ids { starts: self.starts.into(), text: self.text.into(), slots: self.slots.into(), seed: self.seed }
    }
}

fn place(slots: &mut [u32], hash: u64, node: u32) {
    let mask = slots.len() - 1;
    let mut at = hash as usize & mask;
    while slots[at] != FREE {
        at = (at + 1) & mask;
    }
    slots[at] = node;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Ids {
        let mut builder = IdsBuilder::new(7);
        for name in names {
            builder.insert(name).expect("fits").expect("new");
        }
        builder.finish()
    }

    #[test]
    fn an_exact_name_wins_over_a_similar_one() {
        let ids = ids(&["a/B", "a/b", "A/B"]);
        assert_eq!(ids.find_ignoring_case("a/b"), Some(Found::Exactly(1)));
        assert_eq!(ids.find_ignoring_case("A/b"), Some(Found::IgnoringCase(0)));
        assert_eq!(ids.find("A/b"), None);
        assert_eq!(ids.find_ignoring_case("a/c"), None);
    }

    #[test]
    fn a_name_is_kept_once_and_found_among_many() {
        let mut builder = IdsBuilder::new(0);
        let names: Vec<String> = (0..10_000).map(|n| format!("owner-{}/model-{n}", n % 97)).collect();
        for name in &names {
            assert!(builder.insert(name).expect("fits").is_ok());
        }
        assert_eq!(builder.insert(&names[42]), Ok(Err(42)));
        let ids = builder.finish();
        assert!(names.iter().enumerate().all(|(node, name)| ids.find(name) == Some(node as u32)));
    }

    #[test]
    fn a_name_too_long_to_be_anyones_is_refused_and_never_found() {
        let long = "x".repeat(LONGEST_NAME + 1);
        assert_eq!(IdsBuilder::new(0).insert(&long), Err(NameError::TooLong(LONGEST_NAME + 1)));
        assert_eq!(ids(&["a"]).find_ignoring_case(&long), None);
    }

    #[test]
    fn no_names_are_found_in_an_empty_table() {
        assert_eq!(ids(&[]).find("a"), None);
    }
}
