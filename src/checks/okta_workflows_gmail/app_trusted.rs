use std::sync::LazyLock;

use super::{APP_ACCESS_HELP, OKTA_ARTICLE, PACK, make_trusted};
use crate::checks::check::{Meta, Shown, Turn};
use crate::checks::per_subject::{Subject, SubjectCheck, SubjectSet};
use crate::checks::verdict::Outcome;
use crate::domain::Severity;
use crate::evidence::APP_ACCESS_URL;
use crate::facts::{APP_ACCESS, Access, AppFacts, CLOUD_SESSION_CONTROL, Facts, Reauth, Truth, UnitIndex};
use crate::report::model::{AccessLevel, Certainty, Remediation, Status, SubjectKind};
use crate::snapshot::SourceId;

/// Where reauthentication is required, the app must be Trusted.
pub(crate) struct AppTrusted;

static META: LazyLock<Meta> = LazyLock::new(|| {
    Meta {
    id: "app-trusted".into(),
    pack: PACK.into(),
    title: "The app is Trusted where reauthentication is required".into(),
    severity: Severity::High,
    subject: SubjectKind::App,
    automated: true,
    control: None,
    conflicts: Vec::new(),
    settings: vec![CLOUD_SESSION_CONTROL.into(), APP_ACCESS.into()],
    sources: vec![
        SourceId::Customer,
        SourceId::OrgUnits,
        SourceId::Grants,
        SourceId::AccessEvaluationLog,
        SourceId::AdminLog,
        SourceId::TokenLog,
    ],
    why: "\"Exempt trusted apps\" spares only apps whose access level is Trusted in the user's own org unit. Limited, Specific \
          Google data, Blocked and unconfigured apps lose their refresh at the end of the session.".into(),
    fails_when: "reauthentication is required and the app's access is not Trusted".into(),
    not_applicable_when: "reauthentication is not required".into(),
    fix: "Set the app to Trusted under Security > Access and data control > API controls > Manage third-party app access, for \
          the org units whose users hold connections.".into(),
    limits: "No API returns an app's level. The audit log names single changes until August 2026; later events, bulk changes \
             and uploads tell only that something changed.".into(),
    references: vec![OKTA_ARTICLE.into(), APP_ACCESS_HELP.into()],
}
});

fn parts(subject: Subject<'_>) -> Option<(&AppFacts, UnitIndex)> {
    match subject {
        Subject::AppInOrgUnit(app, unit) => Some((app, unit)),
        Subject::OrgUnit(_) | Subject::App(_) | Subject::Connection(_) => None,
    }
}

impl SubjectCheck for AppTrusted {
    fn meta(&self) -> &Meta {
        &META
    }

    fn subjects(&self) -> SubjectSet {
        SubjectSet::AppsInOrgUnits
    }

    fn evaluate(&self, subject: Subject<'_>, facts: &Facts) -> Outcome {
        let Some((app, unit)) = parts(subject) else { return Outcome::new(Truth::Unknown, Truth::Unknown) };
        let reauth = &facts.sessions[unit].reauth;
        let access = &app.access[unit];
        let required = reauth.truth(|reauth| *reauth == Reauth::Required);
        let trusted = access.truth(|access| *access == Access::Trusted);
        let outcome = Outcome::new(required, trusted).resting_on(reauth);
        if required == Truth::FalseProven { outcome } else { outcome.resting_on(access) }
    }

    fn summary(&self, subject: Subject<'_>, facts: &Facts, status: Status) -> String {
        let Some((app, unit)) = parts(subject) else { return META.title.clone() };
        let (path, name, access) = (facts.tree.path(unit), &app.definition.name, &app.access[unit]);
        match status {
            Status::Pass => format!("{name} is Trusted in {path}."),
            Status::Fail | Status::Suppressed => {
                let level =
                    match (access.value(), access.candidates().map(|access| access.describe()).collect::<Vec<_>>()) {
                        (Some(level), _) => level.describe().to_owned(),
                        (None, levels) if levels.is_empty() => "not Trusted".to_owned(),
                        (None, levels) => levels.join(" or "),
                    };
                format!("{name} is {level} in {path}, where reauthentication is required.")
            }
            Status::NotApplicable => {
                format!("{path} does not require reauthentication, so {name} needs no trust there.")
            }
            Status::Undetermined | Status::Manual => {
                if access.in_conflict() {
                    format!("The evidence on the access of {name} in {path} contradicts itself.")
                } else if access.strength().is_none() {
                    format!("Whether {name} is Trusted in {path} is not known.")
                } else {
                    format!("Whether {name} must be, and is, Trusted in {path} is not proven.")
                }
            }
        }
    }

    fn remediation(&self, subject: Subject<'_>, facts: &Facts) -> Remediation {
        let steps = parts(subject)
            .map(|(app, unit)| {
                let named = match app.only_client() {
                    Some(client) => format!("{} (client ID {client})", app.definition.name),
                    None => app.definition.name.clone(),
                };
                let kept_at = app.access[unit].inherited_from().unwrap_or(facts.tree.path(unit));
                vec![make_trusted(&named, kept_at)]
            })
            .unwrap_or_default();
        Remediation::new(steps, Some(APP_ACCESS_URL.to_owned()))
    }

    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn> {
        let (session, access) = (shown.session(), shown.access());
        let session_place = shown.kept_at(session.and_then(|session| session.inherited_from.as_ref()));
        let access_place = shown.kept_at(access.and_then(|access| access.inherited_from.as_ref()));
        match shown.result.status {
            Status::Pass => vec![
                Turn::by(format!("the app's access becomes anything but Trusted {access_place}"), &[Status::Fail]),
                Turn::by(
                    format!("reauthentication is never required any more {session_place}"),
                    &[Status::NotApplicable],
                ),
            ],
            Status::NotApplicable => {
                let then: &[Status] = match access.map(|access| (access.access, access.confidence)) {
                    Some((AccessLevel::Trusted, Certainty::Proven)) => &[Status::Pass],
                    Some((
                        AccessLevel::Limited
                        | AccessLevel::SpecificData
                        | AccessLevel::Blocked
                        | AccessLevel::Unconfigured,
                        Certainty::Proven,
                    )) => &[Status::Fail],
                    Some(_) | None => &[Status::Pass, Status::Fail],
                };
                vec![Turn::by(format!("reauthentication becomes required {session_place}"), then)]
            }
            Status::Fail | Status::Undetermined | Status::Manual | Status::Suppressed => Vec::new(),
        }
    }
}
