//! Examples of a check as packs write them.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::example::{
    DnsAnswer, DomainKind, Example, ExampleDomain, ExampleGrant, ExampleGroup, ExampleSession, ExampleSubject,
    ExampleUser, Fields as Values, LicensedSetting, ListSetting, LogEvent, LogEventKind, SsoAssignment, SsoTarget,
    TrustedApp,
};
use super::fields::{Decode, Fields, Parsed, entries, list, word};
use super::nearest::nearest;
use super::schema::{SettingShape, SettingTypes, SubjectKind};
use super::source::Source;
use super::tree::{Kind, Tree};
use crate::domain::{ClientId, Email, OrgUnitPath, SettingType};
use crate::report::model::Status;

/// The verdicts that an example may expect.
const STATUSES: [(&str, Status); 5] = [
    ("pass", Status::Pass),
    ("fail", Status::Fail),
    ("undetermined", Status::Undetermined),
    ("not_applicable", Status::NotApplicable),
    ("manual", Status::Manual),
];

/// What the examples of one check are read by.
#[derive(Clone, Copy)]
pub(super) struct ExampleReader<'r> {
    /// What the check is asked about.
    pub(super) subject: SubjectKind,
    /// The settings that there are.
    pub(super) settings: &'r dyn SettingTypes,
}

/// A check's examples; those that cannot be read are left out, with the fault noted.
pub(super) fn examples(tree: &Tree, reader: ExampleReader<'_>, source: &mut Source<'_>) -> Option<Vec<Example>> {
    let items = list(tree, source)?;
    Some(items.iter().filter_map(|item| reader.example(item, source)).collect())
}

/// A list whose items are read one by one; those that cannot be read are left out, with the fault noted.
fn each<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    source: &mut Source<'_>,
    mut read: impl FnMut(&Tree, &mut Source<'_>) -> Option<T>,
) -> Vec<T> {
    let items = fields.tree(key).and_then(|tree| list(tree, source)).unwrap_or_default();
    items.iter().filter_map(|item| read(item, source)).collect()
}

/// A map whose values are read one by one, under keys that a type of ours reads.
fn keyed<K, T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    source: &mut Source<'_>,
    mut read: impl FnMut(&Tree, &mut Source<'_>) -> Option<T>,
) -> BTreeMap<K, T>
where
    K: Ord + std::str::FromStr,
    K::Err: std::fmt::Display,
{
    let written = fields.tree(key).and_then(|tree| entries(tree, source)).unwrap_or_default();
    let mut map = BTreeMap::new();
    for (key, value) in written {
        let value = read(value, source);
        match (key.name.parse(), value) {
            (Ok(key), Some(value)) => {
                map.insert(key, value);
            }
            (Ok(_), None) => {}
            (Err(error), _) => {
                source.fault::<()>(key.at, K::Err::to_string(&error));
            }
        }
    }
    map
}

