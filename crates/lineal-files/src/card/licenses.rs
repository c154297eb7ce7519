//! Which identifiers of licences does the Hub know, and which one was meant?

use super::nearest::nearest;

/// The identifiers in the order of the Hub's documentation.
pub(super) const LICENSES: [&str; 83] = [
    "apache-2.0",
    "mit",
    "openrail",
    "bigscience-openrail-m",
    "creativeml-openrail-m",
    "bigscience-bloom-rail-1.0",
    "bigcode-openrail-m",
    "afl-3.0",
    "artistic-2.0",
    "bsl-1.0",
    "bsd",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "c-uda",
    "cc",
    "cc0-1.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-2.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cdla-sharing-1.0",
    "cdla-permissive-1.0",
    "cdla-permissive-2.0",
    "wtfpl",
    "ecl-2.0",
    "epl-1.0",
    "epl-2.0",
    "etalab-2.0",
    "eupl-1.1",
    "eupl-1.2",
    "agpl-3.0",
    "gfdl",
    "gpl",
    "gpl-2.0",
    "gpl-3.0",
    "lgpl",
    "lgpl-2.1",
    "lgpl-3.0",
    "isc",
    "h-research",
    "intel-research",
    "lppl-1.3c",
    "ms-pl",
    "apple-ascl",
    "apple-amlr",
    "mpl-2.0",
    "odc-by",
    "odbl",
    "openmdw-1.0",
    "openmdw-1.1",
    "openrail++",
    "osl-3.0",
    "postgresql",
    "ofl-1.1",
    "ncsa",
    "unlicense",
    "zlib",
    "pddl",
    "lgpl-lr",
    "deepfloyd-if-license",
    "fair-noncommercial-research-license",
    "llama2",
    "llama3",
    "llama3.1",
    "llama3.2",
    "llama3.3",
    "llama4",
    "grok2-community",
    "gemma",
    "unknown",
    "other",
];

/// What people write, as letters and digits only, and the identifier for it.
const MEANT: [(&str, &str); 20] = [
    ("apache", "apache-2.0"),
    ("apachev2", "apache-2.0"),
    ("asl20", "apache-2.0"),
    ("gplv2", "gpl-2.0"),
    ("gplv3", "gpl-3.0"),
    ("gnugplv3", "gpl-3.0"),
    ("gpl30only", "gpl-3.0"),
    ("gpl30orlater", "gpl-3.0"),
    ("gpl20only", "gpl-2.0"),
    ("gpl20orlater", "gpl-2.0"),
    ("agplv3", "agpl-3.0"),
    ("agpl30only", "agpl-3.0"),
    ("agpl30orlater", "agpl-3.0"),
    ("lgplv3", "lgpl-3.0"),
    ("bsd3", "bsd-3-clause"),
    ("bsd2", "bsd-2-clause"),
    ("cc0", "cc0-1.0"),
    ("custom", "other"),
    ("proprietary", "other"),
    ("commercial", "other"),
];

/// The shortest word for which another with one letter changed is proposed.
const SHORTEST: usize = 5;

/// The longest text that a licence is looked for in.
const LONGEST: usize = 80;

pub(super) fn is_license(text: &str) -> bool {
    LICENSES.contains(&text)
}

/// Returns the identifier that a text means: the same but for capitals and punctuation, by another name that is
/// in use, without a `.0`, or with one letter changed. Numbers are never changed.
pub fn license_meant(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST {
        return None;
    }
    let word = squeezed(text);
    if word.is_empty() {
        return None;
    }
    let known: Vec<(String, &str)> =
        LICENSES.into_iter().map(|license| (squeezed(license), license)).collect();
    let same = |wanted: &str| known.iter().find(|each| each.0 == wanted).map(|each| each.1);
    let by_name = || MEANT.into_iter().find(|(name, _)| *name == word).map(|meant| meant.1);
    let alike = known.iter().map(|each| each.0.as_str());
    let alike = alike.filter(|each| each.len() >= SHORTEST && digits(each) == digits(&word));
    let found = same(&word).or_else(by_name).or_else(|| same(&format!("{word}0")));
    found.or_else(|| same(nearest(&word, alike, 1)?))
}

/// Returns the letters and digits of the words that tell licences apart.
fn squeezed(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|each: char| !(each.is_alphanumeric() || matches!(each, '.' | '+')));
    let telling =
        words.filter(|word| !matches!(*word, "license" | "licence" | "the" | "community" | "version"));
    telling.collect::<String>().replace('.', "")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_known_by_its_capitals_names_and_slips() {
        for (text, expected) in [
            ("Apache-2.0", Some("apache-2.0")),
            ("Apache License 2.0", Some("apache-2.0")),
            ("apache 2", Some("apache-2.0")),
            ("MIT License", Some("mit")),
            ("cc-by-4", Some("cc-by-4.0")),
            ("CC BY-NC-SA 4.0", Some("cc-by-nc-sa-4.0")),
            ("llama-3.1", Some("llama3.1")),
            ("llama3.1 community license", Some("llama3.1")),
            ("GPL-3.0-only", Some("gpl-3.0")),
            ("apach-2.0", Some("apache-2.0")),
            ("unlicence", Some("unlicense")),
            ("custom", Some("other")),
            ("gpl-4.0", None),
            ("", None),
            ("see below", None),
        ] {
            assert_eq!(license_meant(text), expected, "{text}");
        }
    }

    #[test]
    fn every_identifier_means_itself() {
        for license in LICENSES {
            assert_eq!(license_meant(license), Some(license));
        }
    }
}
