//! Where do a graph's numbers live: in memory of its own, or in a mapped file?

use bytemuck::Pod;
use std::{fmt, marker::PhantomData, ops::Deref, ops::Range, sync::Arc};

/// Bytes that somebody else keeps alive, such as a mapped file.
pub type SharedBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A slice of numbers, owned or borrowed from shared bytes for as long as anyone reads it.
pub enum Column<T> {
    Owned(Vec<T>),
    Shared { bytes: SharedBytes, range: Range<usize>, numbers: PhantomData<T> },
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes {from}..{to} are not a whole, aligned run of {size}-byte numbers")]
pub struct BadColumn {
    from: usize,
    to: usize,
    size: usize,
}

impl<T: Pod> Column<T> {
    /// Returns the numbers in a range of shared bytes.
    ///
    /// # Errors
    /// When the range is outside the bytes, misaligned, or not a multiple of the number's size.
    pub fn shared(bytes: SharedBytes, range: Range<usize>) -> Result<Column<T>, BadColumn> {
        let bad = BadColumn { from: range.start, to: range.end, size: size_of::<T>() };
        let inside = (*bytes).as_ref().get(range.clone());
        match inside.map(bytemuck::try_cast_slice::<u8, T>) {
            Some(Ok(_)) => Ok(Column::Shared { bytes, range, numbers: PhantomData }),
            _ => Err(bad),
        }
    }
}

impl<T: Pod> Column<T> {
    /// Returns the numbers as a vector, copied only if they are shared.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Column::Owned(numbers) => numbers,
            Column::Shared { .. } => self.to_vec(),
        }
    }
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Column::Owned(numbers) => numbers,
            // `shared` has checked range and alignment; shared bytes never move.
            Column::Shared { bytes, range, .. } => bytemuck::cast_slice(&(**bytes).as_ref()[range.clone()]),
        }
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(numbers: Vec<T>) -> Column<T> {
        Column::Owned(numbers)
    }
}

impl<T: Pod + fmt::Debug> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