/// A value that a type of ours reads.
fn parsed<T>(fields: &mut Fields<'_>, key: &'static str, source: &mut Source<'_>) -> Option<T>
where
    Parsed<T>: Decode,
{
    fields.take(key, source).map(|Parsed(value)| value)
}

/// The same where it must be there.
fn required<T>(fields: &mut Fields<'_>, key: &'static str, source: &mut Source<'_>) -> Option<T>
where
    Parsed<T>: Decode,
{
    fields.require(key, source).map(|Parsed(value)| value)
}

fn org_unit(fields: &mut Fields<'_>, source: &mut Source<'_>) -> OrgUnitPath {
    parsed(fields, "org_unit", source).unwrap_or_else(OrgUnitPath::root)
}

impl ExampleReader<'_> {
    fn example(self, tree: &Tree, source: &mut Source<'_>) -> Option<Example> {
        let mut fields = Fields::new(tree, source)?;
        let mut example = Example {
            name: fields.take("name", source),
            line: source.place(tree.at).0,
            settings: fields.tree("settings").and_then(|tree| self.values(tree, source)).unwrap_or_default(),
            org_units: keyed(&mut fields, "org_units", source, |tree, source| self.values(tree, source)),
            groups: keyed(&mut fields, "groups", source, |tree, source| self.group(tree, source)),
            licensed_settings: each(&mut fields, "licensed_settings", source, |tree, source| {
                self.licensed(tree, source)
            }),
            list_settings: each(&mut fields, "list_settings", source, |tree, source| self.listed(tree, source)),
            users: each(&mut fields, "users", source, user),
            domains: each(&mut fields, "domains", source, domain),
            dns: keyed(&mut fields, "dns", source, dns),
            log: each(&mut fields, "log", source, event),
            cloud_session: keyed(&mut fields, "cloud_session", source, session),
            grants: each(&mut fields, "grants", source, grant),
            trusted: each(&mut fields, "trusted", source, trusted),
            sso: each(&mut fields, "sso", source, sso),
            denied: fields.take("denied", source).unwrap_or_default(),
            expect: BTreeMap::new(),
        };
        let status = fields.tree("status");
        let at = fields.at;
        fields.finish(source);
        example.expect = match status {
            Some(tree) => self.expected(tree, &example, source)?,
            None => return source.fault(at, "`status` is missing here: the verdict that the example gets"),
        };
        Some(example)
    }

    /// The verdicts: one word, or one per subject.
    fn expected(
        self,
        tree: &Tree,
        example: &Example,
        source: &mut Source<'_>,
    ) -> Option<BTreeMap<ExampleSubject, Status>> {
        if !matches!(tree.what, Kind::Map(_)) {
            let status = word(tree, source, &STATUSES)?;
            return match self.only_subject(example) {
                Some(subject) => Some(BTreeMap::from([(subject, status)])),
                None => source.fault(tree.at, "say whose verdict that is: {\"user:a@example.com\": fail}"),
            };
        }
        let mut expected = BTreeMap::new();
        for (key, value) in entries(tree, source)? {
            let status = word(value, source, &STATUSES);
            match (key.name.parse(), status) {
                (Ok(subject), Some(status)) => {
                    expected.insert(subject, status);
                }
                (Ok(_), None) => {}
                (Err(error), _) => {
                    source.fault::<()>(key.at, String::clone(&error));
                }
            }
        }
        Some(expected)
    }

    /// Whom a single word can mean. Where nobody is there to be judged, it is the tenant, which stands for them.
    fn only_subject(self, example: &Example) -> Option<ExampleSubject> {
        let mut subjects: Vec<ExampleSubject> = match self.subject {
            SubjectKind::Tenant => vec![ExampleSubject::Tenant],
            SubjectKind::OrgUnit => vec![ExampleSubject::OrgUnit(OrgUnitPath::root())],
            SubjectKind::User => example.users.iter().map(|user| ExampleSubject::User(user.email.clone())).collect(),
            SubjectKind::Group => example.groups.keys().cloned().map(ExampleSubject::Group).collect(),
            SubjectKind::App => {
                example.grants.iter().map(|grant| ExampleSubject::App(grant.client_id.clone())).collect()
            }
        };
        subjects.dedup();
        match subjects.as_slice() {
            [] => Some(ExampleSubject::Tenant),
            [only] => Some(only.clone()),
            [..] => None,
        }
    }

    /// Settings with their values.
    fn values(self, tree: &Tree, source: &mut Source<'_>) -> Option<BTreeMap<SettingType, Values>> {
        let mut values = BTreeMap::new();
        for (key, value) in entries(tree, source)? {
            if let Some(setting) = self.setting(&key.name, key.at, source)
                && let Some(fields) = self.value(&setting, value, source)
            {
                values.insert(setting, fields);
            }
        }
        Some(values)
    }

    fn setting(self, name: &str, at: usize, source: &mut Source<'_>) -> Option<SettingType> {
        let setting = SettingType::from_google(name);
        if self.settings.setting(&setting).is_some() {
            return Some(setting);
        }
        let all = self.settings.all();
        let near = nearest(name, "one", all.iter().map(SettingType::as_str));
        source.fault(at, format!("there is no setting {name}{near}"))
    }

    /// What a policy sets. Its fields must be known; their values are free, so that an example can show what becomes of
    /// a word that nobody knows.
    fn value(self, setting: &SettingType, tree: &Tree, source: &mut Source<'_>) -> Option<Values> {
        let record = match self.settings.setting(setting)? {
            SettingShape::Fields(record) | SettingShape::Rules(record) => record,
        };
        let mut values = Values::new();
        for (key, value) in entries(tree, source)? {
            if !record.fields.contains_key(key.name.as_str()) {
                let near = nearest(&key.name, "field", record.fields.keys().map(|known| &**known));
                source.fault::<()>(key.at, format!("{setting} has no field `{}`{near}", key.name));
            }
            values.insert(key.name.clone(), value.to_json());
        }
        Some(values)
    }

    fn group(self, tree: &Tree, source: &mut Source<'_>) -> Option<ExampleGroup> {
        let mut fields = Fields::new(tree, source)?;
        let members = fields.take::<Vec<Parsed<Email>>>("members", source).unwrap_or_default();
        let settings = fields.tree("settings").and_then(|tree| self.values(tree, source)).unwrap_or_default();
        fields.finish(source);
        Some(ExampleGroup { members: members.into_iter().map(|Parsed(member)| member).collect(), settings })
    }

    fn licensed(self, tree: &Tree, source: &mut Source<'_>) -> Option<LicensedSetting> {
        let mut fields = Fields::new(tree, source)?;
        let sku = fields.require("sku", source);
        let setting = self.named_setting("setting", &mut fields, source);
        let value = self.named_value(setting.as_ref(), &mut fields, source);
        let org_unit = org_unit(&mut fields, source);
        fields.finish(source);
        Some(LicensedSetting { sku: sku?, setting: setting?, value: value?, org_unit })
    }

    fn listed(self, tree: &Tree, source: &mut Source<'_>) -> Option<ListSetting> {
        let mut fields = Fields::new(tree, source)?;
        let setting = self.named_setting("type", &mut fields, source);
        let value = self.named_value(setting.as_ref(), &mut fields, source);
        let org_unit = org_unit(&mut fields, source);
        fields.finish(source);
        Some(ListSetting { setting: setting?, value: value?, org_unit })
    }

    fn named_setting(self, key: &'static str, fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<SettingType> {
        let name: String = fields.require(key, source)?;
        let at = fields.tree(key)?.at;
        self.setting(&name, at, source)
    }

    fn named_value(
        self,
        setting: Option<&SettingType>,
        fields: &mut Fields<'_>,
        source: &mut Source<'_>,
    ) -> Option<Values> {
        match fields.tree("value") {
            Some(tree) => self.value(setting?, tree, source),
            None => source.fault(fields.at, "`value` is missing here: the fields that the policy sets"),
        }
    }
}

fn user(tree: &Tree, source: &mut Source<'_>) -> Option<ExampleUser> {
    let mut fields = Fields::new(tree, source)?;
    let email = required(&mut fields, "email", source);
    let mut flag = |key| fields.take(key, source).unwrap_or_default();
    let (super_admin, suspended, archived) = (flag("super_admin"), flag("suspended"), flag("archived"));
    let (two_step_enrolled, two_step_enforced) = (flag("two_step_enrolled"), flag("two_step_enforced"));
    let roles = fields.take("roles", source).unwrap_or_default();
    let licences = fields.take("licences", source).unwrap_or_default();
    let org_unit = org_unit(&mut fields, source);
    fields.finish(source);
    let email = email?;
    Some(ExampleUser {
        email,
        org_unit,
        super_admin,
        roles,
        suspended,
        archived,
        two_step_enrolled,
        two_step_enforced,
        licences,
    })
}

fn domain(tree: &Tree, source: &mut Source<'_>) -> Option<ExampleDomain> {
    let mut fields = Fields::new(tree, source)?;
    let name = fields.require("name", source);
    let kind = match fields.tree("kind") {
        Some(tree) => word(tree, source, &DomainKind::WORDS),
        None => Some(DomainKind::Primary),
    };
    let verified = fields.take("verified", source).unwrap_or(true);
    fields.finish(source);
    Some(ExampleDomain { name: name?, kind: kind?, verified })
}

fn dns(tree: &Tree, source: &mut Source<'_>) -> Option<DnsAnswer> {
    match &tree.what {
        Kind::Text(text) if text == "failed" => Some(DnsAnswer::Failed),
        Kind::Null | Kind::List(_) => Vec::decode(tree, source).map(DnsAnswer::Texts),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) | Kind::Map(_) => {
            source.fault(tree.at, "expected a list of texts, or `failed` where DNS does not answer")
        }
    }
}

