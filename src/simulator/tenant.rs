//! The tenant that a scenario describes, as it is at one moment.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::ids;
use super::log::{self, Activity};
use super::oauth::{self, Deed};
use super::offset::{Length, Offset};
use super::people::{GrantChange, People, app, google_time};
use super::policy_records::{self, PolicyRecord};
use super::replay::{self, Attestation, Replayed};
use super::residents::Residents;
use super::roles::Roles;
use super::scenario::{Bindings, BoundSession, Contradiction, File, Gcp, Role};
use super::sign_on;
use super::tree::Tree;

/// One entry of a log.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) application: String,
    pub(super) actor: Option<(String, String)>,
    pub(super) address: String,
    pub(super) names: Vec<String>,
    pub(super) record: Value,
}

/// Everything there is to serve.
pub(super) struct Tenant {
    /// Records, the root first.
    pub(super) org_units: Vec<Value>,
    pub(super) people: People,
    /// Newest first.
    pub(super) log: Vec<Entry>,
    pub(super) policies: Vec<PolicyRecord>,
    pub(super) roles: Roles,
    /// Records.
    pub(super) sign_on: Vec<Value>,
    /// Records; `None` where the auditor may not read them.
    pub(super) bindings: Option<Vec<Value>>,
    pub(super) attestations: Vec<Attestation>,
    /// Whom the written configuration acts for.
    pub(super) auditor: String,
    pub(super) tree: Tree,
    /// With the settings that have reached Google's endpoints.
    pub(super) enforced: Tree,
    pub(super) residents: Residents,
    /// When an action comes due next.
    pub(super) next_change: Option<Timestamp>,
}

/// Where the numbers of log entries begin, by origin, so that an entry keeps its number however much is added later.
const ACTIONS_SINCE_START: usize = 1_000_000_000;
const DEEDS_SINCE_START: usize = 2_000_000_000;

impl Tenant {
    /// The tenant of a file whose offsets count from `start`, as it is at `now`, after what was authorised and revoked on
    /// the way.
    pub(super) fn derive(file: &File, start: Timestamp, now: Timestamp, deeds: &[Deed]) -> Result<Self, Contradiction> {
        oauth::check(file)?;
        let mut people = People::derive(file, start)?;
        let customer = file.customer.get_ref();
        let at_customer = file.customer.span().start;
        let administrator = people
            .accounts
            .iter()
            .find(|account| account.active && account.role == Role::SuperAdmin)
            .ok_or_else(|| Contradiction::new(at_customer, "there is no active super administrator"))?;
        let administrator = administrator.email.clone();
        let auditor = file.service.auditor.clone().unwrap_or_else(|| administrator.clone());

        let replayed = replay::replay(file, &administrator, start, now)?;
        let Replayed { tree, at_start, enforced, residents, mut activities, later, attestations, next_change } =
            replayed;
        for user in &file.user {
            let found = at_start.find(&user.get_ref().org_unit);
            found.map_err(|what| Contradiction::new(user.span().start, what))?;
        }
        tokens(file, start, &mut activities)?;
        // Backwards, because of two at one moment the log has the later one first.
        let authorised = deeds.iter().enumerate().rev();
        let authorised = authorised.filter_map(|(nth, deed)| Some((DEEDS_SINCE_START + nth, deed.activity(file)?)));
        let numbered = (0..).zip(activities).chain((ACTIONS_SINCE_START..).zip(later)).chain(authorised);
        let log = entries(&customer.id, &people, numbered);
        let policies = policy_records::records(file, &at_start, &people)?;
        let sign_on = sign_on::records(file, &people, &at_start)?;
        let bindings = match &file.gcp {
            None => Some(Vec::new()),
            Some(gcp) => bindings(file, gcp, &people)?,
        };
        people.update(file, &residents, &tree, start);
        // An administrator's deed that is due at a moment comes before what users do at it; the sort keeps that order.
        let mut changes: Vec<_> = residents.revocations.iter().map(GrantChange::from).collect();
        changes.extend(deeds.iter().filter_map(Deed::grant_change));
        changes.sort_by_key(|change| change.at);
        people.regrant(file, &changes);
        let roles = Roles::derive(file, &people, &at_start)?;
        let org_units = org_units(&tree);
        Ok(Self {
            org_units,
            people,
            log,
            policies,
            roles,
            sign_on,
            bindings,
            attestations,
            auditor,
            tree,
            enforced,
            residents,
            next_change,
        })
    }
}

