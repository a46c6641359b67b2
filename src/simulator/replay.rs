//! What administrators did, in order: the org units and settings that come of it, the admin log that Google would have
//! written, and what was attested on the way.
//!
//! Deeds that lie after the start are done when their time has come.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use toml::Spanned;

use super::actions::{Action, Deed, Level, Session, SetAccess, UserDeed};
use super::log::{self, Activity, Schema};
use super::residents::{Resident, Residents, Revocation};
use super::scenario::{App, Attest, Below, Contradiction, File, Setting, read};
use super::tree::Tree;
use crate::domain::OrgUnitPath;

/// What an attestation says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Attested {
    Session(Session),
    Access(Level),
}

/// An attestation at its moment.
#[derive(Debug, Clone)]
pub(super) struct Attestation {
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) org_unit: OrgUnitPath,
    /// A catalogue id or a client ID.
    pub(super) app: Option<String>,
    pub(super) value: Attested,
    pub(super) below: Option<Below>,
    pub(super) expires: Option<Timestamp>,
    pub(super) note: Option<String>,
}

/// What comes of it all.
pub(super) struct Replayed {
    /// As it is.
    pub(super) tree: Tree,
    /// As it was at the start.
    pub(super) at_start: Tree,
    /// The settings that are enforced: those of one propagation ago.
    pub(super) enforced: Tree,
    pub(super) residents: Residents,
    /// Up to the start.
    pub(super) activities: Vec<Activity>,
    /// Since the start, in order of time.
    pub(super) later: Vec<Activity>,
    pub(super) attestations: Vec<Attestation>,
    /// When any of this is different next.
    pub(super) next_change: Option<Timestamp>,
}

