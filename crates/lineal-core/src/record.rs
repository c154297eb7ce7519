//! What does a hub say about one model?

use crate::{clues::Clues, model_id::HubId, model_id::ModelId, operation::Operation};

/// The Hub did not note when models were created before this moment, in milliseconds since 1970: those have it
/// as their date.
pub const NOTED_SINCE: i64 = 1_646_263_745_999;

/// One model of a listing, as the hub described it. `None` and an empty list mean that the
/// listing said nothing, never a default.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelRecord {
    pub id: ModelId,
    /// The identity that survives renames.
    pub hub_id: Option<HubId>,
    /// Milliseconds since 1970, UTC.
    pub created_at: Option<i64>,
    /// Milliseconds since 1970, UTC.
    pub last_modified: Option<i64>,
    /// The commit of the main branch.
    pub sha: Option<[u8; 20]>,
    /// Downloads in the 30 days before the listing.
    pub downloads: Option<u64>,
    pub downloads_all_time: Option<u64>,
    pub likes: Option<u64>,
    /// The hub's `pipeline_tag`.
    pub task: Option<String>,
    /// The hub's `library_name`.
    pub library: Option<String>,
    /// The first licence named by a tag or the card.
    pub license: Option<String>,
    pub gated: Option<Gated>,
    pub disabled: Option<bool>,
    pub private: Option<bool>,
    pub tags: Vec<String>,
    /// Data sets named by tags or the card.
    pub datasets: Vec<String>,
    pub architectures: Vec<String>,
    /// The configuration's `model_type`.
    pub model_type: Option<String>,
    /// The configuration's quantization method.
    pub quantization: Option<String>,
    /// Parameter count, from safetensors or GGUF metadata.
    pub parameters: Option<u64>,
    /// The successor that the card declares.
    pub new_version: Option<String>,
    /// What the record says of its bases, in the record's order.
    pub claims: Vec<Claim>,
    /// The operation that the hub would infer for a claim that names none.
    pub inferred_operation: Operation,
    pub clues: Clues,
}

impl ModelRecord {
    /// A record of which nothing but the name is known.
    pub fn named(id: ModelId) -> ModelRecord {
        ModelRecord {
            id,
            hub_id: None,
            created_at: None,
            last_modified: None,
            sha: None,
            downloads: None,
            downloads_all_time: None,
            likes: None,
            task: None,
            library: None,
            license: None,
            gated: None,
            disabled: None,
            private: None,
            tags: Vec::new(),
            datasets: Vec::new(),
            architectures: Vec::new(),
            model_type: None,
            quantization: None,
            parameters: None,
            new_version: None,
            claims: Vec::new(),
            inferred_operation: Operation::Finetune,
            clues: Clues::default(),
        }
    }
}

/// Whether one must ask before downloading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gated {
    No,
    /// Access is granted to whoever accepts the terms.
    Auto,
    /// Access is granted by hand.
    Manual,
}

impl Gated {
    pub const ALL: [Gated; 3] = [Gated::No, Gated::Auto, Gated::Manual];

    pub fn as_str(self) -> &'static str {
        match self {
            Gated::No => "no",
            Gated::Auto => "auto",
            Gated::Manual => "manual",
        }
    }
}

/// One place in a record that names one base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The base as it was written: often a model's name, but anything occurs.
    pub base: String,
    /// The base's hub id, where the place states it.
    pub base_hub_id: Option<HubId>,
    /// `None` where the place names a base without an operation.
    pub operation: Option<Operation>,
    pub source: Source,
}

/// Where a relation can be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The hub's own `baseModels` field: what it resolved, so the base exists.
    BaseModelsField,
    /// A tag `base_model:<operation>:<base>`.
    TypedTag,
    /// A tag `base_model:<base>`.
    UntypedTag,
    /// The card's `base_model` (and `base_model_relation`).
    Card,
    /// `config.peft.base_model_name_or_path`, or the same key of `adapter_config.json`: written by a
    /// tool, not declared by the publisher.
    PeftConfig,
    /// A row of the study's relation table.
    RelationTable,
    /// The models that a mergekit configuration merges, in a file or in the card's text.
    MergeConfig,
    /// A sentence of the card's text: *a fine-tuned version of …*.
    CardText,
    /// The only model that the card's text links to.
    CardLink,
    /// `_name_or_path` of the configuration: what was loaded when training began.
    NameOrPath,
    /// `general.base_model.*` and `general.source.*` in the header of a GGUF file.
    GgufHeader,
}

impl Source {
    /// All sources; where they disagree on the operation, the earlier one is believed.
    pub const ALL: [Source; 11] = [
        Source::BaseModelsField,
        Source::TypedTag,
        Source::RelationTable,
        Source::Card,
        Source::UntypedTag,
        Source::PeftConfig,
        Source::MergeConfig,
        Source::GgufHeader,
        Source::CardText,
        Source::NameOrPath,
        Source::CardLink,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Source::BaseModelsField => "base_models_field",
            Source::TypedTag => "typed_tag",
            Source::UntypedTag => "untyped_tag",
            Source::Card => "card",
            Source::PeftConfig => "peft_config",
            Source::RelationTable => "relation_table",
            Source::MergeConfig => "merge_config",
            Source::CardText => "card_text",
            Source::CardLink => "card_link",
            Source::NameOrPath => "name_or_path",
            Source::GgufHeader => "gguf_header",
        }
    }

    /// Whether a claim found here was made by the publisher, in a place made for declarations.
    pub fn is_declaration(self) -> bool {
        matches!(
            self,
            Source::BaseModelsField
                | Source::TypedTag
                | Source::UntypedTag
                | Source::Card
                | Source::RelationTable
        )
    }
}
