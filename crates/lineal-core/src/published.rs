//! What did the study publish of its snapshot, and where is that off?
//!
//! Numbers of research question 1 in *A First Look at Model Supply Chain: From the Risk
//! Perspective* (ICSE 2026), from the paper, its README and its notebooks. All are of one
//! snapshot and in the study's semantics. They are facts to compare with, never an input.

pub mod by_hand;
pub mod weekly;

use crate::{date::SnapshotDate, operation::Group, task::Category};

/// Everything the study published of how models are used.
#[derive(Debug)]
pub struct Published {
    /// Table 1.
    pub models: Parts,
    /// Table 1; downloads of the 30 days before the snapshot.
    pub downloads: Parts,
    /// Table 1: models that declare a base, by operation.
    pub derived: Groups<u64>,
    /// Table 2, with its column *Other* in its parts as in the README.
    pub tasks: [(Category, Groups<u64>); 6],
    /// Table 3.
    pub top_in_degree: [(&'static str, u64); 10],
    /// Table 3.
    pub top_out_degree: [(&'static str, u64); 10],
    pub chains: Chains,
    pub clusters: Clusters,
}

/// The sets of models that table 1 counts.
#[derive(Debug)]
pub struct Parts {
    pub total: u64,
    pub base: u64,
    pub derived: u64,
    pub relational: u64,
    pub isolated: u64,
}

/// A value for each group of operations that the study knows.
#[derive(Clone, Copy, Debug)]
pub struct Groups<T> {
    pub finetune: T,
    pub merge: T,
    pub quantized: T,
}

impl<T: Copy> Groups<T> {
    /// The value of a group; `None` for operations that the study does not know.
    pub fn of(&self, group: Group) -> Option<T> {
        match group {
            Group::Finetune => Some(self.finetune),
            Group::Merge => Some(self.merge),
            Group::Quantized => Some(self.quantized),
            Group::Other => None,
        }
    }
}

/// Section 4.2 and tables 1.2a–c of the README.
#[derive(Debug)]
pub struct Chains {
    pub total: u64,
    /// As printed, rounded.
    pub mean_length: u64,
    pub above_2: u64,
    pub up_to_5: u64,
    pub from_6_to_15: u64,
    pub above_15: u64,
    pub longest: u64,
    /// The bars of the figure: chains by their number of models.
    pub length_histogram: [(&'static str, u64); 23],
    /// Ties decided for the operation met first.
    pub dominant: Groups<u64>,
    /// Chains with one, two, three different groups of operations.
    pub diversity: [u64; 3],
    pub front: Segment,
    /// In the notebook only.
    pub middle: Segment,
    pub back: Segment,
    /// Table 4: root, models, percent of each operation.
    pub top: [(&'static str, u64, Groups<f64>); 10],
}

#[derive(Debug)]
pub struct Segment {
    pub occurrences: u64,
    pub mean_downloads: f64,
}

/// Section 4.3 and tables 1.3 of the README.
#[derive(Debug)]
pub struct Clusters {
    pub total: u64,
    /// Models, the root left out; in the notebook only.
    pub mean_size: f64,
    /// In the notebook only.
    pub mean_chains: f64,
    /// The root counted, as in the figure.
    pub up_to_5: u64,
    pub up_to_10: u64,
    pub above_1000: u64,
    /// In the bins of [`crate::clusters::Clusters::size_histogram`].
    pub size_histogram: [u64; 13],
    /// In the bins of [`crate::clusters::Clusters::chains_histogram`].
    pub chains_histogram: [u64; 13],
    pub diversity: [u64; 3],
    /// Ties decided by chance.
    pub dominant: Groups<u64>,
    pub dominant_of_two: Groups<u64>,
    pub dominant_of_three: Groups<u64>,
    /// Table 5: root, models without it, chains, percent of each operation.
    pub top: [(&'static str, u64, u64, Groups<f64>); 10],
}

/// Returns what the study published of a snapshot; `None` for every date but its own.
pub fn on(snapshot: SnapshotDate) -> Option<&'static Published> {
    (SnapshotDate::new(2025, 6, 25) == Some(snapshot)).then_some(&STUDY)
}

/// Where the published numbers contradict their own tables or definitions, shown from those alone.
pub mod errata {
    /// Table 1.
    pub const DOWNLOADS: &str = "The paper’s text gives relational and isolated models 88% and 12% of the downloads, \
        from rounded totals; its own table gives 85.5% and 14.5%. Derived models have 15.6%, not 15%.";
    /// Table 1.
    pub const RELATIONS: &str = "The paper calls 540,838 the number of relations; it is the number of models that \
        declare a base. A merge of 65 models counts once.";
    /// Table 2.
    pub const OTHER: &str = "Two printed shares of Other are off by rounding: fine-tune is 8.5% (not 8.6%), merge 1.4% (not 1.3%).";
    /// Table 3.
    pub const TIES: &str =
        "The published ranking breaks ties in no stable order: ranks 9 and 10 both have 25 bases.";
    /// Section 4.2.
    pub const HOPS: &str = "The paper’s hops are numbers of models. Its mean of 6 is 6.17 models or 5.17 relations, \
        and its longest chain of 40 hops has 40 models and 39 relations.";
    /// Section 4.2.
    pub const FOUND: &str = "The published chains are those that the study’s breadth-first script finds, not all \
        maximal paths, so their number and the longest length are lower bounds.";
    /// Table 1.2b.
    pub const DECIDED: &str = "The paper defines dominance strictly but its shares add up to 100%: ties were decided, \
        in chains for the operation met first, in clusters by chance.";
    /// Section 4.3.
    pub const SIZES: &str = "The paper’s mean and largest cluster sizes leave the root out; its figure and its shares \
        by size count it.";
    /// Figure of cluster sizes.
    pub const SIZE_LABEL: &str = "The bar that the published figure labels 201–1000 is 201–500.";
    /// Figure of chains per cluster.
    pub const CHAIN_LABELS: &str = "The published figure labels its bars from 5 chains on by other limits than its \
        script counts by; these are the script’s.";
    /// Table 5.
    pub const RATIOS: &str = "The published ratios leave adapters out: for nine of the ten clusters they fit only a \
        small part of the models (52.34% : 1.87% : 45.79% is 56 : 2 : 49 of 107, in a cluster of 32,554).";
    /// Section 4.3.
    pub const TOP_SUM: &str = "The paper’s total of 173,593 models in the ten largest clusters adds up nine; \
        all ten have 182,854.";
}

const fn groups<T: Copy>(finetune: T, merge: T, quantized: T) -> Groups<T> {
    Groups { finetune, merge, quantized }
}

static STUDY: Published = Published {
    models: Parts {
        total: 1_817_398,
        base: 49_648,
        derived: 540_838,
        relational: 566_022,
        isolated: 1_251_376,
    },
    downloads: Parts {
        total: 1_725_712_965,
        base: 1_412_664_976,
        derived: 268_887_576,
        relational: 1_475_955_546,
        isolated: 249_757_419,
    },
    derived: groups(427_475, 12_799, 100_564),
    tasks: [
        (Category::Nlp, groups(109_591, 11_092, 31_855)),
        (Category::Vision, groups(63_721, 551, 687)),
        (Category::Audio, groups(12_804, 7, 348)),
        (Category::Multimodal, groups(3_208, 152, 1_209)),
        (Category::Reinforcement, groups(104, 1, 53)),
        (Category::Tabular, groups(23, 0, 5)),
    ],
    top_in_degree: [
        ("Novaciano/BAHAMUTH-PURGED-3.2-1B", 65),
        ("Novaciano/BAHAMUTH-PURGED-3.2-1B-Q6_K-GGUF", 65),
        ("QuantFactory/Loki-v2.6-8b-1024k-GGUF", 57),
        ("PJMixers-Archive/LLaMa-3-CursedStock-v1.6-8B", 52),
        ("PJMixers-Archive/LLaMa-3-CursedStock-v2.0-8B", 47),
        ("QuantFactory/L3-Deluxe-Scrambled-Eggs-On-Toast-8B-GGUF", 36),
        ("Casual-Autopsy/L3-Deluxe-Scrambled-Eggs-On-Toast-8B", 36),
        ("PJMixers-Archive/LLaMa-3-CursedStock-v1.8-8B", 34),
        ("SanXM1/Driftwood-12B", 25),
        ("mergekit-community/L3.1-Athena-l-8B", 25),
    ],
    top_out_degree: [
        ("Qwen/Qwen1.5-0.5B", 32_497),
        ("black-forest-labs/FLUX.1-dev", 32_173),
        ("Qwen/Qwen1.5-1.8B", 30_580),
        ("google/gemma-2b", 23_792),
        ("google/gemma-7b", 9_569),
        ("distilbert/distilbert-base-uncased", 9_205),
        ("stabilityai/stable-diffusion-xl-base-1.0", 8_266),
        ("Qwen/Qwen1.5-7B", 6_450),
        ("google-bert/bert-base-uncased", 5_483),
        ("aubmindlab/bert-base-arabertv02", 3_997),
    ],
    chains: Chains {
        total: 1_008_871,
        mean_length: 6,
        above_2: 613_853,
        up_to_5: 602_369,
        from_6_to_15: 346_617,
        above_15: 59_885,
        longest: 40,
        length_histogram: [
            ("2", 395_018),
            ("3", 89_772),
            ("4", 63_253),
            ("5", 54_326),
            ("6", 43_399),
            ("7", 39_086),
            ("8", 34_714),
            ("9", 28_733),
            ("10", 31_548),
            ("11", 32_595),
            ("12", 35_718),
            ("13", 38_365),
            ("14", 33_242),
            ("15", 29_217),
            ("16", 22_377),
            ("17", 12_520),
            ("18", 8_442),
            ("19", 5_774),
            ("20", 3_274),
            ("21", 2_786),
            ("22", 2_400),
            ("23-39", 2_311),
            ("40", 1),
        ],
        dominant: groups(458_412, 489_079, 61_380),
        diversity: [462_822, 263_164, 282_885],
        front: Segment { occurrences: 2_023_787, mean_downloads: 469_382.16 },
        middle: Segment { occurrences: 2_023_787, mean_downloads: 253_162.14 },
        back: Segment { occurrences: 2_571_391, mean_downloads: 1_028.69 },
        top: [
            ("CohereLabs/c4ai-command-r-v01", 40, groups(100.0, 0.0, 0.0)),
            ("vicgalle/Configurable-Llama-3-8B-v0.2", 28, groups(18.52, 81.48, 0.0)),
            ("recoilme/recoilme-gemma-2-9B-v0.2", 23, groups(0.0, 100.0, 0.0)),
            ("cgato/Nemo-12b-Humanize-KTO-Experimental-Latest", 22, groups(4.76, 95.24, 0.0)),
            ("fblgit/una-cybertron-7b-v2-bf16", 21, groups(30.0, 65.0, 5.0)),
            ("ericjiliangli/t5-small-news-summarization", 21, groups(100.0, 0.0, 0.0)),
            ("answerdotai/ModernBERT-Large-Instruct", 21, groups(100.0, 0.0, 0.0)),
            ("lukasdrg/clinical_longformer_same_tokens_180k", 20, groups(100.0, 0.0, 0.0)),
            ("berkeley-nest/Starling-LM-7B-alpha", 19, groups(55.56, 38.89, 5.56)),
            ("FelixChao/Sectumsempra-7B-DPO", 18, groups(52.94, 41.18, 5.88)),
        ],
    },
    clusters: Clusters {
        total: 25_184,
        mean_size: 28.95,
        mean_chains: 40.06,
        up_to_5: 20_208,
        up_to_10: 22_271,
        above_1000: 117,
        size_histogram: [12_422, 4_796, 1_838, 1_152, 2_063, 1_143, 691, 533, 285, 144, 102, 9, 6],
        chains_histogram: [12_639, 4_821, 1_894, 1_112, 1_078, 1_259, 804, 564, 254, 197, 250, 80, 232],
        diversity: [20_639, 3_371, 1_174],
        dominant: groups(7_199, 831, 17_154),
        dominant_of_two: groups(1_377, 270, 1_724),
        dominant_of_three: groups(266, 112, 796),
        top: [
            ("Qwen/Qwen1.5-0.5B", 32_554, 32_545, groups(52.34, 1.87, 45.79)),
            ("black-forest-labs/FLUX.1-dev", 32_325, 32_272, groups(88.51, 1.69, 9.79)),
            ("Qwen/Qwen1.5-1.8B", 30_617, 30_608, groups(55.74, 3.28, 40.98)),
            ("google/gemma-2b", 23_872, 21_849, groups(73.27, 3.6, 23.12)),
            ("meta-llama/Llama-3.1-8B", 13_725, 12_344, groups(51.23, 7.42, 41.35)),
            ("mistralai/Mistral-7B-v0.1", 11_187, 10_920, groups(48.46, 18.45, 33.08)),
            ("Qwen/Qwen2.5-7B", 9_932, 8_486, groups(57.1, 6.39, 36.51)),
            ("google/gemma-7b", 9_871, 8_821, groups(77.97, 2.37, 19.66)),
            ("distilbert/distilbert-base-uncased", 9_510, 9_407, groups(99.55, 0.01, 0.43)),
            ("meta-llama/Meta-Llama-3-8B", 9_261, 7_537, groups(48.31, 12.78, 38.9)),
        ],
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> &'static Published {
        on("2025-06-25".parse().expect("a date")).expect("published")
    }

    #[test]
    fn only_one_snapshot_was_published() {
        assert!(on("2025-07-02".parse().expect("a date")).is_none());
        assert_eq!(published().models.total, 1_817_398);
    }

    #[test]
    fn the_published_parts_add_up() {
        let sum = |groups: &Groups<u64>| groups.finetune + groups.merge + groups.quantized;
        let Published { models, downloads, derived, chains, clusters, .. } = published();
        assert_eq!(models.relational + models.isolated, models.total);
        assert_eq!(downloads.relational + downloads.isolated, downloads.total);
        assert_eq!(sum(derived), models.derived);
        assert_eq!(chains.length_histogram.iter().map(|(_, chains)| chains).sum::<u64>(), chains.total);
        assert_eq!(sum(&chains.dominant), chains.total);
        assert_eq!(chains.diversity.iter().sum::<u64>(), chains.total);
        assert_eq!(clusters.size_histogram.iter().sum::<u64>(), clusters.total);
        assert_eq!(clusters.chains_histogram.iter().sum::<u64>(), clusters.total);
        assert_eq!(clusters.diversity.iter().sum::<u64>(), clusters.total);
        assert_eq!(sum(&clusters.dominant), clusters.total);
        assert_eq!(sum(&clusters.dominant_of_two), clusters.diversity[1]);
        assert_eq!(sum(&clusters.dominant_of_three), clusters.diversity[2]);
    }
}
