//! lineal: the supply chain of AI models.
//!
//! The only crate that prints, reads the environment and the clock, and chooses exit codes:
//! 0 clean, 1 findings, 2 the work could not be done.

mod cli;
mod commands;
mod error;
mod progress;
mod show;
mod ui;
mod whole;

use clap::Parser;
use commands::Outcome;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut ui = ui::Ui::new();
    match commands::run(cli, &mut ui) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            ExitCode::from(2)
        }
    }
}
