//! Every client that holds a grant, was delegated to, or has an access level of its own: what it may do, for whom, and
//! whether anybody uses it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::app_delegations::Delegations;
use super::app_trust::{Trust, pinned_to};
use super::at_hand::{lack_of, lacks_of};
use super::fact::{Fact, Gap, Standing, Strength};
use super::org_tree::{OrgTree, UnitIndex};
use super::seen::Seen;
use crate::domain::{AppId, ClientId, CloudScope, Email, Scope, humane_time};
use crate::evidence::{AppDefinition, Catalogue, ClientUse, Evidence, Item, Likeness, NamePattern, Source};
use crate::snapshot::SourceId;

/// Name of who holds which grants in `missing`.
pub const APP_GRANTS: &str = "app-grants";
/// Name of an app's last use in `missing`.
pub const APP_USE: &str = "app-use";

/// A client, and what is known of it.
#[derive(Debug, Clone)]
pub struct AppExposure {
    /// Its ID.
    pub client: ClientId,
    /// The app of the catalogue (the operator's additions included) that has this client ID.
    pub app: Option<AppId>,
    /// A name for people: the first that it goes by, the catalogue's, or its ID. Whoever registered it chose it.
    pub name: String,
    /// Every name that any record gives it.
    pub names: Seen<String>,
    /// Whether an app of the catalogue has this client ID. A name alone is no identity.
    pub in_catalogue: bool,
    /// Whether the operator's own configuration names this client ID.
    pub pinned: bool,
    /// Everything that anybody granted it.
    pub scopes: Seen<Scope>,
    /// Of these, the ones that open services of Google Cloud.
    pub cloud_scopes: Seen<Scope>,
    /// Of these, the Gmail and Drive scopes that Google calls restricted.
    pub restricted_scopes: Seen<Scope>,
    /// Active users with a grant.
    pub users: Fact<u64>,
    /// The first few of them, by address.
    pub examples: Vec<Email>,
    /// Their org units.
    pub org_units: Seen<UnitIndex>,
    /// Administrators among them, super administrators or not.
    pub used_by_admins: Fact<u64>,
    /// The newest authorisation or API call in the token log. One that is older than the log leaves it unknown.
    pub last_used: Fact<Timestamp>,
    /// Whole days since it was last used. A refresh token leaves no trace where API calls are not logged: then the last
    /// authorisation leaves any number of days up to those since.
    pub days_unused: Fact<i64>,
    /// The topmost org units where its access is Trusted; one speaks for those below it that are Trusted too.
    pub trusted_in: Seen<UnitIndex>,
    /// Apps of the catalogue whose name it resembles without having a client ID of theirs.
    pub looks_like: Seen<AppId>,
    /// Whether no record gives it a name.
    pub anonymous: Fact<bool>,
    /// Scopes that the log at hand shows granted by domain-wide delegation. Older delegations show nowhere, so an empty list
    /// says that the log shows none, and no more.
    pub delegated_scopes: Seen<Scope>,
    /// What all of this rests on.
    pub evidence: BTreeSet<Arc<Item>>,
}

/// What exposure is derived from.
pub(super) struct Ground<'g> {
    pub(super) evidence: &'g Evidence,
    pub(super) tree: &'g OrgTree,
    pub(super) catalogue: &'g Catalogue,
    pub(super) trust: &'g Trust<'g>,
    pub(super) as_of: Timestamp,
}

/// Why things may be missing, the same for every client.
struct Lacks {
    grants: Arc<BTreeSet<Gap>>,
    people: Arc<BTreeSet<Gap>>,
    names: Arc<BTreeSet<Gap>>,
    token_log: Option<Gap>,
}

impl Lacks {
    fn of(evidence: &Evidence) -> Self {
        let lacks = |ids: &[SourceId]| Arc::new(lacks_of(evidence, ids, APP_GRANTS));
        let no_window = || Gap {
            fact: APP_USE.into(),
            why: format!("{} does not say from when on it is at hand", SourceId::TokenLog),
            supply: "collect the token log again".to_owned(),
        };
        Self {
            grants: lacks(&[SourceId::Grants]),
            people: lacks(&[SourceId::Grants, SourceId::Users]),
            names: lacks(&[SourceId::Grants, SourceId::TokenLog, SourceId::AdminLog]),
            token_log: lack_of(evidence, SourceId::TokenLog, APP_USE)
                .or_else(|| evidence.token_log.is_none().then(no_window)),
        }
    }
}

/// Derives the exposure of every client, by ID.
pub(super) fn derive(ground: &Ground<'_>) -> Vec<AppExposure> {
    let delegations = Delegations::new(ground.evidence);
    let lacks = Lacks::of(ground.evidence);
    let units: Vec<Option<UnitIndex>> =
        ground.evidence.exposure.paths.iter().map(|path| ground.tree.find(path)).collect();
    let resembling = Resembling::new(ground.catalogue);
    let mut clients: BTreeSet<&ClientId> = ground.evidence.exposure.clients.keys().collect();
    clients.extend(delegations.clients());
    clients.extend(ground.trust.spoken_of());
    clients.into_iter().map(|client| one(client, ground, &delegations, &lacks, &units, &resembling)).collect()
}

