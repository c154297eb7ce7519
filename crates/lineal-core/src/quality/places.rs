//! Where can a field of a model be stated, and was it looked at?

use crate::{
    clues::{CardPart, FileKind},
    infer::{Inferred, Standing},
    operation::Operation,
    quality::Options,
    record::ModelRecord,
    set::Set,
    world::World,
};

/// All that a judgement on a model rests on.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub world: &'a World,
    pub node: u32,
    pub record: &'a ModelRecord,
    pub inferred: &'a [Inferred],
    pub options: &'a Options,
}

/// The text of a model's card.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Text {
    Unread,
    /// The model is known to have no card.
    Absent,
    Read(Set<CardPart>),
}

impl Text {
    pub fn is_known(self) -> bool {
        self != Text::Unread
    }
}

impl<'a> Case<'a> {
    pub fn text(&self) -> Text {
        match (self.record.clues.card, self.record.clues.files) {
            (Some(parts), _) => Text::Read(parts),
            (None, Some(files)) if !files.has(FileKind::Card) => Text::Absent,
            _ => Text::Unread,
        }
    }

    /// Whether a file of this kind is there; `None` if the files are not known.
    pub fn file(&self, kind: FileKind) -> Option<bool> {
        self.record.clues.files.map(|files| files.has(kind))
    }

    pub fn has_tag(&self, tag: &str) -> bool {
        self.record.tags.iter().any(|other| other == tag)
    }

    /// Whether the record told of fields and tags at all: a relation table does not.
    pub fn tells_fields(&self) -> bool {
        let record = self.record;
        !record.tags.is_empty()
            || record.sha.is_some()
            || record.clues.files.is_some()
            || self.text().is_known()
    }

    /// The inferred relations that are taken for true.
    pub fn believed(&self) -> impl Iterator<Item = &'a Inferred> {
        let believed = self.options.believed;
        self.inferred.iter().filter(move |relation| relation.confidence >= believed)
    }

    /// The bases that the model was made from, and how: as declared or, where nothing is declared or what
    /// is declared is contradicted, as inferred.
    pub fn bases(&self) -> impl Iterator<Item = (u32, &'a Operation)> {
        let (graph, node) = (&self.world.graph, self.node);
        let inferred = move |relation: &&Inferred| relation.derived == node;
        let is_contradicted = self.believed().filter(inferred).any(|relation| {
            matches!(relation.standing, Standing::OtherOperation(_) | Standing::OtherBase(_))
        });
        let declared = graph.bases(node).iter().zip(graph.base_operations(node));
        let declared = declared.filter(move |_| !is_contradicted);
        let declared = declared.map(|(base, code)| (*base, &graph.operations()[usize::from(*code)]));
        declared.chain(self.believed().filter(inferred).map(|relation| (relation.base, &relation.operation)))
    }
}
