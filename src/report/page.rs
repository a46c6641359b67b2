//! What reaches the terminal: lines of visible text with a tone each, wrapped to the width.
//!
//! The only way to put text on a page is through [`Visible`], so nothing that Google sent gets past the escaper.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use textwrap::core::Fragment;
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::UnicodeWidthStr;

use crate::report::Colour;
use crate::report::escape::{Visible, pieces};

/// Blanks between two columns of a table.
pub(super) const GAP: usize = 2;

/// What a piece of text means; colour and weight follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tone {
    /// Running text.
    #[default]
    Plain,
    /// A heading, or a name that the eye looks for.
    Strong,
    /// Something fails.
    Bad,
    /// Something is not known, or only presumed.
    Doubt,
    /// All is well.
    Good,
    /// May be skipped.
    Quiet,
}

impl Tone {
    fn style(self) -> Style {
        let fg = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Bad => fg(AnsiColor::Red).bold(),
            Self::Doubt => fg(AnsiColor::Yellow),
            Self::Good => fg(AnsiColor::Green).bold(),
            Self::Quiet => Style::new().dimmed(),
        }
    }
}

/// One paragraph before wrapping.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Vec<(Tone, Visible)>);

impl Line {
    pub(super) fn of(text: &str) -> Self {
        Self::default().text(text)
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.tone(Tone::Plain, text)
    }

    pub(super) fn tone(self, tone: Tone, text: &str) -> Self {
        self.visible(tone, Visible::of(text))
    }

    pub(super) fn visible(mut self, tone: Tone, text: Visible) -> Self {
        self.0.push((tone, text));
        self
    }

    /// What it is made of, in order.
    pub(super) fn parts(&self) -> impl Iterator<Item = (Tone, &Visible)> {
        self.0.iter().map(|(tone, text)| (*tone, text))
    }
}

/// Letters that stay together, with the blanks after them.
#[derive(Debug, Default)]
struct Word {
    pieces: Vec<(Tone, String)>,
    width: usize,
    blanks: usize,
}

impl Word {
    /// A number keeps its unit, a date its time.
    fn keeps(&self, next: &str, room: usize) -> bool {
        let after_digit = self.pieces.last().is_some_and(|(_, text)| text.ends_with(|c: char| c.is_ascii_digit()));
        let unit = matches!(next.trim_end_matches(['.', ',', ';', ':']), "h" | "d" | "s" | "min" | "UTC");
        let time = next.len() >= 5 && next.as_bytes()[2] == b':' && next.starts_with(|c: char| c.is_ascii_digit());
        self.blanks == 1 && after_digit && (unit || time) && self.width + 1 + next.width() <= room
    }

    fn join(&mut self) {
        self.pieces.push((Tone::Plain, " ".to_owned()));
        self.width += 1;
        self.blanks = 0;
    }
}

impl Fragment for Word {
    #[expect(clippy::cast_precision_loss, reason = "the width of a word is far below 2^52")]
    fn width(&self) -> f64 {
        self.width as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "the width of a gap is far below 2^52")]
    fn whitespace_width(&self) -> f64 {
        self.blanks as f64
    }

    fn penalty_width(&self) -> f64 {
        0.0
    }
}

fn words(line: &Line, room: usize) -> Vec<Word> {
    let mut words = vec![Word::default()];
    for (tone, text) in &line.0 {
        for part in text.as_str().split_inclusive(' ') {
            let letters = part.trim_end_matches(' ');
            let blank = letters.len() < part.len();
            if !letters.is_empty() {
                match words.last_mut() {
                    Some(word) if word.keeps(letters, room) => word.join(),
                    Some(word) if word.blanks > 0 => words.push(Word::default()),
                    Some(_) | None => {}
                }
                add(&mut words, *tone, letters, room);
            }
            if let (true, Some(word)) = (blank, words.last_mut()) {
                word.blanks += 1;
            }
        }
    }
    words
}

/// Adds letters to the last word, and cuts where a word is wider than a line.
fn add(words: &mut Vec<Word>, tone: Tone, letters: &str, room: usize) {
    let width = words.last().map_or(0, |word| word.width) + letters.width();
    let pieces = if width <= room { vec![letters.to_owned()] } else { pieces(letters, room) };
    for (n, piece) in pieces.into_iter().enumerate() {
        if n > 0 || words.last().is_some_and(|word| word.width > 0 && width > room) {
            words.push(Word::default());
        }
        if let Some(word) = words.last_mut() {
            word.width += piece.width();
            word.pieces.push((tone, piece));
        }
    }
}

/// The page being written.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    pub(super) width: usize,
    colour: Colour,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, width: usize, colour: Colour) -> Self {
        Self { out, width: width.max(40), colour }
    }

    /// An empty line, then the heading of a section.
    pub(super) fn heading(&mut self, title: &str) -> io::Result<()> {
        self.blank()?;
        self.paragraph(0, 0, &Line::default().tone(Tone::Strong, title))
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Wrapped text: the first line starts at `first`, the others at `rest`.
    pub(super) fn paragraph(&mut self, first: usize, rest: usize, line: &Line) -> io::Result<()> {
        let room = self.width.saturating_sub(first.max(rest)).max(10);
        let words = words(line, room);
        #[expect(clippy::cast_precision_loss, reason = "the width of a terminal is far below 2^52")]
        let lines = wrap_first_fit(&words, &[room as f64]);
        for (n, words) in lines.iter().enumerate() {
            let indent = if n == 0 { first } else { rest };
            write!(self.out, "{:indent$}", "")?;
            for (n, word) in words.iter().enumerate() {
                for (tone, piece) in &word.pieces {
                    self.styled(*tone, piece)?;
                }
                if n + 1 < words.len() {
                    write!(self.out, "{:1$}", "", word.blanks)?;
                }
            }
            self.blank()?;
        }
        Ok(())
    }

    /// A line that is never broken, such as a link that somebody wants to click or copy.
    pub(super) fn unbroken(&mut self, indent: usize, tone: Tone, text: &str) -> io::Result<()> {
        write!(self.out, "{:indent$}", "")?;
        self.styled(tone, Visible::of(text).as_str())?;
        self.blank()
    }

    /// A row of cells, each padded to its column's width but the last.
    pub(super) fn row(&mut self, indent: usize, cells: &[(Tone, Visible, usize)]) -> io::Result<()> {
        let last = cells.iter().rposition(|(_, text, _)| !text.is_empty()).unwrap_or_default();
        write!(self.out, "{:indent$}", "")?;
        for (n, (tone, text, width)) in cells.iter().take(last + 1).enumerate() {
            self.styled(*tone, text.as_str())?;
            if n < last {
                let gap = width.saturating_sub(text.width()) + GAP;
                write!(self.out, "{:gap$}", "")?;
            }
        }
        self.blank()
    }

    fn styled(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        match self.colour {
            Colour::Always if tone != Tone::Plain && !text.is_empty() => {
                let style = tone.style();
                write!(self.out, "{style}{text}{style:#}")
            }
            Colour::Always | Colour::Never => self.out.write_all(text.as_bytes()),
        }
    }
}
