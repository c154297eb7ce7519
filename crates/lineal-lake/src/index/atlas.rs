//! How does what is told of single models open without being read?

use super::{IndexError, Named};
use lineal_core::{evidence::Evidence, profiles::Profiles, words::Words};
use serde::{Deserialize, Serialize};
use std::{fs::File, io, path::Path};

pub const FILE: &str = "models.index";

#[derive(Serialize, Deserialize)]
struct Header {
    licenses: Vec<Box<str>>,
    libraries: Vec<Box<str>>,
}

/// Names every section with its bytes; the one list that writing follows.
fn sections<'a>(profiles: &'a Profiles, evidence: &'a Evidence) -> [Named<'a>; 14] {
    [
        ("licenses", bytemuck::cast_slice(&profiles.licenses.codes)),
        ("libraries", bytemuck::cast_slice(&profiles.libraries.codes)),
        ("likes", bytemuck::cast_slice(&profiles.likes)),
        ("parameters", bytemuck::cast_slice(&profiles.parameters)),
        ("created", bytemuck::cast_slice(&profiles.created)),
        ("modified", bytemuck::cast_slice(&profiles.modified)),
        ("hub ids", bytemuck::cast_slice(&profiles.hub_ids)),
        ("commits", bytemuck::cast_slice(&profiles.commits)),
        ("access", &profiles.access),
        ("states", bytemuck::cast_slice(&profiles.states)),
        ("by hub id", bytemuck::cast_slice(&profiles.by_hub_id)),
        ("evidence", bytemuck::cast_slice(&evidence.codes)),
        ("evidence starts", bytemuck::cast_slice(&evidence.starts)),
        ("evidence text", &evidence.text),
    ]
}

/// Writes what is told of a snapshot's models.
///
/// # Errors
/// When it cannot be written.
pub fn write(profiles: &Profiles, evidence: &Evidence, snapshot: &str, file: File) -> io::Result<File> {
    let header =
        Header { licenses: profiles.licenses.names.clone(), libraries: profiles.libraries.names.clone() };
    super::write(snapshot, header, &sections(profiles, evidence), file)
}

/// Opens what is told of a snapshot's models.
///
/// # Errors
/// When it is missing, damaged, of another version or of another snapshot; make it again then.
pub fn open(path: &Path, snapshot: &str) -> Result<(Profiles, Evidence), IndexError> {
    let (header, sections) = super::open::<Header>(path, snapshot)?;
    let profiles = Profiles {
        licenses: Words { codes: sections.column("licenses")?, names: header.licenses },
        libraries: Words { codes: sections.column("libraries")?, names: header.libraries },
        likes: sections.column("likes")?,
        parameters: sections.column("parameters")?,
        created: sections.column("created")?,
        modified: sections.column("modified")?,
        hub_ids: sections.column("hub ids")?,
        commits: sections.column("commits")?,
        access: sections.column("access")?,
        states: sections.column("states")?,
        by_hub_id: sections.column("by hub id")?,
    };
    let evidence = Evidence {
        codes: sections.column("evidence")?,
        starts: sections.column("evidence starts")?,
        text: sections.column("evidence text")?,
    };
    Ok((profiles, evidence))
}
