//! Random tenants for the laws: small, and made of the things that could be mistaken for one another.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tenant::{
    CLOUD, MAIL, NAME, OKTA, OTHER, Tenant, event, listing_of, session, tenant, token_event, with_status,
};

/// Org units with names that occur twice, parents first.
pub(super) const UNITS: [&str; 6] = ["/A", "/B", "/A/X", "/B/X", "/A/X/Y", "/Example Org"];
const USERS: [&str; 4] = ["ann@example.com", "bob@example.com", "cyd@sub.example.com", "dan@example.com"];
const PLACES: [&str; 10] = ["X", "A", "B", "Y", "/", "/A/X", "/B/X", "Example Org", "sub.example.com", "Nowhere"];

/// Noon of a day within the log's window; 14 is later than any random thing.
pub(crate) fn day(number: u8) -> String {
    let days = u16::from(number) * 10;
    let date = jiff::civil::date(2026, 6, 1) + jiff::SignedDuration::from_hours(24 * i64::from(days));
    format!("{date}T12:00:00Z")
}

/// An attestation, kept apart so that a law can contradict it.
#[derive(Debug, Clone)]
pub(super) struct Attested {
    pub(super) unit: &'static str,
    pub(super) day: u8,
    pub(super) setting: Setting,
    pub(super) below: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Setting {
    Session(&'static str),
    Access(&'static str),
}

impl Attested {
    pub(super) fn add_to(&self, tenant: Tenant) -> Tenant {
        let below = if self.below { "below = \"inherit\"\n" } else { "" };
        let rest = match self.setting {
            Setting::Session(value) => format!("setting = \"cloud-session-control\"\n{below}value = {{ {value} }}"),
            Setting::Access(level) => {
                format!("setting = \"app-access\"\napp = \"okta-workflows-gmail\"\n{below}value = {level:?}")
            }
        };
        tenant.attest(self.unit, &day(self.day), &rest)
    }
}

/// A tenant and what was attested of it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) tenant: Tenant,
    pub(super) attested: Vec<Attested>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pinned {:?}\n{}\n{}", self.tenant.pinned, self.tenant.attestations, self.tenant.text())
    }
}

const SESSIONS: [&str; 4] = [
    r#"reauth = "required", frequency = "16h", exempt_trusted_apps = true"#,
    r#"reauth = "required", exempt_trusted_apps = false"#,
    r#"reauth = "not_required""#,
    r#"reauth = "required""#,
];
const LEVELS: [&str; 4] = ["trusted", "limited", "blocked", "specific_data"];

fn attested() -> impl Strategy<Value = Attested> {
    let unit = prop_oneof![3 => Just("/"), 2 => prop::sample::select(UNITS.to_vec())];
    (unit, 0..9u8, 0..5usize, any::<bool>(), prop::bool::weighted(0.7)).prop_map(
        |(unit, day, choice, session, below)| {
            let root = unit == "/";
            let setting = match (session, choice) {
                (true, 4) if root => Setting::Session(SESSIONS[0]),
                (true, 4) => Setting::Session(r#"reauth = "inherit""#),
                (true, choice) => Setting::Session(SESSIONS[choice]),
                (false, 4) if root => Setting::Access("unconfigured"),
                (false, 4) => Setting::Access("inherit"),
                (false, choice) => Setting::Access(LEVELS[choice]),
            };
            Attested { unit, day, setting, below }
        },
    )
}

/// Two in three tenants have a sound root to start from.
fn attestations() -> impl Strategy<Value = Vec<Attested>> {
    let sound = |day| {
        vec![
            Attested { unit: "/", day, setting: Setting::Session(SESSIONS[0]), below: true },
            Attested { unit: "/", day, setting: Setting::Access("trusted"), below: true },
        ]
    };
    (prop::option::weighted(0.67, 0..9u8), prop::collection::vec(attested(), 0..4)).prop_map(move |(root, mut more)| {
        more.extend(root.map(sound).into_iter().flatten());
        more
    })
}

fn admin_event() -> impl Strategy<Value = Value> {
    let place = || prop::sample::select(PLACES.to_vec());
    let client = || prop::sample::select(vec![OKTA, OKTA, OTHER]);
    let list = || {
        prop::sample::select(vec![
            "ADD_TO_TRUSTED_OAUTH2_APPS",
            "ADD_TO_TRUSTED_OAUTH2_APPS",
            "ADD_TO_BLOCKED_OAUTH2_APPS",
            "REMOVE_FROM_TRUSTED_OAUTH2_APPS",
            "REMOVE_FROM_LIMITED_OAUTH2_APPS",
        ])
    };
    let word = || prop::sample::select(vec!["Trusted", "Blocked", "A label Google chose"]);
    let name_of = |client: &str| if client == OKTA { NAME } else { "Other Tool" };
    prop_oneof![
        2 => (place(), prop::sample::select(vec!["NEVER", "INHERIT", "16 hours", ""])).prop_map(|(place, new)| session(place, "x", new)),
        4 => (list(), client(), place()).prop_map(move |(list, client, place)| listing_of(list, client, name_of(client), place)),
        1 => (client(), word(), place()).prop_map(|(client, word, place)| {
            event("CHANGE_APP_ACCESS", &[("APP", client), ("NEW_VALUE", word), ("ORG_UNIT_NAME", place)])
        }),
        1 => place().prop_map(|place| event("MULTIPLE_ADD_TO_TRUSTED_OAUTH2_APPS", &[("ORG_UNIT_NAME", place)])),
        1 => (place(), prop::sample::select(vec!["X", "Y", "Z"])).prop_map(|(from, to)| {
            event("EDIT_ORG_UNIT_NAME", &[("ORG_UNIT_NAME", from), ("NEW_VALUE", to)])
        }),
        1 => place().prop_map(|place| event("MOVE_ORG_UNIT", &[("ORG_UNIT_NAME", place), ("NEW_VALUE", "A")])),
        3 => place().prop_map(|place| event("CREATE_ORG_UNIT", &[("ORG_UNIT_NAME", place)])),
        1 => place().prop_map(|place| event("REMOVE_ORG_UNIT", &[("ORG_UNIT_NAME", place)])),
        1 => (list(), place(), prop::sample::select(vec!["FAILED", "UNKNOWN_EVENT_STATUS"])).prop_map(|(list, place, status)| {
            with_status(listing_of(list, OKTA, NAME, place), status)
        }),
        1 => prop::sample::select(USERS.to_vec()).prop_map(|user| event("CHANGE_PASSWORD", &[("USER_EMAIL", user)])),
    ]
}

type Activity = (u8, Vec<Value>);

fn activities() -> impl Strategy<Value = Vec<Activity>> {
    prop::collection::vec((0..13u8, prop::collection::vec(admin_event(), 1..3)), 0..5)
}

/// User, where (or nowhere), suspended, the client's grant with these scopes, and authorisations.
type Person = (Option<usize>, bool, Option<(bool, usize)>, Vec<(u8, bool)>);

fn people() -> impl Strategy<Value = Vec<Person>> {
    let grant = prop::option::weighted(0.8, (prop::bool::weighted(0.8), 0..4usize));
    let authorized = prop::collection::vec((0..13u8, any::<bool>()), 0..5);
    prop::collection::vec(
        (prop::option::weighted(0.9, 0..=UNITS.len()), prop::bool::weighted(0.1), grant, authorized),
        1..=4,
    )
}

const SCOPES: [&[&str]; 4] = [&[CLOUD], &[CLOUD, MAIL], &[MAIL], &["https://www.googleapis.com/auth/script.projects"]];

/// Day, user, client and configuration source of an access evaluation.
type Evaluated = (u8, usize, bool, &'static str);

fn evaluations() -> impl Strategy<Value = Vec<Evaluated>> {
    let source = prop::sample::select(vec![
        "APP_ACCESS_CONTROL",
        "APP_ACCESS_CONTROL",
        "CONFIGURATION_SOURCE_UNSPECIFIED",
        "DOMAIN_WIDE_DELEGATION",
        "A_WORD_OF_TOMORROW",
    ]);
    let one = (0..13u8, 0..USERS.len(), prop::bool::weighted(0.8), source);
    prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(one, 1..4)]
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let units = prop::collection::vec(prop::bool::weighted(0.7), UNITS.len());
    let namesake = prop::bool::weighted(0.2);
    let pinned = prop::bool::weighted(0.8);
    let bound =
        prop::option::weighted(0.3, (prop::collection::vec(0..USERS.len(), 0..3), any::<bool>(), any::<bool>()));
    (units, people(), activities(), attestations(), namesake, pinned, bound, evaluations()).prop_map(
        |(units, people, activities, attested, namesake, pinned, bound, evaluations)| {
            let other_name = if namesake { NAME } else { "Other Tool" };
            let mut tenant = tenant();
            if !pinned {
                tenant = tenant.unpinned();
            }
            let mut existing = vec!["/"];
            for (path, wanted) in UNITS.into_iter().zip(units) {
                let above = path.rsplit_once('/').map_or("", |(above, _)| above);
                if wanted && (above.is_empty() || existing.contains(&above)) {
                    existing.push(path);
                    tenant = tenant.unit(path);
                }
            }
            for (user, (place, suspended, grant, authorized)) in USERS.into_iter().zip(people) {
                if let Some(place) = place {
                    let path = existing.get(place).copied().unwrap_or("/");
                    tenant = tenant.record(
                        "user",
                        json!({"id": format!("id-{user}"), "primaryEmail": user, "orgUnitPath": path, "suspended": suspended}),
                    );
                }
                if let Some((own, scopes)) = grant {
                    let (client, name) = if own { (OKTA, NAME) } else { (OTHER, other_name) };
                    tenant = tenant.grant(user, client, name, SCOPES[scopes]);
                }
                for (number, renamed) in authorized {
                    let at = day(number).replace("T12", if renamed { "T09" } else { "T15" });
                    tenant = tenant.token(&at, user, token_event("authorize", OKTA, NAME, &[CLOUD]));
                    if renamed {
                        let activity = tenant.lines.last_mut().expect("just added");
                        activity["data"]["actor"]["email"] = json!(format!("old-{user}"));
                    }
                }
            }
            for (number, events) in activities {
                tenant = tenant.admin(&day(number), &events);
            }
            if let Some((members, limited, nested)) = bound {
                let length = if limited { "7200s" } else { "0s" };
                tenant = tenant.binding("b", "g", json!({"sessionSettings": {"sessionLength": length, "sessionLengthEnabled": limited}}));
                if nested {
                    tenant = tenant.member("g", json!({"id": "h", "type": "GROUP"}));
                }
                for (position, member) in members.into_iter().enumerate() {
                    let group = if nested && position > 0 { "h" } else { "g" };
                    tenant = tenant.member(group, json!({"id": format!("id-{}", USERS[member]), "type": "USER"}));
                }
            }
            for (number, user, own, source) in evaluations {
                let client = if own { OKTA } else { OTHER };
                tenant = tenant.evaluated_for(&day(number).replace("T12", "T18"), USERS[user], client, source);
            }
            for attestation in &attested {
                tenant = attestation.add_to(tenant);
            }
            Case { tenant, attested }
        },
    )
}
