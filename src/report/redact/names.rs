//! What a tenant calls its things: collected from its records and from a report, so that prose can be searched for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Kind;
use crate::report::model::Report;
use crate::snapshot::{Line, ReadError, RecordKind, Snapshot};

/// Parameters of log events that hold names of the tenant's own.
const NAMING: [&str; 12] = [
    "API_CLIENT_NAME",
    "app_name",
    "APP_NAME",
    "DEVICE_NAME",
    "DOMAIN_ALIAS",
    "GROUP_NAME",
    "OAUTH2_APP_NAME",
    "ROLE_NAME",
    "SSO_PROFILE_NAME",
    "USER_DEFINED_SETTING_NAME",
    "ACCESS_LEVEL_NAME",
    "PRIVILEGE_GROUP_NAME",
];

/// Names of one tenant. Addresses need no list: they look like it.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// In lower case.
    domains: BTreeSet<String>,
    /// Addresses of groups, in lower case.
    groups: BTreeSet<String>,
    /// Full paths.
    pub(super) paths: BTreeSet<String>,
    /// Words as they are written.
    pub(super) tokens: BTreeMap<String, Kind>,
    /// Client IDs.
    pub(super) clients: BTreeSet<String>,
}

impl Names {
    /// All names in a snapshot's records.
    ///
    /// # Errors
    /// [`ReadError`] where it is damaged.
    pub fn of(snapshot: &Snapshot) -> Result<Self, ReadError> {
        let mut names = Self::default();
        snapshot.for_each(|line| names.record(line))?;
        names.customer(&snapshot.header().customer);
        Ok(names)
    }

    /// And those that a report names in fields of their own.
    #[must_use]
    pub fn and_of(mut self, report: &Report) -> Self {
        self.customer(&report.tenant.customer);
        self.domain(report.tenant.primary_domain.as_deref());
        for unit in &report.org_units {
            self.path(Some(unit.path.as_str()));
            unit.apps.keys().for_each(|app| self.token(Some(app.as_str()), Kind::App));
        }
        for connection in &report.connections {
            self.address(Some(connection.user.as_str()));
            self.path(connection.org_unit.as_ref().map(|path| path.as_str()));
            self.client(Some(connection.client_id.as_str()));
        }
        for result in &report.results {
            let subject = &result.subject;
            self.path(subject.org_unit.as_ref().map(|path| path.as_str()));
            self.address(subject.user.as_ref().map(|user| user.as_str()));
            self.client(subject.client_id.as_ref().map(|client| client.as_str()));
            if let Some(group) = &subject.group {
                self.group(Some(group));
            }
            result.evidence.iter().for_each(|item| self.address(item.actor.as_deref()));
        }
        for touch in report.unread_events.iter().flat_map(|event| &event.touches) {
            self.path(touch.org_unit.as_ref().map(|path| path.as_str()));
        }
        self
    }

    /// And those of another snapshot.
    pub fn extend(&mut self, other: Self) {
        self.domains.extend(other.domains);
        self.groups.extend(other.groups);
        self.paths.extend(other.paths);
        self.clients.extend(other.clients);
        for (token, kind) in other.tokens {
            self.tokens.entry(token).or_insert(kind);
        }
    }

    /// Whether an address in lower case is a group's.
    pub(super) fn is_group(&self, address: &str) -> bool {
        self.groups.contains(address)
    }

