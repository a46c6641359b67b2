use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One OAuth scope as a grant carries it: a URL, or a short name such as `openid`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Scope(String);

/// Whether Google Cloud session control applies to a scope or to a grant.
///
/// Google lists nowhere which scopes count as Google Cloud scopes, so there are three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
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

/// Gmail and Drive scopes that Google calls restricted (help page 13464325, "Restricted Scopes", in 2026), without the
/// common beginning; `https://mail.google.com` is one too.
const RESTRICTED: [&str; 15] = [
    "gmail.readonly",
    "gmail.metadata",
    "gmail.modify",
    "gmail.insert",
    "gmail.compose",
    "gmail.settings.basic",
    "gmail.settings.sharing",
    "drive",
    "drive.readonly",
    "drive.activity",
    "drive.activity.readonly",
    "drive.metadata",
    "drive.metadata.readonly",
    "drive.scripts",
    "drive.meet.readonly",
];

/// Families of scopes for Google Cloud's services (Google's page "OAuth 2.0 Scopes for Google APIs"), whether session
/// control applies to them or not.
const CLOUD_SERVICES: [&str; 26] = [
    "appengine",
    "bigtable",
    "cloud-bigtable",
    "cloud-billing",
    "cloud-language",
    "cloud-platform",
    "cloud-translation",
    "cloud-vision",
    "cloud_debugger",
    "cloudkms",
    "cloudplatformfolders",
    "cloudplatformorganizations",
    "cloudplatformprojects",
    "cloudruntimeconfig",
    "compute",
    "datastore",
    "devstorage",
    "dialogflow",
    "iam",
    "logging",
    "monitoring",
    "ndev",
    "pubsub",
    "service.management",
    "spanner",
    "sqlservice",
];

/// Families of scopes for Workspace and for Google's services for consumers (same page), beside those above.
const NOT_CLOUD: [&str; 35] = [
    "activity",
    "adsense",
    "adwords",
    "analytics",
    "androidpublisher",
    "apps",
    "blogger",
    "books",
    "chat",
    "classroom",
    "directory",
    "documents",
    "ediscovery",
    "fitness",
    "forms",
    "games",
    "groups",
    "keep",
    "meetings",
    "peopleapi",
    "photoslibrary",
    "playintegrity",
    "plus",
    "presentations",
    "script",
    "siteverification",
    "spreadsheets",
    "streetviewpublish",
    "tagmanager",
    "tasks",
    "user",
    "webmasters",
    "youtube",
    "youtubepartner",
    "yt-analytics",
];
const NOT_CLOUD_HOSTS: [&str; 5] = [
    "https://www.google.com/m8/feeds",
    "https://www.google.com/calendar/feeds",
    "https://docs.google.com/feeds",
    "https://spreadsheets.google.com/feeds",
    "https://apps-apis.google.com/a/feeds",
];

/// The beginning that most of Google's scopes have in common.
const AUTH: &str = "https://www.googleapis.com/auth/";

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

    /// Whether it is one of the Gmail and Drive scopes that Google calls restricted: it opens mail or files at large, and
    /// an app that asks the public for it has to pass a security assessment.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.0 == "https://mail.google.com" || self.0.strip_prefix(AUTH).is_some_and(|name| RESTRICTED.contains(&name))
    }

    /// Whether it opens a service of Google Cloud. These are more scopes than those that [`Scope::cloud`] knows session
    /// control to apply to; on neither list is [`CloudScope::Unknown`].
    #[must_use]
    pub fn opens_cloud(&self) -> CloudScope {
        if self.cloud() != CloudScope::Unknown {
            return self.cloud();
        }
        if NOT_CLOUD_HOSTS.iter().any(|host| self.0.strip_prefix(host).is_some_and(ends_or_descends)) {
            return CloudScope::No;
        }
        let Some(name) = self.0.strip_prefix(AUTH) else { return CloudScope::Unknown };
        if CLOUD_SERVICES.iter().any(|family| in_family(name, family)) {
            CloudScope::Yes
        } else if NOT_CLOUD.iter().any(|family| in_family(name, family)) {
            CloudScope::No
        } else {
            CloudScope::Unknown
        }
    }

    /// Whether Cloud session control applies to this scope.
    #[must_use]
    pub fn cloud(&self) -> CloudScope {
        if HARMLESS.contains(&self.0.as_str()) {
            return CloudScope::No;
        }
        let Some(name) = self.0.strip_prefix(AUTH) else {
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

fn ends_or_descends(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
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
    fn cloud_services_and_restricted_scopes() {
        let auth = |name: &str| Scope::from_google(&format!("https://www.googleapis.com/auth/{name}"));
        for name in ["cloud-platform", "devstorage.full_control", "compute.readonly", "bigquery.insertdata"] {
            assert_eq!(auth(name).opens_cloud(), CloudScope::Yes, "{name}");
        }
        for name in ["spreadsheets", "script.projects", "gmail.send", "documents.readonly", "chat.messages"] {
            assert_eq!(auth(name).opens_cloud(), CloudScope::No, "{name}");
        }
        for scope in [auth("computers"), Scope::from_google("https://www.google.com/m8/feedsx")] {
            assert_eq!(scope.opens_cloud(), CloudScope::Unknown, "{scope:?}");
        }
        assert_eq!(Scope::from_google("https://www.google.com/m8/feeds/").opens_cloud(), CloudScope::No);
        for scope in [Scope::from_google("https://mail.google.com/"), auth("drive"), auth("gmail.settings.sharing")] {
            assert!(scope.is_restricted(), "{scope:?}");
        }
        for scope in [auth("drive.file"), auth("gmail.send"), auth("gmail.labels"), Scope::from_google("drive")] {
            assert!(!scope.is_restricted(), "{scope:?}");
        }
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
