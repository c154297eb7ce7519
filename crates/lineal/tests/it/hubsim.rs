//! Does `lineal hubsim serve` behave like the Hub, by the Hub's own client?

use crate::support::{Lineal, Served, skip};
use std::{path::Path, process::Command};

#[test]
fn the_hubs_own_client_sees_no_difference() {
    let python = std::env::var("LINEAL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let client = Command::new(&python).args(["-c", "import huggingface_hub"]).output();
    if !client.is_ok_and(|output| output.status.success()) {
        return skip("there is no Python with huggingface_hub; LINEAL_TEST_PYTHON can name one");
    }
    let lineal = Lineal::new();
    let quiet = Served::start(&lineal, &["--models", "4000", "--token", "hf_known"]);
    let evolving = Served::start(&lineal, &["--models", "20000", "--evolve", "10"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fidelity.py");
    let mut command = Command::new(python);
    command.arg(script).args([&quiet.address, &evolving.address]);
    let output = command.env("HF_HOME", lineal.path("huggingface")).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaint}");
    assert!(said.ends_with("agrees with everything\n"), "{said}");
}

#[test]
fn a_plan_that_names_no_fault_is_refused() {
    let lineal = Lineal::new();
    let outcome = lineal.run(&["hubsim", "serve", "--listen", "127.0.0.1:0", "--fault", "earthquake"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("`earthquake` is no fault; expected one of storm, "), "{}", outcome.err);
}
