//! Which models have a word?
//!
//! Their ranks, ascending. A word of one model holds its rank in the map itself; a longer list
//! begins with its length and holds the steps from rank to rank, seven bits to a byte; a list of more than
//! an eighth of all models is a row of bits. Whatever the bytes are, reading them ends and never fails.

/// How many ranks are looked at together.
pub const WINDOW: u32 = 1 << 16;

/// A bit for each rank of a window.
#[derive(Clone)]
pub struct Bits(Box<[u64]>);

impl Default for Bits {
    fn default() -> Bits {
        Bits(vec![0; WINDOW as usize / 64].into())
    }
}

impl Bits {
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn insert(&mut self, at: u32) {
        self.0[(at / 64) as usize % self.0.len()] |= 1 << (at % 64);
    }

    pub fn remove(&mut self, at: u32) {
        self.0[(at / 64) as usize % self.0.len()] &= !(1 << (at % 64));
    }

    pub fn add_all(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    pub fn keep_all(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    pub fn remove_all(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.0).flat_map(|(word, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                Some(word * 64 + bit)
            })
        })
    }
}

/// Appends the list of a word to others, and returns what the map holds for it.
pub fn write(ranks: &[u32], models: u32, postings: &mut Vec<u8>) -> u64 {
    if let [rank] = ranks {
        return u64::from(*rank) << 1 | 1;
    }
    let value = (postings.len() as u64) << 1;
    if ranks.len() > models as usize / 8 {
        let bytes = models.div_ceil(8) as usize;
        write_number((bytes as u64) << 1 | 1, postings);
        let start = postings.len();
        postings.resize(start + bytes, 0);
        for rank in ranks {
            postings[start + (rank / 8) as usize] |= 1 << (rank % 8);
        }
        return value;
    }
    write_number((ranks.len() as u64) << 1, postings);
    let mut last = 0;
    for rank in ranks {
        write_number((rank - last).into(), postings);
        last = *rank;
    }
    value
}

fn write_number(mut number: u64, postings: &mut Vec<u8>) {
    while number >= 0x80 {
        postings.push(number as u8 | 0x80);
        number >>= 7;
    }
    postings.push(number as u8);
}

/// Reads a number off the front of some bytes; `None` at their end, or if it is too large.
fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// A list being read, from window to window.
#[derive(Clone)]
pub enum List<'a> {
    /// The next rank, and the steps to those that follow.
    Steps {
        next: Option<u32>,
        left: u64,
        bytes: &'a [u8],
    },
    Bits {
        bytes: &'a [u8],
    },
}

impl<'a> List<'a> {
    /// Opens the list that the map's value stands for.
    pub fn open(value: u64, postings: &'a [u8]) -> List<'a> {
        let payload = value >> 1;
        if value & 1 == 1 {
            return List::Steps { next: u32::try_from(payload).ok(), left: 0, bytes: &[] };
        }
        let mut bytes = usize::try_from(payload).ok().and_then(|start| postings.get(start..)).unwrap_or(&[]);
        let header = read_number(&mut bytes).unwrap_or(0);
        if header & 1 == 1 {
            let length = usize::try_from(header >> 1).unwrap_or(usize::MAX);
            return List::Bits { bytes: &bytes[..length.min(bytes.len())] };
        }
        let mut list = List::Steps { next: Some(0), left: (header >> 1).min(bytes.len() as u64), bytes };
        list.step();
        list
    }

    /// How many ranks there are, at most.
    pub fn len(&self) -> usize {
        match self {
            List::Steps { next, left, .. } => usize::from(next.is_some()) + *left as usize,
            List::Bits { bytes } => bytes.len() * 8,
        }
    }

    /// Goes on to the next rank.
    fn step(&mut self) {
        let List::Steps { next, left, bytes } = self else { return };
        *next = match (*next, left.checked_sub(1)) {
            (Some(rank), Some(rest)) => {
                *left = rest;
                let step = read_number(bytes).and_then(|step| u32::try_from(step).ok());
                step.and_then(|step| rank.checked_add(step))
            }
            _ => None,
        };
    }

    /// Sets the bits of its ranks in a window that starts here; windows are asked for in order.
    pub fn paint(&mut self, start: u32, bits: &mut Bits) {
        if let List::Bits { bytes } = self {
            let here = bytes.get(start as usize / 8..).unwrap_or(&[]);
            for (word, bytes) in bits.0.iter_mut().zip(here.chunks(8)) {
                let mut whole = [0; 8];
                whole[..bytes.len()].copy_from_slice(bytes);
                *word |= u64::from_le_bytes(whole);
            }
            return;
        }
        while let List::Steps { next: Some(rank), .. } = self {
            // Ranks before the window are left where an earlier one was not asked for.
            match rank.checked_sub(start) {
                Some(at) if at < WINDOW => bits.insert(at),
                Some(_) => return,
                None => {}
            }
            self.step();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn read(value: u64, postings: &[u8], models: u32) -> Vec<u32> {
        let mut list = List::open(value, postings);
        let mut found = Vec::new();
        for start in (0..models).step_by(WINDOW as usize) {
            let mut bits = Bits::default();
            list.paint(start, &mut bits);
            found.extend(bits.iter().map(|at| start + at));
        }
        found
    }

    proptest! {
        #[test]
        fn a_list_is_read_as_it_was_written(
            ranks in prop_oneof![
                proptest::collection::btree_set(0..200_000u32, 1..40),
                proptest::collection::btree_set(0..100u32, 1..100),
            ],
            spare in 0..70_000u32,
        ) {
            let ranks: Vec<u32> = ranks.into_iter().collect();
            let models = ranks.last().map_or(0, |last| last + 1) + spare % 9 * (spare / 9);
            let mut postings = vec![0xff; 3];
            let value = write(&ranks, models, &mut postings);
            prop_assert_eq!(read(value, &postings, models), ranks);
        }

        #[test]
        fn any_bytes_are_read_to_an_end(value: u64, postings in proptest::collection::vec(any::<u8>(), 0..60)) {
            for value in [value, value % 128] {
                let found = read(value, &postings, 3 * WINDOW);
                prop_assert!(found.iter().copied().collect::<BTreeSet<u32>>().len() == found.len());
            }
        }
    }
}
