//! Crawls against a hub that shares no code with ours, with known contents and every fault.

use crate::support::skip;
use std::{path::Path, process::Command};

#[test]
fn crawls_of_an_independent_hub_hold_the_truth_whatever_it_does() {
    let python = std::env::var("LINEAL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let known =
        Command::new(&python).args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).output();
    if !known.is_ok_and(|output| output.status.success()) {
        return skip("there is no Python 3.11; LINEAL_TEST_PYTHON can name one");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_crawl.py");
    let mut command = Command::new(python);
    command.arg(script).args(["--lineal", env!("CARGO_BIN_EXE_lineal"), "--models", "600", "--jobs", "8"]);
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    let failed: Vec<&str> = said.lines().filter(|line| line.starts_with("FAILED")).collect();
    assert!(output.status.success(), "{failed:#?}\n{complaint}");
    assert!(said.lines().filter(|line| line.starts_with("ok")).count() > 70, "{said}");
}
