//! Secrets that people paste along with an error: found so that they are not shown again, and said aloud.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::layers::Traced;

/// What kind of secret it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    /// Lets its bearer in for an hour at most.
    AccessToken,
    /// Lets its bearer in until it is revoked.
    RefreshToken,
    /// Stands for an app.
    ClientSecret,
    /// Becomes a refresh token, once.
    AuthorizationCode,
    /// A signed statement: an ID token, or a service account's assertion.
    SignedToken,
    /// A service account's key.
    PrivateKey,
    /// An API key.
    ApiKey,
}

impl SecretKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AccessToken,
        Self::RefreshToken,
        Self::ClientSecret,
        Self::AuthorizationCode,
        Self::SignedToken,
        Self::PrivateKey,
        Self::ApiKey,
    ];

    /// The word of the JSON form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::ClientSecret => "client_secret",
            Self::AuthorizationCode => "authorization_code",
            Self::SignedToken => "signed_token",
            Self::PrivateKey => "private_key",
            Self::ApiKey => "api_key",
        }
    }

    /// What makes it harmless.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::AccessToken => {
                "it works for up to an hour; revoke the grant at https://myaccount.google.com/connections"
            }
            Self::RefreshToken => {
                "it works until it is revoked: remove the app at https://myaccount.google.com/connections, then authorise it again"
            }
            Self::ClientSecret => {
                "give the client a new secret and disable this one at https://console.cloud.google.com/auth/clients"
            }
            Self::AuthorizationCode => "it works once and for minutes; if in doubt, revoke the grant that came of it",
            Self::SignedToken => "it works for up to an hour",
            Self::PrivateKey => {
                "delete the key at https://console.cloud.google.com/iam-admin/serviceaccounts and make a new one"
            }
            Self::ApiKey => "rotate the key at https://console.cloud.google.com/apis/credentials",
        }
    }

    /// Its looks. Shapes are documented for none but the signed ones; these are the ones seen.
    fn pattern(self) -> &'static str {
        match self {
            Self::AccessToken => r"ya29\.[\w.-]*|(?i:bearer\s+[\w.~+/=-]{16,})|(?i:access_token\W{1,6}[\w./+~=-]{8,})",
            Self::RefreshToken => r"\b1//[\w-]{6,}|(?i:refresh_?token\W{1,6}[\w./+~=-]{8,})",
            Self::ClientSecret => r"GOCSPX-[\w-]*|(?i:client_?secret\W{1,6}[\w./+~=-]{8,})",
            Self::AuthorizationCode => r"\b4/[\w-]{16,}",
            Self::SignedToken => r"eyJ[\w=-]*(?:\.[\w=-]*){0,2}|(?i:assertion\W{1,3}[\w.=-]{8,})",
            Self::PrivateKey => r"-----BEGIN[A-Z ]*PRIVATE ?KEY[-\sA-Za-z0-9+/=]*",
            Self::ApiKey => r"\bAIza[\w-]{30,}",
        }
    }
}

static PATTERNS: LazyLock<Vec<(SecretKind, Regex)>> = LazyLock::new(|| {
    SecretKind::ALL
        .into_iter()
        .map(|kind| (kind, Regex::new(kind.pattern()).expect("the pattern is ours and sound")))
        .collect()
});

/// Where the paste holds secrets.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// In bytes of the paste; sorted, none touching another.
    spans: Vec<Range<u32>>,
    /// Where each kind first stands.
    first: BTreeMap<SecretKind, u32>,
}

impl Secrets {
    /// Looks through readings of the paste.
    pub(super) fn of(readings: &[&Traced]) -> Self {
        let mut first: BTreeMap<SecretKind, u32> = BTreeMap::new();
        let mut spans = Vec::new();
        for reading in readings {
            let (text, places) = reading.text();
            for (kind, pattern) in PATTERNS.iter() {
                for found in pattern.find_iter(&text) {
                    let start = places[found.start()];
                    spans.push(start..places[found.end()].max(start.saturating_add(1)));
                    first.entry(*kind).and_modify(|known| *known = start.min(*known)).or_insert(start);
                }
            }
        }
        spans.sort_by_key(|span| span.start);
        let mut merged: Vec<Range<u32>> = Vec::new();
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                Some(_) | None => merged.push(span),
            }
        }
        Self { spans: merged, first }
    }

    /// Where each kind first stands, by kind.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (SecretKind, u32)> {
        self.first.iter().map(|(kind, place)| (*kind, *place))
    }

    /// Whether a stretch of the paste touches one.
    pub(super) fn touch(&self, stretch: &Range<u32>) -> bool {
        let next = self.spans.partition_point(|span| span.end <= stretch.start);
        self.spans.get(next).is_some_and(|span| span.start < stretch.end)
    }
}
