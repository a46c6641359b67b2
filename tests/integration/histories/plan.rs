//! What is drawn at random: a plan, which becomes a history only as it is carried out.

use proptest::prelude::*;
use proptest::sample::select;

use super::baselines::{Baseline, Detail, Page, Round};
use super::deeds::{Deed, Idle, Pick};
use super::dialect::{AppNaming, Dialect, Doubles, ListChange, Naming, SplitShape};
use super::log::{NEW_ALONE, Outcome, SPLIT};
use super::noise;
use super::people::{Binding, Grant, Limit, Person, Standing};
use super::render::Trouble;
use super::world::{App, DAY, Level, Method, Session, Terms};

/// Names of org units: few, so that they come again, and some that the root goes by too.
const NAMES: [&str; 8] = ["A", "B", "C", "X", "Y", "Example Org", "example.com", "Example Root"];

/// How far back the history goes.
const HISTORY: u32 = 400 * 24 * 60;
const WINDOW: u32 = 180 * 24 * 60;

/// An org unit of the beginning.
#[derive(Debug, Clone)]
pub(super) struct Seedling {
    pub(super) parent: Pick,
    pub(super) name: &'static str,
    pub(super) session: Session,
    pub(super) levels: [Option<Level>; 2],
}

/// How long after the deed before.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Whenever it is due.
    Due,
    /// So many milliseconds after the one before.
    After(i64),
}

#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Minutes before the moment of judgement.
    pub(super) before: u32,
    pub(super) pace: Pace,
    pub(super) actor: u8,
    pub(super) outcome: Outcome,
    pub(super) deed: Deed,
}

/// What nobody documented, decided for one tenant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unwritten {
    /// Whether membership through a group inside the group counts.
    pub(super) nested_counts: bool,
    /// Whether *Exempt trusted apps* holds under a binding.
    pub(super) exemption_under_binding: bool,
    /// Whether the newest binding decides even where it says nothing of sessions.
    pub(super) silent_binding_decides: bool,
    /// Whether scopes on neither list are Cloud scopes.
    pub(super) other_scopes_are_cloud: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) root: (Session, [Option<Level>; 2]),
    pub(super) units: Vec<Seedling>,
    pub(super) people: Vec<Person>,
    pub(super) deeds: Vec<Planned>,
    pub(super) baselines: Vec<Baseline>,
    pub(super) dialect: Dialect,
    /// Days of the log at hand.
    pub(super) window: u16,
    pub(super) bindings: Option<Vec<Binding>>,
    pub(super) unwritten: Unwritten,
    /// Which activities Google hands out twice.
    pub(super) twice: u64,
    pub(super) troubles: Vec<Trouble>,
}

pub(super) fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![2 => Just(Pick::Nth(0)), 4 => any::<u8>().prop_map(Pick::Nth), 2 => Just(Pick::Newest)]
}

fn name() -> impl Strategy<Value = &'static str> {
    (0..30usize).prop_map(|position| NAMES[if position < 27 { position % 5 } else { position - 22 }])
}

fn required() -> impl Strategy<Value = Session> {
    let method = select(vec![Method::Password, Method::SecurityKey]);
    (select(vec![16, 1, 4, 24]), method, prop::bool::weighted(0.6))
        .prop_map(|(hours, method, exempt)| Session::Required(Terms { hours, method, exempt }))
}

pub(super) fn session() -> impl Strategy<Value = Session> {
    prop_oneof![2 => Just(Session::Inherit), 2 => Just(Session::Never), 3 => required()]
}

pub(super) fn level() -> impl Strategy<Value = Option<Level>> {
    let levels =
        vec![Level::Trusted, Level::Trusted, Level::Trusted, Level::Limited, Level::SpecificData, Level::Blocked];
    prop_oneof![2 => Just(None), 6 => select(levels).prop_map(Some)]
}

fn app() -> impl Strategy<Value = App> {
    select(vec![App::Okta, App::Okta, App::Okta, App::Other])
}

