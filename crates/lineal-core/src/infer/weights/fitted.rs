//! What was learned from declared relations?
//! 
//! Fitted in November 2026 by `check::fitted` on two snapshots: the Hub's listing of July 2024 (760,000
//! models, of which 117,000 declare a base) and the models added from March to July 2025 (116,000
//! declared relations, names only). Of each, the declarations of 30,000 models were hidden, those of
//! half the owners altogether. Weights rest on two thirds of the owners, tables on the others.
//! Written by `fit::source`; to refit, run `fitted` again and put its output here.

use crate::infer::{candidates::FEATURES, score::Step};

#[rustfmt::skip]
pub const WEIGHTS: [[f32; FEATURES]; 5] = [
    // Format
    [
        -2.8822, // Any
        0.4091, // SameStem
        0.2763, // SameStemSameOwner
        2.8148, // OwnerInName
        1.3803, // FirstOfStem
        1.8322, // OnlyOfStem
        0.0, // ShareOfStem
        2.3374, // Literal
        1.6481, // LiteralSameStem
        0.3941, // HasFormat
        0.0000, // OnlyItHasFormat
        -0.0274, // SameFamily
        -0.0994, // SameFamilySameOwner
        0.2307, // SameOwner
        0.5557, // Prefix
        -0.9636, // PrefixSameOwner
        0.8299, // Within
        -0.9548, // Extra
        0.2210, // ExtraTraining
        -0.2833, // FewerTraining
        0.5704, // SameSize
        -1.0402, // OtherSize
        -0.4115, // OtherNumber
        1.4763, // PhraseShare
        1.3630, // LongestShare
        -0.3457, // PhraseSupport
        0.9991, // LikeShare
        1.7007, // MostLikeShare
        -0.6736, // OwnerSilent
        1.4619, // HabitShare
        0.5555, // HabitCount
        4.1069, // Sibling
        0.2704, // NamedBy
        0.3167, // NamedByClass
        -0.2809, // NeverNamed
        -0.6614, // Downloads
        0.2212, // Missing
        -2.5406, // CreatedAfter
        0.9510, // SameType
        -1.3074, // OtherType
        0.3338, // SameTask
        -0.3976, // OtherTask
        -0.1216, // SameLicense
        0.0000, // OtherParameters
        -0.0776, // Derived
        -0.4277, // SelfNamedBy
        -0.5171, // FormTold
        0.3370, // Tagged
        -0.0078, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
    // Exported
    [
        -1.9069, // Any
        0.8429, // SameStem
        -3.1414, // SameStemSameOwner
        0.0000, // OwnerInName
        2.3707, // FirstOfStem
        -0.5735, // OnlyOfStem
        0.0, // ShareOfStem
        2.8484, // Literal
        -4.1163, // LiteralSameStem
        0.4394, // HasFormat
        0.0000, // OnlyItHasFormat
        0.8864, // SameFamily
        -1.7948, // SameFamilySameOwner
        2.9786, // SameOwner
        0.6804, // Prefix
        -5.8704, // PrefixSameOwner
        -0.8464, // Within
        -1.3445, // Extra
        -0.5351, // ExtraTraining
        0.4345, // FewerTraining
        -0.0243, // SameSize
        -1.3965, // OtherSize
        -0.7425, // OtherNumber
        3.1958, // PhraseShare
        -1.0853, // LongestShare
        -0.3225, // PhraseSupport
        1.1500, // LikeShare
        3.0565, // MostLikeShare
        0.9220, // OwnerSilent
        3.3994, // HabitShare
        0.7837, // HabitCount
        4.4424, // Sibling
        -0.2857, // NamedBy
        0.2164, // NamedByClass
        -2.2156, // NeverNamed
        1.7193, // Downloads
        1.6828, // Missing
        -4.6116, // CreatedAfter
        2.4705, // SameType
        -1.5087, // OtherType
        -0.4843, // SameTask
        1.0752, // OtherTask
        -0.0944, // SameLicense
        0.0000, // OtherParameters
        -1.8671, // Derived
        -3.5243, // SelfNamedBy
        -1.9069, // FormTold
        4.7140, // Tagged
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
        -1.4594, // Any
        -1.6557, // SameStem
        -0.2198, // SameStemSameOwner
        0.4300, // OwnerInName
        0.8274, // FirstOfStem
        1.0034, // OnlyOfStem
        0.0, // ShareOfStem
        2.0233, // Literal
        -1.5500, // LiteralSameStem
        -0.0019, // HasFormat
        -0.0019, // OnlyItHasFormat
        -0.4938, // SameFamily
        0.6517, // SameFamilySameOwner
        0.6873, // SameOwner
        -0.0488, // Prefix
        -2.2791, // PrefixSameOwner
        1.3228, // Within
        -1.5048, // Extra
        0.2054, // ExtraTraining
        -0.3305, // FewerTraining
        0.3310, // SameSize
        -1.6146, // OtherSize
        -0.6874, // OtherNumber
        2.1777, // PhraseShare
        2.0262, // LongestShare
        0.0076, // PhraseSupport
        1.3100, // LikeShare
        1.2624, // MostLikeShare
        -0.1638, // OwnerSilent
        2.7818, // HabitShare
        0.6946, // HabitCount
        3.6636, // Sibling
        0.0538, // NamedBy
        0.1013, // NamedByClass
        -2.6632, // NeverNamed
        -0.5356, // Downloads
        -1.5416, // Missing
        -3.3643, // CreatedAfter
        0.7813, // SameType
        -0.5217, // OtherType
        -0.0281, // SameTask
        -0.9816, // OtherTask
        1.2255, // SameLicense
        0.0000, // OtherParameters
        -0.1064, // Derived
        -0.8894, // SelfNamedBy
        0.3203, // FormTold
        -0.0691, // Tagged
        -0.0691, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
    // Merge
    [
        -1.5412, // Any
        -1.9964, // SameStem
        -0.9036, // SameStemSameOwner
        0.0000, // OwnerInName
        -0.9111, // FirstOfStem
        -0.1673, // OnlyOfStem
        0.0, // ShareOfStem
        2.2635, // Literal
        -2.6723, // LiteralSameStem
        -0.4708, // HasFormat
        -0.4708, // OnlyItHasFormat
        -0.1235, // SameFamily
        0.3656, // SameFamilySameOwner
        0.2917, // SameOwner
        -0.9340, // Prefix
        1.1337, // PrefixSameOwner
        -0.3555, // Within
        -1.4637, // Extra
        -0.0901, // ExtraTraining
        -0.1493, // FewerTraining
        -0.5271, // SameSize
        -1.0201, // OtherSize
        -0.2973, // OtherNumber
        2.4249, // PhraseShare
        0.8795, // LongestShare
        0.0540, // PhraseSupport
        1.3526, // LikeShare
        0.3735, // MostLikeShare
        0.1360, // OwnerSilent
        5.3491, // HabitShare
        0.4539, // HabitCount
        3.8478, // Sibling
        -0.0717, // NamedBy
        -0.1374, // NamedByClass
        -0.7865, // NeverNamed
        0.6553, // Downloads
        -1.6610, // Missing
        -2.4845, // CreatedAfter
        0.1024, // SameType
        -1.2162, // OtherType
        -0.2501, // SameTask
        -0.5172, // OtherTask
        -0.0808, // SameLicense
        0.0000, // OtherParameters
        -0.3876, // Derived
        -0.5734, // SelfNamedBy
        -0.6339, // FormTold
        7.1035, // Tagged
        -1.1295, // OnlyTagged
        0.0000, // ToolNames
        0.0000, // NameOrPath
        0.0000, // CardText
        0.0000, // CardLink
        0.0000, // WeightFile
        0.0000, // SameWeights
    ],
    // Trained
    [
        -2.1632, // Any
        -1.5399, // SameStem
        -0.5503, // SameStemSameOwner
        0.6004, // OwnerInName
        1.2949, // FirstOfStem
        1.2174, // OnlyOfStem
        0.0, // ShareOfStem
        1.3863, // Literal
        -1.1256, // LiteralSameStem
        0.1190, // HasFormat
        0.1190, // OnlyItHasFormat
        -0.1721, // SameFamily
        0.7502, // SameFamilySameOwner
        0.5600, // SameOwner
        0.2939, // Prefix
        -0.4681, // PrefixSameOwner
        1.0410, // Within
        -1.4674, // Extra
        -0.0304, // ExtraTraining
        -0.1364, // FewerTraining
        0.7094, // SameSize
        -1.4433, // OtherSize
        -0.3216, // OtherNumber
        2.4472, // PhraseShare
        1.8812, // LongestShare
        -0.1636, // PhraseSupport
        -0.3589, // LikeShare
        2.1884, // MostLikeShare
        -0.0294, // OwnerSilent
        4.1886, // HabitShare
        0.2452, // HabitCount
        3.4180, // Sibling
        0.3360, // NamedBy
        -0.1692, // NamedByClass
        -1.6401, // NeverNamed
        -0.3477, // Downloads
        -0.5893, // Missing
        -2.7602, // CreatedAfter
        0.5346, // SameType
        -2.8590, // OtherType
        -0.0254, // SameTask
        0.1467, // OtherTask
        1.3324, // SameLicense
        0.0000, // OtherParameters
        -0.3295, // Derived
        -2.3215, // SelfNamedBy
        0.0000, // FormTold
        0.8542, // Tagged
        0.1530, // OnlyTagged
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
        Step { raw: 0.03644, right: 0.04097 },
        Step { raw: 0.08198, right: 0.04719 },
        Step { raw: 0.11551, right: 0.05737 },
        Step { raw: 0.14829, right: 0.18220 },
        Step { raw: 0.21098, right: 0.27722 },
        Step { raw: 0.33042, right: 0.31114 },
        Step { raw: 0.42675, right: 0.45103 },
        Step { raw: 0.46452, right: 0.45854 },
        Step { raw: 0.53772, right: 0.49757 },
        Step { raw: 0.64443, right: 0.50411 },
        Step { raw: 0.70519, right: 0.59583 },
        Step { raw: 0.72951, right: 0.63380 },
        Step { raw: 0.75448, right: 0.66715 },
        Step { raw: 0.79641, right: 0.76443 },
        Step { raw: 0.82871, right: 0.76743 },
        Step { raw: 0.85146, right: 0.78327 },
        Step { raw: 0.86946, right: 0.81456 },
        Step { raw: 0.91352, right: 0.87028 },
        Step { raw: 0.94534, right: 0.88861 },
        Step { raw: 0.96514, right: 0.90978 },
        Step { raw: 0.98012, right: 0.91427 },
        Step { raw: 0.99312, right: 0.92266 },
        Step { raw: 0.99992, right: 0.95116 },
        Step { raw: 0.99999, right: 0.95322 },
    ],
    // Exported
    &[
        Step { raw: 0.31655, right: 0.25410 },
        Step { raw: 0.63913, right: 0.62397 },
        Step { raw: 0.94946, right: 0.89344 },
        Step { raw: 0.99889, right: 0.89344 },
    ],
    // Adapter
    &[
        Step { raw: 0.01243, right: 0.00820 },
        Step { raw: 0.04531, right: 0.03709 },
        Step { raw: 0.08111, right: 0.04499 },
        Step { raw: 0.10002, right: 0.05704 },
        Step { raw: 0.12152, right: 0.12309 },
        Step { raw: 0.15243, right: 0.13706 },
        Step { raw: 0.17317, right: 0.21963 },
        Step { raw: 0.18263, right: 0.22894 },
        Step { raw: 0.21304, right: 0.24073 },
        Step { raw: 0.23670, right: 0.27049 },
        Step { raw: 0.25122, right: 0.27435 },
        Step { raw: 0.28191, right: 0.31263 },
        Step { raw: 0.31852, right: 0.34870 },
        Step { raw: 0.34294, right: 0.36885 },
        Step { raw: 0.38371, right: 0.41119 },
        Step { raw: 0.43391, right: 0.48606 },
        Step { raw: 0.50243, right: 0.50825 },
        Step { raw: 0.56370, right: 0.60802 },
        Step { raw: 0.59730, right: 0.68424 },
        Step { raw: 0.62938, right: 0.69810 },
        Step { raw: 0.68242, right: 0.73933 },
        Step { raw: 0.74780, right: 0.74857 },
        Step { raw: 0.78839, right: 0.76202 },
        Step { raw: 0.82416, right: 0.82444 },
        Step { raw: 0.88124, right: 0.86616 },
        Step { raw: 0.94187, right: 0.90155 },
        Step { raw: 0.96672, right: 0.91512 },
        Step { raw: 0.97857, right: 0.94483 },
        Step { raw: 0.98817, right: 0.95600 },
        Step { raw: 0.99216, right: 0.96588 },
        Step { raw: 0.99778, right: 0.98276 },
        Step { raw: 0.99989, right: 0.99835 },
        Step { raw: 0.99999, right: 0.99835 },
    ],
    // Merge
    &[
        Step { raw: 0.00151, right: 0.00012 },
        Step { raw: 0.00529, right: 0.00229 },
        Step { raw: 0.00669, right: 0.00495 },
        Step { raw: 0.00915, right: 0.00495 },
        Step { raw: 0.01445, right: 0.01338 },
        Step { raw: 0.02197, right: 0.02551 },
        Step { raw: 0.03071, right: 0.03305 },
        Step { raw: 0.03687, right: 0.03888 },
        Step { raw: 0.04609, right: 0.04344 },
        Step { raw: 0.05555, right: 0.05713 },
        Step { raw: 0.06415, right: 0.05949 },
        Step { raw: 0.07465, right: 0.06386 },
        Step { raw: 0.08132, right: 0.06895 },
        Step { raw: 0.08894, right: 0.11476 },
        Step { raw: 0.09414, right: 0.13538 },
        Step { raw: 0.14781, right: 0.17357 },
        Step { raw: 0.28788, right: 0.21883 },
        Step { raw: 0.38248, right: 0.25969 },
        Step { raw: 0.51011, right: 0.46122 },
        Step { raw: 0.64204, right: 0.61648 },
        Step { raw: 0.73954, right: 0.67866 },
        Step { raw: 0.83069, right: 0.81310 },
        Step { raw: 0.87833, right: 0.85936 },
        Step { raw: 0.91285, right: 0.87822 },
        Step { raw: 0.93364, right: 0.90813 },
        Step { raw: 0.95340, right: 0.95276 },
        Step { raw: 0.96898, right: 0.95488 },
        Step { raw: 0.98648, right: 0.97091 },
        Step { raw: 0.99748, right: 0.98543 },
        Step { raw: 0.99936, right: 0.99074 },
    ],
    // Trained
    &[
        Step { raw: 0.00001, right: 0.00814 },
        Step { raw: 0.00038, right: 0.00814 },
        Step { raw: 0.00214, right: 0.00814 },
        Step { raw: 0.00475, right: 0.01890 },
        Step { raw: 0.00644, right: 0.02449 },
        Step { raw: 0.00868, right: 0.02588 },
        Step { raw: 0.01419, right: 0.02664 },
        Step { raw: 0.02060, right: 0.02744 },
        Step { raw: 0.02554, right: 0.04183 },
        Step { raw: 0.02874, right: 0.04975 },
        Step { raw: 0.04508, right: 0.06286 },
        Step { raw: 0.05502, right: 0.08016 },
        Step { raw: 0.06616, right: 0.08016 },
        Step { raw: 0.08928, right: 0.09301 },
        Step { raw: 0.10585, right: 0.10165 },
        Step { raw: 0.11349, right: 0.12237 },
        Step { raw: 0.11924, right: 0.13895 },
        Step { raw: 0.12839, right: 0.14416 },
        Step { raw: 0.13945, right: 0.14693 },
        Step { raw: 0.15530, right: 0.18891 },
        Step { raw: 0.16793, right: 0.23689 },
        Step { raw: 0.19310, right: 0.26798 },
        Step { raw: 0.24317, right: 0.30388 },
        Step { raw: 0.28085, right: 0.35367 },
        Step { raw: 0.29702, right: 0.35677 },
        Step { raw: 0.29980, right: 0.35923 },
        Step { raw: 0.30253, right: 0.37476 },
        Step { raw: 0.30684, right: 0.37476 },
        Step { raw: 0.31995, right: 0.41847 },
        Step { raw: 0.36399, right: 0.43032 },
        Step { raw: 0.40684, right: 0.43469 },
        Step { raw: 0.43626, right: 0.45719 },
        Step { raw: 0.46705, right: 0.55913 },
        Step { raw: 0.50138, right: 0.56162 },
        Step { raw: 0.53074, right: 0.56365 },
        Step { raw: 0.54370, right: 0.56932 },
        Step { raw: 0.55400, right: 0.61370 },
        Step { raw: 0.57223, right: 0.62145 },
        Step { raw: 0.61610, right: 0.62802 },
        Step { raw: 0.65142, right: 0.65797 },
        Step { raw: 0.65596, right: 0.69190 },
        Step { raw: 0.67344, right: 0.70507 },
        Step { raw: 0.69229, right: 0.72769 },
        Step { raw: 0.70630, right: 0.76029 },
        Step { raw: 0.79443, right: 0.78439 },
        Step { raw: 0.87419, right: 0.84281 },
        Step { raw: 0.88325, right: 0.84495 },
        Step { raw: 0.88584, right: 0.86190 },
        Step { raw: 0.89376, right: 0.86730 },
        Step { raw: 0.90346, right: 0.87760 },
        Step { raw: 0.92277, right: 0.89185 },
        Step { raw: 0.94148, right: 0.90209 },
        Step { raw: 0.94797, right: 0.91411 },
        Step { raw: 0.95127, right: 0.91437 },
        Step { raw: 0.95548, right: 0.91800 },
        Step { raw: 0.97245, right: 0.92373 },
        Step { raw: 0.98544, right: 0.95600 },
        Step { raw: 0.98774, right: 0.96078 },
        Step { raw: 0.99276, right: 0.96601 },
        Step { raw: 0.99819, right: 0.97944 },
        Step { raw: 0.99988, right: 0.98557 },
        Step { raw: 0.99996, right: 0.98763 },
        Step { raw: 0.99999, right: 0.99171 },
        Step { raw: 1.00000, right: 0.99171 },
    ],
];

