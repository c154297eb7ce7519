//! Reading a model's folder.
//!
//! A folder can hold anything: files without end, links in circles, pipes. Only so many entries are listed,
//! only regular files are read, each only as far as it is needed, and no link is followed out of the folder.

use super::subject::Taken;
use crate::error::{CommandError, file_error};
use lineal_core::model_id::ModelId;
use lineal_files::{
    finding::{Code, Finding, Place},
    folder::{self, File, Want},
    lint::CARD,
};
use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

/// How many files are looked at.
const MANY: usize = 20_000;
/// How deep folders may lie in each other.
const DEEP: usize = 12;
/// The largest file that is read as a whole, in bytes.
const LARGEST: u64 = 16 << 20;
/// How much is read of one folder, in bytes.
const MUCH: u64 = 256 << 20;
/// What is called a name where the folder's own cannot be one.
const NAMELESS: &str = "model";

/// A file of the folder.
struct Entry {
    /// Relative to the folder, with `/`.
    path: String,
    size: u64,
    bytes: Option<Vec<u8>>,
}

/// Reads what a folder says of the model in it.
pub fn take(folder: &Path, id: Option<&ModelId>) -> Result<Taken, CommandError> {
    let root = folder.canonicalize().map_err(file_error("read", folder))?;
    let mut reading =
        Reading { root, entries: Vec::new(), findings: Vec::new(), unchecked: Vec::new(), read: 0 };
    reading.list().map_err(file_error("read", folder))?;
    let Reading { root, entries, mut findings, unchecked, .. } = reading;
    let files: Vec<File> = entries
        .iter()
        .map(|entry| File { path: &entry.path, size: entry.size, bytes: entry.bytes.as_deref() })
        .collect();
    let (record, found) = folder::record(id.cloned().unwrap_or_else(|| name(&root)), &files);
    findings.extend(found);
    let bytes =
        |path: &str| entries.iter().find(|entry| entry.path == path).and_then(|entry| entry.bytes.clone());
    let meta = folder.join(CARD).symlink_metadata();
    let is_told = |findings: &[Finding]| findings.iter().any(|finding| finding.file == CARD);
    if meta.is_ok() && bytes(CARD).is_none() && !is_told(&findings) {
        findings.push(broken(CARD, "it is no file of this folder"));
    }
    let licenses = entries.iter().filter(|entry| is_license(&entry.path));
    let licenses = licenses.filter_map(|entry| Some((entry.path.clone(), entry.bytes.clone()?)));
    Ok(Taken {
        record,
        is_named: id.is_some(),
        place: folder.display().to_string(),
        card: bytes(CARD).or_else(|| meta.is_err().then(Vec::new)),
        // A link would be replaced by a file.
        is_writable: meta.map_or(true, |meta| meta.is_file()),
        licenses: licenses.collect(),
        findings,
        unchecked,
    })
}

/// The name that a folder gives to its model.
fn name(root: &Path) -> ModelId {
    let own = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String = own
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() || "._-".contains(char) { char } else { '-' })
        .take(96)
        .collect();
    let nameless = || NAMELESS.parse().unwrap_or_else(|_| unreachable!("`{NAMELESS}` is a name"));
    plain.parse().unwrap_or_else(|_| nameless())
}

/// Whether a file in the folder itself holds the model's licence, by its name.
pub fn is_license(path: &str) -> bool {
    let stem = path.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let is_text = path
        .rsplit_once('.')
        .is_none_or(|(_, ending)| matches!(&*ending.to_ascii_lowercase(), "md" | "txt" | "rst"));
    let starts = ["LICENSE", "LICENCE", "COPYING"];
    is_text
        && !path.contains('/')
        && starts.iter().any(|start| stem == *start || stem.starts_with(&format!("{start}-")))
}

struct Reading {
    root: PathBuf,
    entries: Vec<Entry>,
    findings: Vec<Finding>,
    unchecked: Vec<String>,
    /// How much was read, in bytes.
    read: u64,
}

