//! Places where nothing can be written, or not enough.

use crate::support::Lineal;

#[test]
fn a_place_of_an_unknown_kind_is_refused() {
    let lineal = Lineal::with_data("ftp://host/lake", &[]);
    assert_eq!(
        lineal.refusal(&["snapshots"]),
        "error: `ftp://host/lake` is not a place for snapshots: `ftp://` is not supported (expected a folder or \
         `s3://bucket/prefix`)\n"
    );
}

#[test]
fn a_file_is_no_place_for_snapshots() {
    let lineal = Lineal::with_data("models.jsonl", &[]);
    lineal.write("models.jsonl", "{\"id\":\"a/b\"}");
    let said = lineal.refusal(&["import", "models.jsonl", "--date", "2025-01-01"]);
    assert!(said.contains("cannot list `models.jsonl`\n  because: Not a directory"), "{said}");
}

#[cfg(target_os = "linux")]
mod mounted {
    use super::*;
    use crate::support::{listings, skip};
    use std::{fs, path::PathBuf, process::Command};

    const DATE: &str = "2025-01-01";

    /// A file system of its own, for as long as this lives.
    struct Disk(PathBuf);

    impl Disk {
        fn new(path: PathBuf, size: &str) -> Option<Disk> {
            fs::create_dir_all(&path).expect("a folder");
            let size = format!("size={size}");
            let mounted =
                Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
            if !mounted.is_ok_and(|output| output.status.success()) {
                skip("a file system cannot be mounted here");
                return None;
            }
            Some(Disk(path))
        }

        fn change(&self, option: &str) {
            let option = format!("remount,{option}");
            let status = Command::new("mount").args(["-o", &option]).arg(&self.0).status();
            assert!(status.expect("mount runs").success());
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            // The folder around it cannot go before it does.
            let _ = Command::new("umount").arg(&self.0).status();
        }
    }

    #[test]
    fn a_full_disk_is_named_and_nothing_is_left_on_it() {
        let lineal = Lineal::new();
        let listing = listings(&lineal, 60_000, 1).remove(0);
        let Some(disk) = Disk::new(lineal.path("data"), "64k") else { return };
        let import = ["import", &listing, "--date", DATE];
        let mut refusals = 0;
        for kibibytes in [64, 256, 512, 1024, 1536, 2048, 2560, 3072, 4096, 5120, 6144, 16_384] {
            disk.change(&format!("size={kibibytes}k"));
            let outcome = lineal.run(&import);
            if outcome.code == Some(0) {
                break;
            }
            refusals += 1;
            let said = outcome.refused();
            assert!(said.starts_with(&format!("error: cannot take in {DATE}\n")), "{said}");
            assert!(said.contains("data/.staging") && said.contains("No space left on device"), "{said}");
            lineal.holds_only(&[]);
            assert_eq!(lineal.dates(), [""; 0]);
        }
        assert!(refusals > 3, "{refusals}");
        lineal.holds_only(&[DATE]);
        lineal.answer(&["usage"]);
    }

    #[test]
    fn a_lake_that_cannot_be_written_to_can_still_be_read() {
        let lineal = Lineal::new();
        let listing = listings(&lineal, 2_000, 1).remove(0);
        let Some(disk) = Disk::new(lineal.path("data"), "64m") else { return };
        lineal.answer(&["import", &listing, "--date", DATE]);
        let (usage, models) = (lineal.usage(DATE, "study"), lineal.sql("SELECT * FROM models"));
        let relations = lineal.sql("SELECT * FROM relations");
        fs::remove_file(lineal.path("data").join(DATE).join("graph.index")).expect("removed");
        disk.change("ro");
        let said = lineal.refusal(&["import", &listing, "--date", "2025-01-02"]);
        assert!(said.starts_with("error: cannot take in 2025-01-02\n  because: cannot "), "{said}");
        assert!(said.contains("data/.staging") && said.contains("Read-only file system"), "{said}");
        assert_eq!(lineal.usage(DATE, "study"), usage);
        assert_eq!(lineal.sql("SELECT * FROM models"), models);
        assert_eq!(lineal.sql("SELECT * FROM relations"), relations);
        disk.change("rw");
        lineal.answer(&["import", &listing, "--date", "2025-01-02"]);
        lineal.holds_only(&[DATE, "2025-01-02"]);
    }
}