enum Step<'a> {
    Create(&'a OrgUnitPath),
    Do(&'a Action),
    Attest(&'a Attest),
}

struct Replay<'a> {
    file: &'a File,
    administrator: &'a str,
    start: Timestamp,
    tree: Tree,
    residents: Residents,
    activities: Vec<Activity>,
    attestations: Vec<Attestation>,
}

/// Replays the file, whose offsets count from `start`, up to `now`.
pub(super) fn replay(
    file: &File,
    administrator: &str,
    start: Timestamp,
    now: Timestamp,
) -> Result<Replayed, Contradiction> {
    let customer = file.customer.get_ref();
    let mut replay = Replay {
        file,
        administrator,
        start,
        tree: Tree::new(&customer.id, &customer.organization_name),
        residents: Residents::default(),
        activities: Vec::new(),
        attestations: Vec::new(),
    };
    let mut always: Vec<_> = file.org_unit.iter().filter(|unit| unit.get_ref().created.is_none()).collect();
    always.sort_by(|a, b| a.get_ref().path.cmp(&b.get_ref().path));
    for unit in always {
        let path = &unit.get_ref().path;
        replay.tree.create(path).map_err(|what| Contradiction::new(unit.span().start, what))?;
    }
    let propagation = file.oauth.propagation.map_or(SignedDuration::ZERO, |length| length.0);
    let enforced_until = now.saturating_sub(propagation).unwrap_or(Timestamp::MIN);
    let (mut at_start, mut enforced, mut next_change) = (None, None, None);
    for (at, offset, step) in steps(file) {
        let moment = offset.from(start);
        if offset.is_future() && at_start.is_none() {
            at_start = Some(replay.begin());
        }
        if moment > enforced_until && enforced.is_none() {
            enforced = Some(replay.tree.clone());
            next_change = moment.saturating_add(propagation).ok();
        }
        if offset.is_future() && moment > now {
            next_change = Some(next_change.map_or(moment, |change: Timestamp| change.min(moment)));
            break;
        }
        let done = match step {
            Step::Create(_) | Step::Attest(_) if offset.is_future() => Err("this lies in the future".to_owned()),
            Step::Create(path) => replay.create(moment, None, path),
            Step::Do(action) => replay.act(moment, action),
            Step::Attest(attest) => replay.attest(moment, start, attest),
        };
        done.map_err(|what| Contradiction::new(at, what))?;
    }
    let (at_start, activities) = match at_start {
        Some(begun) => begun,
        None => replay.begin(),
    };
    Ok(Replayed {
        enforced: enforced.unwrap_or_else(|| replay.tree.clone()),
        tree: replay.tree,
        at_start,
        residents: replay.residents,
        activities,
        later: replay.activities,
        attestations: replay.attestations,
        next_change,
    })
}

/// In order of time; at one time, what was created first, then what was done, then what was seen.
fn steps(file: &File) -> Vec<(usize, super::offset::Offset, Step<'_>)> {
    fn place<T>(spanned: &Spanned<T>) -> usize {
        spanned.span().start
    }
    let created = file.org_unit.iter().filter_map(|unit| {
        let created = unit.get_ref().created?;
        Some((place(unit), created, Step::Create(&unit.get_ref().path)))
    });
    let done = file.action.iter().map(|action| (place(action), action.get_ref().at, Step::Do(action.get_ref())));
    let seen = file.attest.iter().map(|attest| (place(attest), attest.get_ref().at, Step::Attest(attest.get_ref())));
    let mut steps: Vec<_> = created.chain(done).chain(seen).collect();
    steps.sort_by_key(|(_, offset, _)| *offset);
    steps
}

impl Replay<'_> {
    /// The start: users take their places. Gives the tree as it is then, and the log so far.
    fn begin(&mut self) -> (Tree, Vec<Activity>) {
        self.residents.settle(self.file, &self.tree);
        (self.tree.clone(), std::mem::take(&mut self.activities))
    }

    fn app(&self, key: &str) -> Result<App, String> {
        self.file.app_called(key).cloned().ok_or_else(|| format!("there is no app {key:?}"))
    }

    fn write(&mut self, at: Timestamp, actor: Option<&str>, activities: Vec<Vec<Value>>) {
        let mut at = at;
        for events in activities {
            self.activities.push(Activity {
                at,
                application: "admin".to_owned(),
                actor: Some(actor.unwrap_or(self.administrator).to_owned()),
                through: None,
                events,
            });
            at = at.saturating_add(log::PAIR_DISTANCE).unwrap_or(at);
        }
    }

    fn name_of(&self, key: usize) -> String {
        self.tree.unit(key).name.clone()
    }

    fn create(&mut self, at: Timestamp, actor: Option<&str>, path: &OrgUnitPath) -> Result<(), String> {
        let key = self.tree.create(path)?;
        let event = log::org_unit_event("CREATE_ORG_UNIT", &self.name_of(key), None);
        self.write(at, actor, vec![vec![event]]);
        Ok(())
    }

    fn act(&mut self, at: Timestamp, action: &Action) -> Result<(), String> {
        let actor = action.actor.as_deref();
        match &action.deed {
            Deed::SetSessionControl(set) => self.set_session(at, actor, &set.org_unit, set.value),
            Deed::InheritSessionControl(unit) => self.set_session(at, actor, &unit.org_unit, Session::Inherit),
            Deed::SetAppAccess(set) => {
                let app = self.app(&set.app)?;
                let (key, old) = self.set_access(set, &app)?;
                let name = self.name_of(key);
                let events = log::access_changed(Schema::at(at), &name, &app, old, set.level);
                self.write(at, actor, events);
                Ok(())
            }
            Deed::CreateOrgUnit(unit) => self.create(at, actor, &unit.org_unit),
            Deed::RenameOrgUnit(rename) => {
                let before = self.tree.find(&rename.org_unit).map(|key| self.name_of(key))?;
                self.tree.rename(&rename.org_unit, &rename.name)?;
                let event = log::org_unit_event("EDIT_ORG_UNIT_NAME", &before, Some(&rename.name));
                self.write(at, actor, vec![vec![event]]);
                Ok(())
            }
            Deed::MoveOrgUnit(relocation) => {
                let (key, parent) = self.tree.relocate(&relocation.org_unit, &relocation.to)?;
                let event = log::org_unit_event("MOVE_ORG_UNIT", &self.name_of(key), Some(&self.name_of(parent)));
                self.write(at, actor, vec![vec![event]]);
                Ok(())
            }
            Deed::RemoveOrgUnit(unit) => {
                if self.tree.find(&unit.org_unit).is_ok_and(|key| self.residents.live_in(key)) {
                    return Err(format!("there are still users in {} at that time", unit.org_unit));
                }
                let removed = self.tree.remove(&unit.org_unit)?;
                let event = log::org_unit_event("REMOVE_ORG_UNIT", &removed.name, None);
                self.write(at, actor, vec![vec![event]]);
                Ok(())
            }
            Deed::BulkUpload(upload) => {
                for row in &upload.rows {
                    let app = self.app(&row.app)?;
                    self.set_access(row, &app)?;
                }
                self.write(at, actor, vec![vec![log::bulk_uploaded(upload.rows.len())]]);
                Ok(())
            }
            Deed::MultipleAdd(added) => {
                for app in &added.apps {
                    let row = SetAccess { org_unit: added.org_unit.clone(), app: app.clone(), level: added.level };
                    let app = self.app(app)?;
                    self.set_access(&row, &app)?;
                }
                let name = self.tree.find(&added.org_unit).map(|key| self.name_of(key))?;
                let event = log::multiple_added(&name, added.level, added.apps.len())
                    .ok_or("several apps can only be added to a level")?;
                self.write(at, actor, vec![vec![event]]);
                Ok(())
            }
            Deed::User(deed) => {
                let event = self.about_user(at, deed)?;
                self.write(at, actor, vec![vec![event]]);
                Ok(())
            }
            Deed::DeleteClient(deleted) => {
                let app = self.app(&deleted.app)?;
                self.residents.deleted_clients.insert(app.client_id);
                Ok(())
            }
            Deed::Event(raw) => {
                let event = log::verbatim(raw)?;
                self.write(at, actor, vec![vec![event]]);
                Ok(())
            }
        }
    }

    /// Changes how a user stands, if the start is past; gives the event that tells of it.
    fn about_user(&mut self, at: Timestamp, deed: &UserDeed) -> Result<Value, String> {
        let user = deed.user();
        if !self.file.has_user(user) {
            return Err(format!("there is no user {user}"));
        }
        let begun = at > self.start;
        let mut change = |change: &dyn Fn(&mut Resident)| match begun {
            true => self.residents.get_mut(user).map(change),
            false => Ok(()),
        };
        Ok(match deed {
            UserDeed::Suspend(_) => {
                change(&|resident| resident.suspended = true)?;
                log::user_event("SUSPEND_USER", user, &[])
            }
            UserDeed::Restore(_) => {
                change(&|resident| resident.suspended = false)?;
                log::user_event("UNSUSPEND_USER", user, &[])
            }
            UserDeed::Delete(_) => {
                change(&|resident| resident.deleted = Some(at))?;
                log::user_event("DELETE_USER", user, &[])
            }
            UserDeed::ChangePassword(_) => {
                change(&|resident| resident.password_changed = Some(at))?;
                log::user_event("CHANGE_PASSWORD", user, &[])
            }
            UserDeed::Move(moved) => {
                if !begun {
                    return Err("[[user]] says where a user is at the start; only a later move is a deed".to_owned());
                }
                let home = self.tree.find(&moved.to)?;
                let left = std::mem::replace(&mut self.residents.get_mut(user)?.home, home);
                let (left, home) = (self.name_of(left), self.name_of(home));
                log::user_event("MOVE_USER_TO_ORG_UNIT", user, &[("ORG_UNIT_NAME", &left), ("NEW_VALUE", &home)])
            }
            UserDeed::RevokeGrant(on) => {
                let client_id = self.app(&on.app)?.client_id;
                let event = log::user_event("REVOKE_3LO_TOKEN", user, &[("APP_ID", &client_id)]);
                if begun {
                    self.residents.revocations.push(Revocation { at, user: user.to_owned(), client_id });
                }
                event
            }
        })
    }

    fn set_session(
        &mut self,
        at: Timestamp,
        actor: Option<&str>,
        path: &OrgUnitPath,
        new: Session,
    ) -> Result<(), String> {
        let key = self.tree.find(path)?;
        if path.is_root() && new == Session::Inherit {
            return Err("the root has nothing to inherit from".to_owned());
        }
        let name = self.name_of(key);
        let unit = self.tree.unit_mut(key).ok_or("no such org unit")?;
        let old = unit.session.unwrap_or(Session::Inherit);
        unit.session = (new != Session::Inherit).then_some(new);
        self.write(at, actor, log::session_saved(Schema::at(at), &name, old, new));
        Ok(())
    }

    /// Changes the truth; gives the unit and the level that it had.
    fn set_access(&mut self, set: &SetAccess, app: &App) -> Result<(usize, Level), String> {
        let key = self.tree.find(&set.org_unit)?;
        let none = if set.org_unit.is_root() { Level::Unconfigured } else { Level::Inherit };
        let unit = self.tree.unit_mut(key).ok_or("no such org unit")?;
        match set.level {
            Level::Unconfigured if none != Level::Unconfigured => {
                Err("only the root can be unconfigured; below it, write \"inherit\"".to_owned())
            }
            Level::Inherit if none != Level::Inherit => {
                Err("the root has nothing to inherit from; write \"unconfigured\"".to_owned())
            }
            Level::Unconfigured | Level::Inherit => Ok((key, unit.access.remove(&app.client_id).unwrap_or(none))),
            Level::Trusted | Level::Limited | Level::SpecificData | Level::Blocked => {
                Ok((key, unit.access.insert(app.client_id.clone(), set.level).unwrap_or(none)))
            }
        }
    }

    fn attest(&mut self, at: Timestamp, start: Timestamp, attest: &Attest) -> Result<(), String> {
        let key = self.tree.find(&attest.org_unit)?;
        let root = attest.org_unit.is_root();
        let app = attest.app.as_deref().map(|key| self.app(key)).transpose()?;
        let value = match (attest.setting, &app) {
            (Setting::CloudSessionControl, None) => Attested::Session(match &attest.value {
                Some(value) => read(value)?,
                None => match self.tree.unit(key).session {
                    Some(session) => session,
                    None if root => return Err("nobody ever set this at the root; write a value".to_owned()),
                    None => Session::Inherit,
                },
            }),
            (Setting::AppAccess, Some(app)) => Attested::Access(match &attest.value {
                Some(value) => read(value)?,
                None => {
                    let none = if root { Level::Unconfigured } else { Level::Inherit };
                    self.tree.unit(key).access.get(&app.client_id).copied().unwrap_or(none)
                }
            }),
            (Setting::CloudSessionControl, Some(_)) => return Err("session control is not about an app".to_owned()),
            (Setting::AppAccess, None) => return Err("app access needs an app".to_owned()),
        };
        self.attestations.push(Attestation {
            at,
            by: attest.by.clone().unwrap_or_else(|| self.administrator.to_owned()),
            org_unit: attest.org_unit.clone(),
            app: app.map(|app| app.pin.unwrap_or(app.client_id)),
            value,
            below: attest.below,
            expires: attest.expires.map(|offset| offset.from(start)),
            note: attest.note.clone(),
        });
        Ok(())
    }
}
