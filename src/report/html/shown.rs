//! The only way for text from outside onto the page.
//!
//! Hidden characters become visible here; what means something to HTML is escaped by the templates, in every expression.

use std::fmt;

use url::Url;

use crate::report::Visible;
use crate::report::page::Line;
use crate::report::wording::number;

/// Characters of a name, a path or an identifier that are shown; Google's own are shorter.
const NAME: usize = 300;
/// Characters of a sentence that are shown; the longest of ours are about half as long.
const SENTENCE: usize = 4_000;

/// Hosts of Google's on which nobody else can put a page. Subdomains as a whole would let in sites and scripts of anyone.
const HOSTS: [&str; 6] = [
    "admin.google.com",
    "console.cloud.google.com",
    "cloud.google.com",
    "developers.google.com",
    "knowledge.workspace.google.com",
    "support.google.com",
];

/// Visible text of bounded length.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown(String);

impl Shown {
    /// A name, a path or an identifier.
    pub(super) fn name(text: &str) -> Self {
        Self::bounded(text, NAME)
    }

    /// A sentence.
    pub(super) fn text(text: &str) -> Self {
        Self::bounded(text, SENTENCE)
    }

    /// What is too long keeps its two ends, and says how much is not shown.
    fn bounded(text: &str, limit: usize) -> Self {
        let longer = text.char_indices().nth(limit).is_some();
        if !longer {
            return Self(Visible::of(text).to_string());
        }
        let all = text.chars().count();
        let end = limit / 3;
        let (head, tail) = (limit - end, all - end);
        let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(place, _)| place);
        Self(format!(
            "{} … [{} characters left out] … {}",
            Visible::of(&text[..at(head)]),
            number(tail - head),
            Visible::of(&text[at(tail)..])
        ))
    }
}

impl From<&Visible> for Shown {
    fn from(text: &Visible) -> Self {
        Self(text.to_string())
    }
}

impl From<&Line> for Shown {
    fn from(line: &Line) -> Self {
        Self(line.parts().map(|(_, text)| text.as_str()).collect())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The console's page as a check or a pack names it: a link where it leads to Google, else text.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) text: Shown,
    pub(super) href: Option<String>,
}

impl Place {
    pub(super) fn of(address: &str) -> Self {
        Self { text: Shown::name(address), href: safe(address) }
    }
}

/// The address, if it leads to a page of Google's over https and nowhere else.
fn safe(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|_| address.len() <= NAME)?;
    let plain =
        url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && url.port().is_none();
    (plain && url.host_str().is_some_and(|host| HOSTS.contains(&host))).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_google_are_linked() {
        for address in
            ["https://admin.google.com/ac/owl/list?tab=configuredApps", "https://support.google.com/a/answer/1"]
        {
            assert_eq!(safe(address).as_deref(), Some(address));
        }
        for address in [
            "javascript:alert(1)",
            "JaVaScript:alert(1)",
            "data:text/html,x",
            "http://admin.google.com/",
            "//admin.google.com/",
            "/ac",
            "",
            "https://admin.google.com.evil.example/",
            "https://evil.example/https://admin.google.com/",
            "https://admin.google.com@evil.example/",
            "https://user@admin.google.com/",
            "https://admin.google.com:8443/",
            "https://sites.google.com/view/evil",
            "https://google.com/url?q=https://evil.example",
            "https://аdmin.google.com/",
            "\u{1}javascript:alert(1)",
        ] {
            assert_eq!(safe(address), None, "{address}");
        }
        assert_eq!(
            safe("https://admin.google.com/\"><script>").as_deref(),
            Some("https://admin.google.com/%22%3E%3Cscript%3E")
        );
    }

    #[test]
    fn long_text_keeps_its_ends_and_says_how_much_is_missing() {
        let long = format!("/{}\u{202e}z", "ü".repeat(1_000_000));
        let shown = Shown::name(&long).to_string();
        assert!(shown.starts_with("/üü") && shown.ends_with("üü\\u{202e}z"), "{shown}");
        assert!(shown.contains(" … [999,703 characters left out] … "), "{shown}");
        assert!(shown.chars().count() < 400);
        let fits = "ü".repeat(NAME);
        assert_eq!(Shown::name(&fits).to_string(), fits);
    }
}
