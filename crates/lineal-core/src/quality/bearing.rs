//! Which inferred relations bear on which model's declaration?
//!
//! Each on that of its derived model; one that turns a declared relation round also on that of its
//! base, which is the model that declared it.

use crate::infer::{Inferred, Standing};

/// Inferred relations by the model whose dependencies they bear on.
#[derive(Debug)]
pub struct Bearing {
    /// The models, in order, one for each of `relations`.
    models: Vec<u32>,
    relations: Vec<Inferred>,
}

impl Bearing {
    pub fn of(inferred: &[Inferred]) -> Bearing {
        let reversed = inferred.iter().filter(|relation| relation.standing == Standing::Reversed);
        let own = inferred.iter().map(|relation| (relation.derived, relation));
        let mut rows: Vec<(u32, &Inferred)> =
            own.chain(reversed.map(|relation| (relation.base, relation))).collect();
        rows.sort_by_key(|(model, _)| *model);
        Bearing {
            models: rows.iter().map(|(model, _)| *model).collect(),
            relations: rows.into_iter().map(|(_, relation)| relation.clone()).collect(),
        }
    }

    /// Returns the relations that bear on a model.
    pub fn on(&self, node: u32) -> &[Inferred] {
        let start = self.models.partition_point(|model| *model < node);
        let length = self.models[start..].partition_point(|model| *model == node);
        &self.relations[start..start + length]
    }
}