fn one(
    client: &ClientId,
    ground: &Ground<'_>,
    delegations: &Delegations,
    lacks: &Lacks,
    units: &[Option<UnitIndex>],
    resembling: &Resembling<'_>,
) -> AppExposure {
    let evidence = ground.evidence;
    let used = evidence.exposure.clients.get(client);
    let definition = pinned_to(client, ground.catalogue);
    let names: BTreeSet<String> =
        evidence.sightings.get(client).map(|sighting| sighting.names.clone()).unwrap_or_default();
    let name = names.first().cloned().or_else(|| definition.map(|app| app.name.clone()));
    let name = name.unwrap_or_else(|| client.to_string());
    let (delegated_scopes, mut items) = delegations.of(client);
    items.extend(used.map(|used| grants_item(client, &name, used)));
    let (last_used, days_unused) = last_use(client, ground, lacks);
    items.extend(last_used.evidence.iter().cloned());
    let scopes: BTreeSet<Scope> = used.map(|used| used.scopes.clone()).unwrap_or_default();
    AppExposure {
        app: definition.map(|app| app.id.clone()),
        in_catalogue: definition.is_some(),
        pinned: ground.catalogue.apps.values().any(|app| app.configured && app.client_ids.contains(client)),
        cloud_scopes: cloud_scopes(&scopes, lacks),
        restricted_scopes: Seen::proven(
            scopes.iter().filter(|scope| scope.is_restricted()).cloned(),
            Arc::clone(&lacks.grants),
        ),
        scopes: Seen::proven(scopes, Arc::clone(&lacks.grants)),
        users: users(used, lacks),
        examples: used.map(|used| used.examples.clone()).unwrap_or_default(),
        org_units: org_units(used, units, lacks),
        used_by_admins: admins(used, lacks),
        last_used,
        days_unused,
        trusted_in: ground.trust.of(client),
        looks_like: Seen::proven(resembling.to(client, &names), Arc::clone(&lacks.names)),
        anonymous: anonymous(&names, lacks),
        names: Seen::proven(names, Arc::clone(&lacks.names)),
        delegated_scopes,
        evidence: items,
        client: client.clone(),
        name,
    }
}

fn grants_item(client: &ClientId, name: &str, used: &ClientUse) -> Arc<Item> {
    let named: Vec<&str> = used.examples.iter().map(Email::as_str).collect();
    let others = used.users.saturating_sub(named.len() as u64);
    let who = match (named.as_slice(), others) {
        ([], _) => String::new(),
        (named, 0) => format!(": {}", named.join(", ")),
        (named, others) => format!(": {} and {others} more", named.join(", ")),
    };
    Arc::new(Item {
        at: None,
        source: Source::Google(SourceId::Grants),
        locator: client.to_string(),
        says: format!("{name:?} holds grants of {} active users{who}", used.users),
        actor: None,
    })
}

/// What makes the counts of a client uncertain beyond the sources.
fn doubts(used: Option<&ClientUse>) -> Option<Gap> {
    used.filter(|used| used.doubtful > 0).map(|used| Gap {
        fact: APP_GRANTS.into(),
        why: format!("{} of its holders have two account records that differ", used.doubtful),
        supply: "collect the accounts again".to_owned(),
    })
}

fn count(number: u64, gaps: BTreeSet<Gap>) -> Fact<u64> {
    if gaps.is_empty() { Fact::known(number, Strength::Proven) } else { Fact { gaps, ..Fact::unknown() } }
}

fn users(used: Option<&ClientUse>, lacks: &Lacks) -> Fact<u64> {
    let mut gaps = BTreeSet::clone(&lacks.people);
    gaps.extend(doubts(used));
    count(used.map_or(0, |used| used.users), gaps)
}

fn admins(used: Option<&ClientUse>, lacks: &Lacks) -> Fact<u64> {
    let mut gaps = BTreeSet::clone(&lacks.people);
    gaps.extend(doubts(used));
    gaps.extend(used.filter(|used| used.perhaps_admins > 0).map(|used| Gap {
        fact: APP_GRANTS.into(),
        why: format!("the accounts of {} of its users do not say whether they are administrators", used.perhaps_admins),
        supply: "collect the accounts with all their fields".to_owned(),
    }));
    count(used.map_or(0, |used| used.admins), gaps)
}

