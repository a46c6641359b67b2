//! Taking the wrappings off: a paste is JSON inside JSON strings, HTML, URLs, quoted mail, broken lines, in any order.
//!
//! No wrapping is parsed as what it claims to be, as copies are cut short and mixed. Instead its marks are undone wherever
//! they stand, until none is left; and every character that stays knows where it came from.

/// So many rounds of unwrapping at most. One round undoes a whole run of backslashes, of `%25` or of `amp;`, so only
/// wrappings of different kinds inside each other take a round each.
const ROUNDS: usize = 12;
/// Longest HTML tag that is taken for one.
const LONGEST_TAG: usize = 2000;
/// Tags of error pages and of mails. Other words in angle brackets are text: `<HttpError 403 when requesting …>`.
const TAGS: [&str; 42] = [
    "a",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "img",
    "ins",
    "li",
    "link",
    "main",
    "meta",
    "ol",
    "p",
    "pre",
    "section",
    "span",
    "strong",
    "style",
    "table",
    "td",
    "title",
    "ul",
];
/// Entities by name; those by number are worked out.
const ENTITIES: [(&str, char); 12] = [
    ("quot", '"'),
    ("apos", '\''),
    ("lt", '<'),
    ("gt", '>'),
    ("amp", '&'),
    ("nbsp", ' '),
    ("rsquo", '’'),
    ("lsquo", '‘'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("period", '.'),
    ("lowbar", '_'),
];

/// What is made of the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaks {
    /// It stays.
    Keep,
    /// It goes, with the marks of quoted mail that begin the next line: a word broken in two is one again.
    Join,
}

/// Characters, each with its place in the paste, in bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Traced {
    chars: Vec<char>,
    places: Vec<u32>,
}

impl Traced {
    /// A paste with its wrappings off.
    pub(super) fn unwrapped(text: &str, breaks: Breaks) -> Self {
        let mut traced = Self::new(text, breaks);
        for _ in 0..ROUNDS {
            let before = traced.chars.len();
            traced = traced.round();
            if traced.chars.len() == before {
                break;
            }
        }
        match breaks {
            Breaks::Keep => traced,
            // Line ends that were wrapped themselves.
            Breaks::Join => Self::joined(traced.chars.into_iter().zip(traced.places)),
        }
    }

    fn new(text: &str, breaks: Breaks) -> Self {
        let placed = text.char_indices().map(|(place, c)| (c, u32::try_from(place).unwrap_or(u32::MAX)));
        // NULs come with UTF-16 that was read as something else.
        let placed = placed.filter(|(c, _)| *c != '\0');
        match breaks {
            Breaks::Keep => {
                let (chars, places) = placed.unzip();
                Self { chars, places }
            }
            Breaks::Join => Self::joined(placed),
        }
    }

