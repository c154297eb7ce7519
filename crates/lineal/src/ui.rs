//! How does lineal speak? The only module that prints.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lineal_core::legible::legible;
use serde::Serialize;
use std::{
    borrow::Cow,
    error::Error,
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
    time::Duration,
};

/// Answers go to standard output, everything said about the work to standard error.
pub struct Ui {
    out: BufWriter<StdoutLock<'static>>,
    bold: bool,
}

/// How a piece of a line looks where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
    Faint,
    Accent,
    Warning,
}

impl Style {
    /// What switches it on (ECMA-48, select graphic rendition).
    fn code(self) -> Option<&'static str> {
        match self {
            Style::Plain => None,
            Style::Bold => Some("1"),
            Style::Faint => Some("2"),
            Style::Accent => Some("36"),
            Style::Warning => Some("33"),
        }
    }
}

impl Ui {
    pub fn new() -> Ui {
        let out = io::stdout().lock();
        let bold = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Ui { out: BufWriter::with_capacity(1 << 16, out), bold }
    }

    /// Prints text for people; whatever a hub put into it stays harmless to a terminal.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(harmless(text).as_bytes())?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }

    /// Prints a line of a long answer, harmless if a terminal shows it and to the letter if not.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        let line = if self.is_terminal() { Cow::Owned(harmless(line)) } else { Cow::Borrowed(line) };
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Prints a heading.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        let (on, off) = if self.bold { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        writeln!(self.out, "\n{on}{}{off}", harmless(text))
    }

    /// Prints a line of pieces, each in a style of its own where the output has colours.
    pub fn styled(&mut self, pieces: &[(Style, String)]) -> io::Result<()> {
        for (style, text) in pieces {
            match style.code().filter(|_| self.bold) {
                Some(code) => write!(self.out, "\x1b[{code}m{}\x1b[0m", harmless(text))?,
                None => self.out.write_all(harmless(text).as_bytes())?,
            }
        }
        self.out.write_all(b"\n")
    }

    /// How many characters a line has room for; `None` where nobody looks.
    pub fn width(&self) -> Option<usize> {
        let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(io::stdout())?;
        self.is_terminal().then_some(usize::from(width))
    }

    /// Prints an answer as JSON.
    pub fn json(&mut self, answer: &impl Serialize) -> Result<(), serde_json::Error> {
        serde_json::to_writer_pretty(&mut self.out, answer)?;
        let end = self.out.write_all(b"\n").and_then(|()| self.out.flush());
        end.map_err(serde_json::Error::io)
    }

    /// Gives access to the output for an answer that has a form of its own; flush it at the end.
    pub fn raw(&mut self) -> &mut (impl Write + use<>) {
        &mut self.out
    }

    /// Whether the output is a terminal, which has no use for bytes.
    pub fn is_terminal(&self) -> bool {
        self.out.get_ref().is_terminal()
    }

    /// Says something about the work.
    pub fn note(&self, text: &str) {
        say(text);
    }

    /// Says what could not be done, why, and what to do next.
    pub fn error(&mut self, error: &crate::error::CommandError) {
        // What was printed before the error comes first; if it cannot, the error still does.
        let _ = self.out.flush();
        let mut text = format!("error: {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            let said = error.to_string();
            // Many errors of libraries repeat their cause in their own words.
            if !text.contains(&said) {
                text += &format!("\n  because: {said}");
            }
            cause = error.source();
        }
        if let Some(hint) = error.hint() {
            text += &format!("\n  hint: {hint}");
        }
        self.note(&text);
    }

    /// Shows the progress of long work through so many bytes, if anybody is watching.
    pub fn progress(&self, bytes: Option<u64>) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr_with_hz(8));
        let style = match bytes {
            Some(_) => "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
            None => "{msg} {spinner} {bytes} {bytes_per_sec}",
        };
        // A style that does not parse leaves the bar's own.
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Says something about the work, on standard error.
#[expect(clippy::print_stderr, reason = "this is the module that prints")]
pub fn say(text: &str) {
    eprintln!("{}", harmless(text));
}

/// Shows what could move a terminal's cursor or turn text around by its number, apart from ends of lines.
pub fn harmless(text: &str) -> String {
    text.split('\n').map(legible).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_could_steer_a_terminal_is_shown_instead() {
        assert_eq!(super::harmless("a\x1b[31m\u{202e}b\nc"), "a\\u{1b}[31m\\u{202e}b\nc");
    }
}
