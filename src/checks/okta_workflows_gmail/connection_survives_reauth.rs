use std::sync::LazyLock;

use super::{OAUTH_HELP, OKTA_ARTICLE, PACK, SESSION_HELP, make_trusted, tick_exemption};
use crate::checks::check::{Meta, Shown, Turn};
use crate::checks::per_subject::{Subject, SubjectCheck, SubjectSet};
use crate::checks::verdict::Outcome;
use crate::domain::{CloudScope, OrgUnitPath, Severity, humane_time};
use crate::evidence::{APP_ACCESS_URL, AppDefinition, SESSION_CONTROL_URL};
use crate::facts::{
    APP_ACCESS, Access, CLOUD_SESSION_CONTROL, ConnectionFacts, EXEMPTION, Facts, Holder, Reauth, Truth,
};
use crate::report::model::{AccessLevel, Exemption, ReauthState, Remediation, SessionSetter, Status, SubjectKind};
use crate::snapshot::SourceId;

/// A connection must outlive the Cloud session of its user.
pub(crate) struct ConnectionSurvivesReauth;

static META: LazyLock<Meta> = LazyLock::new(|| {
    Meta {
    id: "connection-survives-reauth".into(),
    pack: PACK.into(),
    title: "The connection outlives the user's Google Cloud session".into(),
    severity: Severity::High,
    subject: SubjectKind::Connection,
    automated: true,
    control: None,
    conflicts: Vec::new(),
    settings: vec![CLOUD_SESSION_CONTROL.into(), APP_ACCESS.into()],
    sources: vec![
        SourceId::AccessBindings,
        SourceId::Organizations,
        SourceId::Customer,
        SourceId::Members,
        SourceId::OrgUnits,
        SourceId::Grants,
        SourceId::Users,
        SourceId::AccessEvaluationLog,
        SourceId::AdminLog,
        SourceId::TokenLog,
    ],
    why: "A grant that holds a Google Cloud scope is refused its refresh when the user's Google Cloud session has run out, unless \
          trusted apps are exempt and the app is Trusted, both in the user's own org unit. Okta Workflows' Gmail connector asks \
          for cloud-platform with its default scopes.".into(),
    fails_when: "the grant carries a Cloud scope, reauthentication applies to the user, and the app is not both exempt and Trusted".into(),
    not_applicable_when: "the user is suspended, archived or deleted".into(),
    fix: "Tick \"Exempt trusted apps\" and make the app Trusted for the user's org unit, or re-create the connection with \
          customised scopes that leave the Cloud scope out; then authorise the connection once more.".into(),
    limits: "Google lists nowhere which scopes count as Cloud scopes; a grant with a scope on neither list of the catalogue stays \
             undetermined. Access Context Manager bindings take precedence over the console's page and must be readable, or \
             stated not to exist.".into(),
    references: vec![OKTA_ARTICLE.into(), SESSION_HELP.into(), OAUTH_HELP.into()],
}
});

fn connection(subject: Subject<'_>) -> Option<&ConnectionFacts> {
    match subject {
        Subject::Connection(connection) => Some(connection),
        Subject::OrgUnit(_) | Subject::AppInOrgUnit(..) | Subject::App(_) => None,
    }
}

/// The cure that leaves Google's settings alone: which cards stand in its way, as far as the vendor says.
fn without_cloud_scope(app: Option<&AppDefinition>) -> String {
    let cards = |need| app.into_iter().flat_map(|app| app.cards_that_need(need)).collect::<Vec<_>>().join(", ");
    let (need, none, open) = (cards(CloudScope::Yes), cards(CloudScope::No), cards(CloudScope::Unknown));
    let mut step =
        "Or, without the two settings: re-create the connection with customised scopes that leave cloud-platform \
                    out, if its flows can do without; revoke the old grant first, as its scopes stay merged otherwise."
            .to_owned();
    if !need.is_empty() {
        step.push_str(&format!(" These cards need it: {need}."));
    }
    if !none.is_empty() {
        step.push_str(&format!(" These do not: {none}."));
    }
    if !open.is_empty() {
        step.push_str(&format!(" Of these no documentation at hand tells: {open}."));
    }
    step
}

