//! How many chains are there, of which lengths?
//!
//! From the ends upward: the chains that start at a step are those that start at the steps
//! which can follow it, one model longer. Lengths are numbers of models.

use super::steps::Steps;
use crate::big::Number;

/// How many numbers the tables of one analysis may hold, so that no listing can fill the memory.
pub const MOST_NUMBERS: usize = 1 << 26;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("chains of this many different shapes cannot be counted (limit {MOST_NUMBERS})")]
pub struct TooManyShapes;

/// Counts by length: `counts[i]` chains have `shortest + i` models.
#[derive(Clone, Debug)]
pub struct Series<N> {
    pub shortest: usize,
    pub counts: Vec<N>,
}

impl<N: Number> Series<N> {
    pub fn one(length: usize) -> Series<N> {
        Series { shortest: length, counts: vec![N::one()] }
    }

    pub fn none() -> Series<N> {
        Series { shortest: 0, counts: Vec::new() }
    }

    /// An iterator over lengths and their counts.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &N)> {
        (self.shortest..).zip(&self.counts)
    }

    pub fn total(&self) -> N {
        self.counts.iter().sum()
    }

    /// Makes room for lengths from `shortest` to `longest`.
    fn cover(shortest: usize, longest: usize) -> Series<N> {
        Series { shortest, counts: vec![N::zero(); longest + 1 - shortest] }
    }

    fn longest(&self) -> usize {
        self.shortest + self.counts.len() - 1
    }

    /// Adds chains that are `more` models longer than those of another series.
    fn add(&mut self, other: &Series<N>, more: usize) {
        for (length, count) in other.iter() {
            self.counts[length + more - self.shortest] += count;
        }
    }

    /// Adds up series, each made `more` models longer.
    pub fn sum<'a>(series: impl Iterator<Item = &'a Series<N>> + Clone, more: usize) -> Series<N>
    where
        N: 'a,
    {
        let full = series.filter(|series| !series.counts.is_empty());
        let shortest = full.clone().map(|series| series.shortest).min();
        let longest = full.clone().map(Series::longest).max();
        let (Some(shortest), Some(longest)) = (shortest, longest) else { return Series::none() };
        let mut sum = Series::cover(shortest + more, longest + more);
        full.for_each(|series| sum.add(series, more));
        sum
    }
}

/// Counts the chains that start at each step, by length.
///
/// # Errors
/// When the counts would not fit in the memory set aside for them.
pub fn from_steps<N: Number>(steps: &Steps) -> Result<Vec<Series<N>>, TooManyShapes> {
    let end = Series::one(1);
    let mut starting: Vec<Series<N>> = Vec::with_capacity(steps.len());
    let mut numbers = 0;
    for step in 0..steps.len() {
        let series = if steps.is_last(step) {
            if steps.is_end(step) { Series { shortest: 1, counts: Vec::new() } } else { Series::none() }
        } else {
            let next = steps.next(step).iter().map(|next| match &starting[*next as usize] {
                series if is_bare_end(series) => &end,
                series => series,
            });
            Series::sum(next, 1)
        };
        numbers += series.counts.len();
        if numbers > MOST_NUMBERS {
            return Err(TooManyShapes);
        }
        starting.push(series);
    }
    Ok(starting)
}

/// An end is marked rather than written out: there are ten times as many ends as other steps.
fn is_bare_end<N>(series: &Series<N>) -> bool {
    series.shortest == 1 && series.counts.is_empty()
}

/// Counts the ways from a root to each step that something can follow, by the number of models
/// up to and including that step. Steps that nothing can follow have no series.
///
/// # Errors
/// When the counts would not fit in the memory set aside for them.
pub fn to_steps<N: Number>(steps: &Steps) -> Result<Vec<Series<N>>, TooManyShapes> {
    // Ranges first, so that each series is allocated once.
    let mut ranges: Vec<(u32, u32)> = vec![(u32::MAX, 0); steps.len()];
    steps.roots.iter().for_each(|root| ranges[*root as usize] = (1, 1));
    let mut numbers = 0;
    for step in (0..steps.len()).rev() {
        let (shortest, longest) = ranges[step];
        if !steps.is_last(step) {
            numbers += (longest + 1).saturating_sub(shortest) as usize;
        }
        for next in steps.next(step) {
            let range = &mut ranges[*next as usize];
            *range = (range.0.min(shortest + 1), range.1.max(longest + 1));
        }
    }
    if numbers > MOST_NUMBERS {
        return Err(TooManyShapes);
    }
    let mut reaching: Vec<Series<N>> = (0..steps.len()).map(|_| Series::none()).collect();
    for root in &steps.roots {
        reaching[*root as usize] = Series::one(1);
    }
    for step in (0..steps.len()).rev() {
        if steps.is_last(step) {
            continue;
        }
        let series = std::mem::replace(&mut reaching[step], Series::none());
        for next in steps.next(step).iter().map(|next| *next as usize) {
            if steps.is_last(next) {
                continue;
            }
            if reaching[next].counts.is_empty() {
                let (shortest, longest) = ranges[next];
                reaching[next] = Series::cover(shortest as usize, longest as usize);
            }
            reaching[next].add(&series, 1);
        }
        reaching[step] = series;
    }
    Ok(reaching)
}

/// Estimates how many chains there are, to choose a number type that holds them.
pub fn magnitude(steps: &Steps) -> f64 {
    let mut starting = vec![0f64; steps.len()];
    for step in 0..steps.len() {
        starting[step] = if steps.is_last(step) {
            1.0
        } else {
            steps.next(step).iter().map(|next| starting[*next as usize]).sum()
        };
    }
    steps.roots.iter().map(|root| starting[*root as usize]).sum()
}
