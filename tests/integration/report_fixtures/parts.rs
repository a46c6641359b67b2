//! What reports are built from.

use std::collections::BTreeMap;

use gwsaudit::domain::{AppId, ClientId, CloudScope, Email, OrgUnitPath, Severity};
use gwsaudit::report::model::*;
use jiff::Timestamp;

pub(crate) const APP: &str = "okta-workflows-gmail";
pub(crate) const CLIENT: &str = "1234567890-abc.apps.googleusercontent.com";
pub(super) const SESSION_URL: &str = "https://admin.google.com/ac/security/reauth/admin-tools";
pub(super) const ACCESS_URL: &str = "https://admin.google.com/ac/owl/list?tab=configuredApps";

pub(super) const LOG_FROM: &str = "2026-05-27T10:00:00Z";
pub(super) const AUDITED: &str = "2026-11-23T10:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(crate) fn ou(path: &str) -> OrgUnitPath {
    OrgUnitPath::from_google(path).expect("a path")
}

pub(super) fn app() -> AppId {
    APP.parse().expect("an id")
}

/// Builds a report as the engine would leave it: sorted and counted.
pub(crate) struct Tenant(pub(crate) Report);

impl Tenant {
    pub(crate) fn new() -> Self {
        let source = |id: &str, requests, items| Source {
            id: id.to_owned(),
            status: SourceStatus::Complete,
            requests,
            items,
            error: None,
            next_step: None,
            note: None,
            window_from: id.starts_with("reports.").then(|| at(LOG_FROM)),
            window_to: id.starts_with("reports.").then(|| at(AUDITED)),
        };
        Self(Report {
            schema: SCHEMA.into(),
            tool: Tool { name: "gwsaudit".into(), version: "0.1.0".into() },
            tenant: gwsaudit::report::model::Tenant {
                customer: "C0123abcd".into(),
                primary_domain: Some("example.com".into()),
            },
            audited_at: at(AUDITED),
            evidence_from: Some(at(LOG_FROM)),
            sources: vec![
                source("directory.orgunits", 1, 5),
                source("directory.tokens", 2, 2),
                source("reports.admin", 3, 2114),
                source("reports.token", 4, 3180),
            ],
            org_units: Vec::new(),
            connections: Vec::new(),
            results: Vec::new(),
            unread_events: Vec::new(),
            notices: Vec::new(),
            collisions: Vec::new(),
            inputs: None,
            redaction: None,
            summary: Summary::default(),
        })
    }

    pub(crate) fn unit(mut self, path: &str, cloud_session: CloudSession, access: AppAccess) -> Self {
        self.0.org_units.push(OrgUnit { path: ou(path), cloud_session, apps: BTreeMap::from([(app(), access)]) });
        self
    }

    pub(crate) fn connection(
        mut self,
        user: &str,
        unit: &str,
        outcome: Outcome,
        last: Option<&str>,
        next: Option<&str>,
    ) -> Self {
        self.0.connections.push(Connection {
            user: Email::from_google(user).expect("an address"),
            org_unit: OrgUnitPath::from_google(unit),
            app: app(),
            client_id: ClientId::from_google(CLIENT).expect("an id"),
            cloud_scope: CloudScope::Yes,
            outcome,
            last_authorized_at: last.map(at),
            next_failure_by: next.map(at),
            administers: None,
            cloud_session: None,
            session_set_by: None,
            access: None,
        });
        self
    }

    pub(crate) fn result(mut self, result: CheckResult) -> Self {
        self.0.results.push(result);
        self
    }

    pub(crate) fn done(mut self) -> Report {
        let key = |r: &CheckResult| {
            let s = &r.subject;
            (r.check.clone(), s.org_unit.clone(), s.user.clone(), s.app.clone(), s.client_id.clone())
        };
        self.0.results.sort_by_key(key);
        self.0.org_units.sort_by(|a, b| a.path.cmp(&b.path));
        self.0.summary = Summary::of(&self.0.results);
        self.0
    }
}

pub(crate) fn required(exempt: Exemption, from: Option<&str>) -> CloudSession {
    CloudSession {
        reauth: ReauthState::Required,
        frequency_seconds: Some(57_600),

        frequency_at_least_seconds: None,
        frequency_at_most_seconds: None,
        method: Some(SessionMethod::Password),
        exempt_trusted_apps: Some(exempt),
        exempt_confidence: Some(Certainty::Proven),
        inherited_from: from.map(ou),
        confidence: Certainty::Proven,
        conflict: false,
        sides: Vec::new(),
    }
}

pub(crate) fn not_required(from: Option<&str>) -> CloudSession {
    CloudSession {
        reauth: ReauthState::NotRequired,
        frequency_seconds: None,

        frequency_at_least_seconds: None,
        frequency_at_most_seconds: None,
        method: None,
        exempt_trusted_apps: None,
        exempt_confidence: None,
        inherited_from: from.map(ou),
        confidence: Certainty::Proven,
        conflict: false,
        sides: Vec::new(),
    }
}

pub(crate) fn unknown_session() -> CloudSession {
    CloudSession {
        reauth: ReauthState::Unknown,
        frequency_seconds: None,

        frequency_at_least_seconds: None,
        frequency_at_most_seconds: None,
        method: Some(SessionMethod::Unknown),
        exempt_trusted_apps: Some(Exemption::Unknown),
        exempt_confidence: Some(Certainty::Unknown),
        inherited_from: None,
        confidence: Certainty::Unknown,
        conflict: false,
        sides: Vec::new(),
    }
}

