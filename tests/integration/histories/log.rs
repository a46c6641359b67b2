//! What Google logs of each act, in the schema of its time.
//!
//! Until 17 February 2026 the old names alone, from September 2026 the new ones alone, in between both. What nobody
//! documented differs from tenant to tenant here (see [`Dialect`]).

use serde_json::{Value, json};

use super::deeds::{Act, Idle};
use super::dialect::{AppNaming, Dialect, Doubles, ListChange, Naming, SplitShape};
use super::noise;
use super::world::{App, Level, Method, Ms, SECOND, Session, Terms, UnitId, World};
use crate::verdicts::tenant::{NAME, OKTA, OTHER};

/// 17 February 2026.
pub(super) const SPLIT: Ms = 1_771_286_400_000;
/// 1 September 2026.
pub(super) const NEW_ALONE: Ms = 1_788_220_800_000;

/// What the log tells of whether it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Unsaid,
    Succeeded,
    Failed,
    Skipped,
    /// `UNKNOWN_EVENT_STATUS`, and it did, or did not.
    Unknown {
        happened: bool,
    },
}

impl Outcome {
    pub(super) fn happened(self) -> bool {
        match self {
            Self::Unsaid | Self::Succeeded => true,
            Self::Failed | Self::Skipped => false,
            Self::Unknown { happened } => happened,
        }
    }

    fn status(self) -> Option<&'static str> {
        match self {
            Self::Unsaid => None,
            Self::Succeeded => Some("SUCCEEDED"),
            Self::Failed => Some("FAILED"),
            Self::Skipped => Some("SKIPPED"),
            Self::Unknown { .. } => Some("UNKNOWN_EVENT_STATUS"),
        }
    }
}

/// What an event is about, for those who know the truth.
#[derive(Debug, Clone)]
pub(super) enum Tells {
    Nothing,
    /// The tree; every name that it mentions.
    Tree {
        created: Option<UnitId>,
        moved: Option<UnitId>,
        mentions: Vec<&'static str>,
    },
    /// The session of an org unit; what it proves by the rules, if anything.
    Session {
        unit: UnitId,
        proves: Option<Session>,
    },
    /// A level: of one app or of any, at one org unit or at any.
    Access {
        unit: Option<UnitId>,
        app: Option<App>,
        proves: Proof,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// The level of the app.
    Level(Option<Level>),
    /// That every app that changed now has this level.
    Several(Level),
    Nothing,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) json: Value,
    pub(super) tells: Tells,
    /// The text in `ORG_UNIT_NAME`.
    pub(super) named: Option<String>,
    pub(super) outcome: Outcome,
}

#[derive(Debug, Clone)]
pub(super) struct Activity {
    pub(super) at: Ms,
    pub(super) actor: u8,
    /// Which act it tells of.
    pub(super) act: usize,
    pub(super) entries: Vec<Entry>,
}

/// The whole log, oldest first, however far back Google would show it.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    pub(super) activities: Vec<Activity>,
}

/// An event with text parameters.
pub(super) fn event(kind: &str, name: &str, parameters: &[(&str, &str)]) -> Value {
    let parameters: Vec<Value> = parameters.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({"type": kind, "name": name, "parameters": parameters})
}

pub(super) fn security(name: &str, parameters: &[(&str, &str)]) -> Value {
    event("SECURITY_SETTINGS", name, parameters)
}

fn tree_event(name: &str, parameters: &[(&str, &str)]) -> Value {
    event("ORG_SETTINGS", name, parameters)
}

pub(super) fn id_and_name(app: App) -> (&'static str, &'static str) {
    match app {
        App::Okta => (OKTA, NAME),
        App::Other => (OTHER, "Other Tool"),
    }
}

fn list_of(level: Level) -> &'static str {
    match level {
        Level::Trusted => "TRUSTED_OAUTH2_APPS",
        Level::Limited => "LIMITED_OAUTH2_APPS",
        Level::Blocked => "BLOCKED_OAUTH2_APPS",
        Level::SpecificData => "TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS",
    }
}

fn console_word(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Trusted) => "Trusted",
        Some(Level::Limited) => "Limited",
        Some(Level::Blocked) => "Blocked",
        Some(Level::SpecificData) => "Specific Google data",
        None => "Unconfigured",
    }
}

/// Writes the log down as things happen.
#[derive(Debug)]
pub(super) struct Scribe {
    dialect: Dialect,
    acts: usize,
    pub(super) log: Log,
}

/// One event still to be put into an activity.
type Draft = (Value, Tells);

