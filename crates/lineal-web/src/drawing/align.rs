//! How high does each cell stand, so that lines run straight?
//!
//! Every cell would like to stand at the median of its neighbours; cells of a layer keep their order and their
//! distance. Of all ways to do that, the one that moves cells least from where they would like to be
//! is found exactly, layer by layer: an isotonic regression, by pooling neighbours that are in each
//! other's way.

use super::order::Cell;

const ROUNDS: usize = 6;
/// How much more a cell counts that has neighbours to be aligned with.
const PULL: f64 = 8.0;

/// A layer: its cells, and how far each is at least from the one before, middle to middle.
pub struct Layer {
    pub cells: Vec<Cell>,
    pub apart: Vec<f64>,
}

/// Returns the height of the middle of each cell, 0 being anywhere; `middle` is the layer that others
/// are aligned with, and `segments` are pairs of cells in layers that follow each other.
pub fn align(layers: &[Layer], middle: usize, cells: usize, segments: &[(Cell, Cell)]) -> Vec<f64> {
    let mut before = vec![Vec::new(); cells];
    let mut after = vec![Vec::new(); cells];
    for (left, right) in segments {
        after[*left].push(*right);
        before[*right].push(*left);
    }
    let mut heights = vec![0.0; cells];
    for layer in layers {
        let mut height = 0.0;
        for (cell, apart) in layer.cells.iter().zip(&layer.apart) {
            height += apart;
            heights[*cell] = height;
        }
        let half = height / 2.0;
        layer.cells.iter().for_each(|cell| heights[*cell] -= half);
    }
    for _ in 0..ROUNDS {
        for layer in middle + 1..layers.len() {
            move_to(&layers[layer], &[&before], &mut heights);
        }
        for layer in (0..middle).rev() {
            move_to(&layers[layer], &[&after], &mut heights);
        }
        for layer in (middle + 1..layers.len()).rev() {
            move_to(&layers[layer], &[&after], &mut heights);
        }
        for layer in 0..middle {
            move_to(&layers[layer], &[&before], &mut heights);
        }
        move_to(&layers[middle], &[&before, &after], &mut heights);
    }
    heights
}

/// Moves the cells of a layer as near to their neighbours as they can get.
fn move_to(layer: &Layer, near: &[&Vec<Vec<Cell>>], heights: &mut [f64]) {
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(layer.cells.len());
    let mut wishes = Vec::with_capacity(layer.cells.len());
    for (cell, apart) in layer.cells.iter().zip(&layer.apart) {
        offset += apart;
        offsets.push(offset);
        let medians: Vec<f64> = near.iter().filter_map(|near| median(&near[*cell], heights)).collect();
        wishes.push(match medians.is_empty() {
            true => (heights[*cell] - offset, 1.0),
            false => (medians.iter().sum::<f64>() / medians.len() as f64 - offset, PULL),
        });
    }
    for ((cell, offset), height) in layer.cells.iter().zip(offsets).zip(never_falling(&wishes)) {
        heights[*cell] = height + offset;
    }
}

fn median(cells: &[Cell], heights: &[f64]) -> Option<f64> {
    let mut heights: Vec<f64> = cells.iter().map(|cell| heights[*cell]).collect();
    heights.sort_by(f64::total_cmp);
    let last = heights.len().checked_sub(1)?;
    Some((heights[last / 2] + heights[heights.len() / 2]) / 2.0)
}

/// Returns the numbers that never fall and are nearest to what is wished for, by weighted least squares.
fn never_falling(wishes: &[(f64, f64)]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (wish, weight) in wishes {
        let mut pool = (*wish, *weight, 1);
        while let Some(last) = pools.pop_if(|last| last.0 > pool.0) {
            let weight = last.1 + pool.1;
            pool = ((last.0 * last.1 + pool.0 * pool.1) / weight, weight, last.2 + pool.2);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(value, _, count)| std::iter::repeat_n(value, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_each_others_way_meet_in_the_middle() {
        let wishes = [(3.0, 1.0), (1.0, 1.0), (2.0, 1.0), (5.0, 1.0), (1.0, 3.0)];
        assert_eq!(never_falling(&wishes), [2.0; 5]);
        assert_eq!(never_falling(&[(1.0, 1.0), (4.0, 1.0), (2.0, 1.0)]), [1.0, 3.0, 3.0]);
        assert_eq!(never_falling(&[]), [0.0; 0]);
    }

    #[test]
    fn a_base_stands_in_the_middle_of_what_was_made_from_it() {
        let layer = |cells: &[Cell]| Layer { cells: cells.to_vec(), apart: vec![10.0; cells.len()] };
        let layers = [layer(&[0]), layer(&[1, 2, 3]), layer(&[4])];
        let heights = align(&layers, 0, 5, &[(0, 1), (0, 2), (0, 3), (3, 4)]);
        let above: Vec<f64> = heights.iter().map(|height| (height - heights[0]).round()).collect();
        assert_eq!(above, [0.0, -10.0, 0.0, 10.0, 10.0]);
    }
}
