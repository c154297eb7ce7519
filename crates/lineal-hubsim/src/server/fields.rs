//! Which fields of a model can be asked for?

use std::str::FromStr;

/// A field that `expand` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Author,
    BaseModels,
    CardData,
    Config,
    CreatedAt,
    Disabled,
    Downloads,
    DownloadsAllTime,
    EvalResults,
    Gated,
    Gguf,
    Inference,
    InferenceProviderMapping,
    LastModified,
    LibraryName,
    Likes,
    MaskToken,
    ModelIndex,
    PipelineTag,
    Private,
    ResourceGroup,
    Safetensors,
    Sha,
    Siblings,
    Spaces,
    Tags,
    TransformersInfo,
    TrendingScore,
    WidgetData,
    XetEnabled,
    ChildrenModelCount,
    UsedStorage,
    /// Sent where nothing was expanded; it cannot be asked for.
    ModelId,
}

impl Field {
    pub const ALL: [Field; 33] = [
        Field::Author,
        Field::BaseModels,
        Field::CardData,
        Field::Config,
        Field::CreatedAt,
        Field::Disabled,
        Field::Downloads,
        Field::DownloadsAllTime,
        Field::EvalResults,
        Field::Gated,
        Field::Gguf,
        Field::Inference,
        Field::InferenceProviderMapping,
        Field::LastModified,
        Field::LibraryName,
        Field::Likes,
        Field::MaskToken,
        Field::ModelIndex,
        Field::PipelineTag,
        Field::Private,
        Field::ResourceGroup,
        Field::Safetensors,
        Field::Sha,
        Field::Siblings,
        Field::Spaces,
        Field::Tags,
        Field::TransformersInfo,
        Field::TrendingScore,
        Field::WidgetData,
        Field::XetEnabled,
        Field::ChildrenModelCount,
        Field::UsedStorage,
        Field::ModelId,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Field::Author => "author",
            Field::BaseModels => "baseModels",
            Field::CardData => "cardData",
            Field::Config => "config",
            Field::CreatedAt => "createdAt",
            Field::Disabled => "disabled",
            Field::Downloads => "downloads",
            Field::DownloadsAllTime => "downloadsAllTime",
            Field::EvalResults => "evalResults",
            Field::Gated => "gated",
            Field::Gguf => "gguf",
            Field::Inference => "inference",
            Field::InferenceProviderMapping => "inferenceProviderMapping",
            Field::LastModified => "lastModified",
            Field::LibraryName => "library_name",
            Field::Likes => "likes",
            Field::MaskToken => "mask_token",
            Field::ModelIndex => "model-index",
            Field::PipelineTag => "pipeline_tag",
            Field::Private => "private",
            Field::ResourceGroup => "resourceGroup",
            Field::Safetensors => "safetensors",
            Field::Sha => "sha",
            Field::Siblings => "siblings",
            Field::Spaces => "spaces",
            Field::Tags => "tags",
            Field::TransformersInfo => "transformersInfo",
            Field::TrendingScore => "trendingScore",
            Field::WidgetData => "widgetData",
            Field::XetEnabled => "xetEnabled",
            Field::ChildrenModelCount => "childrenModelCount",
            Field::UsedStorage => "usedStorage",
            Field::ModelId => "modelId",
        }
    }

    /// Whether only an answer about one model can have the field.
    fn is_of_details(self) -> bool {
        matches!(self, Field::ChildrenModelCount | Field::UsedStorage)
    }
}

/// The text is no field.
#[derive(Debug)]
pub(crate) struct UnknownField;

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Field, UnknownField> {
        Field::ALL.into_iter().find(|field| field.as_str() == text).ok_or(UnknownField)
    }
}

/// A set of fields; `_id` and `id` are always sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(u64);

impl Fields {
    /// What the list endpoint sends unasked.
    pub const LISTED: Fields = Fields::of(&[
        Field::Likes,
        Field::TrendingScore,
        Field::Private,
        Field::Downloads,
        Field::Tags,
        Field::PipelineTag,
        Field::LibraryName,
        Field::CreatedAt,
        Field::ModelId,
    ]);

    /// What `full` adds.
    pub const FULL: Fields =
        Fields::of(&[Field::Author, Field::Gated, Field::LastModified, Field::Sha, Field::Siblings]);

    /// What an answer about one model has unasked.
    pub const DETAILED: Fields = Fields::of(&[
        Field::Private,
        Field::PipelineTag,
        Field::LibraryName,
        Field::Tags,
        Field::Downloads,
        Field::Likes,
        Field::ModelId,
        Field::Author,
        Field::Sha,
        Field::LastModified,
        Field::Gated,
        Field::Disabled,
        Field::Config,
        Field::CardData,
        Field::TransformersInfo,
        Field::Gguf,
        Field::Safetensors,
        Field::Siblings,
        Field::Spaces,
        Field::CreatedAt,
        Field::UsedStorage,
    ]);

    /// Everything that a listing can say of a model.
    pub const ALL: Fields = Fields(u64::MAX);

    pub const fn of(fields: &[Field]) -> Fields {
        let (mut set, mut place) = (0, 0);
        while place < fields.len() {
            set |= 1 << fields[place] as u64;
            place += 1;
        }
        Fields(set)
    }

    pub const fn and(self, more: Fields) -> Fields {
        Fields(self.0 | more.0)
    }

    pub const fn has(self, field: Field) -> bool {
        self.0 & 1 << field as u64 != 0
    }
}

/// Where fields are asked for, which decides what can be asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Askable {
    /// For one model, not for a list.
    pub details: bool,
    /// A hub of an older time does not know `baseModels` in lists.
    pub base_models: bool,
}

impl Askable {
    fn allows(self, field: Field) -> bool {
        match field {
            Field::ModelId => false,
            Field::BaseModels => self.base_models || self.details,
            field => self.details || !field.is_of_details(),
        }
    }

    /// Returns the fields that the values of `expand` name, or what to say where one names none.
    pub fn parse<'a>(self, asked: impl Iterator<Item = &'a str>) -> Result<Fields, String> {
        let mut fields = Fields::default();
        for name in asked {
            match name.parse() {
                Ok(field) if self.allows(field) => fields = fields.and(Fields::of(&[field])),
                _ => return Err(self.refusal()),
            }
        }
        Ok(fields)
    }

    fn refusal(self) -> String {
        let known = Field::ALL.into_iter().filter(|&field| self.allows(field));
        let known: Vec<String> = known.map(|field| format!("\"{}\"", field.as_str())).collect();
        format!("Invalid option: expected one of {}", known.join("|"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_answered_with_the_known_ones() {
        let older = Askable { details: false, base_models: false };
        let refusal = older.parse(["author", "_id"].into_iter()).expect_err("no field");
        assert!(refusal.contains("\"author\"|\"cardData\"|"), "{refusal}");
        for unknown in ["baseModels", "childrenModelCount", "modelId"] {
            assert!(!refusal.contains(unknown), "{refusal}");
        }
        let detail = Askable { details: true, base_models: false };
        assert!(detail.parse(["usedStorage", "baseModels"].into_iter()).is_ok());
    }

    #[test]
    fn each_field_has_its_place_in_a_set() {
        for field in Field::ALL {
            let set = Fields::of(&[field]);
            let found: Vec<Field> = Field::ALL.into_iter().filter(|&other| set.has(other)).collect();
            assert_eq!(found, [field]);
        }
    }
}
