//! Which licence does a text hold?
//!
//! Only texts are recognised that are unmistakable: by the sentences that make them the licence they are, or
//! by their title at the very start. A text that could be two licences is none.

/// A licence, by the hub's identifier, with what it is called and how its text is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct License(usize);

impl License {
    /// The hub's identifier.
    pub fn as_str(self) -> &'static str {
        LICENSES[self.0].id
    }

    /// What it is called, in a sentence.
    pub fn title(self) -> &'static str {
        LICENSES[self.0].title
    }
}

struct Text {
    id: &'static str,
    title: &'static str,
    /// Words of which one must stand near the start; none if they may stand anywhere.
    titles: &'static [&'static str],
    /// Words that must all occur.
    all: &'static [&'static str],
    /// Words that must not occur.
    none: &'static [&'static str],
}

/// How much of a text its title stands in, in bytes of its words.
const START: usize = 400;
/// How much of a text is looked at, in bytes.
const LONGEST: usize = 256 << 10;

const BSD: &str =
    "redistribution and use in source and binary forms with or without modification are permitted";
const GRANT: &str = "permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files";

const fn titled(id: &'static str, title: &'static str, titles: &'static [&'static str]) -> Text {
    Text { id, title, titles, all: &[], none: &[] }
}

const LICENSES: [Text; 26] = [
    Text {
        id: "mit",
        title: "the MIT License",
        titles: &[],
        all: &[
            GRANT,
            "the above copyright notice and this permission notice shall be included in all",
            "the software is provided as is without warranty of any kind",
        ],
        none: &["except as contained in this notice", "apache license", "commons clause"],
    },
    Text {
        id: "apache-2.0",
        title: "the Apache License 2.0",
        titles: &["apache license version 2 0 january 2004"],
        all: &["terms and conditions for use reproduction and distribution", "grant of patent license"],
        none: &["commons clause", "permission is hereby granted free of charge"],
    },
    Text {
        id: "bsd-3-clause",
        title: "the BSD 3-Clause License",
        titles: &[],
        all: &[BSD, "neither the name"],
        none: &["all advertising materials", "patent rights", "nuclear", "clear bsd", GRANT],
    },
    Text {
        id: "bsd-2-clause",
        title: "the BSD 2-Clause License",
        titles: &[],
        all: &[BSD, "redistributions in binary form must reproduce"],
        none: &[
            "neither the name",
            "all advertising materials",
            "patent rights",
            "views and conclusions",
            GRANT,
        ],
    },
    titled(
        "gpl-3.0",
        "the GNU General Public License 3",
        &["gnu general public license version 3 29 june 2007"],
    ),
    titled(
        "gpl-2.0",
        "the GNU General Public License 2",
        &["gnu general public license version 2 june 1991"],
    ),
    titled(
        "agpl-3.0",
        "the GNU Affero General Public License 3",
        &["gnu affero general public license version 3 19 november 2007"],
    ),
    titled(
        "lgpl-3.0",
        "the GNU Lesser General Public License 3",
        &["gnu lesser general public license version 3 29 june 2007"],
    ),
    titled("mpl-2.0", "the Mozilla Public License 2.0", &["mozilla public license version 2 0"]),
    titled(
        "unlicense",
        "the Unlicense",
        &["this is free and unencumbered software released into the public domain"],
    ),
    titled("cc0-1.0", "Creative Commons Zero 1.0", &["cc0 1 0 universal"]),
    titled("cc-by-4.0", "Creative Commons Attribution 4.0", &["attribution 4 0 international"]),
    titled(
        "cc-by-sa-4.0",
        "Creative Commons Attribution-ShareAlike 4.0",
        &["attribution sharealike 4 0 international"],
    ),
    titled(
        "cc-by-nd-4.0",
        "Creative Commons Attribution-NoDerivatives 4.0",
        &["attribution noderivatives 4 0 international"],
    ),
    titled(
        "cc-by-nc-4.0",
        "Creative Commons Attribution-NonCommercial 4.0",
        &["attribution noncommercial 4 0 international"],
    ),
    titled(
        "cc-by-nc-sa-4.0",
        "Creative Commons Attribution-NonCommercial-ShareAlike 4.0",
        &["attribution noncommercial sharealike 4 0 international"],
    ),
    titled(
        "cc-by-nc-nd-4.0",
        "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0",
        &["attribution noncommercial noderivatives 4 0 international"],
    ),
    titled("llama2", "the Llama 2 Community License", &["llama 2 community license agreement"]),
    titled("llama3", "the Llama 3 Community License", &["meta llama 3 community license agreement"]),
    titled("llama3.1", "the Llama 3.1 Community License", &["llama 3 1 community license agreement"]),
    titled("llama3.2", "the Llama 3.2 Community License", &["llama 3 2 community license agreement"]),
    titled("llama3.3", "the Llama 3.3 Community License", &["llama 3 3 community license agreement"]),
    titled("llama4", "the Llama 4 Community License", &["llama 4 community license agreement"]),
    titled("gemma", "the Gemma Terms of Use", &["gemma terms of use last modified"]),
    titled(
        "creativeml-openrail-m",
        "the CreativeML Open RAIL-M licence",
        &["creativeml open rail m license", "creativeml open rail m dated"],
    ),
    Text {
        id: "isc",
        title: "the ISC License",
        titles: &["isc license"],
        all: &[
            "permission to use copy modify and or distribute this software for any purpose with or without fee",
        ],
        none: &[],
    },
];

