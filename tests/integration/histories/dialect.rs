//! How one tenant's log is written, where that is documented nowhere.

use super::world::{Method, Ms, ROOT, ROOT_NAMES, Session, UnitId, World};

/// How `ORG_UNIT_NAME` names an org unit: by one convention in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Bare,
    Path,
}

/// How one action is spread over two schemas.
#[derive(Debug, Clone, Copy)]
pub(super) enum Doubles {
    OneActivity,
    /// The new names this much later.
    NewLater(Ms),
    /// The old names this much later.
    OldLater(Ms),
}

/// How a change from one list to another is logged.
#[derive(Debug, Clone, Copy)]
pub(super) enum ListChange {
    /// Removal and addition in one activity.
    Pair,
    /// The same, in the other order of the array.
    PairBackwards,
    /// The addition alone.
    AdditionOnly,
    /// Two activities, the removal first.
    Apart,
    /// Two activities, the removal last.
    ApartBackwards,
}

/// Which parameters carry a part of the session-control page in the new schema.
#[derive(Debug, Clone, Copy)]
pub(super) enum SplitShape {
    /// The old parameters, and one that tells the part.
    Labelled,
    /// The old parameters alone: cannot be told from the old event.
    Alike,
    /// None that was ever documented.
    Other,
}

/// How `CHANGE_APP_ACCESS` names the app.
#[derive(Debug, Clone, Copy)]
pub(super) enum AppNaming {
    ById,
    ByName,
    Not,
}

/// Everything about a tenant's log that is documented nowhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) naming: Naming,
    /// Which of its names the root goes by; beyond the last, now one and now another.
    pub(super) root_name: usize,
    /// When the new names begin in this tenant.
    pub(super) rollout: Ms,
    pub(super) doubles: Doubles,
    pub(super) list_change: ListChange,
    pub(super) split: SplitShape,
    pub(super) app_naming: AppNaming,
    /// Whether `CHANGE_APP_ACCESS` shows the level in the console's words.
    pub(super) readable: bool,
    /// How a required session is written in the old schema.
    pub(super) required: usize,
    /// Whether the old names of bulk changes live on.
    pub(super) bulk_lives_on: bool,
    /// Whether what changes nothing is logged all the same.
    pub(super) logs_nothing_new: bool,
    /// Whether `NEW_VALUE` of a rename is a path where names are.
    pub(super) renames_to_path: bool,
}

impl Dialect {
    /// How an org unit is named at that moment. `turn` varies the root's names.
    pub(super) fn name(&self, world: &World, unit: UnitId, turn: usize) -> String {
        match self.naming {
            Naming::Path => world.path(unit),
            Naming::Bare if unit == ROOT => {
                ROOT_NAMES.get(self.root_name).unwrap_or(&ROOT_NAMES[turn % ROOT_NAMES.len()]).to_string()
            }
            Naming::Bare => world.units[&unit].name.to_owned(),
        }
    }

    /// The session-control page as the old event writes it.
    pub(super) fn composite(&self, session: Session) -> String {
        match session {
            Session::Inherit => "INHERIT".to_owned(),
            Session::Never => "NEVER".to_owned(),
            Session::Required(terms) => {
                let method = match terms.method {
                    Method::Password => "PASSWORD",
                    Method::SecurityKey => "SECURITY_KEY",
                };
                match self.required {
                    0 => format!("{} hours, {method}", terms.hours),
                    1 => format!("{}s {method} EXEMPT_{}", u32::from(terms.hours) * 3600, terms.exempt),
                    _ => String::new(),
                }
            }
        }
    }
}
