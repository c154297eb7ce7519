//! How is a file written so that all of it is there, or what was there before?

use crate::error::{CommandError, file_error};
use std::{io::Write, path::Path};

/// Writes a file beside its place and then puts it there in one step.
///
/// # Errors
/// When it cannot be written; then the place is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lineal-");
    // As any new file: others may read it, as far as the process lets them.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(file_error("write", path))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(file_error("write", path))?;
    file.persist(path).map_err(|error| file_error("write", path)(error.error))?;
    Ok(())
}
