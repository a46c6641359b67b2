use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One OAuth scope as a grant carries it: a URL, or a short name such as `openid`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Scope(String);

/// Whether Google Cloud session control applies to a scope or to a grant.
///
/// Google lists nowhere which scopes count as Google Cloud scopes, so there are three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CloudScope {
    /// Documented or seen to be subject to it.
    Yes,
    /// On the list of scopes known to be left alone.
    No,
    /// On neither list.
    Unknown,
}

impl FromStr for CloudScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "yes" => Ok(Self::Yes),
            "no" => Ok(Self::No),
            "unknown" => Ok(Self::Unknown),
            other => Err(format!("{other:?} is not an answer; write \"yes\", \"no\" or \"unknown\"")),
        }
    }
}

/// Subject to session control: `cloud-platform` (documented, seen), its read-only variant (near certain), and the
/// BigQuery family (Google's Looker documentation on BigQuery OAuth connections).
const SUBJECT: [&str; 2] = ["cloud-platform", "cloud-platform.read-only"];
const SUBJECT_FAMILIES: [&str; 1] = ["bigquery"];

/// Left alone: sign-in and Workspace scopes. OKTA-KB and GAM's authorization wiki say so for Gmail and Directory.
const HARMLESS: [&str; 4] = ["openid", "email", "profile", "https://mail.google.com"];
const HARMLESS_FAMILIES: [&str; 7] =
    ["userinfo", "gmail", "calendar", "drive", "contacts", "admin.directory", "admin.reports"];

impl Scope {
    /// Takes a scope as Google sent it; surrounding blanks and a closing slash carry no meaning and are dropped.
    #[must_use]
    pub fn from_google(text: &str) -> Self {
        Self(text.trim().trim_end_matches('/').to_owned())
    }

    /// The scope as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Cloud session control applies to this scope.
    #[must_use]
    pub fn cloud(&self) -> CloudScope {
        if HARMLESS.contains(&self.0.as_str()) {
            return CloudScope::No;
        }
        let Some(name) = self.0.strip_prefix("https://www.googleapis.com/auth/") else {
            return CloudScope::Unknown;
        };
        if SUBJECT.contains(&name) || SUBJECT_FAMILIES.iter().any(|family| in_family(name, family)) {
            CloudScope::Yes
        } else if HARMLESS_FAMILIES.iter().any(|family| in_family(name, family)) {
            CloudScope::No
        } else {
            CloudScope::Unknown
        }
    }
}

/// `gmail` is a family of `gmail` and `gmail.readonly`, not of `gmailpostmaster`.
fn in_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The answer for a whole grant: one Cloud scope suffices, and only a list wholly known to be harmless clears it.
/// An empty list proves nothing.
#[must_use]
pub fn cloud_scope_of(scopes: &[Scope]) -> CloudScope {
    if scopes.iter().any(|scope| scope.cloud() == CloudScope::Yes) {
        CloudScope::Yes
    } else if scopes.is_empty() || scopes.iter().any(|scope| scope.cloud() == CloudScope::Unknown) {
        CloudScope::Unknown
    } else {
        CloudScope::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scopes: &[&str]) -> CloudScope {
        cloud_scope_of(&scopes.iter().map(|text| Scope::from_google(text)).collect::<Vec<_>>())
    }

    #[test]
    fn three_answers() {
        let auth = |name: &str| format!("https://www.googleapis.com/auth/{name}");
        assert_eq!(of(&[&auth("cloud-platform"), "openid"]), CloudScope::Yes);
        assert_eq!(of(&[&auth("cloud-platform.read-only")]), CloudScope::Yes);
        assert_eq!(of(&[&auth("bigquery.readonly")]), CloudScope::Yes);
        assert_eq!(
            of(&["openid", "https://mail.google.com/", &auth("gmail.send"), &auth("drive.file")]),
            CloudScope::No
        );
        assert_eq!(of(&[&auth("devstorage.read_only"), "openid"]), CloudScope::Unknown);
        assert_eq!(of(&[&auth("gmailpostmaster.readonly")]), CloudScope::Unknown);
        assert_eq!(of(&["https://www.googleapis.com.evil.example/auth/gmail.send"]), CloudScope::Unknown);
    }

    #[test]
    fn no_scope_at_all_is_no_proof() {
        assert_eq!(of(&[]), CloudScope::Unknown);
    }

    #[test]
    fn a_cloud_scope_outweighs_an_unknown_one() {
        assert_eq!(of(&["whatever", "https://www.googleapis.com/auth/cloud-platform"]), CloudScope::Yes);
    }
}
