//! What would the study's relation table say today?

use crate::{Hub, claim::Means};
use std::io::{self, Write};

impl Hub {
    /// Writes today's models as the study's relation CSV: `Model ID,Type,Base Model`.
    ///
    /// Like the study's, the table knows typed tags only and leaves the rest empty.
    pub fn write_relation_table(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"Model ID,Type,Base Model\n")?;
        for (serial, model) in self.listing() {
            write!(out, "{}", self.id(model))?;
            let claim = self.claim(serial, model).filter(|claim| claim.means != Means::Untyped);
            let Some(claim) = claim else {
                out.write_all(b",,\n")?;
                continue;
            };
            let quote = if claim.bases.len() > 1 { "\"" } else { "" };
            write!(out, ",{},{quote}", claim.word)?;
            for (place, base) in claim.bases.iter().enumerate() {
                let separator = if place > 0 { ", " } else { "" };
                write!(out, "{separator}{base}")?;
            }
            writeln!(out, "{quote}")?;
        }
        Ok(())
    }
}