/// Mostly inheriting, as most org units do.
fn seedling() -> impl Strategy<Value = Seedling> {
    let own_session = prop_oneof![4 => Just(Session::Inherit), 1 => session()];
    let own_level = || prop_oneof![4 => Just(None), 1 => level()];
    (pick(), name(), own_session, own_level(), own_level()).prop_map(|(parent, name, session, okta, other)| Seedling {
        parent,
        name,
        session,
        levels: [okta, other],
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let idle = || prop::bool::weighted(0.2).prop_map(|changed| if changed { Idle::Changed } else { Idle::Kept });
    let some_level = || level().prop_filter_map("a list", |level| level);
    let rows = prop::collection::vec((pick(), app(), level()), 1..3);
    prop_oneof![
        5 => (pick(), session(), idle()).prop_map(|(unit, session, idle)| Deed::SaveSession { unit, session, idle }),
        7 => (pick(), app(), level()).prop_map(|(unit, app, level)| Deed::SetLevel { unit, app, level }),
        1 => (pick(), some_level(), select(vec![vec![App::Okta, App::Other], vec![App::Other]]))
            .prop_map(|(unit, level, apps)| Deed::AddSeveral { unit, level, apps }),
        1 => rows.prop_map(|rows| Deed::Upload { rows }),
        1 => (pick(), level()).prop_map(|(unit, level)| Deed::ChangeCollection { unit, level }),
        4 => (pick(), name()).prop_map(|(parent, name)| Deed::Create { parent, name }),
        2 => (pick(), name()).prop_map(|(unit, name)| Deed::Rename { unit, name }),
        4 => (pick(), pick()).prop_map(|(unit, into)| Deed::Move { unit, into }),
        3 => pick().prop_map(|unit| Deed::Remove { unit }),
        1 => (any::<u8>(), pick()).prop_map(|(user, into)| Deed::MoveUser { user, into }),
        2 => (pick(), 0..noise::KINDS).prop_map(|(unit, kind)| Deed::Else { unit, kind }),
    ]
}

/// Mostly within the log's window.
fn before() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 1..WINDOW, 1 => 1..HISTORY]
}

fn planned() -> impl Strategy<Value = Planned> {
    let pace = prop_oneof![12 => Just(Pace::Due), 1 => select(vec![0, 1, 3_000, 8_000]).prop_map(Pace::After)];
    let outcome = prop_oneof![
        10 => Just(Outcome::Unsaid),
        4 => Just(Outcome::Succeeded),
        1 => Just(Outcome::Failed),
        1 => Just(Outcome::Skipped),
        1 => any::<bool>().prop_map(|happened| Outcome::Unknown { happened }),
    ];
    (before(), pace, 0..2u8, outcome, deed()).prop_map(|(before, pace, actor, outcome, deed)| Planned {
        before,
        pace,
        actor,
        outcome,
        deed,
    })
}

fn baseline() -> impl Strategy<Value = Baseline> {
    let round = prop_oneof![
        3 => Just(Round::Tree),
        1 => pick().prop_map(Round::One),
        1 => pick().prop_map(Round::OneAndBelow),
    ];
    let detail = select(vec![Detail::All, Detail::All, Detail::All, Detail::NoLength, Detail::NoExemption]);
    let page = select(vec![Page::Session, Page::Access]);
    (before(), page, round, detail, prop::option::weighted(0.15, 10..200u16), prop::bool::weighted(0.2)).prop_map(
        |(before, page, round, detail, expires, by_client)| Baseline {
            before,
            page,
            round,
            detail,
            expires,
            by_client,
        },
    )
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let naming = select(vec![Naming::Bare, Naming::Bare, Naming::Bare, Naming::Path]);
    let rollout = select(vec![SPLIT, SPLIT, SPLIT + 60 * DAY, NEW_ALONE]);
    let delay = || select(vec![0, 2_500, 8_000]);
    let doubles = prop_oneof![
        Just(Doubles::OneActivity),
        delay().prop_map(Doubles::NewLater),
        delay().prop_map(Doubles::OldLater)
    ];
    let list_change = select(vec![
        ListChange::Pair,
        ListChange::Pair,
        ListChange::PairBackwards,
        ListChange::AdditionOnly,
        ListChange::Apart,
        ListChange::ApartBackwards,
    ]);
    let split = select(vec![SplitShape::Labelled, SplitShape::Alike, SplitShape::Other]);
    let app_naming = select(vec![AppNaming::ById, AppNaming::ByName, AppNaming::Not]);
    (
        (naming, 0..4usize, rollout, doubles, list_change, split),
        (app_naming, any::<bool>(), 0..3usize, any::<bool>(), any::<bool>(), any::<bool>()),
    )
        .prop_map(|((naming, root_name, rollout, doubles, list_change, split), rest)| {
            let (app_naming, readable, required, bulk_lives_on, logs_nothing_new, renames_to_path) = rest;
            Dialect {
                naming,
                root_name,
                rollout,
                doubles,
                list_change,
                split,
                app_naming,
                readable,
                required,
                bulk_lives_on,
                logs_nothing_new,
                renames_to_path,
            }
        })
}

