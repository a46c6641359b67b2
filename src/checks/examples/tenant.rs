//! An example's tenant as a snapshot.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::checks::language::{
    DnsAnswer, DomainKind, Example, ExampleSession, ExampleSubject, LogEventKind, SsoTarget,
};
use crate::domain::{Email, OrgUnitPath, SessionLength};
use crate::evidence::{
    AppRef, Attestation, AttestedSession, AttestedValue, Below, Catalogue, OwnAccess, OwnReauth, ReauthMethod,
};
use crate::facts::Statements;
use crate::google::reports::Application;
use crate::report::model::SourceStatus;
use crate::snapshot::{
    Header, Line, Operator, RecordKind, SCHEMA, Snapshot, SourceId, SourceRecord, Spool, WriteError, write_snapshot,
};

use super::people::People;
use super::policies::policies;

pub(super) const CUSTOMER: &str = "C0example";
pub(super) const DOMAIN: &str = "example.com";
/// Google keeps its logs so long.
const LOG_REACH: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The moment as of which every example is judged.
fn as_of() -> Timestamp {
    Timestamp::constant(1_793_620_800, 0)
}

fn google_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// A small tenant.
pub(super) struct ExampleTenant<'x> {
    example: &'x Example,
    units: BTreeMap<OrgUnitPath, String>,
    people: People,
}

impl<'x> ExampleTenant<'x> {
    pub(super) fn of(example: &'x Example) -> Self {
        let people = People::of(example);
        let mut paths: Vec<OrgUnitPath> = vec![OrgUnitPath::root()];
        paths.extend(example.org_units.keys().cloned());
        paths.extend(example.cloud_session.keys().cloned());
        paths.extend(people.org_units().cloned());
        paths.extend(example.log.iter().map(|event| event.org_unit.clone()));
        paths.extend(example.licensed_settings.iter().map(|setting| setting.org_unit.clone()));
        paths.extend(example.list_settings.iter().map(|setting| setting.org_unit.clone()));
        paths.extend(example.trusted.iter().map(|app| app.org_unit.clone()));
        paths.extend(example.sso.iter().filter_map(|assignment| match &assignment.target {
            SsoTarget::OrgUnit(path) => Some(path.clone()),
            SsoTarget::Group(_) => None,
        }));
        paths.extend(example.expect.keys().filter_map(|subject| match subject {
            ExampleSubject::OrgUnit(path) => Some(path.clone()),
            ExampleSubject::Tenant | ExampleSubject::Group(_) | ExampleSubject::User(_) | ExampleSubject::App(_) => {
                None
            }
        }));
        let above: Vec<OrgUnitPath> = paths.iter().flat_map(OrgUnitPath::ancestors).collect();
        paths.extend(above);
        paths.sort();
        paths.dedup();
        let units = paths.into_iter().enumerate().map(|(nth, path)| (path, format!("ou{nth}"))).collect();
        Self { example, units, people }
    }

    /// What an administrator is said to have seen.
    pub(super) fn statements(&self, catalogue: &Catalogue) -> Statements {
        let by: Email = format!("admin@{DOMAIN}").parse().expect("a sound address");
        let at = as_of() - SignedDuration::from_hours(1);
        let attestation = |org_unit: &OrgUnitPath, value: AttestedValue| Attestation {
            org_unit: org_unit.clone(),
            value,
            below: Below::Inherit,
            attested_by: by.clone(),
            attested_at: at,
            expires_at: None,
            note: None,
            locator: "example".to_owned(),
        };
        let sessions = self
            .example
            .cloud_session
            .iter()
            .map(|(path, session)| attestation(path, AttestedValue::Session(attested(session))));
        let trusted = self.example.trusted.iter().map(|app| {
            let app_ref = AppRef::Client(app.client_id.clone());
            attestation(&app.org_unit, AttestedValue::AppAccess { app: app_ref, level: OwnAccess::Trusted })
        });
        Statements {
            suppositions: Vec::new(),
            attestations: sessions.chain(trusted).collect(),
            no_bindings: true,
            catalogue: catalogue.clone(),
            ..Statements::default()
        }
    }