    /// Without line ends and what begins a quoted line, be it in HTML (`&gt;`) or in a form's encoding (`+` for a blank).
    fn joined(placed: impl Iterator<Item = (char, u32)>) -> Self {
        let (chars, places): (Vec<char>, Vec<u32>) = placed.unzip();
        let mut joined = Self::default();
        let mut begins = true;
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            let ends = matches!(c, '\n' | '\r');
            let mark = match c {
                '>' | ' ' | '\t' | '|' | '+' => 1,
                '&' => greater_than(&chars[at..]),
                _ => 0,
            };
            begins = ends || (begins && mark > 0);
            if !begins {
                joined.push(c, places[at]);
            }
            at += if begins { mark.max(1) } else { 1 };
        }
        joined
    }

    fn push(&mut self, c: char, place: u32) {
        self.chars.push(c);
        self.places.push(place);
    }

    fn round(&self) -> Self {
        let mut out = Self::default();
        let mut at = 0;
        while let Some(&c) = self.chars.get(at) {
            let place = self.places[at];
            let (shown, used) = match c {
                '\\' => self.backslash(at),
                '&' => self.entity(at),
                '%' => self.percent(at),
                '<' => self.tag(at),
                _ => (Some(c), 1),
            };
            if let Some(shown) = shown {
                out.push(shown, place);
            }
            at += used;
        }
        out
    }

    /// Any number of backslashes and what they escape.
    fn backslash(&self, at: usize) -> (Option<char>, usize) {
        let run = self.chars[at..].iter().take_while(|c| **c == '\\').count();
        let number = |digits: usize| self.hexadecimal(at + run + 1, digits).and_then(char::from_u32);
        match self.chars.get(at + run) {
            Some('n' | 'r') => (Some('\n'), run + 1),
            Some('t') => (Some(' '), run + 1),
            Some('u') => number(4).map_or((None, run), |c| (Some(c), run + 5)),
            Some('x') => number(2).map_or((None, run), |c| (Some(c), run + 3)),
            Some(_) | None => (None, run),
        }
    }

    fn hexadecimal(&self, from: usize, digits: usize) -> Option<u32> {
        let digits = self.chars.get(from..from + digits)?;
        digits.iter().try_fold(0, |sum, c| Some(sum * 16 + c.to_digit(16)?))
    }

    /// `&quot;`, and `&amp;amp;quot;` likewise.
    fn entity(&self, at: usize) -> (Option<char>, usize) {
        let mut from = at + 1;
        while self.chars[from..].starts_with(&['a', 'm', 'p', ';']) {
            from += 4;
        }
        let name: String =
            self.chars[from..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '#').take(8).collect();
        let closed = self.chars.get(from + name.len()) == Some(&';');
        let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => digits.parse().ok(),
        });
        let named = || ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
        match number.and_then(char::from_u32).or_else(named).filter(|_| closed) {
            Some(c) => (Some(c), from - at + name.len() + 1),
            None => (Some('&'), from - at),
        }
    }

    /// `%22`, and `%252522` likewise.
    fn percent(&self, at: usize) -> (Option<char>, usize) {
        let mut from = at + 1;
        while self.chars[from..].starts_with(&['2', '5']) && self.hexadecimal(from + 2, 2).is_some() {
            from += 2;
        }
        match self.hexadecimal(from, 2).and_then(char::from_u32) {
            Some('%') | None => (Some('%'), from - at),
            // Bytes of other letters than ASCII's: none of Google's words has any.
            Some(c) if !c.is_ascii() => (Some('?'), from - at + 2),
            Some(c) => (Some(c), from - at + 2),
        }
    }

    /// A tag goes; emphasis becomes the underscore that somebody's Markdown made it from.
    fn tag(&self, at: usize) -> (Option<char>, usize) {
        let rest = &self.chars[at + 1..];
        let slash = usize::from(rest.first() == Some(&'/'));
        let name: String = rest[slash..]
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric())
            .take(11)
            .map(char::to_ascii_lowercase)
            .collect();
        let after = rest.get(slash + name.len());
        let ends_there = after.is_some_and(|c| c.is_whitespace() || matches!(c, '>' | '/'));
        let length = rest.iter().take(LONGEST_TAG).take_while(|c| !matches!(c, '<' | '>')).count();
        let is_tag = ends_there && rest.get(length) == Some(&'>') && TAGS.contains(&name.as_str());
        match name.as_str() {
            _ if !is_tag => (Some('<'), 1),
            "em" | "i" => (Some('_'), length + 2),
            "br" | "p" | "div" | "li" | "td" | "title" | "h1" | "h2" => (Some('\n'), length + 2),
            _ => (None, length + 2),
        }
    }

    /// As text, with the place of every byte of it.
    pub(super) fn text(&self) -> (String, Vec<u32>) {
        let mut text = String::with_capacity(self.chars.len());
        let mut places = Vec::with_capacity(self.chars.len() + 1);
        for (c, place) in self.chars.iter().zip(&self.places) {
            text.push(*c);
            places.extend(std::iter::repeat_n(*place, c.len_utf8()));
        }
        places.push(self.places.last().map_or(0, |last| last.saturating_add(1)));
        (text, places)
    }

    /// Its letters, digits and underscores alone, in lower case, with their places.
    pub(super) fn skeleton(&self) -> Skeleton {
        let mut skeleton = Skeleton::default();
        for (c, place) in self.chars.iter().zip(&self.places) {
            if is_bone(*c) {
                skeleton.bones.push(c.to_ascii_lowercase());
                skeleton.places.push(*place);
            }
        }
        skeleton
    }
}

