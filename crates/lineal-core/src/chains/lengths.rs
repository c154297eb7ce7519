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

    /// Adds up series.
    fn sum<'a>(series: impl Iterator<Item = &'a Series<N>> + Clone) -> Series<N>
    where
        N: 'a,
    {
        Series::after(series, 0, 0)
    }

    /// Adds up the series of what can follow a step, each made `more` models longer, and its leaves.
    fn after<'a>(
        followers: impl Iterator<Item = &'a Series<N>> + Clone,
        more: usize,
        leaves: u64,
    ) -> Series<N>
    where
        N: 'a,
    {
        let full = followers.filter(|series| !series.counts.is_empty());
        let with_leaf = (leaves > 0).then_some(2);
        let shortest = full.clone().map(|series| series.shortest + more).chain(with_leaf).min();
        let longest = full.clone().map(|series| series.longest() + more).chain(with_leaf).max();
        let (Some(shortest), Some(longest)) = (shortest, longest) else { return Series::none() };
        let mut sum = Series::cover(shortest, longest);
        if let Some(length) = with_leaf {
            sum.counts[length - shortest] += &N::small(leaves);
        }
        full.for_each(|series| sum.add(series, more));
        sum
    }
}

/// Counts the chains that start at each step, by length.
///
/// # Errors
/// When the counts would not fit in the memory set aside for them.
pub fn from_steps<N: Number>(steps: &Steps) -> Result<Vec<Series<N>>, TooManyShapes> {
    let mut starting: Vec<Series<N>> = Vec::with_capacity(steps.len());
    let mut words = 0;
    for step in 0..steps.len() {
        let series = match steps.is_end(step) {
            true => Series::one(1),
            false => {
                let followers = steps.next(step).iter().map(|next| &starting[*next as usize]);
                Series::after(followers, 1, leaves(steps, step))
            }
        };
        // Numbers of several words count as several, as diamonds on diamonds make them huge.
        words += series.counts.iter().map(N::words).sum::<usize>();
        if words > 2 * MOST_NUMBERS {
            return Err(TooManyShapes);
        }
        starting.push(series);
    }
    Ok(starting)
}

/// Counts all chains by length, from the counts at each step.
pub fn of_roots<N: Number>(steps: &Steps, starting: &[Series<N>]) -> Series<N> {
    Series::sum(steps.roots.iter().map(|root| &starting[*root as usize]))
}

fn leaves(steps: &Steps, step: usize) -> u64 {
    steps.leaves(step).into_iter().map(u64::from).sum()
}

/// Counts the ways from a root to each step, by the number of models up to and including it.
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
        numbers += (longest + 1).saturating_sub(shortest) as usize;
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
        let series = std::mem::replace(&mut reaching[step], Series::none());
        for next in steps.next(step).iter().map(|next| *next as usize) {
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
        let followed: f64 = steps.next(step).iter().map(|next| starting[*next as usize]).sum();
        let ends = leaves(steps, step) + u64::from(steps.is_end(step));
        starting[step] = followed + ends as f64;
    }
    steps.roots.iter().map(|root| starting[*root as usize]).sum()
}