fn event(tree: &Tree, source: &mut Source<'_>) -> Option<LogEvent> {
    let mut fields = Fields::new(tree, source)?;
    let setting = fields.take::<String>("setting", source);
    let event = fields.take::<String>("event", source);
    let value = fields.tree("value").and_then(|tree| written(tree, source));
    let deleted = fields.take("deleted", source).unwrap_or(false);
    let parameters = keyed(&mut fields, "parameters", source, written);
    let days = fields.take("days_ago", source).unwrap_or(1);
    let org_unit = org_unit(&mut fields, source);
    let at = fields.at;
    fields.finish(source);
    let what = match (setting, event, value, deleted) {
        (Some(setting), None, Some(value), false) => LogEventKind::Set { setting, value },
        (Some(setting), None, None, true) => LogEventKind::Deleted { setting },
        (None, Some(event), None, false) => LogEventKind::Other { event, parameters },
        (Some(_) | None, ..) => {
            let message = "an event is a `setting` with its `value`, a `setting` with `deleted: true`, or an `event` with \
                           its `parameters`";
            return source.fault(at, message);
        }
    };
    let ago = days.checked_mul(86_400).map(SignedDuration::from_secs);
    match ago {
        Some(ago) => Some(LogEvent { what, org_unit, ago }),
        None => source.fault(at, "that is too many days"),
    }
}

