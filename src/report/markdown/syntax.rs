//! Text that stays text in GitHub Flavored Markdown, whatever it says.
//!
//! A backslash keeps punctuation from meaning something (CommonMark, 2.4). That does not stop a ticket system from
//! linking addresses, naming people or pointing at other tickets, which happens after the Markdown was read; nothing
//! looks into a code span, though, so such words become code.

use crate::report::escape::Visible;
use crate::report::page::{Line, Tone};

/// Running text.
pub(super) fn text(raw: &str) -> String {
    no_block(words(Visible::of(raw).as_str()))
}

/// A name: code, so that it is copied as it is.
pub(super) fn name(raw: &str) -> String {
    code(Visible::of(raw).as_str())
}

/// A line for people, with what it stresses in bold.
pub(super) fn line(line: &Line) -> String {
    let mut written = String::new();
    for (tone, visible) in line.parts() {
        let piece = words(visible.as_str());
        let bold = match tone {
            Tone::Strong | Tone::Bad | Tone::Doubt | Tone::Good => true,
            Tone::Plain | Tone::Quiet => false,
        };
        let core = piece.trim();
        if !bold || core.is_empty() {
            written.push_str(&piece);
            continue;
        }
        let (before, after) = (piece.len() - piece.trim_start().len(), piece.len() - piece.trim_end().len());
        written.push_str(&format!("{}**{core}**{}", " ".repeat(before), " ".repeat(after)));
    }
    no_block(written)
}

/// Without what would start a list, a rule or a heading's underline at the start of a line.
fn no_block(text: String) -> String {
    match text.find(['-', '.', ')']) {
        Some(at) if text[..at].chars().all(|c| c.is_ascii_digit()) => format!("{}\\{}", &text[..at], &text[at..]),
        Some(_) | None => text,
    }
}

/// A page of Google's as a link, anything else as what it says.
pub(super) fn link(url: &str) -> String {
    let google = url::Url::parse(url).ok().filter(|url| {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https" && (host == "google.com" || host.ends_with(".google.com"))
    });
    match google {
        // As `url` writes it: everything that could end the link is percent-encoded.
        Some(url) if !url.as_str().contains(['<', '>', '|']) => format!("<{url}>"),
        Some(_) | None => name(url),
    }
}

/// A row of a table.
pub(super) fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// The head of a table and the line under it.
pub(super) fn head(titles: &[&str]) -> String {
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    format!("{}{}", row(&titles), row(&vec!["---".to_owned(); titles.len()]))
}

/// Each word on its own; blanks stay, so that nothing moves.
fn words(visible: &str) -> String {
    visible.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> String {
    let reaches_out = word.contains(['@', '#']) || word.contains("://") || word.contains("www.");
    if !reaches_out {
        return escaped(word);
    }
    // Punctuation around it is the sentence's.
    let outside = |c: char| matches!(c, '(' | ')' | ',' | ';' | ':' | '.' | '"' | '\'');
    let core = word.trim_matches(outside);
    if core.is_empty() {
        return escaped(word);
    }
    let from = word.find(core).unwrap_or_default();
    format!("{}{}{}", escaped(&word[..from]), code(core), escaped(&word[from + core.len()..]))
}

fn escaped(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation()
            && !matches!(c, '.' | ',' | ';' | ':' | '/' | '-' | '\'' | '"' | '(' | ')' | '%' | '?')
        {
            seen.push('\\');
        }
        seen.push(c);
    }
    seen
}

/// A code span. Bars are escaped even there, as a table cell would end at them.
fn code(visible: &str) -> String {
    if visible.is_empty() {
        return String::new();
    }
    let runs = visible.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    let pad = if visible.starts_with(['`', ' ']) || visible.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", visible.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_syntax() {
        for (raw, written) in [
            ("plain words, (here): 16 h.", "plain words, (here): 16 h."),
            ("[click](http://x.example)", "`[click](http://x.example`)"),
            ("<img src=x> *bold* _it_ ~~no~~ a|b", "\\<img src\\=x\\> \\*bold\\* \\_it\\_ \\~\\~no\\~\\~ a\\|b"),
            ("1. one", "1\\. one"),
            ("- item", "\\- item"),
            ("cc @security-team, see #42", "cc `@security-team`, see `#42`"),
            ("flows@example.com: seen", "`flows@example.com`: seen"),
            ("# head", "`#` head"),
            ("a\u{202e}b\nc", "a\\\\u\\{202e\\}b\\\\u\\{a\\}c"),
        ] {
            assert_eq!(text(raw), written);
        }
    }

    #[test]
    fn code_holds_backticks_and_bars() {
        assert_eq!(name("a`b|c"), "``a`b\\|c``");
        assert_eq!(name("`"), "`` ` ``");
        assert_eq!(name(""), "");
    }

    #[test]
    fn only_google_is_linked() {
        assert_eq!(
            link("https://admin.google.com/ac/owl/list?tab=apps"),
            "<https://admin.google.com/ac/owl/list?tab=apps>"
        );
        assert_eq!(link("https://google.com.evil.example/"), "`https://google.com.evil.example/`");
        assert_eq!(link("javascript:alert(1)"), "`javascript:alert(1)`");
    }
}
