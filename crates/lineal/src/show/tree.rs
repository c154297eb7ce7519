//! A lineage as a tree, in the width and the colours of the terminal; plain where nobody looks.

use crate::ui::{Style, Ui};
use lineal_core::{
    export::{Line, Role, TreeOptions, tree},
    lineage::Walk,
    world::World,
};
use std::io;

pub fn print(world: &World, walk: &Walk, ui: &mut Ui) -> io::Result<()> {
    let options = TreeOptions { width: ui.width(), ..TreeOptions::default() };
    for line in tree(world, walk, &options) {
        ui.styled(&pieces(&line))?;
    }
    ui.flush()
}

fn pieces(line: &Line) -> Vec<(Style, String)> {
    let guides: String = line.guides.iter().map(|guide| guide.as_str()).collect();
    let mut pieces = vec![(Style::Faint, guides)];
    for (at, piece) in line.pieces.iter().enumerate() {
        let space = if at > 0 { " " } else { "" };
        pieces.push((style(piece.role), format!("{space}{}", piece.text)));
    }
    pieces
}

fn style(role: Role) -> Style {
    match role {
        Role::Model | Role::Heading => Style::Bold,
        Role::Name => Style::Plain,
        Role::Missing => Style::Warning,
        Role::Operation => Style::Accent,
        Role::Count | Role::Note => Style::Faint,
    }
}
