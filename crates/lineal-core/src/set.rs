//! Which members of a small closed set are there?

use std::marker::PhantomData;

/// One of at most 32 things that a [`Set`] can hold.
pub trait Member: Copy + PartialEq + 'static {
    /// All of them, in the order in which a set lists them.
    const ALL: &'static [Self];

    /// The word for it, in JSON and in tables at rest.
    fn as_str(self) -> &'static str;
}

/// Some members of a closed set, in four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Set<T> {
    bits: u32,
    members: PhantomData<T>,
}

impl<T> Default for Set<T> {
    fn default() -> Set<T> {
        Set { bits: 0, members: PhantomData }
    }
}

impl<T: Member> Set<T> {
    pub fn insert(&mut self, member: T) {
        self.bits |= bit(member);
    }

    pub fn has(self, member: T) -> bool {
        self.bits & bit(member) != 0
    }

    pub fn has_any(self, members: &[T]) -> bool {
        members.iter().any(|member| self.has(*member))
    }

    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    pub fn iter(self) -> impl Iterator<Item = T> {
        T::ALL.iter().copied().filter(move |member| self.has(*member))
    }

    /// Returns everything that is in this set or the other.
    pub fn with(self, other: Set<T>) -> Set<T> {
        Set { bits: self.bits | other.bits, members: PhantomData }
    }
}

impl<T: Member> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Set<T> {
        let mut set = Set::default();
        members.into_iter().for_each(|member| set.insert(member));
        set
    }
}

/// Returns the member that a word names.
pub fn named<T: Member>(word: &str) -> Option<T> {
    T::ALL.iter().copied().find(|member| member.as_str() == word)
}

fn bit<T: Member>(member: T) -> u32 {
    let at = T::ALL.iter().position(|each| *each == member);
    at.map_or(0, |at| 1 << at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clues::FileKind;

    #[test]
    fn a_set_lists_its_members_in_the_order_of_their_table() {
        let set: Set<FileKind> = [FileKind::Gguf, FileKind::License, FileKind::Gguf].into_iter().collect();
        let words: Vec<&str> = set.iter().map(Member::as_str).collect();
        assert_eq!(words, ["license", "gguf"]);
        assert!(set.has(FileKind::Gguf) && !set.has(FileKind::Onnx));
    }

    #[test]
    fn every_word_names_its_member() {
        for kind in FileKind::ALL {
            assert_eq!(named::<FileKind>(kind.as_str()), Some(*kind));
        }
        assert_eq!(named::<FileKind>("exe"), None);
    }
}
