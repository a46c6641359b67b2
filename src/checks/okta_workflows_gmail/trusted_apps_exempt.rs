use std::sync::LazyLock;

use super::{OKTA_ARTICLE, PACK, SESSION_HELP, tick_exemption};
use crate::checks::check::{Conflict, Meta, Shown, Turn};
use crate::checks::per_subject::{Subject, SubjectCheck, SubjectSet};
use crate::checks::verdict::Outcome;
use crate::domain::{OrgUnitPath, Severity};
use crate::evidence::SESSION_CONTROL_URL;
use crate::facts::{CLOUD_SESSION_CONTROL, Facts, Reauth, SessionControl, Truth};
use crate::report::model::{Remediation, Status, SubjectKind};
use crate::snapshot::SourceId;

/// Where reauthentication is required, trusted apps must be exempt.
pub(crate) struct TrustedAppsExempt;

static META: LazyLock<Meta> = LazyLock::new(|| {
    Meta {
    id: "trusted-apps-exempt".into(),
    pack: PACK.into(),
    title: "Trusted apps are exempt from Google Cloud reauthentication".into(),
    severity: Severity::High,
    subject: SubjectKind::OrgUnit,
    automated: true,
    control: None,
    conflicts: ["cis-gws-1.3-4.2.5.1", "cis-gws-1.4-4.2.5.1"]
        .map(|check| Conflict {
            check: check.to_owned(),
            trade: "Clearing the exemption, as CIS asks, ends every connection with a Cloud scope at the end of each session."
                .to_owned(),
        })
        .into(),
    settings: vec![CLOUD_SESSION_CONTROL.into()],
    sources: vec![SourceId::Customer, SourceId::OrgUnits, SourceId::AdminLog],
    why: "Where Google Cloud session control requires reauthentication and \"Exempt trusted apps\" is not ticked, Google \
          refuses to refresh any grant that holds a Google Cloud scope once the session has run out (invalid_grant, \
          invalid_rapt), however trusted the app is. Automations stop without a word until somebody authorises them again.".into(),
    fails_when: "reauthentication is required and Exempt trusted apps is off".into(),
    not_applicable_when: "reauthentication is not required".into(),
    fix: "Tick \"Exempt trusted apps\" under Security > Access and data control > Google Cloud session control, for the org \
          unit whose setting it is. CIS 4.2.5.1 asks for the opposite: the price of the exemption is that every Trusted app \
          with a Cloud scope keeps its access without reauthentication, so keep the list of Trusted apps short.".into(),
    limits: "No API returns the setting and the audit log never shows the exemption. Only an attestation proves it, and every \
             later save of the page turns that proof into a presumption.".into(),
    references: vec![SESSION_HELP.into(), OKTA_ARTICLE.into()],
}
});

fn control<'f>(subject: Subject<'_>, facts: &'f Facts) -> Option<(&'f OrgUnitPath, &'f SessionControl)> {
    match subject {
        Subject::OrgUnit(unit) | Subject::AppInOrgUnit(_, unit) => Some((facts.tree.path(unit), &facts.sessions[unit])),
        Subject::App(_) | Subject::Connection(_) => None,
    }
}

impl SubjectCheck for TrustedAppsExempt {
    fn meta(&self) -> &Meta {
        &META
    }

    fn subjects(&self) -> SubjectSet {
        SubjectSet::OrgUnits
    }

    fn evaluate(&self, subject: Subject<'_>, facts: &Facts) -> Outcome {
        let Some((_, control)) = control(subject, facts) else { return Outcome::new(Truth::Unknown, Truth::Unknown) };
        let required = control.reauth.truth(|reauth| *reauth == Reauth::Required);
        let exempt = control.exempt.truth(|ticked| *ticked);
        let outcome = Outcome::new(required, exempt).resting_on(&control.reauth);
        if required == Truth::FalseProven { outcome } else { outcome.resting_on(&control.exempt) }
    }

    fn summary(&self, subject: Subject<'_>, facts: &Facts, status: Status) -> String {
        let Some((path, control)) = control(subject, facts) else { return META.title.clone() };
        let every = control.frequency.value().map(|length| format!(" every {length}")).unwrap_or_default();
        match status {
            Status::Pass => format!("{path} requires reauthentication{every} and exempts trusted apps."),
            Status::Fail | Status::Suppressed => {
                format!("{path} requires reauthentication{every} and does not exempt trusted apps.")
            }
            Status::NotApplicable => format!("{path} does not require reauthentication."),
            Status::Undetermined | Status::Manual => {
                if control.in_conflict() {
                    format!("The evidence on session control of {path} contradicts itself.")
                } else if control.reauth.value() == Some(&Reauth::Required) {
                    format!("{path} requires reauthentication; whether trusted apps are exempt is not proven.")
                } else {
                    format!("Whether {path} requires reauthentication is not proven.")
                }
            }
        }
    }

    fn remediation(&self, subject: Subject<'_>, facts: &Facts) -> Remediation {
        let steps = control(subject, facts)
            .map(|(path, control)| vec![tick_exemption(control.reauth.inherited_from().unwrap_or(path))])
            .unwrap_or_default();
        Remediation::new(steps, Some(SESSION_CONTROL_URL.to_owned()))
    }

    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn> {
        let place = shown.kept_at(shown.session().and_then(|session| session.inherited_from.as_ref()));
        match shown.result.status {
            Status::Pass => vec![
                Turn::by(format!("\"Exempt trusted apps\" is cleared {place}"), &[Status::Fail]),
                Turn::by(format!("reauthentication is never required any more {place}"), &[Status::NotApplicable]),
            ],
            Status::NotApplicable => vec![
                Turn::by(
                    format!("reauthentication becomes required {place}, \"Exempt trusted apps\" not ticked"),
                    &[Status::Fail],
                ),
                Turn::by(
                    format!("reauthentication becomes required {place}, \"Exempt trusted apps\" ticked"),
                    &[Status::Pass],
                ),
            ],
            Status::Fail | Status::Undetermined | Status::Manual | Status::Suppressed => Vec::new(),
        }
    }
}