fn place(connection: &ConnectionFacts) -> String {
    connection.org_unit.as_ref().map_or_else(String::new, |path| format!(" in {path}"))
}

impl SubjectCheck for ConnectionSurvivesReauth {
    fn meta(&self) -> &Meta {
        &META
    }

    fn subjects(&self) -> SubjectSet {
        SubjectSet::Connections
    }

    fn evaluate(&self, subject: Subject<'_>, _facts: &Facts) -> Outcome {
        let Some(connection) = connection(subject) else { return Outcome::new(Truth::Unknown, Truth::Unknown) };
        let mut outcome = Outcome::new(connection.live(), connection.survives);
        outcome.evidence.extend(connection.grant.iter().cloned());
        if connection.live() == Truth::FalseProven {
            return outcome;
        }
        outcome.gaps.extend(connection.gaps.iter().cloned());
        // A grant without any Cloud scope survives whatever the settings say.
        if connection.cloud == CloudScope::No {
            return outcome;
        }
        let outcome = outcome.resting_on(&connection.reauth);
        if connection.reauth.truth(|reauth| *reauth == Reauth::Required) == Truth::FalseProven {
            return outcome;
        }
        outcome.resting_on(&connection.exempt).resting_on(&connection.access)
    }

    fn summary(&self, subject: Subject<'_>, facts: &Facts, status: Status) -> String {
        let Some(connection) = connection(subject) else { return META.title.clone() };
        let (user, place) = (&connection.user, place(connection));
        match status {
            Status::Pass if connection.cloud == CloudScope::No => {
                format!("The connection of {user}{place} holds no Cloud scope and survives.")
            }
            Status::Pass if connection.reauth.value() == Some(&Reauth::NotRequired) => {
                format!("The connection of {user}{place} survives: reauthentication does not apply.")
            }
            Status::Pass if connection.reauth.value().is_none() => {
                format!("The connection of {user}{place} survives, whichever of the session rules decides.")
            }
            Status::Pass => {
                format!("The connection of {user}{place} survives: trusted apps are exempt and the app is Trusted.")
            }
            Status::Fail | Status::Suppressed => {
                let why = match (connection.exempt.value(), connection.access.value()) {
                    (Some(false), Some(access)) if *access != Access::Trusted => {
                        format!("trusted apps are not exempt and the app is {}", access.describe())
                    }
                    (Some(false), _) => "trusted apps are not exempt".to_owned(),
                    (_, Some(access)) => format!("the app is {}, not Trusted", access.describe()),
                    (_, None) => "the app is not both exempt and Trusted".to_owned(),
                };
                match connection.next_failure_by() {
                    Some(by) if by <= facts.as_of => {
                        format!("The connection of {user}{place} was due to break by {}: {why}.", humane_time(by))
                    }
                    Some(by) => format!("The connection of {user}{place} breaks by {}: {why}.", humane_time(by)),
                    None => format!("The connection of {user}{place} breaks when its session ends: {why}."),
                }
            }
            Status::NotApplicable => {
                let what = match connection.holder {
                    Holder::Suspended => "suspended",
                    Holder::Archived => "archived",
                    Holder::Deleted | Holder::Active | Holder::Unknown => "deleted",
                };
                format!("{user} is {what}, so the connection is out of use.")
            }
            Status::Undetermined | Status::Manual => {
                let open = if connection.cloud == CloudScope::Unknown {
                    "whether its scopes are Cloud scopes is not known"
                } else if !connection.gaps.is_empty() {
                    "which session rule applies to the user is not known"
                } else if connection.reauth.strength() != Some(crate::facts::Strength::Proven) {
                    "whether reauthentication is required is not proven"
                } else {
                    "whether the app is both exempt and Trusted is not proven"
                };
                format!("Whether the connection of {user}{place} survives is open: {open}.")
            }
        }
    }

