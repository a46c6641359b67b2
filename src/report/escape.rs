//! The one escaper for text that a person will see.
//!
//! Org units, apps and users bear names that somebody chose, perhaps to hide: an escape sequence that clears the
//! screen, a right-to-left override that swaps two verdicts, a zero-width space that makes two names look alike.
//! Here such characters become visible. Ordinary letters of every script stay as they are.

use std::borrow::Cow;
use std::fmt;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::is_hidden;

/// More combining marks than this on one letter serve no language; they smear over the lines around them.
const MARKS_PER_LETTER: usize = 4;

/// No text that somebody reads is longer, in characters as they are shown: a name of a megabyte would push everything else
/// off the page. Where it is, this much of its start and end is kept.
const LONGEST: usize = 4_000;
/// What a hidden character takes at most: `\u{10ffff}`, or `<U+10FFFF>` in SARIF.
const WRITTEN_OUT: usize = 10;
const KEPT_AT_START: usize = 3_000;
const KEPT_AT_END: usize = 900;

/// The text, or of an endless one its two ends with the number of characters left out between them.
pub(super) fn bounded(text: &str) -> Cow<'_, str> {
    let takes = |c: char| if is_hidden(c) { WRITTEN_OUT } else { 1 };
    if text.len() * WRITTEN_OUT <= LONGEST || text.chars().map(takes).sum::<usize>() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let bytes = |chars: &mut dyn Iterator<Item = char>, room: usize| -> usize {
        let mut used = 0;
        chars
            .take_while(|c| {
                used += takes(*c);
                used <= room
            })
            .map(char::len_utf8)
            .sum()
    };
    let head = bytes(&mut text.chars(), KEPT_AT_START);
    let tail = text.len() - bytes(&mut text.chars().rev(), KEPT_AT_END);
    let left_out = text[head..tail].chars().count();
    Cow::Owned(format!("{}… ({left_out} characters left out) …{}", &text[..head], &text[tail..]))
}

/// Text that is safe to put on a terminal: hidden characters are shown as `\u{…}`, and what is longer than a page loses
/// its middle, with a word on how much.
///
/// Different texts stay different as far as they are shown, because a `\u{` that was there from the start has its
/// backslash shown as `\u{5c}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visible(String);

impl Visible {
    /// Makes text visible.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = bounded(text);
        let mut seen = String::with_capacity(text.len());
        let mut base_is_blank = true;
        let mut marks = 0;
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let mark = c.width() == Some(0);
            marks = if mark { marks + 1 } else { 0 };
            // A mark with nothing to sit on would alter the character that our own text puts before it.
            let homeless = mark && (base_is_blank || marks > MARKS_PER_LETTER);
            let posing = c == '\\' && rest.as_str().starts_with("u{");
            if is_hidden(c) || homeless || posing {
                seen.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
                base_is_blank = true;
            } else {
                seen.push(c);
                if !mark {
                    base_is_blank = c.is_whitespace();
                }
            }
        }
        Self(seen)
    }

    /// Columns it takes on a terminal.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.width()
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True where there is nothing to see.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds more visible text.
    pub fn push(&mut self, more: &Self) {
        self.0.push_str(&more.0);
    }

    /// One after the other, `between` them.
    #[must_use]
    pub fn join(parts: &[Self], between: &str) -> Self {
        let between = Self::of(between);
        let mut all = Self::default();
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                all.push(&between);
            }
            all.push(part);
        }
        all
    }

    /// The same if it takes at most `room` columns, else its two ends with `…` between them.
    #[must_use]
    pub fn shortened(&self, room: usize) -> Self {
        if self.width() <= room {
            return self.clone();
        }
        let Some(ends) = room.checked_sub(1) else {
            return Self::default();
        };
        let head = fitting(self.0.chars(), ends - ends / 2);
        let mut tail: Vec<char> = fitting(self.0.chars().rev(), ends - head.iter().map(columns).sum::<usize>());
        tail.reverse();
        // Marks whose letter was cut off go with it.
        let tail = tail.into_iter().skip_while(|c| columns(c) == 0);
        Self(head.into_iter().chain(['…']).chain(tail).collect())
    }
}

/// Visible text cut into pieces of at most `room` columns.
pub(super) fn pieces(visible: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in visible.chars() {
        let takes = columns(&c);
        if used + takes > room.max(2) {
            pieces.push(String::new());
            used = 0;
        }
        used += takes;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

fn columns(c: &char) -> usize {
    c.width().unwrap_or(0)
}

fn fitting(chars: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += columns(c);
            used <= room
        })
        .collect()
}

impl fmt::Display for Visible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(text: &str) -> String {
        Visible::of(text).to_string()
    }

    #[test]
    fn names_of_every_script_stay() {
        for name in ["Vertrieb Süd", "営業\u{3000}部", "продажи", "ฝ่ายขาย", "e\u{301}", "C:\\Temp", "a·b—c…"]
        {
            assert_eq!(seen(name), name);
        }
    }

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(seen("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(seen("a\u{202e}b\u{200b}\u{2028}\u{85}"), "a\\u{202e}b\\u{200b}\\u{2028}\\u{85}");
        assert_eq!(seen("Okta\u{a0}Workflows"), "Okta\\u{a0}Workflows");
        assert_eq!(seen("\u{301}a"), "\\u{301}a");
        assert_eq!(seen("a\u{301}\u{301}\u{301}\u{301}\u{301}"), "a\u{301}\u{301}\u{301}\u{301}\\u{301}");
    }

    #[test]
    fn a_written_escape_is_not_taken_for_ours() {
        assert_ne!(seen("\\u{202e}"), seen("\u{202e}"));
    }

    #[test]
    fn endless_names_are_cut_and_say_so() {
        let page = "é".repeat(LONGEST);
        assert_eq!(seen(&page), page);
        let endless = seen(&format!("start{}\u{1b}end", "é".repeat(1 << 20)));
        assert!(endless.starts_with("starté") && endless.ends_with("é\\u{1b}end"), "{endless}");
        assert!(endless.contains("é… (1044694 characters left out) …é"), "{endless}");
        assert!(endless.chars().count() < LONGEST);
        assert!(seen(&"\u{202e}".repeat(1 << 20)).chars().count() < LONGEST);
    }

    #[test]
    fn long_names_lose_their_middle() {
        let name = Visible::of("/Sales/Europe/Germany/Berlin");
        assert_eq!(name.shortened(13).as_str(), "/Sales…Berlin");
        assert_eq!(name.shortened(28), name);
        assert_eq!(name.shortened(1).as_str(), "…");
        assert_eq!(name.shortened(0).as_str(), "");
        assert_eq!(Visible::of("営業営業営業").shortened(6).as_str(), "営…業");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in "\\PC*|(?s:.*)|[\\x00-\\x1f\u{7f}-\u{9f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{61c}a\\\\u{]*", room in 0usize..40) {
            let visible = Visible::of(&text);
            prop_assert!(!visible.as_str().chars().any(is_hidden));
            prop_assert!(visible.as_str().chars().all(|c| c.width().is_some()));
            prop_assert!(visible.shortened(room).width() <= room);
            prop_assert_eq!(pieces(visible.as_str(), 10).concat(), visible.as_str());
        }

        #[test]
        fn different_names_stay_different(a in "[a\\\\u{}0-9\u{200b}\u{b}]{0,8}", b in "[a\\\\u{}0-9\u{200b}\u{b}]{0,8}") {
            prop_assert_eq!(a == b, Visible::of(&a) == Visible::of(&b));
        }
    }
}
