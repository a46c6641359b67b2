//! Numbers, times and words as people read them.

use jiff::Timestamp;

use crate::domain::{OrgUnitPath, humane_duration};

/// `1 org unit`, `2,000 org units`.
pub(super) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// With a comma at every third digit.
pub(super) fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How far from the moment of the audit, in its largest unit: `in 3 h`, `2 d ago`, `now`.
pub(super) fn relative(at: Timestamp, now: Timestamp) -> String {
    let distance = at.duration_since(now);
    let words = humane_duration(distance);
    let largest = words.split(' ').take(2).collect::<Vec<_>>().join(" ");
    if distance.as_secs().abs() < 60 {
        "now".to_owned()
    } else if distance.is_positive() {
        format!("in {largest}")
    } else {
        format!("{largest} ago")
    }
}

/// The text with a placeholder wherever it names that org unit, so that advice to many org units reads as one.
pub(super) fn generic(text: &str, path: &OrgUnitPath) -> String {
    let path = path.as_str();
    let borders =
        |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '.' | ';' | ':'));
    let mut seen = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        let (before, after) = (&rest[..at], &rest[at + path.len()..]);
        let left = before.chars().next_back().or_else(|| seen.chars().next_back());
        seen.push_str(before);
        seen.push_str(if borders(left) && borders(after.chars().next()) { "<org unit>" } else { path });
        rest = after;
    }
    seen + rest
}

/// A word of the contract as a person writes it: `security_key` → `security key`.
pub(super) fn plain(word: &str) -> String {
    word.replace('_', " ")
}

/// `a`, `a or b`, `a, b or c`; nothing of nothing.
pub(crate) fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The first letter in upper case.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_to_one_org_unit_becomes_advice_to_many() {
        let of = |text: &str, path: &str| generic(text, &OrgUnitPath::from_google(path).expect("a path"));
        assert_eq!(of("attest --org-unit /Sales, then", "/Sales"), "attest --org-unit <org unit>, then");
        assert_eq!(of("not /Sales/EMEA nor /SalesOps", "/Sales"), "not /Sales/EMEA nor /SalesOps");
        assert_eq!(of("attest \"/\" at https://x/", "/"), "attest \"<org unit>\" at https://x/");
    }

    #[test]
    fn numbers_and_times() {
        assert_eq!(counted(1, "org unit", "org units"), "1 org unit");
        assert_eq!(counted(1_234_567, "org unit", "org units"), "1,234,567 org units");
        let at = |seconds| Timestamp::from_second(seconds).expect("in range");
        assert_eq!(relative(at(3 * 3600 + 59), at(0)), "in 3 h");
        assert_eq!(relative(at(0), at(2 * 86_400 + 7200)), "2 d ago");
        assert_eq!(relative(at(30), at(0)), "now");
        assert_eq!(relative(at(0), at(90)), "1 min ago");
    }
}
