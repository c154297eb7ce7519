//! Where do a graph's numbers live: in memory of its own, or in a mapped file?

use bytemuck::Pod;
use std::{fmt, ops::Deref, ops::Range, ptr::NonNull, slice, sync::Arc};

/// Bytes that somebody else keeps alive, such as a mapped file.
pub type SharedBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A slice of numbers, owned or borrowed from shared bytes for as long as anyone reads it.
pub struct Column<T> {
    // Every step of every walk reads a column, so the slice is found once, not at each access.
    start: NonNull<T>,
    length: usize,
    owner: Owner<T>,
}

/// What keeps the slice alive. Neither variant is ever changed or handed out while a column is.
enum Owner<T> {
    Own(Vec<T>),
    Shared { _bytes: SharedBytes },
}

// SAFETY: a column is a shared slice of plain numbers and the owner of it; both may go anywhere.
unsafe impl<T: Pod + Send + Sync> Send for Column<T> {}
// SAFETY: as above; nothing in a column changes.
unsafe impl<T: Pod + Send + Sync> Sync for Column<T> {}

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
        let inside = (*bytes).as_ref().get(range);
        let numbers = match inside.map(bytemuck::try_cast_slice::<u8, T>) {
            Some(Ok(numbers)) => numbers,
            _ => return Err(bad),
        };
        let (start, length) = (NonNull::from(numbers).cast(), numbers.len());
        Ok(Column { start, length, owner: Owner::Shared { _bytes: bytes } })
    }

    /// Returns the numbers as a vector, copied only if they are shared.
    pub fn into_vec(self) -> Vec<T> {
        match self.owner {
            Owner::Own(numbers) => numbers,
            Owner::Shared { .. } => self.to_vec(),
        }
    }
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the slice was borrowed from what `owner` holds, which lives as long as `self` and
        // is not changed: a vector keeps its numbers in place when it moves, and what is behind an
        // `Arc` stays borrowed for as long as the `Arc` is there.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl<T: Pod> AsRef<[T]> for Column<T> {
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<T: Pod> From<Vec<T>> for Column<T> {
    fn from(numbers: Vec<T>) -> Column<T> {
        let (start, length) = (NonNull::from(numbers.as_slice()).cast(), numbers.len());
        Column { start, length, owner: Owner::Own(numbers) }
    }
}

impl<T: Pod + fmt::Debug> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_bytes_are_read_as_numbers_where_they_are_whole_and_aligned() {
        let numbers: Vec<u32> = (0..8).collect();
        let bytes: SharedBytes = Arc::new(bytemuck::cast_slice::<u32, u8>(&numbers).to_vec());
        let aligned = (*bytes).as_ref().as_ptr().align_offset(4);
        let read = Column::<u32>::shared(bytes.clone(), aligned..aligned + 8);
        assert_eq!(read.map(|column| column.len()).ok(), Some(2));
        for range in [aligned + 1..aligned + 9, aligned..aligned + 7, 0..100, 100..104] {
            assert!(Column::<u32>::shared(bytes.clone(), range).is_err());
        }
    }

    #[test]
    fn a_column_outlives_whatever_it_was_made_from() {
        let column = {
            let bytes: SharedBytes = Arc::new(vec![1u8, 2, 3]);
            Column::<u8>::shared(bytes, 1..3).expect("inside")
        };
        let moved = Some(column);
        assert_eq!(moved.as_deref(), Some(&[2, 3][..]));
        assert_eq!(*Column::from(vec![4u64]), [4]);
        assert!(Column::from(Vec::<u32>::new()).into_vec().is_empty());
    }
}