    /// The part of a domain in lower case that is one of the tenant's.
    pub(super) fn domain_of<'d>(&self, domain: &'d str) -> Option<&'d str> {
        let starts = std::iter::once(0).chain(domain.match_indices('.').map(|(at, _)| at + 1));
        starts.map(|at| &domain[at..]).find(|part| self.domains.contains(*part))
    }

    fn record(&mut self, line: &Line) {
        self.address(line.user.as_deref());
        let Ok(data) = line.read::<Value>() else { return };
        let text = |at: &str| data.pointer(at).and_then(Value::as_str);
        match line.kind() {
            RecordKind::Customer => {
                self.customer(text("/id").unwrap_or_default());
                self.domain(text("/customerDomain"));
                self.token(text("/postalAddress/organizationName"), Kind::Name);
                self.token(text("/postalAddress/contactName"), Kind::Name);
            }
            RecordKind::OrgUnit => {
                self.path(text("/orgUnitPath"));
                self.token(text("/name"), Kind::OrgUnit);
            }
            RecordKind::User => {
                self.address(text("/primaryEmail"));
                self.path(text("/orgUnitPath"));
                // A given name alone may be any word.
                self.token(text("/name/fullName"), Kind::Name);
            }
            RecordKind::Grant => {
                self.client(text("/clientId"));
                self.token(text("/displayText"), Kind::App);
            }
            RecordKind::Group => {
                self.group(text("/email"));
                self.token(text("/name"), Kind::Group);
            }
            RecordKind::Member => self.address(text("/email")),
            RecordKind::Role if data.get("isSystemRole") != Some(&Value::Bool(true)) => {
                self.token(text("/roleName"), Kind::Name);
                self.token(text("/roleDescription"), Kind::Name);
            }
            RecordKind::Domain => {
                self.domain(text("/domainName"));
                let aliases = data.get("domainAliases").and_then(Value::as_array);
                let name = |alias: &'_ Value| alias.get("domainAliasName").and_then(Value::as_str).map(str::to_owned);
                for alias in aliases.into_iter().flatten().filter_map(name) {
                    self.domain(Some(&alias));
                }
            }
            RecordKind::SsoAssignment | RecordKind::Organization => self.token(text("/displayName"), Kind::Name),
            RecordKind::Canary => {
                self.token(text("/id"), Kind::Name);
                self.client(text("/client_id"));
            }
            RecordKind::Activity(_) => self.activity(&data),
            RecordKind::Source
            | RecordKind::End
            | RecordKind::Policy
            | RecordKind::License
            | RecordKind::Role
            | RecordKind::RoleAssignment
            | RecordKind::DnsAnswer
            | RecordKind::AccessBinding
            | RecordKind::Unknown => {}
        }
    }

    fn activity(&mut self, data: &Value) {
        let text = |value: &Value, at: &str| value.pointer(at).and_then(Value::as_str).map(str::to_owned);
        self.address(text(data, "/actor/email").as_deref());
        let events = data.get("events").and_then(Value::as_array);
        let parameters =
            events.into_iter().flatten().filter_map(|event| event.get("parameters")).filter_map(Value::as_array);
        for parameter in parameters.flatten() {
            let (name, value) = (text(parameter, "/name").unwrap_or_default(), text(parameter, "/value"));
            let value = value.as_deref();
            match name.as_str() {
                // Without a slash it is the last part of a path, or the root by the tenant's domain.
                "ORG_UNIT_NAME" | "EDIT_ORG_UNIT_NAME" | "NEW_ORG_UNIT_NAME" if !is_path(value) => {
                    self.token(value.filter(|value| !value.contains('.')), Kind::OrgUnit);
                }
                "client_id" | "OAUTH2_APP_ID" | "API_CLIENT_ID" => self.client(value),
                "DOMAIN_NAME" => self.domain(value),
                "GROUP_EMAIL" => self.group(value),
                name if NAMING.contains(&name) => self.token(value, Kind::App),
                _ if is_path(value) => self.path(value),
                _ => {}
            }
        }
    }

    fn customer(&mut self, customer: &str) {
        if customer != "my_customer" {
            self.token(Some(customer), Kind::Customer);
        }
    }

    fn domain(&mut self, domain: Option<&str>) {
        self.domains.extend(domain.filter(|domain| !domain.is_empty()).map(str::to_lowercase));
    }

    /// An address's domain is a name, too: somebody's, if not the tenant's.
    fn address(&mut self, address: Option<&str>) {
        self.domain(address.and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain));
    }

    fn group(&mut self, group: Option<&str>) {
        self.address(group);
        self.groups.extend(group.filter(|group| group.contains('@')).map(str::to_lowercase));
    }

    fn path(&mut self, path: Option<&str>) {
        let Some(path) = path.filter(|path| path.len() > 1 && path.starts_with('/')) else { return };
        self.paths.insert(path.to_owned());
        for name in path.split('/') {
            self.token(Some(name), Kind::OrgUnit);
        }
    }

    fn client(&mut self, client: Option<&str>) {
        self.clients.extend(client.filter(|client| client.len() > 5).map(str::to_owned));
    }

    /// What is called two ways keeps the first.
    fn token(&mut self, token: Option<&str>, kind: Kind) {
        if let Some(token) = token.map(str::trim).filter(|token| token.chars().count() > 1) {
            self.tokens.entry(token.to_owned()).or_insert(kind);
        }
    }
}

fn is_path(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.starts_with('/'))
}
