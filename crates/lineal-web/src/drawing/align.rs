//! How high does each cell stand, so that lines run straight?
//!
//! Column by column, from the middle outwards, every cell would like to stand at the median of its neighbours
//! in the column before; cells of a column keep their order and their distance. Of all ways to do that,
//! the one that leaves cells nearest to where they would like to be is found exactly: an isotonic
//! regression, by pooling those that are in each other's way. A column that fits into the height of those
//! before stays within it.

use super::order::Cell;

/// A column: its cells, and how far each is at least from the one before, middle to middle.
pub struct Column {
    pub cells: Vec<Cell>,
    pub apart: Vec<f64>,
}

/// Returns the height of the middle of each cell, 0 being anywhere; `middle` is the column from which others
/// are aligned, and `segments` are pairs of cells in columns that follow each other.
pub fn align(columns: &[Column], middle: usize, cells: usize, segments: &[(Cell, Cell)]) -> Vec<f64> {
    let mut before = vec![Vec::new(); cells];
    let mut after = vec![Vec::new(); cells];
    for (left, right) in segments {
        after[*left].push(*right);
        before[*right].push(*left);
    }
    let mut heights = vec![0.0; cells];
    let nobody = vec![Vec::new(); cells];
    let right = columns[middle + 1..].iter().map(|column| (column, &before));
    let left = columns[..middle].iter().rev().map(|column| (column, &after));
    let mut extent = (0.0f64, 0.0f64);
    for (column, near) in std::iter::once((&columns[middle], &nobody)).chain(right).chain(left) {
        place(column, near, extent, &mut heights);
        for cell in &column.cells {
            extent = (extent.0.min(heights[*cell]), extent.1.max(heights[*cell]));
        }
    }
    heights
}

/// Places the cells of a column as near to their neighbours as they can get.
fn place(column: &Column, near: &[Vec<Cell>], extent: (f64, f64), heights: &mut [f64]) {
    let mut offsets = Vec::with_capacity(column.cells.len());
    let mut wishes = Vec::with_capacity(column.cells.len());
    let mut offset = 0.0;
    let mut last = 0.0;
    for (cell, apart) in column.cells.iter().zip(&column.apart) {
        offset += apart;
        // Who has no neighbours stands with the one before.
        last = median(&near[*cell], heights).unwrap_or(last);
        offsets.push(offset);
        wishes.push(last - offset);
    }
    // What is nearest within bounds is what is nearest without, moved to them.
    let lowest = extent.0 - offsets.first().copied().unwrap_or(0.0);
    let highest = extent.1 - offset;
    let bounded = |height: f64| if lowest <= highest { height.clamp(lowest, highest) } else { height };
    for ((cell, offset), height) in column.cells.iter().zip(offsets).zip(never_falling(&wishes)) {
        heights[*cell] = bounded(height) + offset;
    }
}

fn median(cells: &[Cell], heights: &[f64]) -> Option<f64> {
    let mut heights: Vec<f64> = cells.iter().map(|cell| heights[*cell]).collect();
    heights.sort_by(f64::total_cmp);
    let last = heights.len().checked_sub(1)?;
    Some((heights[last / 2] + heights[heights.len() / 2]) / 2.0)
}

/// Returns the numbers that never fall and are nearest to what is wished for, by least squares.
fn never_falling(wishes: &[f64]) -> Vec<f64> {
    // The sum of some wishes that follow each other, and how many they are.
    let mut pools: Vec<(f64, f64)> = Vec::new();
    for wish in wishes {
        let mut pool = (*wish, 1.0);
        while let Some(last) = pools.pop_if(|last| last.0 / last.1 > pool.0 / pool.1) {
            pool = (last.0 + pool.0, last.1 + pool.1);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / count, count as usize)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_each_others_way_meet_in_the_middle() {
        assert_eq!(never_falling(&[3.0, 1.0, 2.0, 5.0, 3.0]), [2.0, 2.0, 2.0, 4.0, 4.0]);
        assert_eq!(never_falling(&[1.0, 4.0, 2.0]), [1.0, 3.0, 3.0]);
        assert_eq!(never_falling(&[]), [0.0; 0]);
    }

    #[test]
    fn what_was_made_from_a_base_stands_around_its_height() {
        let column = |cells: &[Cell]| Column { cells: cells.to_vec(), apart: vec![10.0; cells.len()] };
        let columns = [column(&[0]), column(&[1, 2, 3]), column(&[4])];
        let heights = align(&columns, 0, 5, &[(0, 1), (0, 2), (0, 3), (3, 4)]);
        let above: Vec<f64> = heights.iter().map(|height| (height - heights[0]).round()).collect();
        assert_eq!(above, [0.0, -10.0, 0.0, 10.0, 10.0]);
    }
}