impl Scribe {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, acts: 0, log: Log::default() }
    }

    /// Logs an act. `world` is as it was before.
    pub(super) fn write(&mut self, at: Ms, actor: u8, world: &World, act: &Act, outcome: Outcome) {
        let turn = self.log.activities.len();
        self.acts += 1;
        let unit_name = |unit: UnitId| self.dialect.name(world, unit, turn);
        match act {
            Act::SaveSession { unit, from, to, idle } => {
                let name = unit_name(*unit);
                if from == to && *idle == Idle::Kept && !self.dialect.logs_nothing_new {
                    return;
                }
                let old = vec![self.old_session(at, *unit, &name, *from, *to)];
                let new = self.new_session(*unit, &name, *from, *to, *idle);
                self.in_both(at, actor, &name, outcome, vec![old], new);
            }
            Act::SetLevel { unit, app, from, to } => {
                let name = unit_name(*unit);
                if from == to && (to.is_none() || !self.dialect.logs_nothing_new) {
                    return;
                }
                let old = self.old_level(*unit, &name, *app, *from, *to);
                let new = self.new_level(at, *unit, &name, *app, *to);
                self.in_both(at, actor, &name, outcome, old, vec![new]);
            }
            Act::AddSeveral { unit, level, .. } => {
                let name = unit_name(*unit);
                let mut old = security(&format!("MULTIPLE_ADD_TO_{}", list_of(*level)), &[("ORG_UNIT_NAME", &name)]);
                let number = json!({"name": "OAUTH2_NUM_APPS", "intValue": "2"});
                old["parameters"].as_array_mut().expect("a list").push(number);
                let tells = |proves| Tells::Access { unit: Some(*unit), app: None, proves };
                let new = security("MULTIPLE_CHANGE_APP_ACCESS", &[("ORG_UNIT_NAME", &name)]);
                let old = vec![vec![(old, tells(Proof::Several(*level)))]];
                self.bulk(at, actor, Some(&name), outcome, old, vec![(new, tells(Proof::Nothing))]);
            }
            Act::Upload { rows } => {
                let number = rows.len().to_string();
                let tells = || Tells::Access { unit: None, app: None, proves: Proof::Nothing };
                let old = security(
                    "OAUTH_APPS_BULK_UPLOAD",
                    &[
                        ("BULK_UPLOAD_SUCCESS_OAUTH_APPS_NUMBER", &number),
                        ("BULK_UPLOAD_TOTAL_OAUTH_APPS_NUMBER", &number),
                    ],
                );
                let new = security("BULK_CHANGE_APP_ACCESS", &[("COUNT", &number)]);
                self.bulk(at, actor, None, outcome, vec![vec![(old, tells())]], vec![(new, tells())]);
            }
            Act::ChangeCollection { unit, .. } => {
                let name = unit_name(*unit);
                let json = security(
                    "CHANGE_APP_ACCESS_SETTINGS_COLLECTION_ID",
                    &[("OLD_VALUE", "17"), ("NEW_VALUE", "18"), ("ORG_UNIT_NAME", &name)],
                );
                let tells = Tells::Access { unit: Some(*unit), app: None, proves: Proof::Nothing };
                self.activity(at, actor, Some(&name), outcome, vec![(json, tells)]);
            }
            Act::Create { id, parent, name } => {
                let mut after = world.clone();
                after.add(*id, name, *parent);
                let text = self.dialect.name(&after, *id, turn);
                let tells = Tells::Tree { created: Some(*id), moved: None, mentions: vec![name] };
                let json = tree_event("CREATE_ORG_UNIT", &[("ORG_UNIT_NAME", &text)]);
                self.activity(at, actor, Some(&text), outcome, vec![(json, tells)]);
            }
            Act::Rename { unit, name } => {
                let before = unit_name(*unit);
                let mut after = world.clone();
                after.unit_mut(*unit).name = name;
                let by_path = self.dialect.naming == Naming::Path && self.dialect.renames_to_path;
                let to = if by_path { after.path(*unit) } else { (*name).to_owned() };
                let mentions = vec![world.units[unit].name, *name];
                let json = tree_event("EDIT_ORG_UNIT_NAME", &[("ORG_UNIT_NAME", &before), ("NEW_VALUE", &to)]);
                let tells = Tells::Tree { created: None, moved: None, mentions };
                self.activity(at, actor, Some(&before), outcome, vec![(json, tells)]);
            }
            Act::Move { unit, into } => {
                let (name, to) = (unit_name(*unit), unit_name(*into));
                let json = tree_event("MOVE_ORG_UNIT", &[("NEW_VALUE", &to), ("ORG_UNIT_NAME", &name)]);
                let tells = Tells::Tree { created: None, moved: Some(*unit), mentions: vec![world.units[unit].name] };
                self.activity(at, actor, Some(&name), outcome, vec![(json, tells)]);
            }
            Act::Remove { unit } => {
                let name = unit_name(*unit);
                let json = tree_event("REMOVE_ORG_UNIT", &[("ORG_UNIT_NAME", &name)]);
                let tells = Tells::Tree { created: None, moved: None, mentions: vec![world.units[unit].name] };
                self.activity(at, actor, Some(&name), outcome, vec![(json, tells)]);
            }
            Act::MoveUser { user, into } => {
                let (from, to) = (world.path(world.users[*user]), world.path(*into));
                let email = super::render::email(*user);
                let json = event(
                    "USER_SETTINGS",
                    "MOVE_USER_TO_ORG_UNIT",
                    &[("USER_EMAIL", email), ("ORG_UNIT_NAME", &from), ("NEW_VALUE", &to)],
                );
                self.activity(at, actor, None, outcome, vec![(json, Tells::Nothing)]);
            }
            Act::Else { unit, kind } => {
                let name = unit_name(*unit);
                self.activity(at, actor, None, outcome, vec![(noise::event(*kind, &name), Tells::Nothing)]);
            }
        }
    }

    fn old_session(&self, at: Ms, unit: UnitId, name: &str, from: Session, to: Session) -> Draft {
        let json = security(
            "SESSION_CONTROL_SETTINGS_CHANGE",
            &[
                ("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS"),
                ("REAUTH_SETTING_OLD", &self.dialect.composite(from)),
                ("REAUTH_SETTING_NEW", &self.dialect.composite(to)),
                ("ORG_UNIT_NAME", name),
            ],
        );
        let readable = at < SPLIT && !matches!(to, Session::Required(_));
        (json, Tells::Session { unit, proves: readable.then_some(to) })
    }

    /// An event for each part of the page that changed, and one in any case.
    fn new_session(&self, unit: UnitId, name: &str, from: Session, to: Session, idle: Idle) -> Vec<Draft> {
        let frequency = |session| match session {
            Session::Inherit => "INHERIT".to_owned(),
            Session::Never => "NEVER".to_owned(),
            Session::Required(terms) => format!("{} hours", terms.hours),
        };
        let method = |session| match session {
            Session::Required(Terms { method: Method::Password, .. }) => "Password",
            Session::Required(Terms { method: Method::SecurityKey, .. }) => "Security key",
            Session::Inherit | Session::Never => "",
        };
        let mut parts = Vec::new();
        if frequency(from) != frequency(to) {
            parts.push(("Reauthentication frequency", frequency(from), frequency(to)));
        }
        if method(from) != method(to) && !method(to).is_empty() {
            parts.push(("Reauthentication method", method(from).to_owned(), method(to).to_owned()));
        }
        if idle == Idle::Changed {
            parts.push(("Idle session timeout", "2 hours".to_owned(), "NEVER".to_owned()));
        }
        if parts.is_empty() {
            parts.push(("Exempt trusted apps", "Off".to_owned(), "On".to_owned()));
        }
        let draft = |(label, old, new): (&str, String, String)| {
            let application = ("REAUTH_APPLICATION", "CLOUD_ADMIN_TOOLS");
            let place = ("ORG_UNIT_NAME", name);
            let parameters = match self.dialect.split {
                SplitShape::Labelled => {
                    vec![
                        application,
                        ("SETTING_NAME", label),
                        ("REAUTH_SETTING_OLD", &old),
                        ("REAUTH_SETTING_NEW", &new),
                    ]
                }
                SplitShape::Alike => vec![application, ("REAUTH_SETTING_OLD", &old), ("REAUTH_SETTING_NEW", &new)],
                SplitShape::Other => vec![("SETTING_NAME", label), ("OLD_VALUE", &old), ("NEW_VALUE", &new)],
            };
            let parameters: Vec<_> = parameters.into_iter().chain([place]).collect();
            (security("SESSION_CONTROL_SETTINGS_CHANGE", &parameters), Tells::Session { unit, proves: None })
        };
        parts.into_iter().map(draft).collect()
    }

    fn old_level(
        &self,
        unit: UnitId,
        place: &str,
        app: App,
        from: Option<Level>,
        to: Option<Level>,
    ) -> Vec<Vec<Draft>> {
        let (id, name) = id_and_name(app);
        let draft = |verb: &str, level: Level| {
            let parameters = [
                ("OAUTH2_APP_ID", id),
                ("OAUTH2_APP_NAME", name),
                ("OAUTH2_APP_TYPE", "OAUTH2_CLIENT"),
                ("ORG_UNIT_NAME", place),
            ];
            let tells = Tells::Access { unit: Some(unit), app: Some(app), proves: Proof::Level(to) };
            (security(&format!("{verb}_{}", list_of(level)), &parameters), tells)
        };
        match (from, to) {
            (None, None) => Vec::new(),
            (Some(from), None) => vec![vec![draft("REMOVE_FROM", from)]],
            (None, Some(to)) => vec![vec![draft("ADD_TO", to)]],
            (Some(from), Some(to)) if from == to => vec![vec![draft("ADD_TO", to)]],
            (Some(from), Some(to)) => {
                let (removal, addition) = (draft("REMOVE_FROM", from), draft("ADD_TO", to));
                match self.dialect.list_change {
                    ListChange::Pair => vec![vec![removal, addition]],
                    ListChange::PairBackwards => vec![vec![addition, removal]],
                    ListChange::AdditionOnly => vec![vec![addition]],
                    ListChange::Apart => vec![vec![removal], vec![addition]],
                    ListChange::ApartBackwards => vec![vec![addition], vec![removal]],
                }
            }
        }
    }

    fn new_level(&self, at: Ms, unit: UnitId, place: &str, app: App, to: Option<Level>) -> Draft {
        let (id, name) = id_and_name(app);
        let value = if self.dialect.readable { console_word(to) } else { "A label Google chose" };
        let mut parameters = match self.dialect.app_naming {
            AppNaming::ById => vec![("SOME_APP_FIELD", id)],
            AppNaming::ByName => vec![("SOME_APP_FIELD", name)],
            AppNaming::Not => Vec::new(),
        };
        parameters.extend([("SOME_NEW_FIELD", value), ("ORG_UNIT_NAME", place)]);
        // Beside the old name it tells the same of the same app; alone it proves nothing.
        let alone = self.is_late(at);
        let told = !alone || matches!(self.dialect.app_naming, AppNaming::ById);
        let proves = if alone { Proof::Nothing } else { Proof::Level(to) };
        let tells = Tells::Access { unit: Some(unit), app: told.then_some(app), proves };
        (security("CHANGE_APP_ACCESS", &parameters), tells)
    }

    /// Whether an event of this act may be written when the new names are alone already.
    fn is_late(&self, at: Ms) -> bool {
        at + 10 * SECOND >= NEW_ALONE
    }

    /// Logs an action under the names of its time, or under both.
    fn in_both(&mut self, at: Ms, actor: u8, name: &str, outcome: Outcome, old: Vec<Vec<Draft>>, new: Vec<Draft>) {
        self.spread(at, actor, Some(name), outcome, old, new, at < NEW_ALONE);
    }

    fn bulk(&mut self, at: Ms, actor: u8, name: Option<&str>, outcome: Outcome, old: Vec<Vec<Draft>>, new: Vec<Draft>) {
        if self.dialect.bulk_lives_on {
            self.spread(at, actor, name, outcome, old, Vec::new(), true);
        } else {
            self.spread(at, actor, name, outcome, old, new, at < NEW_ALONE);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what one action is, and where it goes")]
    fn spread(
        &mut self,
        at: Ms,
        actor: u8,
        name: Option<&str>,
        outcome: Outcome,
        old: Vec<Vec<Draft>>,
        new: Vec<Draft>,
        old_names: bool,
    ) {
        let new = if at < self.dialect.rollout { Vec::new() } else { new };
        let old = if old_names { old } else { Vec::new() };
        let both = !old.is_empty() && !new.is_empty();
        let (old_at, new_at) = match self.dialect.doubles {
            Doubles::NewLater(later) if both => (at, at + later),
            Doubles::OldLater(later) if both => (at + later, at),
            Doubles::OneActivity | Doubles::NewLater(_) | Doubles::OldLater(_) => (at, at),
        };
        let mut pieces: Vec<(Ms, Vec<Draft>)> = Vec::new();
        for (position, drafts) in old.into_iter().enumerate() {
            pieces.push((old_at + i64::from(u8::try_from(position).expect("two at most")) * 1_500, drafts));
        }
        if both && matches!(self.dialect.doubles, Doubles::OneActivity) {
            pieces[0].1.extend(new);
        } else if !new.is_empty() {
            pieces.push((new_at, new));
        }
        for (at, drafts) in pieces {
            self.activity(at, actor, name, outcome, drafts);
        }
    }

    fn activity(&mut self, at: Ms, actor: u8, name: Option<&str>, outcome: Outcome, drafts: Vec<Draft>) {
        let entry = |(mut json, tells): Draft| {
            if let Some(status) = outcome.status() {
                json["status"] = json!({"eventStatus": status});
            }
            Entry { json, tells, named: name.map(str::to_owned), outcome }
        };
        let entries = drafts.into_iter().map(entry).collect();
        self.log.activities.push(Activity { at, actor, act: self.acts, entries });
    }
}