/// The length of `&gt;`, or of `&amp;gt;` and so on, where the text begins so; else 0.
fn greater_than(text: &[char]) -> usize {
    let mut length = 1;
    while text[length..].starts_with(&['a', 'm', 'p', ';']) {
        length += 4;
    }
    if text[length..].starts_with(&['g', 't', ';']) { length + 3 } else { 0 }
}

fn is_bone(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What no wrapping, quoting, indenting or breaking of lines can change about a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Skeleton {
    bones: String,
    places: Vec<u32>,
}

impl Skeleton {
    /// The skeleton of a phrase.
    pub(super) fn of(phrase: &str) -> String {
        phrase.chars().filter(|c| is_bone(*c)).map(|c| c.to_ascii_lowercase()).collect()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.bones
    }

    pub(super) fn place(&self, at: usize) -> u32 {
        self.places.get(at).copied().unwrap_or_default()
    }

    /// Adds what was found out of the way, such as in the address of an error page.
    pub(super) fn append(&mut self, text: &str, place: u32) {
        // Nothing may be read across the seam.
        self.bones.push('|');
        self.places.push(place);
        let bones = Self::of(text);
        self.places.extend(std::iter::repeat_n(place, bones.len()));
        self.bones.push_str(&bones);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Traced::unwrapped(text, Breaks::Keep).text().0
    }

    fn bones(text: &str) -> String {
        Traced::unwrapped(text, Breaks::Join).skeleton().bones
    }

    #[test]
    fn every_wrapping_comes_off() {
        for wrapped in [
            r#""error": "invalid_grant""#,
            r#"\"error\": \"invalid_grant\""#,
            r#"\\\"error\\\": \\\"invalid_grant\\\""#,
            r"\u0022error\u0022: \x22invalid_grant\x22",
            "&quot;error&quot;: &amp;quot;invalid_grant&#34;",
            "%22error%22: %252522invalid_grant%22",
            "<p>%5C%22error%5C%22: <b>&amp;#x22;invalid_grant&amp;#x22;</b>",
        ] {
            assert_eq!(plain(wrapped).trim(), r#""error": "invalid_grant""#, "{wrapped}");
        }
        assert_eq!(plain(r"a\\\\nb\tc"), "a\nb c");
        assert_eq!(plain("<HttpError 403 when> 100% R&D C:\\Temp"), "<HttpError 403 when> 100% R&D C:Temp");
    }

    #[test]
    fn broken_words_are_one_again() {
        assert_eq!(bones("> invalid_ra\r\n> > pt"), "invalid_rapt");
        assert_eq!(bones("Token has\n  been\nrevoked"), "tokenhasbeenrevoked");
        assert_eq!(bones("access<em>not</em>configured"), "access_not_configured");
        assert_eq!(bones("invalid_ra\n&amp;gt; pt"), "invalid_rapt");
        assert_eq!(bones("a\\\nn b"), "ab", "a line broken inside an escape");
    }

    #[test]
    fn places_are_those_of_the_paste() {
        let (text, places) = Traced::unwrapped("é \\\\\"x\\\\\"", Breaks::Keep).text();
        assert_eq!(text, "é \"x\"");
        assert_eq!(places, [0, 0, 2, 5, 6, 9, 10]);
    }
}
