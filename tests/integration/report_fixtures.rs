//! Reports to render: whole tenants in a few lines each.

use std::collections::BTreeMap;

use gwsaudit::domain::{AppId, ClientId, CloudScope, Email, OrgUnitPath, Severity};
use gwsaudit::report::model::*;
use jiff::Timestamp;

pub(crate) const APP: &str = "okta-workflows-gmail";
pub(crate) const CLIENT: &str = "1234567890-abc.apps.googleusercontent.com";
const SESSION_URL: &str = "https://admin.google.com/ac/security/reauth/admin-tools";
const ACCESS_URL: &str = "https://admin.google.com/ac/owl/list?tab=configuredApps";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(crate) fn ou(path: &str) -> OrgUnitPath {
    OrgUnitPath::from_google(path).expect("a path")
}

fn app() -> AppId {
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
        };
        Self(Report {
            schema: SCHEMA.into(),
            tool: Tool { name: "gwsaudit".into(), version: "0.1.0".into() },
            tenant: gwsaudit::report::model::Tenant {
                customer: "C0123abcd".into(),
                primary_domain: Some("example.com".into()),
            },
            audited_at: at("2026-11-23T10:00:00Z"),
            evidence_from: Some(at("2026-05-27T10:00:00Z")),
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
        method: Some(SessionMethod::Password),
        exempt_trusted_apps: Some(exempt),
        exempt_confidence: Some(Certainty::Proven),
        inherited_from: from.map(ou),
        confidence: Certainty::Proven,
        conflict: false,
    }
}

pub(crate) fn not_required(from: Option<&str>) -> CloudSession {
    CloudSession {
        reauth: ReauthState::NotRequired,
        frequency_seconds: None,
        method: None,
        exempt_trusted_apps: None,
        exempt_confidence: None,
        inherited_from: from.map(ou),
        confidence: Certainty::Proven,
        conflict: false,
    }
}

pub(crate) fn unknown_session() -> CloudSession {
    CloudSession {
        reauth: ReauthState::Unknown,
        frequency_seconds: None,
        method: Some(SessionMethod::Unknown),
        exempt_trusted_apps: Some(Exemption::Unknown),
        exempt_confidence: Some(Certainty::Unknown),
        inherited_from: None,
        confidence: Certainty::Unknown,
        conflict: false,
    }
}

pub(crate) fn access(access: AccessLevel, from: Option<&str>) -> AppAccess {
    AppAccess { access, inherited_from: from.map(ou), confidence: Certainty::Proven, conflict: false }
}

pub(crate) fn unknown_access() -> AppAccess {
    AppAccess { access: AccessLevel::Unknown, inherited_from: None, confidence: Certainty::Unknown, conflict: false }
}

fn verdict(check: &str, severity: Severity, status: Status, subject: Subject, summary: &str) -> CheckResult {
    let settled = matches!(status, Status::Pass | Status::Fail | Status::NotApplicable);
    let at_fault =
        [&subject.org_unit.as_ref().map(ToString::to_string), &subject.user.as_ref().map(ToString::to_string)];
    CheckResult {
        check: check.parse().expect("an id"),
        pack: APP.parse().expect("an id"),
        severity,
        status,
        confidence: settled.then_some(Confidence::Proven),
        fingerprint: format!("{check}:{}", at_fault.into_iter().flatten().cloned().collect::<Vec<_>>().join(":")),
        subject,
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
        user: user.and_then(Email::from_google),
        app: with_app.then(app),
        client_id: (kind == SubjectKind::Connection).then(|| ClientId::from_google(CLIENT)).flatten(),
    }
}

