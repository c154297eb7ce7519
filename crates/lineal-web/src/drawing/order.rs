//! In which order do boxes stand in their layers, so that few lines cross?
//!
//! Sweeps from layer to layer move every cell to the mean place of its neighbours in the layer before,
//! as long as that helps. What is equal keeps its order, so what was derived from one model stays together.

/// A place in a layer: a box, or a lane that a long line takes between boxes.
pub type Cell = usize;

const SWEEPS: usize = 6;

/// Reorders layers of cells; `segments` are pairs of cells in layers that follow each other.
pub fn uncross(layers: &mut Vec<Vec<Cell>>, cells: usize, segments: &[(Cell, Cell)]) {
    let mut before = vec![Vec::new(); cells];
    let mut after = vec![Vec::new(); cells];
    for (left, right) in segments {
        after[*left].push(*right);
        before[*right].push(*left);
    }
    let mut best = layers.clone();
    let mut fewest = crossings(layers, &after);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let count = layers.len();
        for step in 1..count {
            let (fixed, moved, near) = match sweep % 2 {
                0 => (step - 1, step, &before),
                _ => (count - step, count - step - 1, &after),
            };
            let fixed = places(&layers[fixed], cells);
            sort(&mut layers[moved], &fixed, near);
        }
        let now = crossings(layers, &after);
        if now < fewest {
            fewest = now;
            best.clone_from(layers);
        }
    }
    *layers = best;
}

/// The place of each cell of a layer; `None` for cells of others.
fn places(layer: &[Cell], cells: usize) -> Vec<Option<usize>> {
    let mut places = vec![None; cells];
    layer.iter().enumerate().for_each(|(place, cell)| places[*cell] = Some(place));
    places
}

/// Sorts a layer by the mean place of each cell's neighbours; cells without any stay where they are.
fn sort(layer: &mut [Cell], fixed: &[Option<usize>], near: &[Vec<Cell>]) {
    let mean = |cell: Cell| {
        let places: Vec<usize> = near[cell].iter().filter_map(|other| fixed[*other]).collect();
        (!places.is_empty()).then(|| places.iter().sum::<usize>() as f64 / places.len() as f64)
    };
    let moving: Vec<usize> = (0..layer.len()).filter(|place| mean(layer[*place]).is_some()).collect();
    let mut cells: Vec<(f64, Cell)> =
        moving.iter().filter_map(|place| Some((mean(layer[*place])?, layer[*place]))).collect();
    cells.sort_by(|one, other| one.0.total_cmp(&other.0));
    for (place, (_, cell)) in moving.into_iter().zip(cells) {
        layer[place] = cell;
    }
}

/// Counts how often lines cross between layers that follow each other.
fn crossings(layers: &[Vec<Cell>], after: &[Vec<Cell>]) -> u64 {
    let mut crossings = 0;
    for pair in layers.windows(2) {
        let places = places(&pair[1], after.len());
        // How many lines end so far at each place of the right layer, as a Fenwick tree.
        let mut ends = vec![0u64; pair[1].len() + 1];
        let mut all = 0;
        for cell in &pair[0] {
            let targets: Vec<usize> = after[*cell].iter().filter_map(|other| places[*other]).collect();
            for target in &targets {
                crossings += all - up_to(&ends, target + 1);
            }
            for target in targets {
                all += 1;
                let mut at = target + 1;
                while at < ends.len() {
                    ends[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
    }
    crossings
}

/// Adds up the first entries of a Fenwick tree.
fn up_to(tree: &[u64], mut end: usize) -> u64 {
    let mut sum = 0;
    while end > 0 {
        sum += tree[end];
        end -= end & end.wrapping_neg();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(cells: usize, segments: &[(Cell, Cell)]) -> Vec<Vec<Cell>> {
        let mut after = vec![Vec::new(); cells];
        segments.iter().for_each(|(left, right)| after[*left].push(*right));
        after
    }

    #[test]
    fn lines_are_uncrossed() {
        let mut layers = vec![vec![0, 1], vec![2, 3, 4]];
        let segments = [(0, 4), (1, 2), (1, 3)];
        uncross(&mut layers, 5, &segments);
        assert_eq!(layers, [vec![0, 1], vec![4, 2, 3]]);
    }

    proptest! {
        #[test]
        fn crossings_are_counted_and_never_become_more(
            lines in prop::collection::btree_set((0usize..6, 0usize..6), 0..20)
        ) {
            let segments: Vec<(Cell, Cell)> = lines.into_iter().map(|(left, right)| (left, right + 6)).collect();
            let mut layers = vec![(0..6).collect(), (6..12).collect::<Vec<Cell>>()];
            let after = after(12, &segments);
            let one_by_one = segments.iter().flat_map(|one| segments.iter().map(move |other| (one, other)))
                .filter(|(one, other)| one.0 < other.0 && one.1 > other.1).count() as u64;
            prop_assert_eq!(crossings(&layers, &after), one_by_one);
            uncross(&mut layers, 12, &segments);
            prop_assert!(crossings(&layers, &after) <= one_by_one);
            layers.iter_mut().for_each(|layer| layer.sort_unstable());
            prop_assert_eq!(layers.concat(), (0..12).collect::<Vec<Cell>>());
        }
    }
}