/// Finds the licence that a text holds; `None` unless exactly one fits.
pub fn recognise(bytes: &[u8]) -> Option<License> {
    let words = words(&bytes[..bytes.len().min(LONGEST)]);
    let start = words.get(..START.min(words.len())).unwrap_or(&words);
    let fits = |text: &Text| {
        let is_titled = text.titles.is_empty() || text.titles.iter().any(|title| start.contains(title));
        is_titled
            && text.all.iter().all(|part| words.contains(part))
            && !text.none.iter().any(|part| words.contains(part))
    };
    let mut fitting = LICENSES.iter().enumerate().filter(|(_, text)| fits(text)).map(|(at, _)| License(at));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

/// Returns the words of a text: letters and digits in lower case, between single spaces.
fn words(bytes: &[u8]) -> String {
    let mut words = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() {
            words.push(char::from(byte.to_ascii_lowercase()));
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(recognise(text.as_bytes()).map(License::as_str), expected, "{text:.80}");
    }

    const MIT: &str = include_str!("../../../../LICENSE-MIT");
    const APACHE: &str = include_str!("../../../../LICENSE-APACHE");

    #[test]
    fn whole_texts_are_recognised() {
        check(MIT, Some("mit"));
        check(APACHE, Some("apache-2.0"));
        check(&MIT.replace('\n', "\r\n  "), Some("mit"));
    }

    #[test]
    fn a_title_at_the_start_is_enough_where_nothing_else_has_it() {
        check(
            "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\nLlama 3.1 Version Release Date: July 23, 2024",
            Some("llama3.1"),
        );
        check("META LLAMA 3 COMMUNITY LICENSE AGREEMENT", Some("llama3"));
        check("GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3, 19 November 2007", Some("agpl-3.0"));
        check(
            "Creative Commons\n\nAttribution-NonCommercial-ShareAlike 4.0 International",
            Some("cc-by-nc-sa-4.0"),
        );
        check("Creative Commons Attribution 4.0 International", Some("cc-by-4.0"));
    }

    #[test]
    fn what_only_mentions_a_licence_or_holds_two_is_none() {
        check("This model is under the MIT license.", None);
        check(&format!("{MIT}\n{APACHE}"), None);
        check(&format!("{MIT}\n\"Commons Clause\" License Condition v1.0"), None);
        check("", None);
        check(&"x ".repeat(1 << 20), None);
    }

    #[test]
    fn no_identifier_is_there_twice() {
        for (at, license) in LICENSES.iter().enumerate() {
            assert!(LICENSES[..at].iter().all(|other| other.id != license.id), "{}", license.id);
        }
    }
}