pub(crate) fn access(access: AccessLevel, from: Option<&str>) -> AppAccess {
    AppAccess {
        access,
        one_of: Vec::new(),
        sides: Vec::new(),
        inherited_from: from.map(ou),
        confidence: Certainty::Proven,
        conflict: false,
    }
}

pub(crate) fn unknown_access() -> AppAccess {
    AppAccess {
        access: AccessLevel::Unknown,
        one_of: Vec::new(),
        sides: Vec::new(),
        inherited_from: None,
        confidence: Certainty::Unknown,
        conflict: false,
    }
}

pub(super) fn verdict(check: &str, severity: Severity, status: Status, subject: Subject, summary: &str) -> CheckResult {
    let settled = matches!(status, Status::Pass | Status::Fail | Status::NotApplicable);
    let at_fault =
        [&subject.org_unit.as_ref().map(ToString::to_string), &subject.user.as_ref().map(ToString::to_string)];
    CheckResult {
        check: check.parse().expect("an id"),
        pack: APP.parse().expect("an id"),
        control: None,
        severity,
        status,
        confidence: settled.then_some(Confidence::Proven),
        fingerprint: format!("{check}:{}", at_fault.into_iter().flatten().cloned().collect::<Vec<_>>().join(":")),
        subject,
        covers: None,
        summary: summary.to_owned(),
        evidence: Vec::new(),
        missing: Vec::new(),
        possible: Vec::new(),
        remediation: None,
        suppression: None,
    }
}

pub(crate) fn subject(kind: SubjectKind, unit: Option<&str>, user: Option<&str>) -> Subject {
    let with_app = matches!(kind, SubjectKind::App | SubjectKind::Connection);
    Subject {
        kind,
        org_unit: unit.map(ou),
        group: None,
        user: user.and_then(Email::from_google),
        app: with_app.then(app),
        client_id: (kind == SubjectKind::Connection).then(|| ClientId::from_google(CLIENT)).flatten(),
    }
}

pub(super) fn attested(line: u32, says: &str) -> Evidence {
    Evidence {
        source: "attestation".into(),
        at: Some(at("2026-11-20T10:00:00Z")),
        locator: format!("attestations.toml:{line}").into(),
        says: says.into(),
        actor: Some("alice@example.com".into()),
        disputed: false,
    }
}

pub(crate) fn exemption(unit: &str, status: Status) -> CheckResult {
    let on = status == Status::Pass;
    let summary = if on {
        "Trusted apps are exempt."
    } else {
        "Reauthentication is required every 16 h and Exempt trusted apps is off."
    };
    let mut result = verdict(
        "trusted-apps-exempt",
        Severity::High,
        status,
        subject(SubjectKind::OrgUnit, Some(unit), None),
        summary,
    );
    if matches!(status, Status::Fail | Status::Suppressed) {
        result.evidence = vec![attested(
            3,
            "alice@example.com saw: reauthentication every 16 h by password, Exempt trusted apps off",
        )];
        result.remediation = Some(Remediation {
            steps: vec![
                "Open Security > Access and data control > Google Cloud session control, and choose the org unit."
                    .into(),
                "Tick Exempt trusted apps and save. A change may take up to 24 h.".into(),
            ],
            console_url: Some(SESSION_URL.into()),
        });
    }
    result
}

pub(crate) fn trust(unit: &str, status: Status) -> CheckResult {
    let summary =
        if status == Status::Pass { "The app is Trusted." } else { "The app's access is Limited, not Trusted." };
    let mut result =
        verdict("app-trusted", Severity::High, status, subject(SubjectKind::App, Some(unit), None), summary);
    if status == Status::Fail {
        result.evidence = vec![Evidence {
            source: "reports.admin".into(),
            at: Some(at("2026-10-02T15:00:00Z")),
            locator: "uniqueQualifier=-7764660426139817791".into(),
            says: "bob@example.com set the app to Limited in /Sales (ADD_TO_LIMITED_OAUTH2_APPS)".into(),
            actor: Some("bob@example.com".into()),
            disputed: false,
        }];
        result.remediation = Some(Remediation {
            steps: vec![
                "Open Security > Access and data control > API controls > Manage third-party app access.".into(),
                "Find the app by its client ID, choose Change access, the org unit, then Trusted.".into(),
            ],
            console_url: Some(ACCESS_URL.into()),
        });
    }
    result
}

pub(crate) fn survival(user: &str, unit: &str, status: Status) -> CheckResult {
    let summary = if status == Status::Pass {
        format!("The connection of {user} survives reauthentication.")
    } else {
        format!("The connection of {user} stops at the end of each session of 16 h.")
    };
    let subject = subject(SubjectKind::Connection, Some(unit), Some(user));
    let mut result = verdict("connection-survives-reauth", Severity::High, status, subject, &summary);
    if status == Status::Fail {
        result.evidence = vec![Evidence {
            source: "directory.tokens".into(),
            at: None,
            locator: format!("users/{user}/tokens/{CLIENT}").into(),
            says: "the grant carries https://www.googleapis.com/auth/cloud-platform".into(),
            actor: None,
            disputed: false,
        }];
        result.remediation = Some(Remediation {
            steps: vec![
                "Once the settings above are changed, authorise the connection again in Okta Workflows.".into(),
            ],
            console_url: None,
        });
    }
    result
}

pub(crate) fn unsettled(mut result: CheckResult, fact: &str, why: &str, supply: &str) -> CheckResult {
    result.status = Status::Undetermined;
    result.confidence = None;
    result.summary = "Not enough evidence.".into();
    result.missing = vec![Missing { fact: fact.into(), why: why.into(), supply: supply.into() }];
    result
}
