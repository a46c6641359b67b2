//! Whole tenants in a few lines each.

use gwsaudit::domain::Severity;
use gwsaudit::report::model::*;

use super::parts::Tenant;
use super::parts::*;

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
                format!("Find the app by its client ID, choose Change access, the org unit \"{unit}\", then Trusted.")
                    .into();
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
    let conflict = CloudSession {
        confidence: Certainty::Unknown,
        conflict: true,
        sides: vec![attested(3, "saw at /Lab: reauthentication required"), attested(9, "saw at /Lab: not required")],
        ..unknown_session()
    };
    let half = CloudSession {
        exempt_trusted_apps: Some(Exemption::Unknown),
        exempt_confidence: Some(Certainty::Unknown),
        conflict: true,
        sides: vec![attested(15, "saw at /Ops: exempt ticked"), attested(21, "saw at /Ops: exempt not ticked")],
        ..required(Exemption::No, None)
    };
    let mut fail = exemption("/Sales", Status::Fail);
    fail.confidence = Some(Confidence::Presumed);
    let mut falls = survival("flows@example.com", "/Sales", Status::Fail);
    falls.confidence = Some(Confidence::Presumed);
    let mut tenant = Tenant::new()
        .unit("/", required(Exemption::No, None), access(AccessLevel::Trusted, None))
        .unit(
            "/Lab",
            conflict,
            AppAccess {
                conflict: true,
                sides: vec![attested(27, "saw at /Lab: Trusted"), attested(33, "saw at /Lab: Blocked")],
                ..unknown_access()
            },
        )
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
    for log in &mut report.sources[2..=3] {
        (log.window_from, log.window_to) = (None, None);
    }
    report.sources[3].note = Some("not needed by the chosen packs".into());
    report
}

/// All that fails was accepted.
pub(crate) fn suppressed() -> Report {
    let mut accepted = exemption("/Lab", Status::Suppressed);
    accepted.suppression =
        Some(Suppression { reason: "isolated lab".into(), owner: None, expires: jiff::civil::date(2027, 3, 31) });
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