fn org_units(tree: &Tree) -> Vec<Value> {
    let record = |(path, key): (crate::domain::OrgUnitPath, usize)| {
        let unit = tree.unit(key);
        let mut record = json!({
            "kind": "admin#directory#orgUnit",
            "name": unit.name,
            "description": if path.is_root() { unit.name.as_str() } else { "" },
            "orgUnitPath": path,
            "orgUnitId": format!("id:{}", unit.id),
        });
        if let (Some(parent), Some(above)) = (tree.parent(key), path.parent()) {
            record["parentOrgUnitPath"] = above.as_str().into();
            record["parentOrgUnitId"] = format!("id:{}", tree.unit(parent).id).into();
        }
        record["etag"] = ids::etag(&record).into();
        record
    };
    tree.sorted().into_iter().map(record).collect()
}

/// Each moment of a rhythm, the future left out.
fn moments(
    now: Timestamp,
    at: Offset,
    every: Option<Length>,
    until: Option<Offset>,
    jitter: Option<Length>,
    seed: &str,
) -> Vec<Timestamp> {
    let last = until.map_or(SignedDuration::ZERO, |offset| offset.0);
    let jitter_seconds = jitter.map_or(0, |length| length.0.as_secs());
    let mut moments = Vec::new();
    let mut offset = at.0;
    for nth in 0_u32.. {
        if offset > last && nth > 0 {
            break;
        }
        let noise = ids::hash(&[seed, &nth.to_string()]);
        let width = u64::try_from(2 * jitter_seconds + 1).unwrap_or(1);
        let shift = i64::try_from(noise % width).unwrap_or_default() - jitter_seconds;
        let milliseconds = i64::try_from(noise >> 32).unwrap_or_default() % 1000;
        let moment = offset + SignedDuration::from_secs(shift) - SignedDuration::from_millis(milliseconds);
        moments.push(Offset(moment.min(SignedDuration::from_secs(-1))).from(now));
        match every {
            Some(every) => offset += every.0,
            None => break,
        }
    }
    moments
}

fn tokens(file: &File, now: Timestamp, activities: &mut Vec<Activity>) -> Result<(), Contradiction> {
    for event in &file.token_event {
        let (place, event) = (event.span().start, event.get_ref());
        let app = app(file, place, &event.app)?;
        let scopes = event.scopes.as_ref().unwrap_or(&app.scopes);
        refuse_future(place, event.at)?;
        let seed = format!("token {} {} {:?}", event.user, event.app, event.at);
        for at in moments(now, event.at, event.every, event.until, event.jitter, &seed) {
            activities.push(Activity {
                at,
                application: "token".to_owned(),
                actor: Some(event.user.clone()),
                through: None,
                events: vec![log::token_event(event.deed, app, scopes)],
            });
        }
    }
    for event in &file.access_evaluation {
        let (place, event) = (event.span().start, event.get_ref());
        let app = app(file, place, &event.app)?;
        let scopes = event.scopes.as_ref().unwrap_or(&app.scopes);
        refuse_future(place, event.at)?;
        let seed = format!("access_evaluation {} {} {:?}", event.user, event.app, event.at);
        for at in moments(now, event.at, event.every, event.until, event.jitter, &seed) {
            activities.push(Activity {
                at,
                application: "access_evaluation".to_owned(),
                actor: Some(event.user.clone()),
                through: Some((app.client_id.clone(), app.name.clone())),
                events: vec![log::access_evaluated(app, &event.configuration_source, scopes)],
            });
        }
    }
    for raw in &file.activity {
        let (place, raw) = (raw.span().start, raw.get_ref());
        refuse_future(place, raw.at)?;
        let events = raw.events.iter().map(log::verbatim).collect::<Result<Vec<_>, _>>();
        activities.push(Activity {
            at: raw.at.from(now),
            application: raw.application.clone(),
            actor: raw.actor.clone(),
            through: None,
            events: events.map_err(|what| Contradiction::new(place, what))?,
        });
    }
    Ok(())
}