impl Reading {
    /// Goes through the folder, level by level, names in order.
    fn list(&mut self) -> io::Result<()> {
        let mut folders = vec![(self.root.clone(), String::new(), 0)];
        while let Some((folder, prefix, depth)) = folders.pop() {
            let listed = match fs::read_dir(&folder) {
                Ok(listed) => listed,
                Err(error) if depth == 0 => return Err(error),
                Err(error) => {
                    self.broken(&prefix, &error.to_string());
                    continue;
                }
            };
            let mut names = Vec::new();
            for entry in listed.take(MANY + 1) {
                match entry {
                    Ok(entry) => names.push(entry.file_name()),
                    Err(error) => self.broken(&prefix, &error.to_string()),
                }
            }
            names.sort_unstable();
            let mut inner = Vec::new();
            for name in names {
                if self.entries.len() == MANY {
                    self.unchecked.push(format!("files beyond the first {MANY}"));
                    return Ok(());
                }
                if name == ".git" {
                    continue;
                }
                let path = folder.join(&name);
                let relative = match prefix.as_str() {
                    "" => name.to_string_lossy().into_owned(),
                    prefix => format!("{prefix}/{}", name.to_string_lossy()),
                };
                let Ok(meta) = path.symlink_metadata() else { continue };
                if !meta.is_dir() {
                    self.file(&path, relative);
                } else if depth == DEEP {
                    self.unchecked.push(format!("what is in `{relative}`: it lies too deep"));
                } else {
                    inner.push((path, relative, depth + 1));
                }
            }
            inner.reverse();
            folders.append(&mut inner);
        }
        Ok(())
    }

    /// Takes in a file, with as much of it as is needed.
    fn file(&mut self, path: &Path, relative: String) {
        let real = match path.canonicalize() {
            Ok(real) if real.starts_with(&self.root) => real,
            Ok(_) => {
                return self
                    .unchecked
                    .push(format!("`{relative}`: it is a link that leads out of the folder"));
            }
            Err(error) => return self.broken(&relative, &error.to_string()),
        };
        let Ok(meta) = real.metadata() else { return };
        if !meta.is_file() {
            return self.unchecked.push(format!("`{relative}`: it is no regular file"));
        }
        let size = meta.len();
        let want = if is_license(&relative) { Want::Whole } else { folder::wants(&relative) };
        let want = match want {
            Want::Nothing => None,
            Want::Whole if size > LARGEST => {
                self.too_large(&relative, size);
                None
            }
            Want::Whole => Some(LARGEST),
            Want::Head(bytes) => Some(bytes as u64),
        };
        let mut bytes = None;
        let want = want.map(|most| most.min(size));
        if want.is_some_and(|most| most > MUCH - self.read) {
            self.unchecked.push(format!("`{relative}`: so much of one folder is not read"));
        } else if let Some(most) = want {
            match read(&real, most) {
                Ok(read) => {
                    self.read += read.len() as u64;
                    bytes = Some(read);
                }
                Err(error) => self.broken(&relative, &error.to_string()),
            }
        }
        self.entries.push(Entry { path: relative, size, bytes });
    }

    fn broken(&mut self, path: &str, why: &str) {
        self.findings.push(broken(path, why));
    }

    fn too_large(&mut self, path: &str, size: u64) {
        let (size, largest) = (crate::show::bytes(size), crate::show::bytes(LARGEST));
        let what = format!("it has {size}, more than the {largest} that are read");
        let fix = Some("move what is large into a file of its own".to_owned());
        self.findings.push(Finding {
            code: Code::TooLarge,
            file: path.to_owned(),
            at: Place::START,
            what,
            fix,
        });
    }
}

fn broken(path: &str, why: &str) -> Finding {
    let what = format!("it cannot be read: {why}");
    let fix = Some("make it a file that can be read".to_owned());
    Finding { code: Code::BrokenFile, file: path.to_owned(), at: Place::START, what, fix }
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_file_is_known_by_its_name() {
        for name in ["LICENSE", "LICENSE.md", "license.txt", "LICENCE", "COPYING", "LICENSE-MIT"] {
            assert!(is_license(name), "{name}");
        }
        for name in ["LICENSES", "license.json", "docs/LICENSE", "licensing.md", "LICENSE_third_party.csv"] {
            assert!(!is_license(name), "{name}");
        }
    }

    #[test]
    fn a_folder_s_name_becomes_the_model_s() {
        assert_eq!(name(Path::new("/tmp/My model (v2)")).as_str(), "My-model--v2-");
        assert_eq!(name(Path::new("/")).as_str(), "model");
    }
}
