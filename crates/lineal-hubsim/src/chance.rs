//! Where does chance come from?
//!
//! Decisions draw from ChaCha, traits of a model from a hash of its serial number. Both use only
//! integers and exactly rounded arithmetic, so a seed gives the same hub on every platform; no
//! sampling is left to a library whose next version may draw differently.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

pub(crate) trait Chance {
    fn draw(&mut self) -> u64;

    /// Returns a number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.draw()) * bound as u128) >> 64) as usize
    }

    /// Whether something that happens with this probability happens.
    fn holds(&mut self, share: f64) -> bool {
        self.fraction() < share
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Returns a number from 0 up to, but excluding, 1.
    fn fraction(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a number of at least `scale` that exceeds `x` with probability `scale / x`.
    ///
    /// Its mean is `scale * (1 + ln(cap / scale))`.
    fn heavy_tailed(&mut self, scale: f64, cap: f64) -> f64 {
        (scale / (1.0 - self.fraction())).min(cap)
    }

    fn any<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Chooses from a table of weights and values.
    fn weighted<T: Copy>(&mut self, table: &[(u32, T)]) -> T {
        let total: u32 = table.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total as usize) as u32;
        for &(weight, value) in table {
            if left < weight {
                return value;
            }
            left -= weight;
        }
        unreachable!("a draw lies below the sum of the weights")
    }
}

impl Chance for ChaCha8Rng {
    fn draw(&mut self) -> u64 {
        self.next_u64()
    }
}

/// An endless source that depends only on the numbers it was made of (SplitMix64).
pub(crate) struct Traits(u64);

impl Traits {
    /// Returns the source for one question about one model.
    pub fn new(seed: u64, serial: u32, question: u32) -> Traits {
        let about = u64::from(question) << 32 | u64::from(serial);
        Traits(mixed(seed ^ mixed(about)))
    }

    /// Returns the source as it is after some revisions of the model.
    pub fn after(self, revisions: u16) -> Traits {
        Traits(self.0 ^ u64::from(revisions) << 40)
    }
}

impl Chance for Traits {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }
}

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
