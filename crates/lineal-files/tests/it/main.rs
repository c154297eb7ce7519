//! Cards as a whole: synthetic ones, random ones, mutated ones, and all real ones at hand.

mod card;
mod edits;
mod laws;
mod mutations;
mod real_cards;
mod shapes;
