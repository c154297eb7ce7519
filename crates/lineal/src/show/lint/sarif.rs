//! Findings in the Static Analysis Results Interchange Format 2.1.0.
//!
//! Columns count characters, as SARIF's `unicodeCodePoints` do. A change is told in whole lines.

use lineal_files::{
    card,
    finding::{Code, Severity},
    lint::{Found, OfModel, Report, diff, fixes},
};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

/// SARIF's *result*.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Clone, Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    start_column: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

pub fn log(report: &Report) -> Log {
    let rules = Code::all().map(|code| Rule {
        id: code.as_str(),
        short_description: message(code.meaning()),
        default_configuration: Configuration { level: level(code) },
    });
    let driver = Driver {
        name: "lineal",
        version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: rules.collect(),
    };
    let results =
        report.models.iter().flat_map(|model| model.findings.iter().map(|found| outcome(model, found)));
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results: results.collect() };
    Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] }
}

fn outcome(model: &OfModel, found: &Found) -> Outcome {
    let finding = &found.finding;
    let artifact = Artifact { uri: uri(&model.path(&finding.file)) };
    let region = Region {
        start_line: u64::from(finding.at.line),
        start_column: u64::from(finding.at.column),
        end_line: None,
        end_column: None,
    };
    let text = match &finding.fix {
        Some(fix) => format!("{}. To mend it: {fix}.", finding.what),
        None => finding.what.clone(),
    };
    Outcome {
        rule_id: finding.code.as_str(),
        rule_index: finding.code as usize,
        level: level(finding.code),
        message: message(&text),
        locations: [Location {
            physical_location: PhysicalLocation { artifact_location: artifact.clone(), region },
        }],
        fixes: fix(model, found, artifact).into_iter().collect(),
    }
}

/// The change that mends a finding, as if it were the only one.
fn fix(model: &OfModel, found: &Found, artifact: Artifact) -> Option<Fix> {
    let before = model.card.as_deref()?;
    let after = fixes::fixed(before, Some(&card::read(before)), &found.changes)?;
    let (old, new) = (diff::lines(before), diff::lines(&after));
    let replacement = |run: diff::Replaced| {
        let inserted: Vec<u8> = new[run.new].concat();
        Replacement {
            deleted_region: Region {
                start_line: run.old.start as u64 + 1,
                start_column: 1,
                end_line: Some(run.old.end as u64 + 1),
                end_column: Some(1),
            },
            inserted_content: message(&String::from_utf8_lossy(&inserted)),
        }
    };
    let replacements: Vec<Replacement> = diff::replaced(&old, &new).into_iter().map(replacement).collect();
    let description = message(found.finding.fix.as_deref().unwrap_or(&found.finding.what));
    let change = ArtifactChange { artifact_location: artifact, replacements };
    (!change.replacements.is_empty()).then_some(Fix { description, artifact_changes: [change] })
}

fn level(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn message(text: &str) -> Message {
    Message { text: text.to_owned() }
}

/// Returns a path as a relative address; an address stays one.
fn uri(path: &str) -> String {
    if path.starts_with("https://") || path.starts_with("http://") {
        return path.to_owned();
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        // A separator of Windows is one of addresses, too.
        let byte = if cfg!(windows) && byte == b'\\' { b'/' } else { byte };
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_an_address_whatever_is_in_it() {
        assert_eq!(uri("./my model/a:b%\n.md"), "my%20model/a%3Ab%25%0A.md");
        assert_eq!(uri("/tmp/ä"), "file:///tmp/%C3%A4");
        assert_eq!(
            uri("https://hub.example/a/b/blob/main/README.md"),
            "https://hub.example/a/b/blob/main/README.md"
        );
    }
}
