//! Findings as an Atom feed (RFC 4287).
//!
//! A finding has the same identity whenever and wherever it is found, so that a reader shows it
//! once. What a feed held before stays in it, below what is new, until there are [`MOST`] entries;
//! a finding that is found again keeps its place in time.

use crate::cell::visible;
use askama::Template;
use lineal_core::watch::Finding;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use std::collections::HashSet;

/// How many entries a feed holds; what was found last is always in it.
pub const MOST: usize = 200;

/// A feed as it is written, and as it is read again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Feed {
    id: String,
    title: String,
    #[serde(default, rename = "entry")]
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Entry {
    id: String,
    title: String,
    /// When it was first found, as RFC 3339 has it, in UTC.
    updated: String,
    category: Category,
    content: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Category {
    #[serde(rename = "@term")]
    term: String,
}

#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("it is not a feed of findings")]
    NotOurs(#[from] quick_xml::DeError),
    #[error("cannot fill in the feed")]
    Write(#[from] askama::Error),
}

#[derive(Template)]
#[template(path = "feed.xml")]
struct Page<'a> {
    id: &'a str,
    title: &'a str,
    updated: &'a str,
    generator: &'a str,
    entries: &'a [Entry],
}

impl Feed {
    /// Starts a feed that nobody has written yet. Feeds that begin at different moments, or have
    /// different titles, are different feeds.
    pub fn new(title: &str, now: &str) -> Feed {
        let title = visible(title);
        Feed { id: name(&format!("{title}\n{now}")), title, entries: Vec::new() }
    }

    /// Reads a feed that was written earlier.
    ///
    /// # Errors
    /// When it is something else.
    pub fn read(xml: &str) -> Result<Feed, FeedError> {
        Ok(quick_xml::de::from_str(xml)?)
    }

    /// Adds what was found at this moment.
    pub fn add(&mut self, findings: &[Finding], now: &str) {
        let mut earlier = std::mem::take(&mut self.entries);
        let mut seen: HashSet<String> = earlier.iter().map(|entry| entry.id.clone()).collect();
        for finding in findings {
            let entry = entry(finding, now);
            if seen.insert(entry.id.clone()) {
                self.entries.push(entry);
            }
        }
        // What is found again stays, however old it is; beyond that, the oldest go.
        let found: HashSet<String> = findings.iter().map(identity).collect();
        let mut room = MOST.saturating_sub(self.entries.len());
        room = room.saturating_sub(earlier.iter().filter(|entry| found.contains(&entry.id)).count());
        earlier.retain(|entry| {
            let stays = found.contains(&entry.id);
            let fits = stays || room > 0;
            room -= usize::from(fits && !stays);
            fits
        });
        self.entries.append(&mut earlier);
    }

    /// Writes the feed.
    ///
    /// # Errors
    /// When the template cannot be filled in.
    pub fn write(&self, generator: &str, now: &str) -> Result<String, FeedError> {
        let newest = self.entries.iter().map(|entry| entry.updated.as_str()).max();
        let page = Page {
            id: &self.id,
            title: &self.title,
            updated: newest.unwrap_or(now),
            generator,
            entries: &self.entries,
        };
        // askama drops the newline at the end of a template.
        Ok(page.render()? + "\n")
    }
}

fn entry(finding: &Finding, now: &str) -> Entry {
    let Finding { code, severity, model, watched, via, .. } = finding;
    let title = match via.is_empty() {
        true => format!("{model}: {}", code.as_str()),
        false => format!("{model}: {} (matters for {watched})", code.as_str()),
    };
    let mut content = format!("{} {}", finding.what, finding.meaning);
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    if finding.before.is_some() || finding.after.is_some() {
        content += &format!(" Before: {}. Now: {}.", value(&finding.before), value(&finding.after));
    }
    if !via.is_empty() {
        content += &format!(" The way: {}.", via.join(" < "));
    }
    content += &format!(" Severity: {}.", severity.as_str());
    Entry {
        id: identity(finding),
        title: visible(&title),
        updated: now.to_owned(),
        category: Category { term: code.as_str().to_owned() },
        content: visible(&content),
    }
}

/// What tells a finding from all others: what happened to which model, compared with what, and for
/// whom it matters; not the words or the way.
pub fn identity(finding: &Finding) -> String {
    let Finding { code, model, watched, since, before, after, .. } = finding;
    // Debug notation quotes texts, so that no two findings look the same.
    name(&format!("{} {model:?} {watched:?} {since:?} {before:?} {after:?}", code.as_str()))
}

/// Makes a name that is unique on earth of what is unique to us: a UUID of the kind that anybody
/// may fill as they like (RFC 9562, version 8).
fn name(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::{
        date::SnapshotDate,
        watch::{Code, Severity},
    };

    fn finding(model: &str, after: &str) -> Finding {
        Finding {
            code: Code::License,
            severity: Severity::Warning,
            model: model.to_owned(),
            watched: "me/mine".to_owned(),
            via: vec!["me/mine".to_owned(), model.to_owned()],
            since: SnapshotDate::new(2026, 11, 8),
            before: Some("mit".to_owned()),
            after: Some(after.to_owned()),
            what: "Its licence was changed.".to_owned(),
            meaning: "Look at it.".to_owned(),
        }
    }

    const MONDAY: &str = "2026-11-16T08:00:00Z";
    const TUESDAY: &str = "2026-11-17T08:00:00Z";

    #[test]
    fn a_feed_says_what_atom_wants_to_know() {
        let mut feed = Feed::new("lineal watch", MONDAY);
        feed.add(&[finding("a/b", "x <b>&\"]]>\u{1b}[31m\u{202e}")], MONDAY);
        let xml = feed.write("lineal 0.1.0", TUESDAY).expect("a feed");
        let expected = r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>FEED</id>
  <title>lineal watch</title>
  <updated>2026-11-16T08:00:00Z</updated>
  <generator uri="https://github.com/lineal/lineal">lineal 0.1.0</generator>
  <author><name>lineal</name></author>
  <entry>
    <id>ENTRY</id>
    <title>a/b: license (matters for me/mine)</title>
    <updated>2026-11-16T08:00:00Z</updated>
    <category term="license"/>
    <content type="text">Its licence was changed. Look at it. Before: mit. Now: x &#60;b&#62;&#38;&#34;]]&#62;�[31m�. The way: me/mine &#60; a/b. Severity: warning.</content>
  </entry>
</feed>
"#;
        let ids = xml.replace(&feed.id, "FEED").replace(&feed.entries[0].id, "ENTRY");
        assert_eq!(ids, expected);
        assert_eq!(Feed::read(&xml).expect("read"), feed);
    }

    #[test]
    fn a_finding_that_is_found_again_is_there_once_as_it_was() {
        let mut feed = Feed::new("lineal watch", MONDAY);
        feed.add(&[finding("a/b", "x"), finding("a/c", "x")], MONDAY);
        feed.add(&[finding("a/c", "x"), finding("a/c", "y")], TUESDAY);
        let shown: Vec<String> =
            feed.entries.iter().map(|entry| format!("{} {}", &entry.updated[..10], entry.title)).collect();
        assert_eq!(
            shown,
            [
                "2026-11-17 a/c: license (matters for me/mine)",
                "2026-11-16 a/b: license (matters for me/mine)",
                "2026-11-16 a/c: license (matters for me/mine)",
            ]
        );
        let ids: HashSet<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids.len(), 3);
    }

    #[test]
    fn old_entries_go_where_there_is_no_room_and_what_is_found_never_does() {
        let many = |from: usize, to: usize| -> Vec<Finding> {
            (from..to).map(|number| finding("a/b", &number.to_string())).collect()
        };
        let mut feed = Feed::new("lineal watch", MONDAY);
        feed.add(&many(0, 150), MONDAY);
        feed.add(&many(149, 250), TUESDAY);
        assert_eq!(feed.entries.len(), MOST);
        let is_there = |feed: &Feed, number: usize| {
            let id = identity(&finding("a/b", &number.to_string()));
            feed.entries.iter().any(|entry| entry.id == id)
        };
        assert!(
            (149..250).all(|number| is_there(&feed, number)) && is_there(&feed, 0) && !is_there(&feed, 148)
        );
        feed.add(&many(1000, 1500), TUESDAY);
        assert_eq!(feed.entries.len(), 500);
    }

    #[test]
    fn what_is_no_feed_of_ours_is_refused() {
        for text in ["", "<html></html>", "{}", "<feed><id>x</id>", "<feed><title>x</title></feed>"] {
            assert!(Feed::read(text).is_err(), "{text}");
        }
    }
}
