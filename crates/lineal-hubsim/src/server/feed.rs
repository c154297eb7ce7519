//! What does the server need to know of the models it serves?
//!
//! There are two answers: the synthetic hub, and a listing that was recorded somewhere.

use crate::server::{fields::Fields, repository::Repository};
use std::{collections::BTreeMap, fmt};

/// Where a model stands in order of creation.
pub(crate) type Place = u32;

pub(crate) trait Feed: Send + Sync {
    /// Returns how many places there are, those of models that are gone included.
    fn places(&self) -> Place;

    /// Returns how many models are listed.
    fn listed(&self) -> usize;

    fn is_listed(&self, place: Place) -> bool;

    /// Returns the identity of a model, which grows with its place.
    fn hub_id(&self, place: Place) -> HubId;

    /// Returns the number by which models are sorted.
    fn measure(&self, place: Place, measure: Measure) -> u64;

    /// Whether a model is one of those that are asked for.
    fn is_asked_for(&self, place: Place, wanted: &Wanted) -> bool;

    /// Writes what a listing says of a model as a JSON object.
    fn write(&self, place: Place, fields: Fields, out: &mut Vec<u8>) -> serde_json::Result<()>;

    /// Finds the model that has a name, in whatever case, or had it last; it may be gone.
    fn find(&self, id: &str) -> Option<Place>;

    fn id(&self, place: Place) -> String;

    fn repository(&self, place: Place) -> Repository;

    /// Returns how many listed models were derived directly from a model, by operation.
    fn derived(&self, place: Place) -> BTreeMap<String, u64>;

    /// Lets a week pass, where time passes at all.
    fn advance(&mut self) {}
}

/// The identity of a model: 96 bits, of which the first 32 are the second of its creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HubId(pub u128);

impl HubId {
    /// Returns the identity that 24 hexadecimal digits mean.
    pub fn parse(text: &str) -> Option<HubId> {
        let is_hex = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u128::from_str_radix(text, 16).ok().map(HubId)).flatten()
    }
}

impl fmt::Display for HubId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:024x}", self.0)
    }
}

/// A number that models can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    LastModified,
    Downloads,
    Likes,
    TrendingScore,
}

impl Measure {
    pub const ALL: [Measure; 4] =
        [Measure::LastModified, Measure::Downloads, Measure::Likes, Measure::TrendingScore];

    pub fn as_str(self) -> &'static str {
        match self {
            Measure::LastModified => "lastModified",
            Measure::Downloads => "downloads",
            Measure::Likes => "likes",
            Measure::TrendingScore => "trendingScore",
        }
    }
}

/// Which models are asked for: those to which all of this applies.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub author: Option<String>,
    /// A part of the name, in lower case.
    pub search: Option<String>,
    pub tags: Vec<String>,
    pub task: Option<String>,
    pub gated: Option<bool>,
}

impl Wanted {
    pub fn is_anything(&self) -> bool {
        let Wanted { author, search, tags, task, gated } = self;
        author.is_none() && search.is_none() && tags.is_empty() && task.is_none() && gated.is_none()
    }
}