    /// Writes it to temporary storage.
    pub(super) fn write(&self) -> Result<Snapshot, WriteError> {
        let mut records: BTreeMap<SourceId, Vec<Line>> = BTreeMap::new();
        for (kind, data) in self.records() {
            let source = kind.source().expect("every record here comes from a source");
            records.entry(source).or_default().push(Line::new(kind, &data)?);
        }
        for (group, member) in self.people.members() {
            let mut line = Line::new(RecordKind::Member, &member)?;
            line.group = Some(group);
            records.entry(SourceId::Members).or_default().push(line);
        }
        for grant in &self.example.grants {
            let data = json!({
                "clientId": grant.client_id.as_str(),
                "displayText": grant.name,
                "scopes": grant.scopes,
                "userKey": self.people.id(&grant.user),
            });
            let mut line = Line::new(RecordKind::Grant, &data)?;
            line.user = Some(grant.user.to_string());
            records.entry(SourceId::Grants).or_default().push(line);
        }
        let (mut sources, mut spools) = (Vec::new(), Vec::new());
        for id in SourceId::ALL {
            let denied = self.example.denied.iter().any(|denied| denied == id.as_str());
            let mut source = SourceRecord::new(id, if denied { SourceStatus::Denied } else { SourceStatus::Complete });
            let mut spool = Spool::new()?;
            if denied {
                source.error = Some("refused in this example".to_owned());
            } else {
                for line in records.remove(&id).unwrap_or_default() {
                    spool.push(&line)?;
                }
            }
            source.items = spool.lines();
            if matches!(id, SourceId::AdminLog | SourceId::TokenLog | SourceId::AccessEvaluationLog) {
                source.window_from = Some(as_of() - LOG_REACH);
                source.window_to = Some(as_of());
            }
            sources.push(source);
            spools.push(spool);
        }
        let header = Header {
            schema: SCHEMA.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            collected_at: as_of(),
            customer: CUSTOMER.to_owned(),
            operator: Operator::default(),
        };
        write_snapshot(None, &header, &sources, spools)
    }

    fn records(&self) -> Vec<(RecordKind, Value)> {
        let mut records = vec![(
            RecordKind::Customer,
            json!({
                "id": CUSTOMER,
                "customerDomain": DOMAIN,
                "postalAddress": {"organizationName": "Example"},
            }),
        )];
        for (path, id) in &self.units {
            let parent = path.parent().and_then(|parent| self.units.get(&parent)).map(|id| format!("id:{id}"));
            let name = path.as_str().rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("Example");
            records.push((
                RecordKind::OrgUnit,
                json!({"orgUnitId": format!("id:{id}"), "orgUnitPath": path, "name": name, "parentOrgUnitId": parent}),
            ));
        }
        records.extend(self.people.records());
        records.extend(
            policies(self.example, &self.units, &self.people).into_iter().map(|policy| (RecordKind::Policy, policy)),
        );
        records.extend(self.domains());
        records.extend(self.activities());
        for assignment in &self.example.sso {
            let mut data =
                json!({"name": format!("inboundSsoAssignments/{}", records.len()), "ssoMode": assignment.mode});
            match &assignment.target {
                SsoTarget::OrgUnit(path) => {
                    data["targetOrgUnit"] = format!("orgUnits/{}", self.units[path]).into();
                }
                SsoTarget::Group(address) => {
                    data["targetGroup"] = format!("groups/{}", self.people.group_id(address)).into();
                    data["rank"] = 1.into();
                }
            }
            records.push((RecordKind::SsoAssignment, data));
        }
        records
    }

