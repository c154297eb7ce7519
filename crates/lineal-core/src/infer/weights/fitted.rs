use crate::infer::{candidates::FEATURES, score::Step};
pub const WEIGHTS: [[f32; FEATURES]; 5] = [[0.0; FEATURES]; 5];
pub const TABLES: [&[Step]; 5] = [&[], &[], &[], &[], &[]];