fn refuse_future(place: usize, at: Offset) -> Result<(), Contradiction> {
    if at.is_future() { Err(Contradiction::new(place, "this lies in the future")) } else { Ok(()) }
}

fn entries(customer: &str, people: &People, numbered: impl Iterator<Item = (usize, Activity)>) -> Vec<Entry> {
    let mut entries: Vec<_> = numbered
        .map(|(nth, activity)| {
            let qualifier = ids::unique_qualifier(customer, &activity.application, nth);
            let address = match activity.application.as_str() {
                "admin" => "192.0.2.10".to_owned(),
                _ => format!("198.51.100.{}", ids::hash(&[activity.actor.as_deref().unwrap_or_default()]) % 200 + 1),
            };
            let id = |email: &str| match people.account(email) {
                Some(account) => account.id.clone(),
                None => "105250506097979753968".to_owned(),
            };
            let actor = activity.actor.map(|email| (id(&email), email));
            let mut record = json!({
                "kind": "admin#reports#activity",
                "id": {
                    "time": google_time(activity.at),
                    "uniqueQualifier": qualifier,
                    "applicationName": activity.application,
                    "customerId": customer,
                },
                "actor": {"callerType": "USER"},
                "ipAddress": address,
                "events": activity.events,
            });
            match &actor {
                Some((id, email)) => {
                    record["actor"]["email"] = email.as_str().into();
                    record["actor"]["profileId"] = id.as_str().into();
                }
                None => record["actor"] = json!({"profileId": "105250506097979753968"}),
            }
            if let Some((client_id, name)) = activity.through {
                record["actor"]["applicationInfo"] = json!({"oauthClientId": client_id, "applicationName": name});
            }
            record["etag"] = ids::etag(&record).into();
            let names = activity.events.iter().filter_map(|event| event["name"].as_str()).map(str::to_owned).collect();
            Entry { at: activity.at, application: activity.application, actor, address, names, record }
        })
        .collect();
    // Milliseconds are all that the log tells, so they are all that may decide the order.
    entries.sort_by(|a, b| b.record["id"]["time"].as_str().cmp(&a.record["id"]["time"].as_str()));
    entries
}

fn bindings(file: &File, gcp: &Gcp, people: &People) -> Result<Option<Vec<Value>>, Contradiction> {
    match gcp.bindings {
        Bindings::Denied => return Ok(None),
        Bindings::None => return Ok(Some(Vec::new())),
        Bindings::Present => {}
    }
    let mut records = Vec::new();
    for binding in &gcp.binding {
        let (place, binding) = (binding.span().start, binding.get_ref());
        let group = people.group(&binding.group);
        let group = group.ok_or_else(|| Contradiction::new(place, format!("there is no group {}", binding.group)))?;
        let mut record = json!({
            "name": format!("{}/gcpUserAccessBindings/b{}", gcp.organization, records.len()),
            "groupKey": group.id,
        });
        if let Some(session) = &binding.session {
            record["sessionSettings"] = session_settings(session);
        }
        let mut scoped = Vec::new();
        for one in &binding.scoped {
            let app = app(file, place, &one.app)?;
            scoped.push(json!({
                "scope": {"clientScope": {"restrictedClientApplication": {"clientId": app.client_id}}},
                "activeSettings": {"sessionSettings": session_settings(&one.session)},
            }));
        }
        if !scoped.is_empty() {
            record["scopedAccessSettings"] = scoped.into();
        }
        records.push(record);
    }
    Ok(Some(records))
}

fn session_settings(session: &BoundSession) -> Value {
    let mut settings = json!({});
    if let Some(length) = &session.length {
        settings["sessionLength"] = length.as_str().into();
    }
    if let Some(enabled) = session.enabled {
        settings["sessionLengthEnabled"] = enabled.into();
    }
    if let Some(method) = &session.method {
        settings["sessionReauthMethod"] = method.as_str().into();
    }
    settings
}
