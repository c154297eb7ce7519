//! What did the study find by hand, as shares that can stand beside ours?

use lineal_core::{proportion, published::by_hand::STUDY, quality::Field};

/// A count, and what it is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub count: u64,
    pub of: u64,
}

impl Part {
    pub fn share(self) -> f64 {
        self.count as f64 / self.of as f64
    }

    pub fn interval(self) -> Option<[f64; 2]> {
        proportion::wilson(self.count, self.of)
    }
}

/// Models in which a field is missing, of those that need it.
pub fn missing(field: Field) -> Option<Part> {
    if field == Field::Dependency {
        // Published as recall only; these are the derived models that declare no base.
        return Some(Part { count: STUDY.missed, of: STUDY.declared + STUDY.missed });
    }
    let found = STUDY.missing.iter().find(|(of, ..)| *of == field);
    found.map(|(_, count, of)| Part { count: *count, of: *of })
}

/// Models with at least so many fields missing or wrong.
pub fn at_least(fields: u8) -> Option<Part> {
    let count = *STUDY.at_least.get(usize::from(fields).checked_sub(1)?)?;
    Some(Part { count, of: STUDY.models })
}

pub fn precision() -> Part {
    Part { count: right(), of: STUDY.declared }
}

pub fn recall() -> Part {
    Part { count: right(), of: right() + STUDY.missed }
}

/// By the study's words, not its numbers: of the derived models those that declare a base, right or wrong.
pub fn literal_recall() -> Part {
    Part { count: STUDY.declared, of: STUDY.declared + STUDY.missed }
}

fn right() -> u64 {
    STUDY.declared - STUDY.wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::set::Member;

    #[test]
    fn shares_are_the_published_ones() {
        let parts = Field::ALL.iter().filter_map(|field| missing(*field));
        let parts = parts.chain([precision(), recall(), literal_recall()]);
        let parts = parts.chain((0..=6).filter_map(at_least));
        let percent: Vec<String> = parts.map(|part| format!("{:.1}", part.share() * 100.0)).collect();
        assert_eq!(percent.join(" "), "28.3 82.8 33.8 76.8 30.9 97.2 68.5 69.1 96.0 80.2 45.5 14.3 0.5");
    }
}
