//! The evolution of a hub as tables for a terminal.

use crate::ui::Ui;
use lineal_core::evolution::Evolution;
use std::io;

/// Prints every table.
pub fn tables(evolution: &Evolution, ui: &mut Ui) -> io::Result<()> {
    ui.text(&format!("{} weeks", evolution.weeks.len()))
}
