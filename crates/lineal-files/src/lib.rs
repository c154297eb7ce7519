//! What do a model's own files say?
//!
//! The only crate that knows YAML, Markdown, GGUF and the configuration files that tools leave beside
//! weights. It takes bytes and returns clues, claims and findings; it opens no file. All of it is
//! hostile input: nothing here panics, stalls or grows beyond a few times its input.

mod address;
pub mod card;
pub mod config;
pub mod finding;
pub mod folder;
pub mod gguf;
pub mod lint;
pub mod merge_config;
pub mod names;
pub mod safetensors;
