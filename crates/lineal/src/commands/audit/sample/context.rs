//! What does an annotator need to see of a model?

use crate::error::CommandError;
use lineal_core::audit::sheet::{DECLARED, Row, Sheet, is_own};
use lineal_lake::answer::Texts;
use std::collections::{BTreeSet, HashMap};
use url::Url;

/// The columns that are added, in their order; those that models state may be in the frame already.
const LINK: &str = "link";
const STATED: [&str; 3] = ["task", "library", "downloads"];
const DECLARATIONS: [&str; 4] = ["declared_license", "declared_datasets", DECLARED, "declared_bases"];

/// Where a model is if its snapshot does not say.
const HUB: &str = "https://huggingface.co";

/// Adds to each row where the model is and what it states and declares. A column of the frame that
/// has the name of one of ours stays, as `frame_NAME`.
pub fn with_context(
    sheet: Sheet,
    hub: Option<&str>,
    ask: impl Fn(&str) -> Result<Texts, CommandError>,
) -> Result<Sheet, CommandError> {
    let models = models(&sheet, &ask)?;
    let declared = declared(&sheet, &ask)?;
    let hub = hub.and_then(|hub| Url::parse(hub).ok()).or_else(|| Url::parse(HUB).ok());
    let added: Vec<usize> =
        (0..STATED.len()).filter(|at| !sheet.context.iter().any(|name| name == STATED[*at])).collect();

    let carried = sheet.context.iter().map(|name| {
        let is_ours = name == LINK || DECLARATIONS.contains(&name.as_str()) || is_own(name);
        if is_ours { format!("frame_{name}") } else { name.clone() }
    });
    let names = [LINK].into_iter().chain(added.iter().map(|at| STATED[*at])).chain(DECLARATIONS);
    let context = names.map(str::to_owned).chain(carried).collect();

    let none = Stated::default();
    let rows = sheet.rows.into_iter().map(|row| {
        let stated = models.get(&row.id).unwrap_or(&none);
        let (operations, bases) = declared.get(&row.id).map(Declared::texts).unwrap_or_default();
        let mut cells = vec![link(hub.as_ref(), &row.id)];
        cells.extend(added.iter().map(|at| stated.stated[*at].clone()));
        cells.extend([stated.license.clone(), stated.datasets.clone(), operations, bases]);
        cells.extend(row.context);
        Row { context: cells, ..row }
    });
    Ok(Sheet { context, rows: rows.collect() })
}

/// What a listing states of a model.
#[derive(Default)]
struct Stated {
    stated: [String; STATED.len()],
    license: String,
    datasets: String,
}

fn models(
    sheet: &Sheet,
    ask: &impl Fn(&str) -> Result<Texts, CommandError>,
) -> Result<HashMap<String, Stated>, CommandError> {
    let query = format!(
        "SELECT id, {}, license, array_to_string(datasets, '; ') FROM models WHERE id IN ({})",
        STATED.join(", "),
        names(sheet)
    );
    let stated = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || cells.next().unwrap_or_default();
        let id = next();
        (id, Stated { stated: [next(), next(), next()], license: next(), datasets: next() })
    };
    Ok(ask(&query)?.rows.into_iter().map(stated).collect())
}

/// What a model declares of its derivation.
#[derive(Default)]
struct Declared {
    operations: BTreeSet<String>,
    bases: BTreeSet<String>,
}

impl Declared {
    fn texts(&self) -> (String, String) {
        let text = |words: &BTreeSet<String>| words.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
        (text(&self.operations), text(&self.bases))
    }
}

fn declared(
    sheet: &Sheet,
    ask: &impl Fn(&str) -> Result<Texts, CommandError>,
) -> Result<HashMap<String, Declared>, CommandError> {
    let query = format!(
        "SELECT derived, operation, base FROM relations WHERE declared AND derived IN ({})",
        names(sheet)
    );
    let mut all: HashMap<String, Declared> = HashMap::new();
    for row in ask(&query)?.rows {
        let [Some(derived), Some(operation), Some(base)] = &row[..] else { continue };
        let declared = all.entry(derived.clone()).or_default();
        declared.operations.insert(operation.clone());
        declared.bases.insert(base.clone());
    }
    Ok(all)
}

/// The names of the models as SQL has texts, whatever is in them.
fn names(sheet: &Sheet) -> String {
    let quoted: Vec<String> =
        sheet.rows.iter().map(|row| format!("'{}'", row.id.replace('\'', "''"))).collect();
    quoted.join(", ")
}

/// The address of a model's page; its name stays a part of the path, whatever is in it.
fn link(hub: Option<&Url>, id: &str) -> String {
    let Some(mut address) = hub.cloned() else { return String::new() };
    match address.path_segments_mut() {
        Ok(mut path) => path.pop_if_empty().extend(id.split('/')),
        Err(()) => return String::new(),
    };
    address.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_hub_whatever_the_name() {
        let hub = Url::parse("https://hub.example/at/").ok();
        let check = |id: &str, expected: &str| assert_eq!(link(hub.as_ref(), id), expected);
        check("a/b", "https://hub.example/at/a/b");
        check("a/b?c#d", "https://hub.example/at/a/b%3Fc%23d");
        check("javascript:alert(1)", "https://hub.example/at/javascript:alert(1)");
    }
}
