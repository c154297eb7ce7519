//! Runs the binary in a folder of its own.

use serde_json::Value;
use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// A fresh folder, in which the binary runs with snapshots in `data` and copies in `cache`.
pub struct Lineal {
    folder: TempDir,
    data: String,
    environment: Vec<(&'static str, String)>,
}

/// All that comes of a run.
#[derive(Debug)]
pub struct Outcome {
    /// `None` if it was killed.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Lineal {
    pub fn new() -> Lineal {
        let folder = tempfile::tempdir().expect("a folder");
        Lineal { folder, data: "data".to_owned(), environment: Vec::new() }
    }

    /// The same, with snapshots in another place.
    pub fn with_data(data: &str, environment: &[(&'static str, String)]) -> Lineal {
        Lineal { data: data.to_owned(), environment: environment.to_vec(), ..Lineal::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file for the binary to read.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// Starts the binary without waiting for it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lineal"));
        command.current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["AWS_", "LINEAL_", "HF_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        // Nobody's own token is used by accident.
        command.env("HF_HOME", self.path("huggingface"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(["--data", &self.data, "--cache", "cache"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        finish(self.command(arguments).spawn().expect("the binary starts"))
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Outcome {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("piped");
        // Whoever stops reading says why in its outcome.
        let _ = stdin.write_all(input);
        drop(stdin);
        finish(child)
    }

    /// Runs a command that must do its work, and returns what it prints.
    pub fn answer(&self, arguments: &[&str]) -> String {
        self.run(arguments).done()
    }

    /// Runs a command that cannot do its work, and returns what it says about that.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        self.run(arguments).refused()
    }

    pub fn sql(&self, query: &str) -> String {
        self.answer(&["sql", query, "--format", "csv"])
    }

    pub fn usage(&self, date: &str, semantics: &str) -> Value {
        let json = self.answer(&["usage", "--snapshot", date, "--semantics", semantics, "--format", "json"]);
        serde_json::from_str(&json).expect("JSON")
    }

    /// The dates of the snapshots.
    pub fn dates(&self) -> Vec<String> {
        let manifests: Value =
            serde_json::from_str(&self.answer(&["snapshots", "--format", "json"])).expect("JSON");
        let manifests = manifests.as_array().expect("a list").iter();
        manifests.map(|manifest| manifest["date"].as_str().expect("a date").to_owned()).collect()
    }

    /// Fails unless the folder of snapshots holds these and nothing half-written.
    pub fn holds_only(&self, dates: &[&str]) {
        assert_eq!(inside(&self.path("data")), dates, "snapshots");
        let staged: Vec<String> = inside(&self.path("data/.staging"))
            .into_iter()
            .filter(|name| self.path("data/.staging").join(name).is_dir())
            .collect();
        assert_eq!(staged, [""; 0], "what is being written");
    }
}

/// The names in a folder, sorted; hidden ones are left out.
pub fn inside(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

pub fn finish(child: Child) -> Outcome {
    let output = child.wait_with_output().expect("the binary ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let outcome = Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
    outcome
}

impl Outcome {
    /// What was printed, by a command that must have done its work.
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// What was said, by a command that must have been unable to do its work.
    pub fn refused(self) -> String {
        assert_eq!(self.code, Some(2), "{}\n{}", self.out, self.err);
        assert!(self.err.starts_with("error: "), "{}", self.err);
        self.err
    }
}

/// A simulated hub that ends with the test.
pub struct Served {
    child: Child,
    pub address: String,
}

impl Served {
    pub fn start(lineal: &Lineal, arguments: &[&str]) -> Served {
        Served::start_at(lineal, "127.0.0.1:0", arguments)
    }

    pub fn start_at(lineal: &Lineal, listen: &str, arguments: &[&str]) -> Served {
        Served::run(lineal, &[&["hubsim", "serve", "--listen", listen], arguments].concat())
    }

    /// Serves the form of an audit instead.
    pub fn audit(lineal: &Lineal, folder: &str) -> Served {
        Served::run(lineal, &["serve", "--listen", "127.0.0.1:0", "--audit", folder])
    }

    /// Serves the newest snapshot instead.
    pub fn explorer(lineal: &Lineal, arguments: &[&str]) -> Served {
        Served::run(lineal, &[&["serve", "--listen", "127.0.0.1:0"], arguments].concat())
    }

    fn run(lineal: &Lineal, all: &[&str]) -> Served {
        let mut child = lineal.command(all).spawn().expect("the binary starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let (_, address) = line.trim_end().rsplit_once(" on ").expect("where it listens");
        Served { child, address: address.to_owned() }
    }
}

impl Served {
    /// Interrupts it, as Ctrl-C does, and waits until it has ended.
    #[cfg(unix)]
    pub fn interrupt(mut self) {
        let id = self.child.id().to_string();
        // Whatever a shell starts in the background, these tests too, cannot be interrupted.
        for signal in ["-INT", "-TERM"] {
            let sent = Command::new("kill").args([signal, &id]).status().expect("kill runs");
            assert!(sent.success());
            for _ in 0..100 {
                if self.child.try_wait().expect("waited for").is_some() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("it does not end");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself, which the test will have noticed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs to the end, and returns the most memory that was in use, in MiB, as far as it was seen.
#[cfg(target_os = "linux")]
pub fn finish_and_weigh(mut child: Child) -> (Outcome, u64) {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    // What it prints is little, so it cannot wait for anybody to read it.
    while child.try_wait().expect("waited for").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        most = most.max(kib.unwrap_or(0) >> 10);
        thread::sleep(Duration::from_millis(2));
    }
    (finish(child), most)
}

/// A folder of the data that is shared with the project but not part of it, if it is there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if !path.exists() {
        skip("../shared is absent");
        return None;
    }
    Some(path)
}

/// Says that a test did not run.
pub fn skip(why: &str) {
    let test = thread::current().name().unwrap_or("a test").to_owned();
    eprintln!("SKIPPED: {test}: {why}");
}

/// Makes weekly listings of a synthetic hub in the folder `listings`, and returns their paths.
pub fn listings(lineal: &Lineal, models: usize, weeks: usize) -> Vec<String> {
    let (models, weeks) = (models.to_string(), weeks.to_string());
    let files = lineal.answer(&[
        "hubsim",
        "generate",
        "--out",
        "listings",
        "--models",
        &models,
        "--weeks",
        &weeks,
        "--seed",
        "7",
        "--first",
        "2025-06-04",
    ]);
    files.lines().map(str::to_owned).collect()
}

pub fn text(path: impl AsRef<OsStr>) -> String {
    fs::read_to_string(Path::new(path.as_ref())).expect("a text")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("zstd");
    encoder.include_checksum(true).expect("zstd");
    encoder.write_all(bytes).expect("zstd");
    encoder.finish().expect("zstd")
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file(*name, options).expect("zip");
        archive.write_all(bytes).expect("zip");
    }
    archive.finish().expect("zip").into_inner()
}
