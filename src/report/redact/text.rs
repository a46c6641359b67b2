//! Names in prose: those that are known, and what looks like an address, a domain, a client or an IP address.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use super::names::Names;
use super::{Kind, Public};

/// Words of Google's and of this program's own that somebody may also call an org unit, a group or an app. In prose they
/// tell nothing, and without them it could not be read; in paths they are replaced all the same.
const COMMON: [&str; 40] = [
    "Access",
    "Admin",
    "Administrator",
    "Administrators",
    "All",
    "Allowed",
    "App",
    "Apps",
    "Blocked",
    "Calendar",
    "Chat",
    "Cloud",
    "Console",
    "Directory",
    "Drive",
    "Gmail",
    "Google",
    "Groups",
    "Limited",
    "Log",
    "Meet",
    "Off",
    "Okta",
    "On",
    "Org",
    "Policy",
    "Required",
    "Role",
    "Security",
    "Settings",
    "Sites",
    "Super",
    "Tenant",
    "Token",
    "Trusted",
    "User",
    "Users",
    "Workflows",
    "Workspace",
    "app",
];
/// Domains that are no tenant's own.
const WELL_KNOWN: [&str; 12] = [
    "cisa.gov",
    "cisecurity.org",
    "github.com",
    "gmail.com",
    "google.com",
    "googleapis.com",
    "googlemail.com",
    "googleusercontent.com",
    "goo.gle",
    "gstatic.com",
    "okta.com",
    "rfc-editor.org",
];
/// Names under which no public suffix is listed, and tenants are all the same.
const RESERVED: [&str; 6] = ["example", "internal", "invalid", "local", "localhost", "test"];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A path of an org unit.
    Path,
    /// An e-mail address.
    Address,
    /// A domain.
    Domain,
    /// A client ID.
    Client,
    /// `groups/ID` and the like.
    Resource,
    /// An IP address.
    Ip,
    /// A name.
    Token(Kind),
}

/// Finds names.
pub(super) struct Matcher {
    known: AhoCorasick,
    /// What each known text is, and the name where the text is that name as prose quotes it.
    what: Vec<(Found, Option<String>)>,
    domains: Names,
}

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?"));
static CLIENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[0-9]{5,}(?:-[0-9A-Za-z_]+)?\.apps\.googleusercontent\.com"));
static RESOURCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:accessLevels|accessPolicies|customers|folders|groups|orgUnits|organizations|projects)/[0-9A-Za-z_-]+",
    )
});
static IPV4: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"));
static IPV6: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\b[0-9A-Fa-f]{1,4}:|::)(?:[0-9A-Fa-f:]*::(?:[0-9A-Fa-f:.]*[0-9A-Fa-f])?|[0-9A-Fa-f:.]*[0-9A-Fa-f])")
});
static DOMAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?")
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the literal is a pattern")
}

impl Matcher {
    pub(super) fn of(names: &Names, public: &Public) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut what = Vec::new();
        // Prose quotes names, so that control characters and quotation marks in them are seen.
        let mut add = |text: &str, found: Found| {
            let quoted = format!("{text:?}");
            let quoted = &quoted[1..quoted.len() - 1];
            if quoted != text {
                texts.push(quoted.to_owned());
                what.push((found, Some(text.to_owned())));
            }
            texts.push(text.to_owned());
            what.push((found, None));
        };
        names.paths.iter().for_each(|path| add(path, Found::Path));
        for client in names.clients.iter().filter(|client| !public.clients.iter().any(|one| one.as_str() == **client)) {
            add(client, Found::Client);
        }
        for (token, kind) in &names.tokens {
            let known = COMMON.contains(&token.as_str())
                || (*kind == Kind::App
                    && (public.names.contains(&token.to_lowercase())
                        || public.apps.iter().any(|app| app.as_str() == token)
                        || token.starts_with("Google ")));
            if !known {
                add(token, Found::Token(*kind));
            }
        }
        let known = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&texts)
            .expect("far fewer than 2^31 names of one tenant");
        Self { known, what, domains: names.clone() }
    }

    /// The text with every name in it replaced. Of two that overlap the one that begins first counts, then the longer.
    pub(super) fn replace(&self, text: &str, with: impl Fn(Found, &str) -> String) -> String {
        let mut found = self.known_in(text);
        let mut add = |pattern: &Regex, what: Found, sound: &dyn Fn(&str) -> bool| {
            let matches = pattern.find_iter(text).filter(|one| sound(one.as_str()));
            found.extend(matches.map(|one| (one.range(), what, one.as_str())));
        };
        add(&ADDRESS, Found::Address, &|_| true);
        add(&CLIENT, Found::Client, &|_| true);
        add(&RESOURCE, Found::Resource, &|_| true);
        add(&DOMAIN, Found::Domain, &|domain| self.is_somebodys(domain));
        add(&IPV4, Found::Ip, &is_ip);
        add(&IPV6, Found::Ip, &is_ip);
        found.sort_by_key(|(range, ..)| (range.start, std::cmp::Reverse(range.end)));
        let mut out = String::with_capacity(text.len());
        let mut rest = 0;
        for (range, what, name) in found {
            // What is cut by a name before it: the remainder is no name, or one that begins later.
            if range.start < rest {
                continue;
            }
            out.push_str(&text[rest..range.start]);
            out.push_str(&with(what, name));
            rest = range.end;
        }
        out.push_str(&text[rest..]);
        out
    }

    /// Known names that stand alone, not in the midst of a word.
    fn known_in<'t>(&'t self, text: &'t str) -> Vec<(Range<usize>, Found, &'t str)> {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(one) = self.known.find(aho_corasick::Input::new(text).range(at..)) {
            let (before, after) = (&text[..one.start()], &text[one.end()..]);
            let (what, quoted) = &self.what[one.pattern().as_usize()];
            let starts = text[one.range()].chars().next();
            let begins = !(word(before.chars().next_back()) && (word(starts) || *what == Found::Path));
            let ends = !(word(after.chars().next()) && word(text[one.range()].chars().next_back()));
            if begins && ends {
                found.push((one.range(), *what, quoted.as_deref().unwrap_or(&text[one.range()])));
                at = one.end();
            } else {
                at = one.start() + starts.map_or(1, char::len_utf8);
            }
        }
        found
    }

    /// Whether a domain tells whose it is.
    fn is_somebodys(&self, domain: &str) -> bool {
        let folded = domain.to_lowercase();
        let within = |area: &str| folded == area || folded.strip_suffix(area).is_some_and(|rest| rest.ends_with('.'));
        if self.domains.domain_of(&folded).is_some() {
            return true;
        }
        if WELL_KNOWN.iter().any(|area| within(area)) {
            return false;
        }
        let last = folded.rsplit('.').next().unwrap_or_default();
        let listed = psl::domain(folded.as_bytes()).is_some_and(|domain| domain.suffix().is_known());
        listed || RESERVED.contains(&last)
    }
}