fn attested(line: u32, says: &str) -> Evidence {
    Evidence {
        source: "attestation".into(),
        at: Some(at("2026-11-20T10:00:00Z")),
        locator: format!("attestations.toml:{line}"),
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
            locator: format!("users/{user}/tokens/{CLIENT}"),
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

/// Reauthentication required at `/`, exemption off, the app limited in one org unit, two live connections.
pub(crate) fn broken() -> Report {
    let mut repeated = survival("flows@example.com", "/Sales", Status::Fail);
    repeated.check = "repeated-reauthorization".parse().expect("an id");
    repeated.severity = Severity::Medium;
    repeated.summary = "flows@example.com authorised the same client 9 times in 7 days, about every 16 h.".into();
    repeated.evidence[0] = Evidence {
        source: "reports.token".into(),
        at: Some(at("2026-11-22T21:02:00Z")),
        locator: "uniqueQualifier=42".into(),
        says: "authorised 9 times since 2026-11-17 01:00 UTC".into(),
        actor: Some("flows@example.com".into()),
        disputed: false,
    };
    repeated.remediation = None;
    let mut pinned = verdict(
        "client-id-pinned",
        Severity::Medium,
        Status::Pass,
        subject(SubjectKind::App, None, None),
        "The client ID is pinned.",
    );
    pinned.fingerprint = "client-id-pinned".into();
    Tenant::new()
        .unit("/", required(Exemption::No, None), access(AccessLevel::Trusted, None))
        .unit("/Lab", not_required(None), access(AccessLevel::Trusted, Some("/")))
        .unit("/Sales", required(Exemption::No, Some("/")), access(AccessLevel::Limited, None))
        .unit("/Sales/EMEA", required(Exemption::No, Some("/")), access(AccessLevel::Limited, Some("/Sales")))
        .unit("/Sales/EMEA/Berlin", required(Exemption::No, Some("/")), access(AccessLevel::Limited, Some("/Sales")))
        .connection(
            "flows@example.com",
            "/Sales",
            Outcome::Breaks,
            Some("2026-11-22T21:02:00Z"),
            Some("2026-11-23T13:02:00Z"),
        )
        .connection(
            "onboarding@example.com",
            "/",
            Outcome::Breaks,
            Some("2026-11-23T07:30:00Z"),
            Some("2026-11-23T23:30:00Z"),
        )
        .result(exemption("/", Status::Fail))
        .result(exemption("/Lab", Status::NotApplicable))
        .result(exemption("/Sales", Status::Fail))
        .result(exemption("/Sales/EMEA", Status::Fail))
        .result(exemption("/Sales/EMEA/Berlin", Status::Fail))
        .result(trust("/", Status::Pass))
        .result(trust("/Lab", Status::NotApplicable))
        .result(trust("/Sales", Status::Fail))
        .result(trust("/Sales/EMEA", Status::Fail))
        .result(trust("/Sales/EMEA/Berlin", Status::Fail))
        .result(survival("flows@example.com", "/Sales", Status::Fail))
        .result(survival("onboarding@example.com", "/", Status::Fail))
        .result(repeated)
        .result(pinned)
        .done()
}

/// Exempt and trusted everywhere.
pub(crate) fn healthy() -> Report {
    Tenant::new()
        .unit("/", required(Exemption::Yes, None), access(AccessLevel::Trusted, None))
        .unit("/Sales", required(Exemption::Yes, Some("/")), access(AccessLevel::Trusted, Some("/")))
        .connection("flows@example.com", "/Sales", Outcome::Survives, Some("2026-09-01T08:00:00Z"), None)
        .result(exemption("/", Status::Pass))
        .result(exemption("/Sales", Status::Pass))
        .result(trust("/", Status::Pass))
        .result(trust("/Sales", Status::Pass))
        .result(survival("flows@example.com", "/Sales", Status::Pass))
        .done()
}

const NEVER_SEEN: &str = "No event on it since 2026-05-27 10:00 UTC, and no attestation.";

/// No event in the window and no attestation.
pub(crate) fn nothing_known() -> Report {
    let mut tenant = Tenant::new().connection("flows@example.com", "/Sales", Outcome::Undetermined, None, None);
    for unit in ["/", "/Lab", "/Sales", "/Sales/EMEA"] {
        let supply = "Look at the page in the console and record it: gwsaudit attest --org-unit /";
        tenant = tenant
            .unit(unit, unknown_session(), unknown_access())
            .result(unsettled(exemption(unit, Status::Fail), "cloud-session-control", NEVER_SEEN, supply))
            .result(unsettled(trust(unit, Status::Fail), "app-access", NEVER_SEEN, supply));
    }
    let survives = survival("flows@example.com", "/Sales", Status::Fail);
    tenant
        .result(unsettled(
            survives,
            "cloud-session-control",
            NEVER_SEEN,
            "Look at the page in the console and record it: gwsaudit attest --org-unit /",
        ))
        .done()
}

/// Advice that names each org unit.
pub(crate) fn advice_by_unit() -> Report {
    let mut tenant = Tenant::new()
        .unit("/", required(Exemption::Yes, None), access(AccessLevel::Trusted, None))
        .result(trust("/", Status::Pass));
    for n in 0..40 {
        let unit = format!("/Region {n:02}");
        let mut fail = trust(&unit, Status::Fail);
        if let Some(remediation) = &mut fail.remediation {
            remediation.steps[1] =
                format!("Find the app by its client ID, choose Change access, the org unit \"{unit}\", then Trusted.");
        }
        let open = unsettled(
            exemption(&unit, Status::Fail),
            "cloud-session-control",
            &format!("\"{unit}\" was changed on 2026-11-21 09:00 UTC and the log does not say to what."),
            &format!("gwsaudit attest --org-unit \"{unit}\""),
        );
        tenant = tenant.unit(&unit, unknown_session(), access(AccessLevel::Limited, None)).result(fail).result(open);
    }
    tenant.done()
}

/// Facts that are presumed, in conflict or unread.
pub(crate) fn doubtful() -> Report {
    let presumed = CloudSession {
        confidence: Certainty::Presumed,
        exempt_confidence: Some(Certainty::Presumed),
        ..required(Exemption::No, Some("/"))
    };
    let conflict = CloudSession { confidence: Certainty::Unknown, conflict: true, ..unknown_session() };
    let half = CloudSession {
        exempt_trusted_apps: Some(Exemption::Unknown),
        exempt_confidence: Some(Certainty::Unknown),
        conflict: true,
        ..required(Exemption::No, None)
    };
    let mut fail = exemption("/Sales", Status::Fail);
    fail.confidence = Some(Confidence::Presumed);
    let mut falls = survival("flows@example.com", "/Sales", Status::Fail);
    falls.confidence = Some(Confidence::Presumed);
    let mut tenant = Tenant::new()
        .unit("/", required(Exemption::No, None), access(AccessLevel::Trusted, None))
        .unit("/Lab", conflict, AppAccess { conflict: true, ..unknown_access() })
        .unit("/Ops", half, access(AccessLevel::SpecificData, None))
        .unit(
            "/Sales",
            presumed,
            AppAccess { confidence: Certainty::Presumed, ..access(AccessLevel::Trusted, Some("/")) },
        )
        .connection("flows@example.com", "/Sales", Outcome::Undetermined, Some("2026-11-23T07:30:00Z"), None)
        .result(fail)
        .result(falls)
        .result(unsettled(
            exemption("/Lab", Status::Fail),
            "cloud-session-control",
            "Two attestations differ and no event lies between them.",
            "Attest the org unit once more: gwsaudit attest --org-unit /Lab",
        ))
        .result(unsettled(
            exemption("/Ops", Status::Fail),
            "cloud-session-control",
            "Two attestations differ and no event lies between them.",
            "Attest the org unit once more: gwsaudit attest --org-unit /Ops",
        ));
    for result in &mut tenant.0.results {
        result.possible = vec![Status::Pass, Status::Fail];
        result.evidence.iter_mut().for_each(|item| item.disputed = true);
    }
    let connection = &mut tenant.0.connections[0];
    connection.cloud_session = Some(CloudSession { method: None, ..required(Exemption::No, Some("/")) });
    connection.session_set_by = Some(SessionSetter::Console);
    connection.access = Some(unknown_access());
    tenant.0.unread_events.push(UnreadEvent {
        source: "reports.admin".into(),
        name: "CHANGE_APP_ACCESS".into(),
        parameters: vec!["NEW_VALUE_V2".into(), "SOME_APP_FIELD".into()],
        count: 2,
        first_at: at("2026-11-01T09:00:00Z"),
        last_at: at("2026-11-03T09:00:00Z"),
        touches: vec![Touch { setting: "app-access".into(), org_unit: Some(ou("/Sales")), app: None }],
        settled: false,
    });
    tenant.done()
}

/// Names that try to speak for the program.
pub(crate) fn hostile() -> Report {
    let unit = "/Sa\u{202e}les\u{1b}[2J\n[1mAll clear\u{200b}/{0}[x](http://evil.example)";
    let user = "fl\u{7f}ows\u{2066}@example.com\r\nAll clear.";
    let mut tenant = Tenant::new()
        .unit("/", required(Exemption::No, None), access(AccessLevel::Trusted, None))
        .unit(unit, required(Exemption::No, Some("/")), access(AccessLevel::Limited, None))
        .connection(user, unit, Outcome::Breaks, None, Some("2026-11-23T13:02:00Z"))
        .result(exemption(unit, Status::Fail))
        .result(trust(unit, Status::Fail))
        .result(survival(user, unit, Status::Fail));
    tenant.0.tenant.primary_domain = Some("exam\u{200f}ple.com".into());
    tenant.done()
}

/// Two thousand org units: most inherit, some are overridden, three departments differ.
pub(crate) fn large() -> Report {
    let mut tenant = Tenant::new()
        .unit("/", required(Exemption::No, None), access(AccessLevel::Trusted, None))
        .result(exemption("/", Status::Fail));
    for department in 0..20 {
        let top = format!("/Department {department:02}");
        let own = department == 7;
        let session = |from: &str| {
            if own { not_required((from != "own").then_some(top.as_str())) } else { required(Exemption::No, Some("/")) }
        };
        let status = if own { Status::NotApplicable } else { Status::Fail };
        tenant =
            tenant.unit(&top, session("own"), access(AccessLevel::Trusted, Some("/"))).result(exemption(&top, status));
        for team in 0..99 {
            let unit = format!("{top}/Team {team:02}");
            let odd = department == 3 && team == 42;
            let access = if odd { access(AccessLevel::Blocked, None) } else { access(AccessLevel::Trusted, Some("/")) };
            tenant = tenant.unit(&unit, session("inherited"), access).result(exemption(&unit, status));
            if odd {
                tenant = tenant.result(trust(&unit, Status::Fail));
            }
        }
    }
    tenant.done()
}

/// Sources that Google refused or cut short.
pub(crate) fn denied() -> Report {
    let mut report = nothing_known();
    report.evidence_from = None;
    let log = &mut report.sources[2];
    log.status = SourceStatus::Denied;
    log.items = 0;
    log.error = Some("403 from admin.googleapis.com: the scope admin.reports.audit.readonly is not delegated".into());
    log.next_step = Some("Add https://www.googleapis.com/auth/admin.reports.audit.readonly in Security > API controls > Domain-wide delegation.".into());
    let tokens = &mut report.sources[1];
    tokens.status = SourceStatus::Partial;
    tokens.error = Some("the answer for 3 of 41 users did not arrive: connection reset".into());
    tokens.next_step = Some("Run the audit again.".into());
    report.sources[3].status = SourceStatus::Skipped;
    report.sources[3].note = Some("not needed by the chosen packs".into());
    report
}

/// All that fails was accepted.
pub(crate) fn suppressed() -> Report {
    let mut accepted = exemption("/Lab", Status::Suppressed);
    accepted.suppression = Some(Suppression { reason: "isolated lab".into(), expires: jiff::civil::date(2027, 3, 31) });
    let mut report = healthy();
    report.results.push(accepted);
    report.summary = Summary::of(&report.results);
    report
}

/// Something for a person to look at.
pub(crate) fn manual() -> Report {
    let mut look = trust("/", Status::Manual);
    look.summary = "Compare the console's list of trusted apps with the change register.".into();
    let mut report = healthy();
    report.results.push(look);
    report.summary = Summary::of(&report.results);
    report
}

pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("broken", broken()),
        ("healthy", healthy()),
        ("nothing-known", nothing_known()),
        ("advice-by-unit", advice_by_unit()),
        ("doubtful", doubtful()),
        ("hostile", hostile()),
        ("large", large()),
        ("denied", denied()),
        ("suppressed", suppressed()),
        ("manual", manual()),
        ("empty", Tenant::new().done()),
    ]
}