    fn remediation(&self, subject: Subject<'_>, facts: &Facts) -> Remediation {
        let Some(connection) = connection(subject) else { return Remediation { steps: Vec::new(), console_url: None } };
        let root = OrgUnitPath::root();
        let unit = connection.org_unit.as_ref().unwrap_or(&root);
        let app = facts.apps.iter().find(|app| app.definition.id == connection.app);
        let name = app.map_or_else(|| connection.app.to_string(), |app| app.definition.name.clone());
        let mut steps = Vec::new();
        let mut console_url = None;
        let bound = connection.exempt.gaps.iter().find(|gap| gap.fact == EXEMPTION);
        if let Some(gap) = bound {
            steps.push(format!("{}.", gap.supply));
        } else if connection.exempt.value() != Some(&true) {
            steps.push(tick_exemption(connection.reauth.inherited_from().unwrap_or(unit)));
            console_url = Some(SESSION_CONTROL_URL.to_owned());
        }
        if connection.access.value() != Some(&Access::Trusted) {
            let kept_at = connection.access.inherited_from().unwrap_or(unit);
            steps.push(make_trusted(&format!("{name} (client ID {})", connection.client), kept_at));
            console_url = console_url.or_else(|| Some(APP_ACCESS_URL.to_owned()));
        }
        steps.push(format!("Then authorise the connection once more in {name}."));
        steps.push(without_cloud_scope(app.map(|app| &app.definition)));
        Remediation::new(steps, console_url)
    }

    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn> {
        let (session, access) = (shown.session(), shown.access());
        match shown.result.status {
            Status::NotApplicable => {
                return vec![Turn::by("the account is in use again", &[Status::Pass, Status::Fail])];
            }
            Status::Pass => {}
            Status::Fail | Status::Undetermined | Status::Manual | Status::Suppressed => return Vec::new(),
        }
        let required = session.map_or(ReauthState::Unknown, |session| session.reauth);
        let spared = session.is_some_and(|session| session.exempt_trusted_apps == Some(Exemption::Yes))
            && access.is_some_and(|access| access.access == AccessLevel::Trusted);
        let place = match shown.session_set_by() {
            SessionSetter::Binding => "by the Access Context Manager binding".to_owned(),
            SessionSetter::Console | SessionSetter::Unknown => {
                shown.kept_at(session.and_then(|session| session.inherited_from.as_ref()))
            }
        };
        let mut turns = Vec::new();
        if shown.connection.is_some_and(|connection| connection.cloud_scope == CloudScope::No) {
            if !spared && required != ReauthState::NotRequired {
                turns.push(Turn::by(
                    "the grant is given a Google Cloud scope such as cloud-platform",
                    &[Status::Pass, Status::Fail],
                ));
            }
        } else {
            if required == ReauthState::NotRequired {
                turns.push(Turn::by(
                    format!("reauthentication becomes required {place}, and the app is not both exempt and Trusted"),
                    &[Status::Fail],
                ));
            }
            if spared {
                let access_place = shown.kept_at(access.and_then(|access| access.inherited_from.as_ref()));
                turns.push(Turn::by(format!("\"Exempt trusted apps\" is cleared {place}"), &[Status::Fail]));
                turns.push(Turn::by(
                    format!("the client's access becomes anything but Trusted {access_place}"),
                    &[Status::Fail],
                ));
            }
            turns.push(Turn::by(
                "the user moves to an org unit with other settings, or other Access Context Manager bindings apply",
                &[Status::Pass, Status::Fail],
            ));
        }
        turns.push(Turn::by("the account is suspended or deleted", &[Status::NotApplicable]));
        turns
    }
}