/// Whether it is an IP address, and not a time or a number of a control. Such numbers have one digit between their dots,
/// and an address of that kind is a public service's.
fn is_ip(text: &str) -> bool {
    let v4 = text.parse::<Ipv4Addr>().is_ok_and(|ip| ip.octets().iter().any(|octet| *octet > 9));
    v4 || text.parse::<Ipv6Addr>().is_ok_and(|ip| !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::redact::{Key, Redactor};

    fn redactor() -> Redactor {
        let report = r#"{"schema":"gwsaudit/report/1","tool":{"name":"gwsaudit","version":"0"},
            "tenant":{"customer":"C0123abcd","primary_domain":"acme.example"},"audited_at":"2026-11-23T10:00:00Z",
            "evidence_from":null,"sources":[],"org_units":[],"connections":[{"user":"a@sub.acme.example",
            "org_unit":"/Sales/EMEA","app":"okta-workflows-gmail","client_id":"12345678901234567890","cloud_scope":"yes",
            "outcome":"breaks","last_authorized_at":null,"next_failure_by":null}],"results":[],"unread_events":[],
            "summary":{"pass":0,"fail":0,"undetermined":0,"not_applicable":0,"manual":0,"suppressed":0}}"#;
        let report = crate::report::read(report.as_bytes()).expect("a report");
        let key = Key::of(b"0123456789abcdef").expect("a key");
        Redactor::new(key, Names::default().and_of(&report), &crate::evidence::Catalogue::default())
    }

    /// The text with each pseudonym as its first word.
    fn seen(text: &str) -> String {
        let code = pattern("(ou|user|group|domain|host|client|app|customer|ip|id|name)-[0-9a-f]{10}");
        code.replace_all(&redactor().text(text), "<$1>").into_owned()
    }

    #[test]
    fn names_are_found_in_prose() {
        for (text, expected) in [
            ("a@sub.acme.example saw at /Sales/EMEA: x", "<user>@<domain>.example saw at <path>: x"),
            ("at org unit \"EMEA\", not EMEAN", "at org unit \"<ou>\", not EMEAN"),
            ("B.O-b+x@Other.Example.", "<user>@<domain>.example."),
            ("_dmarc.acme.example of mail.acme.example", "_dmarc.<domain>.example of <host>.<domain>.example"),
            ("include:_spf.partner.co.uk ip4:192.0.2.17/24", "include:_spf.partner.co.uk ip4:<ip>/24"),
            ("ip6:2001:db8:1:2:3:4:5:6 -all", "ip6:<ip> -all"),
            ("from 2001:db8::/32, ::ffff:192.0.2.1 or 192.0.2.1.", "from <ip>/32, <ip> or <ip>."),
            ("of C0123abcd, customers/C99", "of <customer>, customers/<id>"),
            ("2001:db8::17 at 10:00:00 UTC, control 3.1.3.5", "<ip> at 10:00:00 UTC, control 3.1.3.5"),
            ("client 12345678901234567890, 99999-x.apps.googleusercontent.com", "client <client>, <client>"),
            ("https://admin.google.com/ac/owl/list gmail.send gwsaudit.toml:12", ""),
            ("security.session_controls cis-gws-1.4 0.1.0", ""),
        ] {
            let expected = if expected.is_empty() { text } else { expected };
            let seen = seen(text).replace("/<ou>/<ou>", "<path>");
            if text.starts_with("include") {
                // Somebody else's domain tells who a tenant works with.
                assert!(!seen.contains("partner") && seen.ends_with("ip4:<ip>/24"), "{seen}");
            } else {
                assert_eq!(seen, expected);
            }
        }
    }

    proptest::proptest! {
        /// A known name does not survive, wherever it stands alone.
        #[test]
        fn no_known_name_survives(before in "[ -~]{0,20}[ \"(]", after in "[ .,;:)][ -~]{0,20}") {
            for name in ["/Sales/EMEA", "a@sub.acme.example", "C0123abcd", "12345678901234567890"] {
                let text = redactor().text(&format!("{before}{name}{after}"));
                proptest::prop_assert!(!text.contains(name), "{text}");
            }
        }
    }
}
