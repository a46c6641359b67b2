//! What stands in the paste, each thing with its place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::layers::Traced;
use super::secrets::Secrets;
use super::signature::Hit;
use crate::domain::{ClientId, Email};

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// OAuth's `error`.
    Error,
    /// Google's `error_subtype`.
    ErrorSubtype,
    /// `error_description`.
    ErrorDescription,
    /// `error_uri`.
    ErrorUri,
    /// An HTTP status.
    HttpStatus,
    /// A reason: of `errors[]`, of `ErrorInfo`, or of the token log.
    Reason,
    /// The name of a gRPC status: `PERMISSION_DENIED`.
    Status,
    /// The domain of a reason: `usageLimits`, `googleapis.com`.
    Domain,
    /// An API's message.
    Message,
    /// An API's host: `gmail.googleapis.com`.
    Service,
    /// An OAuth client ID.
    ClientId,
    /// An address of somebody.
    Email,
    /// A scope.
    Scope,
    /// Words of a page, a library or a program.
    Words,
}

impl Field {
    /// All of them, in the order of the JSON form.
    pub const ALL: [Self; 14] = [
        Self::Error,
        Self::ErrorSubtype,
        Self::ErrorDescription,
        Self::ErrorUri,
        Self::HttpStatus,
        Self::Reason,
        Self::Status,
        Self::Domain,
        Self::Message,
        Self::Service,
        Self::ClientId,
        Self::Email,
        Self::Scope,
        Self::Words,
    ];

    /// The key of the JSON form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::ErrorSubtype => "error_subtype",
            Self::ErrorDescription => "error_description",
            Self::ErrorUri => "error_uri",
            Self::HttpStatus => "http_status",
            Self::Reason => "reason",
            Self::Status => "status",
            Self::Domain => "domain",
            Self::Message => "message",
            Self::Service => "service",
            Self::ClientId => "client_id",
            Self::Email => "email",
            Self::Scope => "scope",
            Self::Words => "words",
        }
    }
}

/// One thing that stands in the paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What it says: Google's own words as Google writes them, else as pasted. Hostile. Never a secret.
    pub value: String,
    /// In which line of the paste it begins, from 1.
    pub line: usize,
    /// At which character of the line, from 1.
    pub column: usize,
    /// Whether a broken line may have cut it, so that nothing should be looked up by it.
    pub doubtful: bool,
}

/// So many things of a kind are noted.
const AT_MOST: usize = 20;
/// A longer value is cut.
const LONGEST: usize = 300;
/// A line as short as this was not broken for its length.
const SHORTEST_BROKEN: usize = 10;

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<Field, Vec<Mention>>);

