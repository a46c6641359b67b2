use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use super::types::{RecordType, Type};
use crate::domain::SettingType;

/// What a pack's check is asked about, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// The tenant as a whole.
    Tenant,
    /// Every org unit, and every group that a policy of the settings in question names.
    OrgUnit,
    /// Every user.
    User,
    /// Every group.
    Group,
    /// Every app that holds a grant.
    App,
}

impl SubjectKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Tenant, Self::OrgUnit, Self::User, Self::Group, Self::App];

    /// The word used in packs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::OrgUnit => "org_unit",
            Self::User => "user",
            Self::Group => "group",
            Self::App => "app",
        }
    }

    /// The inputs that its conditions may name.
    #[must_use]
    pub fn roots(self) -> &'static [Root] {
        match self {
            Self::Tenant => &[Root::Settings, Root::Tenant, Root::Log, Root::Now],
            Self::OrgUnit => &[Root::Settings, Root::OrgUnit, Root::Tenant, Root::Log, Root::Now],
            Self::User => &[Root::Settings, Root::User, Root::Tenant, Root::Now],
            Self::Group => &[Root::Settings, Root::Group, Root::Tenant, Root::Now],
            Self::App => &[Root::App, Root::Tenant, Root::Now],
        }
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name that an input begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// `settings.<category>.<name>.<field>`: what is in force for the subject. A [`super::Scope`] is never asked for it
    /// as a whole, but setting by setting.
    Settings,
    /// The tenant: its administrators and domains.
    Tenant,
    /// The org unit in question.
    OrgUnit,
    /// The user in question.
    User,
    /// The group in question.
    Group,
    /// The app in question.
    App,
    /// The administrators' audit log.
    Log,
    /// The moment as of which everything is judged.
    Now,
}

impl Root {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Settings, Self::Tenant, Self::OrgUnit, Self::User, Self::Group, Self::App, Self::Log, Self::Now];

    /// The name in conditions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Tenant => "tenant",
            Self::OrgUnit => "org_unit",
            Self::User => "user",
            Self::Group => "group",
            Self::App => "app",
            Self::Log => "log",
            Self::Now => "now",
        }
    }

    /// The root of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.as_str() == name)
    }

    /// Its type; `None` for the settings, of which each has its own.
    #[must_use]
    pub fn type_of(self) -> Option<Type> {
        ROOTS.get(&self).cloned()
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the values of a type of setting look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingShape {
    /// One value per field is in force for anybody.
    Fields(Arc<RecordType>),
    /// Any number of rules is in force, each with these fields: `settings.rule.dlp.exists(rule, …)`.
    Rules(Arc<RecordType>),
}

/// The types of settings that conditions may name.
pub trait SettingTypes: Sync {
    /// What a setting of that type holds; `None` where there is no such type.
    fn setting(&self, setting: &SettingType) -> Option<SettingShape>;

    /// All types, for telling the nearest to a misspelt one.
    fn all(&self) -> Vec<SettingType>;
}

/// What a condition about subjects of one kind may name.
#[derive(Clone, Copy)]
pub struct Schema<'s> {
    /// Whom it is about.
    pub subject: SubjectKind,
    /// The settings that there are.
    pub settings: &'s dyn SettingTypes,
}

impl fmt::Debug for Schema<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("subject", &self.subject).finish_non_exhaustive()
    }
}

static ROOTS: LazyLock<BTreeMap<Root, Type>> = LazyLock::new(|| {
    BTreeMap::from([
        (Root::Tenant, tenant()),
        (Root::OrgUnit, org_unit()),
        (Root::User, user()),
        (Root::Group, Type::record("group", [("email", Type::Text), ("id", Type::Text)])),
        (Root::App, app()),
        (Root::Log, log()),
        (Root::Now, Type::Timestamp),
    ])
});

fn texts() -> Type {
    Type::list(Type::Text)
}

fn org_unit() -> Type {
    let session = [
        ("required", Type::Bool),
        ("frequency", Type::Duration),
        ("method", Type::closed_enum("org_unit.cloud_session.method", &["password", "security_key"])),
        ("exempt_trusted_apps", Type::Bool),
    ];
    Type::record("org_unit", [("path", Type::Text), ("cloud_session", Type::record("org_unit.cloud_session", session))])
}

fn user() -> Type {
    Type::record(
        "user",
        [
            ("email", Type::Text),
            ("org_unit", Type::Text),
            ("is_super_admin", Type::Bool),
            ("is_admin", Type::Bool),
            ("suspended", Type::Bool),
            ("archived", Type::Bool),
            ("roles", texts()),
            ("two_step_enrolled", Type::Bool),
            ("two_step_enforced", Type::Bool),
            ("sso", Type::closed_enum("user.sso", &["on", "off"])),
        ],
    )
}

fn tenant() -> Type {
    Type::record(
        "tenant",
        [
            ("super_admins", Type::list(user())),
            ("admins", Type::list(user())),
            ("domains", Type::list(domain())),
            ("primary_domain", Type::Text),
        ],
    )
}

fn domain() -> Type {
    let spf = [
        ("text", Type::Text),
        ("all", Type::closed_enum("spf.all", &["-", "~", "?", "+", ""])),
        ("redirect", Type::Text),
        ("includes", texts()),
    ];
    let dmarc = [
        ("text", Type::Text),
        ("policy", Type::Text),
        ("subdomain_policy", Type::Text),
        ("rua", texts()),
        ("ruf", texts()),
    ];
    Type::record(
        "domain",
        [
            ("name", Type::Text),
            ("kind", Type::closed_enum("domain.kind", &["primary", "secondary", "alias"])),
            ("verified", Type::Bool),
            ("spf", Type::list(Type::record("spf", spf))),
            ("dmarc", Type::list(Type::record("dmarc", dmarc))),
            ("dmarc_inherited", Type::Bool),
            ("dkim", Type::list(Type::record("dkim", [("selector", Type::Text), ("text", Type::Text)]))),
        ],
    )
}

fn log() -> Type {
    let parameters = Type::Map(Arc::new(Type::Text));
    Type::record("log", [("settings", Type::Map(Arc::new(Type::Text))), ("last", Type::Map(Arc::new(parameters)))])
}

fn app() -> Type {
    Type::record(
        "app",
        [
            ("client_id", Type::Text),
            ("name", Type::Text),
            ("names", texts()),
            ("in_catalogue", Type::Bool),
            ("pinned", Type::Bool),
            ("scopes", texts()),
            ("cloud_scopes", texts()),
            ("restricted_scopes", texts()),
            ("users", Type::Int),
            ("org_units", texts()),
            ("last_used", Type::Timestamp),
            ("days_unused", Type::Int),
            ("trusted_in", texts()),
            ("looks_like", texts()),
            ("anonymous", Type::Bool),
            ("delegated_scopes", texts()),
            ("used_by_admins", Type::Int),
        ],
    )
}
