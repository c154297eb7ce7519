//! `lineal audit`

pub mod folder;
pub mod sample;
pub mod score;

use crate::{cli::Place, commands, error::CommandError, ui::Ui};

/// Look at some models by hand, and count what was found
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Sample(sample::Args),
    Score(score::Args),
}

pub fn run(command: &Command, place: &Place, ui: &mut Ui) -> Result<(), CommandError> {
    match command {
        Command::Sample(args) => sample::run(args, &commands::open(place)?, ui),
        Command::Score(args) => score::run(args, ui),
    }
}
