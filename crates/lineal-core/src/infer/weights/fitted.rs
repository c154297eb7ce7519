//! What was learned from declared relations?
//!
//! Fitted in November 2026 by `check::fitted` on two snapshots: the Hub's listing of July 2024 (760,000
//! models, of which 117,000 declare a base, without operations) and the models added from March to July
//! 2025 (116,000 that declare one, names only). Of each, the declarations of 20,000 models were hidden,
//! those of half the owners altogether. Each table rests on answers about owners that the weights behind
//! them were not fitted to.
//!
//! Written by `fit::source`; to refit, run `check::fitted` again and put that here.

use crate::infer::{candidates::FEATURES, score::Step};

#[rustfmt::skip]
pub const WEIGHTS: [[f32; FEATURES]; 5] = [
    // Format
    [
        -2.3971, // Any
        1.0166, // SameStem
        0.4746, // SameStemSameOwner
        2.5909, // OwnerInName
        1.0555, // FirstOfStem
        1.6948, // OnlyOfStem
        0.8962, // ShareOfStem
        2.2503, // Literal
        1.7493, // LiteralSameStem
        -0.2245, // HasFormat
        0.0000, // OnlyItHasFormat
        -0.4535, // SameFamily
        0.6895, // SameFamilySameOwner
        0.1856, // SameOwner
        0.5659, // Prefix
        -1.3958, // PrefixSameOwner
        1.4222, // Within
        -1.1285, // Extra
        0.0566, // ExtraTraining
        -0.5644, // FewerTraining
        0.0127, // SameSize
        -1.0476, // OtherSize
        -0.2842, // OtherNumber
        1.2975, // PhraseShare
        1.2383, // LongestShare
        -0.3716, // PhraseSupport
        1.3136, // LikeShare
        1.7260, // MostLikeShare
        -0.9258, // OwnerSilent
        2.7585, // HabitShare
        0.4612, // HabitCount
        3.6897, // Sibling
        0.0713, // NamedBy
        0.5499, // NamedByClass
        0.1167, // NeverNamed
        -0.2136, // Downloads
        -1.0742, // Missing
        -2.3969, // CreatedAfter
        1.0767, // SameType
        -0.8867, // OtherType
        0.3653, // SameTask
        -0.1892, // OtherTask
        -0.4700, // SameLicense
        0.0000, // OtherParameters
        0.0132, // Derived
        -0.1224, // SelfNamedBy
        -0.7790, // FormTold
        -0.4366, // Tagged
        -0.0038, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
    // Exported
    [
        -1.7141, // Any
        -0.9270, // SameStem
        -0.9041, // SameStemSameOwner
        0.0000, // OwnerInName
        4.2508, // FirstOfStem
        -0.3151, // OnlyOfStem
        -0.8675, // ShareOfStem
        0.0761, // Literal
        1.6889, // LiteralSameStem
        0.7796, // HasFormat
        0.0000, // OnlyItHasFormat
        0.7530, // SameFamily
        -2.3589, // SameFamilySameOwner
        2.1521, // SameOwner
        0.2315, // Prefix
        -0.7630, // PrefixSameOwner
        0.3896, // Within
        -1.6042, // Extra
        -0.5138, // ExtraTraining
        0.0025, // FewerTraining
        -0.8797, // SameSize
        -2.0629, // OtherSize
        -0.4704, // OtherNumber
        2.1878, // PhraseShare
        1.9915, // LongestShare
        -0.4013, // PhraseSupport
        1.6362, // LikeShare
        3.1622, // MostLikeShare
        0.8426, // OwnerSilent
        1.8043, // HabitShare
        0.8765, // HabitCount
        4.6697, // Sibling
        -0.3199, // NamedBy
        0.0887, // NamedByClass
        -3.0765, // NeverNamed
        2.1092, // Downloads
        1.1955, // Missing
        -3.9959, // CreatedAfter
        2.0302, // SameType
        -2.4354, // OtherType
        -0.8822, // SameTask
        1.9468, // OtherTask
        -0.0580, // SameLicense
        0.0000, // OtherParameters
        -0.2874, // Derived
        -0.4071, // SelfNamedBy
        -1.7141, // FormTold
        6.6260, // Tagged
        0.0000, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
    // Adapter
    [
        -1.5167, // Any
        -1.6025, // SameStem
        -0.1891, // SameStemSameOwner
        0.5319, // OwnerInName
        0.2879, // FirstOfStem
        0.8027, // OnlyOfStem
        1.3932, // ShareOfStem
        1.8476, // Literal
        -1.4806, // LiteralSameStem
        0.0189, // HasFormat
        0.0189, // OnlyItHasFormat
        -0.5371, // SameFamily
        0.8002, // SameFamilySameOwner
        0.8153, // SameOwner
        -0.1085, // Prefix
        -2.3776, // PrefixSameOwner
        1.4288, // Within
        -1.2665, // Extra
        0.2117, // ExtraTraining
        -0.4000, // FewerTraining
        0.3197, // SameSize
        -1.5793, // OtherSize
        -0.8325, // OtherNumber
        2.0137, // PhraseShare
        2.0608, // LongestShare
        0.0178, // PhraseSupport
        1.3861, // LikeShare
        1.3217, // MostLikeShare
        -0.1088, // OwnerSilent
        2.4448, // HabitShare
        0.8029, // HabitCount
        3.5423, // Sibling
        0.0733, // NamedBy
        0.0476, // NamedByClass
        -2.4162, // NeverNamed
        -0.4431, // Downloads
        -1.3366, // Missing
        -2.9685, // CreatedAfter
        0.8399, // SameType
        -0.6548, // OtherType
        0.0068, // SameTask
        -1.1012, // OtherTask
        1.2877, // SameLicense
        0.0000, // OtherParameters
        -0.1958, // Derived
        -0.9829, // SelfNamedBy
        0.1930, // FormTold
        -0.0795, // Tagged
        -0.0795, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
    // Merge
    [
        -1.2100, // Any
        -1.7678, // SameStem
        -0.9696, // SameStemSameOwner
        0.0000, // OwnerInName
        -1.1280, // FirstOfStem
        -0.4156, // OnlyOfStem
        -0.6626, // ShareOfStem
        2.2192, // Literal
        -2.7605, // LiteralSameStem
        -0.7734, // HasFormat
        -0.7734, // OnlyItHasFormat
        0.1572, // SameFamily
        0.1990, // SameFamilySameOwner
        0.0897, // SameOwner
        -0.6107, // Prefix
        0.1230, // PrefixSameOwner
        -0.7185, // Within
        -1.4838, // Extra
        -0.1780, // ExtraTraining
        -0.4264, // FewerTraining
        -0.2313, // SameSize
        -0.8724, // OtherSize
        -0.3229, // OtherNumber
        1.7326, // PhraseShare
        1.3303, // LongestShare
        0.0375, // PhraseSupport
        1.2224, // LikeShare
        0.7695, // MostLikeShare
        0.1628, // OwnerSilent
        4.5835, // HabitShare
        0.4256, // HabitCount
        3.8302, // Sibling
        -0.0434, // NamedBy
        -0.1577, // NamedByClass
        -0.3332, // NeverNamed
        0.5736, // Downloads
        -1.4514, // Missing
        -2.1524, // CreatedAfter
        0.0509, // SameType
        -1.2330, // OtherType
        -0.2970, // SameTask
        -0.7469, // OtherTask
        -0.3080, // SameLicense
        0.0000, // OtherParameters
        -0.4438, // Derived
        -0.6107, // SelfNamedBy
        -0.5913, // FormTold
        6.1560, // Tagged
        -0.6106, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
    // Trained
    [
        -2.0292, // Any
        -1.5111, // SameStem
        -0.6163, // SameStemSameOwner
        1.0294, // OwnerInName
        0.7752, // FirstOfStem
        1.3570, // OnlyOfStem
        1.2028, // ShareOfStem
        1.1426, // Literal
        -1.1281, // LiteralSameStem
        0.0724, // HasFormat
        0.0724, // OnlyItHasFormat
        -0.2360, // SameFamily
        0.6114, // SameFamilySameOwner
        0.6735, // SameOwner
        0.4118, // Prefix
        -0.3265, // PrefixSameOwner
        0.9214, // Within
        -1.5308, // Extra
        -0.0814, // ExtraTraining
        -0.2143, // FewerTraining
        0.7958, // SameSize
        -1.4483, // OtherSize
        -0.3504, // OtherNumber
        2.4965, // PhraseShare
        1.8741, // LongestShare
        -0.1843, // PhraseSupport
        0.1999, // LikeShare
        1.5984, // MostLikeShare
        0.0195, // OwnerSilent
        3.7807, // HabitShare
        0.2839, // HabitCount
        3.5807, // Sibling
        0.2890, // NamedBy
        -0.1230, // NamedByClass
        -1.6944, // NeverNamed
        -0.3904, // Downloads
        -0.7273, // Missing
        -2.3997, // CreatedAfter
        0.7337, // SameType
        -2.3538, // OtherType
        -0.1158, // SameTask
        -0.0045, // OtherTask
        1.3441, // SameLicense
        0.0000, // OtherParameters
        -0.3077, // Derived
        -2.6859, // SelfNamedBy
        0.0000, // FormTold
        0.0000, // Tagged
        0.0000, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
];

#[rustfmt::skip]
pub const TABLES: [&[Step]; WEIGHTS.len()] = [
    // Format
    &[
        Step { raw: 0.03641, right: 0.05650 },
        Step { raw: 0.08083, right: 0.07529 },
        Step { raw: 0.12647, right: 0.12761 },
        Step { raw: 0.27517, right: 0.29016 },
        Step { raw: 0.48298, right: 0.41519 },
        Step { raw: 0.61144, right: 0.56707 },
        Step { raw: 0.68030, right: 0.65322 },
        Step { raw: 0.72630, right: 0.65469 },
        Step { raw: 0.78294, right: 0.69330 },
        Step { raw: 0.82553, right: 0.74159 },
        Step { raw: 0.85757, right: 0.76660 },
        Step { raw: 0.88237, right: 0.84222 },
        Step { raw: 0.91781, right: 0.90603 },
        Step { raw: 0.96210, right: 0.91864 },
        Step { raw: 0.99164, right: 0.93949 },
        Step { raw: 0.99982, right: 0.95583 },
        Step { raw: 0.99999, right: 0.95583 },
    ],
    // Exported
    &[
        Step { raw: 0.31077, right: 0.33607 },
        Step { raw: 0.75001, right: 0.76230 },
        Step { raw: 0.97658, right: 0.76852 },
    ],
    // Adapter
    &[
        Step { raw: 0.04645, right: 0.01924 },
        Step { raw: 0.08589, right: 0.04092 },
        Step { raw: 0.10598, right: 0.10259 },
        Step { raw: 0.13969, right: 0.11775 },
        Step { raw: 0.16343, right: 0.18852 },
        Step { raw: 0.20131, right: 0.23197 },
        Step { raw: 0.23931, right: 0.31731 },
        Step { raw: 0.26038, right: 0.35033 },
        Step { raw: 0.30770, right: 0.36853 },
        Step { raw: 0.35322, right: 0.43472 },
        Step { raw: 0.41405, right: 0.47529 },
        Step { raw: 0.51345, right: 0.58716 },
        Step { raw: 0.56596, right: 0.61665 },
        Step { raw: 0.58968, right: 0.68225 },
        Step { raw: 0.64711, right: 0.69538 },
        Step { raw: 0.74209, right: 0.76470 },
        Step { raw: 0.80522, right: 0.80728 },
        Step { raw: 0.83447, right: 0.81623 },
        Step { raw: 0.85145, right: 0.82787 },
        Step { raw: 0.88045, right: 0.85625 },
        Step { raw: 0.93560, right: 0.86356 },
        Step { raw: 0.96395, right: 0.87729 },
        Step { raw: 0.97882, right: 0.95561 },
        Step { raw: 0.99000, right: 0.95926 },
        Step { raw: 0.99189, right: 0.95947 },
        Step { raw: 0.99688, right: 0.97941 },
        Step { raw: 0.99938, right: 0.97961 },
        Step { raw: 0.99985, right: 0.99836 },
        Step { raw: 1.00000, right: 0.99836 },
    ],
    // Merge
    &[
        Step { raw: 0.00128, right: 0.00024 },
        Step { raw: 0.00640, right: 0.01047 },
        Step { raw: 0.01176, right: 0.01356 },
        Step { raw: 0.01636, right: 0.01593 },
        Step { raw: 0.02263, right: 0.01607 },
        Step { raw: 0.02597, right: 0.02456 },
        Step { raw: 0.02702, right: 0.02458 },
        Step { raw: 0.02830, right: 0.03352 },
        Step { raw: 0.03828, right: 0.03374 },
        Step { raw: 0.05248, right: 0.03856 },
        Step { raw: 0.06721, right: 0.06247 },
        Step { raw: 0.08385, right: 0.08882 },
        Step { raw: 0.09871, right: 0.10565 },
        Step { raw: 0.14357, right: 0.16137 },
        Step { raw: 0.24946, right: 0.17176 },
        Step { raw: 0.34108, right: 0.17614 },
        Step { raw: 0.39252, right: 0.35187 },
        Step { raw: 0.44392, right: 0.40146 },
        Step { raw: 0.54975, right: 0.62907 },
        Step { raw: 0.67894, right: 0.68299 },
        Step { raw: 0.77114, right: 0.78089 },
        Step { raw: 0.87820, right: 0.85041 },
        Step { raw: 0.93835, right: 0.93964 },
        Step { raw: 0.97541, right: 0.94456 },
        Step { raw: 0.99696, right: 0.98526 },
        Step { raw: 0.99990, right: 0.98526 },
    ],
    // Trained
    &[
        Step { raw: 0.00003, right: 0.00275 },
        Step { raw: 0.00021, right: 0.00526 },
        Step { raw: 0.00060, right: 0.01354 },
        Step { raw: 0.00170, right: 0.01354 },
        Step { raw: 0.00482, right: 0.01566 },
        Step { raw: 0.01083, right: 0.03794 },
        Step { raw: 0.02023, right: 0.04310 },
        Step { raw: 0.03926, right: 0.04941 },
        Step { raw: 0.06676, right: 0.08657 },
        Step { raw: 0.08861, right: 0.09143 },
        Step { raw: 0.10053, right: 0.10588 },
        Step { raw: 0.10916, right: 0.11288 },
        Step { raw: 0.11969, right: 0.11288 },
        Step { raw: 0.12946, right: 0.14993 },
        Step { raw: 0.14148, right: 0.18507 },
        Step { raw: 0.15304, right: 0.22128 },
        Step { raw: 0.18134, right: 0.23742 },
        Step { raw: 0.21596, right: 0.30755 },
        Step { raw: 0.25442, right: 0.34251 },
        Step { raw: 0.32945, right: 0.38581 },
        Step { raw: 0.38545, right: 0.43155 },
        Step { raw: 0.39773, right: 0.45128 },
        Step { raw: 0.40180, right: 0.46028 },
        Step { raw: 0.45693, right: 0.52223 },
        Step { raw: 0.51791, right: 0.52291 },
        Step { raw: 0.53633, right: 0.57355 },
        Step { raw: 0.58216, right: 0.60694 },
        Step { raw: 0.63663, right: 0.66352 },
        Step { raw: 0.68203, right: 0.68428 },
        Step { raw: 0.72257, right: 0.75992 },
        Step { raw: 0.76450, right: 0.76592 },
        Step { raw: 0.81441, right: 0.80020 },
        Step { raw: 0.84455, right: 0.83466 },
        Step { raw: 0.85647, right: 0.85800 },
        Step { raw: 0.87078, right: 0.85858 },
        Step { raw: 0.89213, right: 0.86279 },
        Step { raw: 0.90945, right: 0.88883 },
        Step { raw: 0.92435, right: 0.89516 },
        Step { raw: 0.95277, right: 0.91429 },
        Step { raw: 0.96776, right: 0.91429 },
        Step { raw: 0.97453, right: 0.92190 },
        Step { raw: 0.98448, right: 0.92384 },
        Step { raw: 0.98908, right: 0.95954 },
        Step { raw: 0.99259, right: 0.96783 },
        Step { raw: 0.99579, right: 0.97131 },
        Step { raw: 0.99706, right: 0.98099 },
        Step { raw: 0.99896, right: 0.98139 },
        Step { raw: 0.99985, right: 0.98232 },
        Step { raw: 0.99999, right: 0.99587 },
        Step { raw: 1.00000, right: 0.99587 },
    ],
];