    fn domains(&self) -> Vec<(RecordKind, Value)> {
        let mut records = Vec::new();
        let aliases: Vec<Value> = self
            .example
            .domains
            .iter()
            .filter(|domain| domain.kind == DomainKind::Alias)
            .map(|domain| json!({"domainAliasName": domain.name, "parentDomainName": DOMAIN, "verified": domain.verified}))
            .collect();
        let mut primary_seen = false;
        for domain in self.example.domains.iter().filter(|domain| domain.kind != DomainKind::Alias) {
            let is_primary = domain.kind == DomainKind::Primary;
            let aliases = if primary_seen { Vec::new() } else { aliases.clone() };
            primary_seen = true;
            records.push((
                RecordKind::Domain,
                json!({"domainName": domain.name, "isPrimary": is_primary, "verified": domain.verified, "domainAliases": aliases}),
            ));
        }
        for (name, answer) in &self.example.dns {
            let data = match answer {
                DnsAnswer::Texts(texts) if texts.is_empty() => json!({"name": name, "type": "TXT", "status": "none"}),
                DnsAnswer::Texts(texts) => json!({"name": name, "type": "TXT", "status": "answer", "texts": texts}),
                DnsAnswer::Failed => {
                    json!({"name": name, "type": "TXT", "status": "failed", "error": "no answer in time"})
                }
            };
            records.push((RecordKind::DnsAnswer, data));
        }
        // What was not said to exist was asked for, and is not there.
        for domain in &self.example.domains {
            let names = ["", "_dmarc.", "google._domainkey.", "selector1._domainkey.", "selector2._domainkey."];
            for name in names.map(|prefix| format!("{prefix}{}", domain.name)) {
                if !self.example.dns.contains_key(&name) {
                    records.push((RecordKind::DnsAnswer, json!({"name": name, "type": "TXT", "status": "none"})));
                }
            }
        }
        records
    }

    fn activities(&self) -> Vec<(RecordKind, Value)> {
        let mut records = Vec::new();
        for (nth, event) in self.example.log.iter().enumerate() {
            let unit = if event.org_unit.is_root() { "Example" } else { event.org_unit.as_str() };
            let parameter = |name: &str, value: &str| json!({"name": name, "value": value});
            let (name, parameters) = match &event.what {
                LogEventKind::Set { setting, value } => (
                    "CHANGE_APPLICATION_SETTING",
                    vec![
                        parameter("APPLICATION_NAME", "Example"),
                        parameter("SETTING_NAME", setting),
                        parameter("NEW_VALUE", value),
                        parameter("ORG_UNIT_NAME", unit),
                    ],
                ),
                LogEventKind::Deleted { setting } => (
                    "DELETE_APPLICATION_SETTING",
                    vec![
                        parameter("APPLICATION_NAME", "Example"),
                        parameter("SETTING_NAME", setting),
                        parameter("ORG_UNIT_NAME", unit),
                    ],
                ),
                LogEventKind::Other { event, parameters } => {
                    (event.as_str(), parameters.iter().map(|(name, value)| parameter(name, value)).collect())
                }
            };
            let id = json!({
                "time": google_time(as_of() - event.ago),
                "uniqueQualifier": (1000 + nth).to_string(),
                "applicationName": "admin",
                "customerId": CUSTOMER,
            });
            let events = json!([{"type": "APPLICATION_SETTINGS", "name": name, "parameters": parameters}]);
            let actor = json!({"callerType": "USER", "email": format!("admin@{DOMAIN}"), "profileId": "1"});
            let activity = json!({"id": id, "actor": actor, "events": events});
            records.push((RecordKind::Activity(Application::Admin), activity));
        }
        for (nth, grant) in self.example.grants.iter().enumerate() {
            let Some(days) = grant.last_used_days_ago else { continue };
            let id = json!({
                "time": google_time(as_of() - SignedDuration::from_hours(24 * days)),
                "uniqueQualifier": (5000 + nth).to_string(),
                "applicationName": "token",
                "customerId": CUSTOMER,
            });
            let parameters = json!([
                {"name": "client_id", "value": grant.client_id.as_str()},
                {"name": "app_name", "value": grant.name},
                {"name": "scope", "multiValue": grant.scopes},
            ]);
            let actor = json!({"email": grant.user, "profileId": self.people.id(&grant.user)});
            let activity = json!({"id": id, "actor": actor, "events": [{"type": "auth", "name": "activity", "parameters": parameters}]});
            records.push((RecordKind::Activity(Application::Token), activity));
        }
        records
    }
}

fn attested(session: &ExampleSession) -> AttestedSession {
    AttestedSession {
        reauth: match session.reauth.as_deref() {
            Some("not_required") => OwnReauth::NotRequired,
            Some("inherit") => OwnReauth::Inherit,
            // Only these words are let in.
            Some(_) | None => OwnReauth::Required,
        },
        frequency: session.frequency.as_deref().and_then(|length| length.parse::<SessionLength>().ok()),
        method: session.method.as_deref().map(|method| match method {
            "security_key" => ReauthMethod::SecurityKey,
            _ => ReauthMethod::Password,
        }),
        exempt_trusted_apps: session.exempt_trusted_apps,
    }
}
