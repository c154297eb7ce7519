//! Does `lineal hubsim serve` behave like the Hub, by the Hub's own client?

use crate::support::{Lineal, skip};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command},
};

/// A simulated hub that ends with the test.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(lineal: &Lineal, arguments: &[&str]) -> Served {
        let all = [&["hubsim", "serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = lineal.command(&all).spawn().expect("the binary starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let (_, address) = line.trim_end().rsplit_once(" on ").expect("where it listens");
        Served { child, address: address.to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself, which the test will have noticed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