fn person() -> impl Strategy<Value = Person> {
    let standing = select(vec![
        Standing::Active,
        Standing::Active,
        Standing::Active,
        Standing::Active,
        Standing::Active,
        Standing::Suspended,
        Standing::Deleted,
    ]);
    let grant = select(vec![Grant::Cloud, Grant::Cloud, Grant::CloudAndMail, Grant::Mail, Grant::Undocumented]);
    (pick(), standing, prop::option::weighted(0.85, grant)).prop_map(|(unit, standing, grant)| Person {
        unit,
        standing,
        grant,
    })
}

fn binding() -> impl Strategy<Value = Binding> {
    let limit = || select(vec![Limit::None, Limit::Hours(1), Limit::Hours(16)]);
    let own = prop::option::weighted(0.7, limit());
    let scoped = prop::option::weighted(0.3, (app(), limit()));
    (own, scoped, prop::collection::vec(0..3usize, 0..4), prop::collection::vec(0..3usize, 0..2))
        .prop_map(|(own, scoped, members, nested)| Binding { own, scoped, members, nested })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let source = || 0..Trouble::SOURCES.len();
    let less = || prop_oneof![any::<u64>(), (any::<u64>(), any::<u64>()).prop_map(|(one, other)| one | other)];
    prop_oneof![
        3 => (source(), less()).prop_map(|(source, kept)| Trouble::Partial { source, kept }),
        1 => source().prop_map(|source| Trouble::Denied { source }),
        1 => (source(), less()).prop_map(|(source, kept)| Trouble::Failed { source, kept }),
        1 => source().prop_map(|source| Trouble::Silent { source }),
        3 => (source(), less()).prop_map(|(source, kept)| Trouble::LostPage { source, kept }),
        2 => (1..170u16).prop_map(|days| Trouble::BeginsLater { days }),
        1 => (1..100u16).prop_map(|days| Trouble::EndsEarlier { days }),
        1 => Just(Trouble::NoRootRecord),
    ]
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let root = (prop_oneof![1 => Just(Session::Never), 3 => required()], level(), level());
    let unwritten =
        (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(one, two, three, four)| Unwritten {
            nested_counts: one,
            exemption_under_binding: two,
            silent_binding_decides: three,
            other_scopes_are_cloud: four,
        });
    let deeds = prop_oneof![1 => prop::collection::vec(planned(), 0..5), 2 => prop::collection::vec(planned(), 3..16)];
    (
        root,
        prop::collection::vec(seedling(), 0..8),
        prop::collection::vec(person(), 1..4),
        deeds,
        prop::collection::vec(baseline(), 0..5),
        dialect(),
        select(vec![180u16, 180, 180, 90, 30]),
        (prop::option::weighted(0.4, prop::collection::vec(binding(), 0..4)), unwritten),
        any::<u64>(),
        prop::collection::vec(trouble(), 2),
    )
        .prop_map(
            |(root, units, people, deeds, baselines, dialect, window, (bindings, unwritten), twice, troubles)| Plan {
                root: (root.0, [root.1, root.2]),
                units,
                people,
                deeds,
                baselines,
                dialect,
                window,
                bindings,
                unwritten,
                twice: twice & (twice >> 7) & (twice << 3),
                troubles,
            },
        )
}
