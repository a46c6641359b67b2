//! The truth: org units, their own settings, users and bindings, as they really were at every moment.
//!
//! Nothing here comes from the program under test.

use std::collections::BTreeMap;

/// Milliseconds since the epoch.
pub(super) type Ms = i64;
/// Which org unit, whatever it is called and wherever it lies; the root is 0 and ids are never used twice.
pub(super) type UnitId = usize;

pub(super) const ROOT: UnitId = 0;
pub(super) const SECOND: Ms = 1_000;
pub(super) const DAY: Ms = 86_400_000;
pub(super) const DEEPEST: usize = 5;

/// How the root may be called in the log, beside its path.
pub(super) const ROOT_NAMES: [&str; 3] = ["Example Root", "Example Org", "example.com"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Password,
    SecurityKey,
}

/// What *required* is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) hours: u8,
    pub(super) method: Method,
    pub(super) exempt: bool,
}

/// An org unit's own choice on the session-control page; the root never inherits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    Inherit,
    Never,
    Required(Terms),
}

impl Session {
    /// The word of attestations and reports.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Inherit => "inherit",
            Self::Never => "not_required",
            Self::Required(_) => "required",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Trusted,
    Limited,
    SpecificData,
    Blocked,
}

impl Level {
    /// The word of attestations and reports.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Limited => "limited",
            Self::SpecificData => "specific_data",
            Self::Blocked => "blocked",
        }
    }
}

/// The word of reports for a level in force.
pub(super) fn level_word(level: Option<Level>) -> &'static str {
    level.map_or("unconfigured", Level::word)
}

/// The two apps of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum App {
    /// The one under audit, pinned.
    Okta,
    /// Any other.
    Other,
}

impl App {
    fn place(self) -> usize {
        match self {
            Self::Okta => 0,
            Self::Other => 1,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct OrgUnit {
    pub(super) name: &'static str,
    pub(super) parent: Option<UnitId>,
    pub(super) session: Session,
    levels: [Option<Level>; 2],
}

impl OrgUnit {
    pub(super) fn new(name: &'static str, parent: Option<UnitId>) -> Self {
        Self { name, parent, session: Session::Inherit, levels: [None; 2] }
    }

    pub(super) fn level(&self, app: App) -> Option<Level> {
        self.levels[app.place()]
    }

    pub(super) fn set_level(&mut self, app: App, level: Option<Level>) {
        self.levels[app.place()] = level;
    }
}

/// The tenant at one moment.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) units: BTreeMap<UnitId, OrgUnit>,
    /// Where each user belongs.
    pub(super) users: Vec<UnitId>,
    next: UnitId,
}

impl World {
    pub(super) fn new(session: Session, users: usize) -> Self {
        let mut root = OrgUnit::new(ROOT_NAMES[0], None);
        root.session = session;
        Self { units: BTreeMap::from([(ROOT, root)]), users: vec![ROOT; users], next: 1 }
    }

    /// The id that the next new org unit gets, whether it comes into being or not.
    pub(super) fn next_id(&self) -> UnitId {
        self.next
    }

    pub(super) fn add(&mut self, id: UnitId, name: &'static str, parent: UnitId) {
        self.next = self.next.max(id + 1);
        self.units.insert(id, OrgUnit::new(name, Some(parent)));
    }

    pub(super) fn unit_mut(&mut self, id: UnitId) -> &mut OrgUnit {
        self.units.get_mut(&id).expect("a living org unit")
    }

    /// From an org unit up to the root.
    pub(super) fn upwards(&self, id: UnitId) -> impl Iterator<Item = UnitId> + '_ {
        std::iter::successors(Some(id), |at| self.units[at].parent)
    }

    pub(super) fn path(&self, id: UnitId) -> String {
        let mut parts: Vec<&str> = self.upwards(id).filter(|at| *at != ROOT).map(|at| self.units[&at].name).collect();
        parts.reverse();
        format!("/{}", parts.join("/"))
    }

    pub(super) fn find(&self, path: &str) -> Option<UnitId> {
        self.units.keys().copied().find(|id| self.path(*id) == path)
    }

    /// Whether `id` lies below `above`, at any depth.
    pub(super) fn is_below(&self, id: UnitId, above: UnitId) -> bool {
        id != above && self.upwards(id).any(|at| at == above)
    }

    pub(super) fn depth(&self, id: UnitId) -> usize {
        self.upwards(id).count() - 1
    }

    /// Levels of the tree that lie below an org unit.
    pub(super) fn height(&self, id: UnitId) -> usize {
        let below = self.units.keys().filter(|other| self.is_below(**other, id));
        below.map(|other| self.depth(*other) - self.depth(id)).max().unwrap_or(0)
    }

    pub(super) fn has_child(&self, parent: UnitId, name: &str) -> bool {
        self.units.values().any(|unit| unit.parent == Some(parent) && unit.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn is_empty(&self, id: UnitId) -> bool {
        !self.units.values().any(|unit| unit.parent == Some(id)) && !self.users.contains(&id)
    }

    /// The org unit whose choice is in force, and its choice.
    pub(super) fn session_in_force(&self, id: UnitId) -> (UnitId, Session) {
        let own = self.upwards(id).map(|at| (at, self.units[&at].session));
        own.into_iter().find(|(_, session)| *session != Session::Inherit).expect("the root never inherits")
    }

    pub(super) fn level_in_force(&self, id: UnitId, app: App) -> Option<Level> {
        self.upwards(id).find_map(|at| self.units[&at].level(app))
    }
}

/// The tenant through time.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    moments: Vec<(Ms, World)>,
}

impl Timeline {
    pub(super) fn new(at: Ms, world: World) -> Self {
        Self { moments: vec![(at, world)] }
    }

    pub(super) fn push(&mut self, at: Ms, world: World) {
        self.moments.push((at, world));
    }

    pub(super) fn now(&self) -> &World {
        &self.moments.last().expect("never empty").1
    }

    pub(super) fn at(&self, at: Ms) -> &World {
        let found = self.moments.iter().rev().find(|(since, _)| *since <= at);
        &found.unwrap_or(&self.moments[0]).1
    }

    /// Every world of a stretch of time, that of its beginning included.
    pub(super) fn since(&self, from: Ms) -> impl Iterator<Item = &World> {
        std::iter::once(self.at(from))
            .chain(self.moments.iter().filter(move |(at, _)| *at > from).map(|(_, world)| world))
    }
}
