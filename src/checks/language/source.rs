//! The text of a pack's file, and what was found wrong with it.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

use super::expression::ExpressionError;

/// One thing that is wrong with a pack's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from one; 0 where the file as a whole is meant.
    pub line: usize,
    /// The column in characters, from one; 0 where the file as a whole is meant.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
    /// The line itself, where an expression in it is wrong.
    pub excerpt: Option<Excerpt>,
}

/// A line of a file with the part that is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The line, without the white space around it.
    pub line: String,
    /// Where in it the part begins, in characters from zero.
    pub from: usize,
    /// How many characters it has; at least one.
    pub length: usize,
}

impl PackError {
    /// About a file as a whole.
    #[must_use]
    pub fn whole(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, message: message.into(), excerpt: None }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.message)?,
        }
        match &self.excerpt {
            Some(Excerpt { line, from, length }) => {
                write!(f, "\n    {line}\n    {:from$}{:^<length$}", "", "", from = *from, length = *length)
            }
            None => Ok(()),
        }
    }
}

/// Packs are wrong; everything that is, in the order of files and lines.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct PackErrors {
    /// The faults, at least one.
    pub errors: Vec<PackError>,
}

impl fmt::Display for PackErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.errors.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

/// A file under the reader's eyes, and what was found wrong with it.
#[derive(Debug)]
pub(super) struct Source<'s> {
    pub(super) file: &'s str,
    text: &'s str,
    /// Where its lines begin.
    lines: Vec<usize>,
    pub(super) errors: Vec<PackError>,
}

impl<'s> Source<'s> {
    pub(super) fn new(file: &'s str, text: &'s str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, lines, errors: Vec::new() }
    }

    pub(super) fn text(&self) -> &'s str {
        self.text
    }

    /// Line and column of a byte, both from one.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let at = self.text.floor_char_boundary(at);
        // The first line begins at zero, so that there is always one.
        let line = self.lines.partition_point(|start| *start <= at);
        let column = self.text[self.lines[line - 1]..at].chars().count() + 1;
        (line, column)
    }

    /// Notes a fault; gives `None`, for what is then not there.
    pub(super) fn fault<T>(&mut self, at: usize, message: impl Into<String>) -> Option<T> {
        let (line, column) = self.place(at);
        let (file, message) = (self.file.to_owned(), visible(&message.into()));
        self.errors.push(PackError { file, line, column, message, excerpt: None });
        None
    }

    /// Notes what is wrong with an expression that stands at a place of the file.
    pub(super) fn expression_faults(&mut self, at: usize, expression: &str, faults: Vec<ExpressionError>) {
        for fault in faults {
            let range = self.within(at, expression, &fault.range);
            let (line, column) = self.place(range.start);
            let excerpt = Some(self.excerpt(&range));
            let (file, message) = (self.file.to_owned(), visible(&fault.message));
            self.errors.push(PackError { file, line, column, message, excerpt });
        }
    }

    /// The part of the file in which a part of a text stands that begins at a place of it. YAML folds lines and knows
    /// escapes, so the text is followed sign by sign, white space aside. Where that leads nowhere (an alias, an escape
    /// by number), it is the place of the text.
    fn within(&self, at: usize, value: &str, part: &Range<usize>) -> Range<usize> {
        let whole = at..at;
        let mut ahead = self.text[at..].char_indices().peekable();
        let opening = ahead.peek().map(|(_, sign)| *sign).filter(|sign| matches!(sign, '"' | '\''));
        let quote = opening.filter(|quote| !value.starts_with(*quote) || self.text[at + 1..].starts_with(*quote));
        if quote.is_some() {
            ahead.next();
        }
        let (mut start, mut end) = (None, at);
        for (position, wanted) in value.char_indices() {
            if position >= part.end && start.is_some() {
                break;
            }
            if wanted.is_whitespace() {
                continue;
            }
            while ahead.next_if(|(_, sign)| sign.is_whitespace()).is_some() {}
            if quote == Some('"') && wanted != '\\' {
                ahead.next_if(|(_, sign)| *sign == '\\');
            }
            let Some((found, sign)) = ahead.next() else { return whole };
            if sign != wanted {
                return whole;
            }
            // Within quotes a quote is written twice, or a backslash before a backslash.
            if (quote == Some('\'') && wanted == '\'') || (quote == Some('"') && wanted == '\\') {
                ahead.next_if(|(_, sign)| *sign == wanted);
            }
            if position >= part.start && start.is_none() {
                start = Some(at + found);
            }
            end = at + found + sign.len_utf8();
        }
        match start {
            Some(start) => start..end.max(start),
            // Behind its last sign.
            None => end..end,
        }
    }

    fn excerpt(&self, range: &Range<usize>) -> Excerpt {
        let start = self.text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[range.start..].find('\n').map_or(self.text.len(), |newline| range.start + newline);
        let line = self.text[start..end].trim_end();
        let indent = line.len() - line.trim_start().len();
        let from = self.text[start..range.start].chars().count().saturating_sub(line[..indent].chars().count());
        let length = self.text[range.start..range.end.min(start + line.len()).max(range.start)].chars().count();
        Excerpt { line: visible(line.trim_start()), from, length: length.max(1) }
    }
}

/// What a file says may hold control characters, which a terminal would obey.
fn visible(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
