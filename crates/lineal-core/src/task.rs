//! What is a model for, in the study's six task categories?

use serde::Serialize;

/// The study's task categories (README, table 1.1c); the tasks of each are in [`Category::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Category {
    #[serde(rename = "NLP")]
    Nlp,
    #[serde(rename = "CV")]
    Vision,
    Audio,
    Multimodal,
    #[serde(rename = "Reinforcement Learning")]
    Reinforcement,
    Tabular,
    /// Graph machine learning. The study lists `graph-machine-learning`, which no hub uses, so
    /// in practice nothing is counted here.
    Graph,
    /// No task, or one in none of the study's lists.
    Unknown,
}

impl Category {
    pub const ALL: [Category; 8] = [
        Category::Nlp,
        Category::Vision,
        Category::Audio,
        Category::Multimodal,
        Category::Reinforcement,
        Category::Tabular,
        Category::Graph,
        Category::Unknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Category::Nlp => "NLP",
            Category::Vision => "CV",
            Category::Audio => "Audio",
            Category::Multimodal => "Multimodal",
            Category::Reinforcement => "Reinforcement Learning",
            Category::Tabular => "Tabular",
            Category::Graph => "Graph",
            Category::Unknown => "Unknown",
        }
    }

    /// Whether the study's table 2 folds this category into its column *Other*.
    pub fn is_other(self) -> bool {
        matches!(self, Category::Audio | Category::Multimodal | Category::Reinforcement | Category::Tabular)
    }

    /// Returns the category of a hub's `pipeline_tag`, by the study's lists, to the letter:
    /// what they leave out (`graph-ml`, `text-ranking`, …) is unknown.
    pub fn of(task: &str) -> Category {
        match task {
            "text-classification"
            | "token-classification"
            | "table-question-answering"
            | "question-answering"
            | "zero-shot-classification"
            | "translation"
            | "summarization"
            | "feature-extraction"
            | "text-generation"
            | "text2text-generation"
            | "fill-mask"
            | "sentence-similarity" => Category::Nlp,
            "depth-estimation"
            | "image-classification"
            | "object-detection"
            | "image-segmentation"
            | "text-to-image"
            | "image-to-text"
            | "image-to-image"
            | "image-to-video"
            | "unconditional-image-generation"
            | "video-classification"
            | "text-to-video"
            | "zero-shot-image-classification"
            | "mask-generation"
            | "zero-shot-object-detection"
            | "text-to-3d"
            | "image-to-3d"
            | "image-feature-extraction"
            | "keypoint-detection" => Category::Vision,
            "text-to-speech"
            | "text-to-audio"
            | "automatic-speech-recognition"
            | "audio-to-audio"
            | "audio-classification"
            | "voice-activity-detection" => Category::Audio,
            "audio-text-to-text"
            | "image-text-to-text"
            | "visual-question-answering"
            | "document-question-answering"
            | "video-text-to-text"
            | "visual-document-retrieval"
            | "any-to-any" => Category::Multimodal,
            "reinforcement-learning" | "robotics" => Category::Reinforcement,
            "tabular-classification" | "tabular-regression" | "time-series-forecasting" => Category::Tabular,
            "graph-machine-learning" => Category::Graph,
            _ => Category::Unknown,
        }
    }
}
