//! What is known of a model that bears on its metadata, beside the plain fields of a listing?
//!
//! Clues come from the hub's longer answers, from the files of a model and from the text of its
//! card. Each is `None` where nobody looked: what is not known is never taken as missing.

use crate::set::{Member, Set};

/// What a model's record, files and card say that a plain listing does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clues {
    /// What kinds of files the model has; `None` if its files are not known.
    pub files: Option<Set<FileKind>>,
    /// The name of a weight file, without its ending, that somebody chose: `mistral-7b.Q4_K_M`, not
    /// `model-00001-of-00002`.
    pub weight_file: Option<String>,
    /// The card's `license_name`, for a licence that has no identifier of the hub's.
    pub license_name: Option<String>,
    /// The card's `license_link`.
    pub license_link: Option<String>,
    /// How many evaluation results are declared, by `model-index` or the hub's `evalResults`;
    /// `None` if the record would not say.
    pub results: Option<u32>,
    /// Where the prompt template is; `None` if nobody looked where it could be.
    pub template: Option<Template>,
    /// What the text of the card holds; `None` if it was not read.
    pub card: Option<Set<CardPart>>,
}

/// Kinds of files in a model's repository, by name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// `README.md`.
    Card,
    /// `LICENSE`, `LICENSE.md`, `COPYING`, `USE_POLICY.md` …
    License,
    /// `config.json`.
    Config,
    /// `tokenizer_config.json`.
    TokenizerConfig,
    /// `chat_template.jinja`, `chat_template.json`.
    ChatTemplate,
    /// `adapter_config.json`.
    AdapterConfig,
    /// `mergekit_config.yml` and the like.
    MergeConfig,
    /// `.eval_results/*.yaml`.
    EvaluationResults,
    Safetensors,
    /// `pytorch_model.bin`, `*.pt`, `*.pth`, `*.ckpt`.
    Pickle,
    Gguf,
    Onnx,
    OpenVino,
    CoreMl,
    TensorFlow,
    TfLite,
    Flax,
    Mnn,
    Rknn,
    Llamafile,
    /// `quant_config.json`, `quantize_config.json`, `hf_quant_config.json`.
    QuantizationConfig,
    /// `training_args.bin`, `trainer_state.json`: left behind by a training run.
    TrainingRun,
}

impl Member for FileKind {
    const ALL: &'static [FileKind] = &[
        FileKind::Card,
        FileKind::License,
        FileKind::Config,
        FileKind::TokenizerConfig,
        FileKind::ChatTemplate,
        FileKind::AdapterConfig,
        FileKind::MergeConfig,
        FileKind::EvaluationResults,
        FileKind::Safetensors,
        FileKind::Pickle,
        FileKind::Gguf,
        FileKind::Onnx,
        FileKind::OpenVino,
        FileKind::CoreMl,
        FileKind::TensorFlow,
        FileKind::TfLite,
        FileKind::Flax,
        FileKind::Mnn,
        FileKind::Rknn,
        FileKind::Llamafile,
        FileKind::QuantizationConfig,
        FileKind::TrainingRun,
    ];

    fn as_str(self) -> &'static str {
        match self {
            FileKind::Card => "card",
            FileKind::License => "license",
            FileKind::Config => "config",
            FileKind::TokenizerConfig => "tokenizer_config",
            FileKind::ChatTemplate => "chat_template",
            FileKind::AdapterConfig => "adapter_config",
            FileKind::MergeConfig => "merge_config",
            FileKind::EvaluationResults => "evaluation_results",
            FileKind::Safetensors => "safetensors",
            FileKind::Pickle => "pickle",
            FileKind::Gguf => "gguf",
            FileKind::Onnx => "onnx",
            FileKind::OpenVino => "openvino",
            FileKind::CoreMl => "coreml",
            FileKind::TensorFlow => "tensorflow",
            FileKind::TfLite => "tflite",
            FileKind::Flax => "flax",
            FileKind::Mnn => "mnn",
            FileKind::Rknn => "rknn",
            FileKind::Llamafile => "llamafile",
            FileKind::QuantizationConfig => "quantization_config",
            FileKind::TrainingRun => "training_run",
        }
    }
}

/// Where a model keeps the template that its prompts must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Template {
    /// `chat_template` in the tokenizer's configuration.
    Tokenizer,
    /// `tokenizer.chat_template` in the header of a GGUF file.
    Gguf,
    /// A file of its own.
    File,
    /// The places were looked at, and it is in none of them.
    Nowhere,
}

impl Member for Template {
    const ALL: &'static [Template] =
        &[Template::Tokenizer, Template::Gguf, Template::File, Template::Nowhere];

    fn as_str(self) -> &'static str {
        match self {
            Template::Tokenizer => "tokenizer",
            Template::Gguf => "gguf",
            Template::File => "file",
            Template::Nowhere => "nowhere",
        }
    }
}

/// What the text of a card can hold, whatever its front matter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardPart {
    /// Anything but white space.
    Words,
    /// A sentence or section that names the licence.
    License,
    /// A table of results, or a sentence with a figure for a named metric or benchmark.
    Results,
    /// A section, sentence or code that shows how a prompt is put together.
    Template,
    /// A sentence or section that names the training data, or a link to a data set.
    Dataset,
    /// A front matter that could be read.
    FrontMatter,
    /// A front matter that could not be read.
    BrokenFrontMatter,
    /// Written by a tool and never completed.
    Generated,
}

impl Member for CardPart {
    const ALL: &'static [CardPart] = &[
        CardPart::Words,
        CardPart::License,
        CardPart::Results,
        CardPart::Template,
        CardPart::Dataset,
        CardPart::FrontMatter,
        CardPart::BrokenFrontMatter,
        CardPart::Generated,
    ];

    fn as_str(self) -> &'static str {
        match self {
            CardPart::Words => "words",
            CardPart::License => "license",
            CardPart::Results => "results",
            CardPart::Template => "template",
            CardPart::Dataset => "dataset",
            CardPart::FrontMatter => "front_matter",
            CardPart::BrokenFrontMatter => "broken_front_matter",
            CardPart::Generated => "generated",
        }
    }
}
