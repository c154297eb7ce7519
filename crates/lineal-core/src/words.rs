//! Which of a few words stands beside each model: its task, its licence, its library?

use crate::column::Column;
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// A word of each model, by its place in a list of different ones; 0 is no word.
#[derive(Debug)]
pub struct Words {
    pub codes: Column<u16>,
    /// The names from code 1 on.
    pub names: Vec<Box<str>>,
}

impl Words {
    pub fn of(&self, node: u32) -> Option<&str> {
        let code = *self.codes.get(node as usize)?;
        self.names.get((code as usize).checked_sub(1)?).map(|name| &**name)
    }
}

/// The words of a listing being read, model by model.
#[derive(Debug, Default)]
pub struct WordsBuilder {
    codes: Vec<u16>,
    names: Vec<Box<str>>,
    known: HashMap<Box<str>, u16, RandomState>,
}

impl WordsBuilder {
    /// Adds the next model's word. Beyond 65,535 different ones, further ones count as none.
    pub fn push(&mut self, word: Option<&str>) {
        let code = word.map_or(0, |word| self.code(word));
        self.codes.push(code);
    }

    fn code(&mut self, word: &str) -> u16 {
        if let Some(code) = self.known.get(word) {
            return *code;
        }
        let Ok(code) = u16::try_from(self.names.len() + 1) else { return 0 };
        self.names.push(word.into());
        self.known.insert(word.into(), code);
        code
    }

    pub fn finish(self) -> Words {
        Words { codes: self.codes.into(), names: self.names }
    }
}

impl<'a> FromIterator<Option<&'a str>> for Words {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(words: I) -> Words {
        let mut builder = WordsBuilder::default();
        words.into_iter().for_each(|word| builder.push(word));
        builder.finish()
    }
}
