//! What administrators do, and what it does to the tenant.

use super::world::{App, DEEPEST, Level, ROOT, Session, UnitId, World};

/// One of the living org units.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pick {
    /// By position, counted round; the root is the first.
    Nth(u8),
    /// The one that came last.
    Newest,
}

impl Pick {
    pub(super) fn of(self, world: &World) -> UnitId {
        self.among(&world.units.keys().copied().collect::<Vec<_>>()).expect("at least the root")
    }

    fn below_root(self, world: &World) -> Option<UnitId> {
        self.among(&world.units.keys().copied().filter(|unit| *unit != ROOT).collect::<Vec<_>>())
    }

    fn among(self, units: &[UnitId]) -> Option<UnitId> {
        match self {
            Self::Nth(position) => units.get(usize::from(position) % units.len().max(1)).copied(),
            Self::Newest => units.last().copied(),
        }
    }
}

/// What somebody sets out to do.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    SaveSession {
        unit: Pick,
        session: Session,
        idle: Idle,
    },
    SetLevel {
        unit: Pick,
        app: App,
        level: Option<Level>,
    },
    /// Several apps at once, in the dialog.
    AddSeveral {
        unit: Pick,
        level: Level,
        apps: Vec<App>,
    },
    /// Several apps and org units at once, by CSV.
    Upload {
        rows: Vec<(Pick, App, Option<Level>)>,
    },
    /// `CHANGE_APP_ACCESS_SETTINGS_COLLECTION_ID`: what it does to apps is documented nowhere, so it may do anything.
    ChangeCollection {
        unit: Pick,
        level: Option<Level>,
    },
    Create {
        parent: Pick,
        name: &'static str,
    },
    Rename {
        unit: Pick,
        name: &'static str,
    },
    Move {
        unit: Pick,
        into: Pick,
    },
    Remove {
        unit: Pick,
    },
    MoveUser {
        user: u8,
        into: Pick,
    },
    /// Something that leaves both settings alone.
    Else {
        unit: Pick,
        kind: u8,
    },
}

/// The idle time-out is on the same page and in the same event, and no part of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Idle {
    Kept,
    Changed,
}

/// A deed as it happens: which org units, and what they were before.
#[derive(Debug, Clone)]
pub(super) enum Act {
    SaveSession { unit: UnitId, from: Session, to: Session, idle: Idle },
    SetLevel { unit: UnitId, app: App, from: Option<Level>, to: Option<Level> },
    AddSeveral { unit: UnitId, level: Level, apps: Vec<App> },
    Upload { rows: Vec<(UnitId, App, Option<Level>)> },
    ChangeCollection { unit: UnitId, level: Option<Level> },
    Create { id: UnitId, parent: UnitId, name: &'static str },
    Rename { unit: UnitId, name: &'static str },
    Move { unit: UnitId, into: UnitId },
    Remove { unit: UnitId },
    MoveUser { user: usize, into: UnitId },
    Else { unit: UnitId, kind: u8 },
}

/// What comes of a deed in this tenant; `None` where the console would not let it be done.
pub(super) fn resolve(deed: &Deed, world: &World) -> Option<Act> {
    match deed {
        Deed::SaveSession { unit, session, idle } => {
            let unit = unit.of(world);
            let to = if unit == ROOT && *session == Session::Inherit { Session::Never } else { *session };
            Some(Act::SaveSession { unit, from: world.units[&unit].session, to, idle: *idle })
        }
        Deed::SetLevel { unit, app, level } => {
            let unit = unit.of(world);
            Some(Act::SetLevel { unit, app: *app, from: world.units[&unit].level(*app), to: *level })
        }
        Deed::AddSeveral { unit, level, apps } => {
            Some(Act::AddSeveral { unit: unit.of(world), level: *level, apps: apps.clone() })
        }
        Deed::Upload { rows } => {
            Some(Act::Upload { rows: rows.iter().map(|(unit, app, level)| (unit.of(world), *app, *level)).collect() })
        }
        Deed::ChangeCollection { unit, level } => Some(Act::ChangeCollection { unit: unit.of(world), level: *level }),
        Deed::Create { parent, name } => {
            let parent = parent.of(world);
            let fits = world.depth(parent) < DEEPEST && !world.has_child(parent, name);
            fits.then(|| Act::Create { id: world.next_id(), parent, name })
        }
        Deed::Rename { unit, name } => {
            let unit = unit.below_root(world)?;
            let parent = world.units[&unit].parent.expect("not the root");
            (!world.has_child(parent, name)).then_some(Act::Rename { unit, name })
        }
        Deed::Move { unit, into } => {
            let (unit, into) = (unit.below_root(world)?, into.of(world));
            let fits = unit != into
                && !world.is_below(into, unit)
                && world.units[&unit].parent != Some(into)
                && !world.has_child(into, world.units[&unit].name)
                && world.depth(into) + 1 + world.height(unit) <= DEEPEST;
            fits.then_some(Act::Move { unit, into })
        }
        Deed::Remove { unit } => {
            let unit = unit.below_root(world)?;
            world.is_empty(unit).then_some(Act::Remove { unit })
        }
        Deed::MoveUser { user, into } => {
            let user = usize::from(*user) % world.users.len().max(1);
            (user < world.users.len()).then(|| Act::MoveUser { user, into: into.of(world) })
        }
        Deed::Else { unit, kind } => Some(Act::Else { unit: unit.of(world), kind: *kind }),
    }
}

impl World {
    pub(super) fn apply(&mut self, act: &Act) {
        match act {
            Act::SaveSession { unit, to, .. } => self.unit_mut(*unit).session = *to,
            Act::SetLevel { unit, app, to, .. } => self.unit_mut(*unit).set_level(*app, *to),
            Act::AddSeveral { unit, level, apps } => {
                for app in apps {
                    self.unit_mut(*unit).set_level(*app, Some(*level));
                }
            }
            Act::Upload { rows } => {
                for (unit, app, level) in rows {
                    self.unit_mut(*unit).set_level(*app, *level);
                }
            }
            Act::ChangeCollection { unit, level } => self.unit_mut(*unit).set_level(App::Okta, *level),
            Act::Create { id, parent, name } => self.add(*id, name, *parent),
            Act::Rename { unit, name } => self.unit_mut(*unit).name = name,
            Act::Move { unit, into } => self.unit_mut(*unit).parent = Some(*into),
            Act::Remove { unit } => {
                self.units.remove(unit);
            }
            Act::MoveUser { user, into } => self.users[*user] = *into,
            Act::Else { .. } => {}
        }
    }
}