fn org_units(used: Option<&ClientUse>, units: &[Option<UnitIndex>], lacks: &Lacks) -> Seen<UnitIndex> {
    let places = || used.into_iter().flat_map(|used| used.org_units.iter().map(|place| units[*place as usize]));
    let nowhere = places().filter(Option::is_none).count() as u64 + used.map_or(0, |used| used.homeless);
    let mut gaps = Arc::clone(&lacks.people);
    let unplaced = (nowhere > 0).then(|| Gap {
        fact: APP_GRANTS.into(),
        why: format!("the org units of {nowhere} of its users are not at hand"),
        supply: format!("make {} readable for the audit, then run it again", SourceId::OrgUnits),
    });
    let more: BTreeSet<Gap> = doubts(used).into_iter().chain(unplaced).collect();
    if !more.is_empty() {
        Arc::make_mut(&mut gaps).extend(more);
    }
    Seen::proven(places().flatten(), gaps)
}

fn cloud_scopes(scopes: &BTreeSet<Scope>, lacks: &Lacks) -> Seen<Scope> {
    let mut gaps = Arc::clone(&lacks.grants);
    let unknown: Vec<&str> =
        scopes.iter().filter(|scope| scope.opens_cloud() == CloudScope::Unknown).map(Scope::as_str).collect();
    if !unknown.is_empty() {
        Arc::make_mut(&mut gaps).insert(Gap {
            fact: APP_GRANTS.into(),
            why: format!("whether these scopes open Google Cloud is not known: {}", unknown.join(" ")),
            supply: "look them up on Google's page \"OAuth 2.0 Scopes for Google APIs\"".to_owned(),
        });
    }
    Seen::proven(scopes.iter().filter(|scope| scope.opens_cloud() == CloudScope::Yes).cloned(), gaps)
}

fn anonymous(names: &BTreeSet<String>, lacks: &Lacks) -> Fact<bool> {
    if !names.is_empty() {
        return Fact::known(false, Strength::Proven);
    }
    if lacks.names.is_empty() {
        return Fact::known(true, Strength::Proven);
    }
    Fact { gaps: BTreeSet::clone(&lacks.names), ..Fact::unknown() }
}

fn last_use(client: &ClientId, ground: &Ground<'_>, lacks: &Lacks) -> (Fact<Timestamp>, Fact<i64>) {
    let open = |why: String, supply: &str| Gap { fact: APP_USE.into(), why, supply: supply.to_owned() };
    if let Some(gap) = &lacks.token_log {
        let gaps = BTreeSet::from([gap.clone()]);
        return (Fact { gaps: gaps.clone(), ..Fact::unknown() }, Fact { gaps, ..Fact::unknown() });
    }
    let from = ground.evidence.token_log.map(|log| humane_time(log.from)).unwrap_or_default();
    let found = ground.evidence.exposure.last_use.get(client).copied().unwrap_or_default();
    let Some(last) = found.authorized.max(found.called) else {
        let why = format!("{client} does not show in the token log, which begins {from}; it may hold older tokens");
        let gaps = BTreeSet::from([open(why, "ask those who granted it whether they use it")]);
        return (Fact { gaps: gaps.clone(), ..Fact::unknown() }, Fact { gaps, ..Fact::unknown() });
    };
    let called = found.called == Some(last);
    let item = Arc::new(Item {
        at: Some(last),
        source: Source::Google(SourceId::TokenLog),
        locator: client.to_string(),
        says: format!("newest {} of {client}", if called { "API call" } else { "authorisation" }),
        actor: None,
    });
    let days = (ground.as_of.duration_since(last).as_hours() / 24).max(0);
    let evidence = BTreeSet::from([item]);
    let last_used = Fact { evidence: evidence.clone(), ..Fact::known(last, Strength::Proven) };
    let days_unused = if found.called.is_some() {
        Fact { evidence, ..Fact::known(days, Strength::Proven) }
    } else {
        let why = format!(
            "{client} was last authorised {days} days ago; whether it used that since, the log at hand does not show"
        );
        let gap = open(why, "look in the console's token log for its API calls, which some editions have");
        let standing = Standing::among((0..=days).collect(), Strength::Proven);
        Fact { standing, evidence, gaps: BTreeSet::from([gap]), ..Fact::unknown() }
    };
    (last_used, days_unused)
}

/// The names of the catalogue's apps, for comparison.
struct Resembling<'c> {
    known: Vec<(&'c AppDefinition, Vec<Likeness>)>,
}

impl<'c> Resembling<'c> {
    fn new(catalogue: &'c Catalogue) -> Self {
        let likenesses = |app: &AppDefinition| {
            let names = app.names.iter().map(NamePattern::text).chain([app.name.clone()]);
            names.map(|name| Likeness::of(&name)).collect()
        };
        Self { known: catalogue.apps.values().map(|app| (app, likenesses(app))).collect() }
    }

    /// Apps that a client of these names may be taken for, and is not.
    fn to(&self, client: &ClientId, names: &BTreeSet<String>) -> BTreeSet<AppId> {
        let names: Vec<Likeness> = names.iter().map(|name| Likeness::of(name)).collect();
        let others = self.known.iter().filter(|(app, _)| !app.client_ids.contains(client));
        others
            .filter(|(_, known)| known.iter().any(|known| names.iter().any(|name| name.passes_for(known))))
            .map(|(app, _)| app.id.clone())
            .collect()
    }
}
