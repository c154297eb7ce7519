use crate::infer::{candidates::FEATURES, score::Step};
pub const WEIGHTS: [[f32; FEATURES]; 4] = [[0.0; FEATURES]; 4];
pub const TABLES: [&[Step]; 4] = [&[], &[], &[], &[]];
