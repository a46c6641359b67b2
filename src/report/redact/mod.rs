//! A report with pseudonyms for what tells whose tenant it is, so that it can be shown to others.
//!
//! A pseudonym is a keyed hash: the same name under the same key has the same one, in every report, and without the key
//! nobody can try names out. What keeps its shape: the depth of the tree of org units, which address is in which domain,
//! which results are about one subject. What stays: times, settings, verdicts, the program's own words, Google's names,
//! and apps of the catalogue with their client IDs.

mod key;
mod names;
mod text;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use key::{InvalidKey, Key, NoRandomness};
pub use names::Names;

use super::fingerprint::fingerprint;
use super::model::{CheckResult, Redaction, Report};
use crate::domain::{AppId, ClientId, Email, OrgUnitPath};
use crate::evidence::Catalogue;
use text::Matcher;

/// What a pseudonym stands for; also its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    OrgUnit,
    User,
    Group,
    Domain,
    Host,
    Client,
    App,
    Customer,
    Address,
    Id,
    Name,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::OrgUnit => "ou",
            Self::User => "user",
            Self::Group => "group",
            Self::Domain => "domain",
            Self::Host => "host",
            Self::Client => "client",
            Self::App => "app",
            Self::Customer => "customer",
            Self::Address => "ip",
            Self::Id => "id",
            Self::Name => "name",
        }
    }
}

/// What the catalogue that ships with the program knows, and everybody may know.
#[derive(Debug, Default)]
struct Public {
    apps: BTreeSet<AppId>,
    clients: BTreeSet<ClientId>,
    names: BTreeSet<String>,
}

/// Replaces names with pseudonyms.
pub struct Redactor {
    key: Key,
    names: Names,
    public: Public,
    matcher: Matcher,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// With that key, for a tenant that has these names. `catalogue` is the one that ships with the program, without the
    /// operator's additions: what it names stays.
    #[must_use]
    pub fn new(key: Key, names: Names, catalogue: &Catalogue) -> Self {
        let apps = &catalogue.apps;
        let patterns = |app: &crate::evidence::AppDefinition| {
            app.names.iter().map(|name| name.text()).chain([app.name.to_lowercase()]).collect::<Vec<_>>()
        };
        let public = Public {
            apps: apps.keys().cloned().collect(),
            clients: apps.values().flat_map(|app| app.client_ids.iter().cloned()).collect(),
            names: apps.values().flat_map(patterns).collect(),
        };
        let matcher = Matcher::of(&names, &public);
        Self { key, names, public, matcher }
    }

    /// The report with pseudonyms. Its lists keep their order, which is that of the names: see [`sort`].
    #[must_use]
    pub fn report(&self, report: &Report) -> Report {
        let mut redacted = report.clone();
        self.walk(&mut redacted);
        redacted.redaction = Some(Redaction { key: self.key.id() });
        redacted
    }

    fn pseudonym(&self, kind: Kind, text: &str) -> String {
        format!("{}-{}", kind.as_str(), self.key.code(kind.as_str(), text))
    }

    fn email(&self, email: &Email) -> Email {
        Email::from_google(&self.address(email.as_str())).expect("a pseudonym is not empty")
    }

    /// An address keeps which domain it is in, and whether it is a group's.
    fn address(&self, address: &str) -> String {
        let folded = address.to_lowercase();
        let kind = if self.names.is_group(&folded) { Kind::Group } else { Kind::User };
        let local = self.pseudonym(kind, &folded);
        match folded.rsplit_once('@') {
            Some((_, domain)) => format!("{local}@{}", self.domain(domain)),
            None => local,
        }
    }

    /// A domain of the tenant keeps that it is one, and which labels before it are the protocol's, such as `_dmarc`.
    fn domain(&self, domain: &str) -> String {
        let folded = domain.to_lowercase();
        let registered = self.names.domain_of(&folded).unwrap_or(&folded).to_owned();
        let before = folded[..folded.len() - registered.len()].trim_end_matches('.');
        let mut labels: Vec<String> = before
            .split('.')
            .filter(|label| !label.is_empty())
            .map(|label| if label.starts_with('_') { label.to_owned() } else { self.pseudonym(Kind::Host, label) })
            .collect();
        labels.push(format!("{}.example", self.pseudonym(Kind::Domain, &registered)));
        labels.join(".")
    }

    fn path(&self, path: &OrgUnitPath) -> OrgUnitPath {
        OrgUnitPath::from_google(&self.path_text(path.as_str())).expect("it begins with a slash")
    }

    fn path_text(&self, path: &str) -> String {
        let part = |name: &str| if name.is_empty() { String::new() } else { self.pseudonym(Kind::OrgUnit, name) };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    fn client(&self, client: &ClientId) -> ClientId {
        if self.public.clients.contains(client) {
            return client.clone();
        }
        ClientId::from_google(&self.pseudonym(Kind::Client, client.as_str())).expect("a pseudonym is not empty")
    }

    fn app(&self, app: &AppId) -> AppId {
        if self.public.apps.contains(app) {
            return app.clone();
        }
        self.pseudonym(Kind::App, app.as_str()).parse().expect("a pseudonym is an id")
    }

    /// Prose: every name in it.
    fn text(&self, text: &str) -> String {
        self.matcher.replace(text, |found, what| self.found(found, what))
    }

    fn found(&self, found: text::Found, what: &str) -> String {
        match found {
            text::Found::Path => self.path_text(what),
            text::Found::Address => self.address(what),
            text::Found::Domain => self.domain(what),
            text::Found::Client => match ClientId::from_google(what) {
                Some(client) => self.client(&client).to_string(),
                None => what.to_owned(),
            },
            text::Found::Resource => match what.split_once('/') {
                Some((kind, id)) => format!("{kind}/{}", self.pseudonym(Kind::Id, id)),
                None => what.to_owned(),
            },
            text::Found::Ip => self.pseudonym(Kind::Address, &what.to_lowercase()),
            text::Found::Token(kind) => self.pseudonym(kind, what),
        }
    }
}

/// Puts the lists of a redacted report into the order of its pseudonyms, so that the order tells nothing.
pub fn sort(report: &mut Report) {
    type Key = (String, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>);
    let key = |result: &CheckResult| -> Key {
        let subject = &result.subject;
        (
            result.check.to_string(),
            subject.org_unit.as_ref().map(ToString::to_string),
            subject.group.clone(),
            subject.user.as_ref().map(ToString::to_string),
            subject.app.as_ref().map(ToString::to_string),
            subject.client_id.as_ref().map(ToString::to_string),
        )
    };
    report.org_units.sort_by(|one, other| one.path.cmp(&other.path));
    report.connections.sort_by(|one, other| (&one.user, &one.client_id).cmp(&(&other.user, &other.client_id)));
    report.results.sort_by_cached_key(key);
    report.unread_events.iter_mut().for_each(|event| event.touches.sort());
    for collision in &mut report.collisions {
        collision.lets_through.sort();
    }
}

/// The pseudonyms of the keys of a map.
fn keys<V: Clone>(map: &BTreeMap<AppId, V>, of: impl Fn(&AppId) -> AppId) -> BTreeMap<AppId, V> {
    map.iter().map(|(app, value)| (of(app), value.clone())).collect()
}

/// A result's fingerprint is made from its subject: who knows names could try them out on it.
fn refresh(result: &mut CheckResult) {
    result.fingerprint = fingerprint(&result.check, &result.subject);
}