impl Seen {
    /// What was found of a kind, in the order of the paste.
    #[must_use]
    pub fn of(&self, field: Field) -> &[Mention] {
        self.0.get(&field).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing was found at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one client ID that the paste names; none where it names several, or a broken one.
    #[must_use]
    pub fn client_id(&self) -> Option<ClientId> {
        match self.of(Field::ClientId) {
            [only] if !only.doubtful => ClientId::from_google(&only.value),
            _ => None,
        }
    }

    /// The one person that the paste names; service accounts are none.
    #[must_use]
    pub fn user(&self) -> Option<Email> {
        let mut people =
            self.of(Field::Email).iter().filter(|mention| !mention.value.ends_with(".gserviceaccount.com"));
        match (people.next(), people.next()) {
            (Some(only), None) if !only.doubtful => only.value.parse().ok(),
            _ => None,
        }
    }
}

/// How each kind is recognised; the first group is the value.
const PATTERNS: [(Field, &str); 12] = [
    (Field::Error, r#"\berror["']?\s*(?:[:=]|=>)\s*["']?([a-z]+(?:_[a-z]+)+)\b"#),
    (Field::ErrorSubtype, r#"error_subtype["']?\s*(?:[:=]|=>)\s*["']?([A-Za-z_]{3,60})\b"#),
    (Field::ErrorDescription, r#"error_description["']?\s*(?:[:=]|=>)\s*["']?([^"'\n{}]+)"#),
    (Field::ErrorUri, r#"error_uri["']?\s*(?:[:=]|=>)\s*["']?(https?://[^\s"'<>]+)"#),
    (Field::HttpStatus, r#"(?:status(?:_?[cC]ode)?|["']code)["']?\s*[:=]\s*["']?([1-5]\d\d)\b"#),
    (Field::HttpStatus, r"(?:HTTP(?:/[\d.]+)?|HttpError|[Ee]rror|Exception:|failed:|token:|status)[\s:]+([45]\d\d)\b"),
    (Field::Reason, r#"\breason["']?\s*[:=]\s*["']?([A-Za-z_]{4,60})\b"#),
    (Field::Status, r#"\bstatus["']?\s*[:=]\s*["']?([A-Z]+(?:_[A-Z]+)*)\b"#),
    (Field::Domain, r#"\bdomain["']?\s*[:=]\s*["']?([A-Za-z.]{3,60})\b"#),
    (Field::Service, r"\b([a-z][a-z0-9-]{1,60}\.googleapis\.com)\b"),
    (Field::ClientId, r"\b(\d{6,30}(?:-[a-z0-9]{1,60})?\.apps\.googleusercontent\.com)\b"),
    (Field::Scope, r#"(https://www\.googleapis\.com/auth/[a-z0-9._-]+|https://mail\.google\.com/?)(?:[^\w./]|$)"#),
];

static COMPILED: LazyLock<Vec<(Field, Regex)>> = LazyLock::new(|| {
    let address =
        (Field::Email, r"\b([A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)\b");
    let all = PATTERNS.iter().chain(std::iter::once(&address));
    all.map(|(field, pattern)| (*field, Regex::new(pattern).expect("the pattern is ours and sound"))).collect()
});

/// Finds lines and columns.
struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
    longest: usize,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts, longest: text.lines().map(str::len).max().unwrap_or_default() }
    }

    fn find(&self, place: u32) -> (usize, usize) {
        let place = (place as usize).min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= place);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line.max(1), self.text.get(start..place).map_or(0, |before| before.chars().count()) + 1)
    }

    /// Whether a value that stands there may have lost a part to a line that was broken for its length.
    fn may_be_broken(&self, stretch: &Range<u32>) -> bool {
        let of_the_longest = |line: &str| line.len() >= SHORTEST_BROKEN && line.len() + 1 >= self.longest;
        let is_mark = |c: char| matches!(c, '>' | ' ' | '\t' | '|');
        let mut before = self.text.get(..stretch.start as usize).unwrap_or_default().rsplit('\n');
        let begins_line = before.next().is_some_and(|head| head.chars().all(is_mark));
        let broken_before = begins_line && before.next().is_some_and(of_the_longest);
        let after = self.text.get(stretch.end as usize..).unwrap_or_default();
        let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+');
        let ends_line = after.starts_with(['\n', '\r'])
            && after.trim_start_matches(|c| c == '\n' || c == '\r' || is_mark(c)).starts_with(goes_on);
        let head = self.text.get(..stretch.end as usize).unwrap_or_default();
        let broken_after = ends_line && head.rsplit('\n').next().is_some_and(of_the_longest);
        broken_before || broken_after
    }
}

/// Notes what stands in a reading of the paste, and Google's phrases that were found in it.
pub(super) fn note(paste: &str, reading: &Traced, hits: &[Hit], secrets: &Secrets) -> Seen {
    let lines = Lines::new(paste);
    let mut seen = Seen::default();
    let mut add = |field: Field, value: &str, place: u32, doubtful: bool| {
        let mentions = seen.0.entry(field).or_default();
        let known = mentions.iter().any(|mention| mention.value.eq_ignore_ascii_case(value));
        if !known && mentions.len() < AT_MOST {
            let (line, column) = lines.find(place);
            mentions.push(Mention { value: value.to_owned(), line, column, doubtful });
        }
    };
    for hit in hits {
        add(hit.signature.field, hit.signature.phrase, hit.place, false);
    }
    let (text, places) = reading.text();
    for (field, pattern) in COMPILED.iter() {
        for found in pattern.captures_iter(&text).take(10 * AT_MOST).filter_map(|captures| captures.get(1)) {
            let stretch = places[found.start()]..places[found.end()];
            if secrets.touch(&stretch) {
                continue;
            }
            let value = found.as_str().trim();
            // Google's own words are noted already, whole.
            let repeats = |hit: &&Hit| hit.signature.field == *field && says(value, hit.signature.phrase);
            // The host that all scopes bear names no service.
            let says_nothing = value.is_empty() || (*field == Field::Service && value.starts_with("www."));
            if says_nothing || hits.iter().any(|hit| repeats(&hit)) {
                continue;
            }
            let cut: String = value.chars().take(LONGEST).collect();
            add(*field, &cut, stretch.start, lines.may_be_broken(&stretch));
        }
    }
    for mentions in seen.0.values_mut() {
        mentions.sort_by_key(|mention| (mention.line, mention.column));
    }
    seen.0.retain(|_, mentions| !mentions.is_empty());
    seen
}

/// Whether a value is that phrase, or a part of it that a copy has left.
fn says(value: &str, phrase: &str) -> bool {
    let (value, phrase) = (super::layers::Skeleton::of(value), super::layers::Skeleton::of(phrase));
    value.contains(&phrase) || phrase.contains(&value)
}