/// A value of the log, which has texts alone: `true` and `7` are written without quotes too.
fn written(tree: &Tree, source: &mut Source<'_>) -> Option<String> {
    match &tree.what {
        Kind::Text(text) => Some(text.clone()),
        Kind::Bool(answer) => Some(answer.to_string()),
        Kind::Int(number) => Some(number.to_string()),
        Kind::Null | Kind::Float(_) | Kind::List(_) | Kind::Map(_) => {
            source.fault(tree.at, format!("expected a text, found {}", tree.kind()))
        }
    }
}

fn session(tree: &Tree, source: &mut Source<'_>) -> Option<ExampleSession> {
    let mut fields = Fields::new(tree, source)?;
    let session = ExampleSession {
        reauth: fields.take("reauth", source),
        frequency: fields.take("frequency", source),
        method: fields.take("method", source),
        exempt_trusted_apps: fields.take("exempt_trusted_apps", source),
    };
    fields.finish(source);
    let words = [
        (&session.reauth, "reauth", &["required", "not_required", "inherit"][..]),
        (&session.method, "method", &["password", "security_key"]),
    ];
    for (word, key, allowed) in words {
        if let Some(word) = word.as_deref().filter(|word| !allowed.contains(word)) {
            let message = format!("{key}: {word:?} is none of {}", allowed.join(", "));
            source.fault::<()>(tree.at, message);
        }
    }
    Some(session)
}

fn grant(tree: &Tree, source: &mut Source<'_>) -> Option<ExampleGrant> {
    let mut fields = Fields::new(tree, source)?;
    let user = required(&mut fields, "user", source);
    let client_id: Option<ClientId> = required(&mut fields, "client_id", source);
    let name = fields.take("name", source);
    let scopes = fields.take("scopes", source).unwrap_or_default();
    let last_used_days_ago = fields.take("last_used_days_ago", source);
    fields.finish(source);
    Some(ExampleGrant { user: user?, client_id: client_id?, name, scopes, last_used_days_ago })
}

fn trusted(tree: &Tree, source: &mut Source<'_>) -> Option<TrustedApp> {
    let mut fields = Fields::new(tree, source)?;
    let client_id = required(&mut fields, "client_id", source);
    let org_unit = org_unit(&mut fields, source);
    fields.finish(source);
    Some(TrustedApp { client_id: client_id?, org_unit })
}

fn sso(tree: &Tree, source: &mut Source<'_>) -> Option<SsoAssignment> {
    let mut fields = Fields::new(tree, source)?;
    let target: Option<SsoTarget> = required(&mut fields, "target", source);
    let mode = fields.require("mode", source);
    fields.finish(source);
    Some(SsoAssignment { target: target?, mode: mode? })
}
