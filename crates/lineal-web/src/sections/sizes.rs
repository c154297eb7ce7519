//! How large is the hub, and how much of it is related? (study, table 1)

use crate::{
    cell::{Cell, Missing},
    exhibit::{Column, Exhibit},
    sides::{PUBLISHED, Part, Sides},
};
use lineal_core::{published::errata, sizes::ByOperation};

const OURS: &str = "This snapshot";

/// A row of table 1: ours, and as published if it was.
struct Row {
    label: &'static str,
    models: u64,
    downloads: Option<u64>,
    published: (Option<u64>, Option<u64>),
}

pub fn sizes(sides: &Sides) -> Exhibit {
    let columns = [
        Column::text("part", "Part"),
        Column::number("models", "Models").under(OURS),
        Column::number("models_share", "Share").under(OURS),
        Column::number("downloads", "Downloads").under(OURS),
        Column::number("downloads_share", "Share").under(OURS),
        Column::number("published_models", "Models").under(PUBLISHED),
        Column::number("published_models_share", "Share").under(PUBLISHED),
        Column::number("published_downloads", "Downloads").under(PUBLISHED),
        Column::number("published_downloads_share", "Share").under(PUBLISHED),
    ];
    let columns = columns[..if sides.is_published() { 9 } else { 5 }].to_vec();
    let all = rows(sides);
    let rows = all.iter().map(|row| {
        let mut cells = vec![Cell::text(row.label)];
        cells.extend(counted(row.models, sides.formal.models.total));
        cells.extend(stated(row.downloads, sides.formal.downloads.total, Missing::NotStated));
        if let Some(published) = sides.published {
            let (models, downloads) = row.published;
            cells.extend(stated(models, Some(published.models.total), Missing::NotPublished));
            cells.extend(stated(downloads, Some(published.downloads.total), Missing::NotPublished));
        }
        cells
    });
    Exhibit::table(
        "table-1-sizes",
        "Table 1. Sizes and downloads",
        "A base model has a listed model derived from it; a derived model declares a base, listed or not; a relational \
         model is one or both, an isolated one neither; a root is a base that declares no base itself. Downloads are \
         those of the last 30 days. Shares are of all models and all downloads.",
        columns,
        rows.collect(),
    )
    .note("A model derived by several operations counts under each. The study’s fine-tune is finetune and adapter together.")
    .note_if(sides.is_published(), errata::DOWNLOADS)
    .note_if(sides.is_published(), errata::RELATIONS)
}

fn rows(sides: &Sides) -> Vec<Row> {
    let (models, downloads) = (&sides.formal.models, &sides.formal.downloads);
    let (by, from) = (&sides.formal.derived_by_operation, &sides.formal.downloads_by_operation);
    let study = sides.published;
    let part = |label, models, downloads, of: fn(&lineal_core::published::Parts) -> u64| Row {
        label,
        models,
        downloads,
        published: (study.map(|study| of(&study.models)), study.map(|study| of(&study.downloads))),
    };
    let derived =
        |label, models, downloads, published| Row { label, models, downloads, published: (published, None) };
    let groups = study.map(|study| study.derived);
    let mut rows = vec![
        part("All", models.total, downloads.total, |parts| parts.total),
        part("Base", models.base, downloads.base, |parts| parts.base),
        part("Derived", models.derived, downloads.derived, |parts| parts.derived),
        part("Relational", models.relational, downloads.relational, |parts| parts.relational),
        part("Isolated", models.isolated, downloads.isolated, |parts| parts.isolated),
        derived(
            "Derived by fine-tune",
            by.finetune + by.adapter,
            both(from),
            groups.map(|groups| groups.finetune),
        ),
        derived("Fine-tune: finetune", by.finetune, from.finetune, None),
        derived("Fine-tune: adapter", by.adapter, from.adapter, None),
        derived("Derived by merge", by.merge, from.merge, groups.map(|groups| groups.merge)),
        derived(
            "Derived by quantization",
            by.quantized,
            from.quantized,
            groups.map(|groups| groups.quantized),
        ),
    ];
    if by.other > 0 {
        rows.push(derived("Derived otherwise", by.other, from.other, None));
    }
    rows
}

fn both(downloads: &ByOperation<Option<u64>>) -> Option<u64> {
    match (downloads.finetune, downloads.adapter) {
        (Some(finetune), Some(adapter)) => Some(finetune.saturating_add(adapter)),
        (finetune, adapter) => finetune.or(adapter),
    }
}

fn counted(count: u64, total: u64) -> [Cell; 2] {
    let part = Part::small(count, total);
    [part.count, part.share]
}

fn stated(count: Option<u64>, total: Option<u64>, missing: Missing) -> [Cell; 2] {
    match count.zip(total) {
        Some((count, total)) => counted(count, total),
        None => [Cell::Missing(missing), Cell::Missing(missing)],
    }
}
