//! For people: the cause first, then what to do, then what else it may be, then what the tenant says.

use std::io::{self, Write};

use super::Findings;
use crate::diagnose::{Agreement, Candidate, Confidence, Diagnosis, Field, Mention, Named, TenantView, Verdict};
use crate::domain::{CloudScope, OrgUnitPath, humane_duration, humane_time};
use crate::facts::{Holder, Strength};
use crate::report::RenderOptions;
use crate::report::model::{AccessLevel, Certainty, CloudSession, Exemption, Outcome, ReauthState};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{counted, plain, sentence};

/// So many connections are shown.
const CONNECTIONS: usize = 5;
/// So many words of the paste are shown for a cause, and so many things of a kind beside them.
const FOUND: usize = 4;

/// Writes a diagnosis for people.
///
/// # Errors
/// Only those of `out`.
pub fn render_human(findings: &Findings<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(out, options.width, options.colour);
    let diagnosis = findings.diagnosis;
    if diagnosis.causes.is_empty() {
        unknown(page, diagnosis)?;
    }
    let mut first = true;
    for named in diagnosis.causes.iter().filter(|named| named.one_of.is_none()) {
        if !std::mem::take(&mut first) {
            page.blank()?;
        }
        cause(page, findings, named)?;
    }
    also_seen(page, diagnosis)?;
    if findings.cut {
        page.heading("Not all of it was read")?;
        page.paragraph(
            2,
            2,
            &Line::default().tone(Tone::Doubt, "The text is longer than 1 MiB; what comes after was left out."),
        )?;
    }
    if let Some(view) = findings.tenant {
        tenant(page, view)?;
    }
    Ok(())
}

fn unknown(page: &mut Page<'_>, diagnosis: &Diagnosis) -> io::Result<()> {
    page.paragraph(
        0,
        2,
        &Line::default().tone(Tone::Doubt, "The cause is not known: the text has no words of Google's that name one."),
    )?;
    page.heading("What would tell")?;
    for what in diagnosis.what_would_tell() {
        page.paragraph(2, 4, &Line::of("- ").text(what).text("."))?;
    }
    Ok(())
}

fn cause(page: &mut Page<'_>, findings: &Findings<'_>, named: &Named) -> io::Result<()> {
    let telling = named.cause.telling();
    page.paragraph(0, 2, &Line::default().tone(Tone::Strong, telling.title))?;
    page.paragraph(2, 2, &how_sure(named))?;
    if let Some(agreement) = findings.agreement(named) {
        verdict(page, 2, agreement)?;
    }
    page.blank()?;
    page.paragraph(2, 2, &Line::of(telling.means).text("."))?;
    page.blank()?;
    for (n, step) in telling.steps.iter().enumerate() {
        page.paragraph(2, 5, &Line::of(&format!("{}. ", n + 1)).text(step).text("."))?;
    }
    if let Some(url) = telling.console_url {
        page.unbroken(5, Tone::Quiet, url)?;
    }
    if let Some(apart) = telling.tells_apart {
        page.blank()?;
        page.paragraph(2, 4, &Line::of("Told apart by: ").text(apart).text("."))?;
    }
    let open: Vec<&Named> =
        findings.diagnosis.causes.iter().filter(|candidate| candidate.one_of == Some(named.cause)).collect();
    if !open.is_empty() {
        page.heading("  What the text leaves open")?;
    }
    for candidate in open {
        let telling = candidate.cause.telling();
        page.paragraph(4, 6, &Line::of("- ").tone(Tone::Strong, telling.title))?;
        if let Some(apart) = telling.tells_apart {
            page.paragraph(6, 6, &Line::of(apart).text("."))?;
        }
        if let Some(agreement) = findings.agreement(candidate) {
            verdict(page, 6, agreement)?;
        }
    }
    page.heading("  Known from")?;
    for source in telling.sources {
        page.unbroken(4, Tone::Quiet, source)?;
    }
    Ok(())
}

fn how_sure(named: &Named) -> Line {
    let (tone, word) = match named.confidence {
        Confidence::Certain => (Tone::Good, "certain"),
        Confidence::Likely => (Tone::Doubt, "likely"),
        Confidence::Possible => (Tone::Doubt, "possible"),
    };
    let mut line = Line::default().tone(tone, word);
    for (n, (field, mention)) in named.found.iter().take(FOUND).enumerate() {
        line = line.text(if n == 0 { ": " } else { ", " }).text(&quoted(*field, mention));
    }
    line
}

fn quoted(field: Field, mention: &Mention) -> String {
    let speaks_for_itself = matches!(field, Field::Words | Field::Message);
    let what = if speaks_for_itself { String::new() } else { format!("{} ", field.as_str()) };
    format!("{what}\"{}\" in line {}", mention.value, mention.line)
}

fn verdict(page: &mut Page<'_>, indent: usize, agreement: &Agreement) -> io::Result<()> {
    let (tone, words) = match (agreement.verdict, agreement.strength) {
        (Verdict::Agrees, Some(Strength::Presumed)) => (Tone::Doubt, "this tenant's evidence agrees, presumed: "),
        (Verdict::Agrees, Some(Strength::Proven) | None) => (Tone::Good, "this tenant's evidence agrees: "),
        (Verdict::Contradicts, Some(Strength::Presumed)) => {
            (Tone::Doubt, "this tenant's evidence contradicts, presumed: ")
        }
        (Verdict::Contradicts, Some(Strength::Proven) | None) => (Tone::Bad, "this tenant's evidence contradicts: "),
        (Verdict::CannotTell, _) => (Tone::Quiet, "this tenant's evidence cannot tell: "),
    };
    page.paragraph(indent, indent + 2, &Line::default().tone(tone, words).text(&agreement.says).text("."))?;
    for next in &agreement.next {
        page.paragraph(indent + 2, indent + 4, &Line::of("- ").text(next).text("."))?;
    }
    Ok(())
}

/// What else is worth knowing about the text.
fn also_seen(page: &mut Page<'_>, diagnosis: &Diagnosis) -> io::Result<()> {
    let told = |mention: &Mention| {
        diagnosis.causes.iter().flat_map(|named| &named.found).any(|(_, found)| found.value == mention.value)
    };
    let lines: Vec<(Field, Vec<&Mention>)> = Field::ALL
        .into_iter()
        .map(|field| (field, diagnosis.seen.of(field).iter().filter(|mention| !told(mention)).collect::<Vec<_>>()))
        .filter(|(_, mentions)| !mentions.is_empty())
        .collect();
    if !lines.is_empty() {
        page.heading("Also in the text")?;
    }
    for (field, mentions) in lines {
        let values: Vec<&str> = mentions.iter().take(FOUND).map(|mention| mention.value.as_str()).collect();
        let more = mentions.len().saturating_sub(FOUND);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let line = Line::default().tone(Tone::Quiet, field.as_str()).text(": ").text(&values.join(", ")).text(&more);
        page.paragraph(2, 4, &line)?;
    }
    if !diagnosis.secrets.is_empty() {
        page.heading("Secrets in the text")?;
    }
    for (kind, line) in &diagnosis.secrets {
        let what = format!("{} in line {line}", plain(kind.as_str()));
        page.paragraph(2, 4, &Line::default().tone(Tone::Bad, &what).text(": ").text(kind.remedy()).text("."))?;
    }
    Ok(())
}

fn tenant(page: &mut Page<'_>, view: &TenantView) -> io::Result<()> {
    let name = view.primary_domain.as_deref().unwrap_or(&view.customer);
    page.heading(&format!("The tenant {name}, as of {}", humane_time(view.as_of)))?;
    let subject = &view.subject;
    if let Some(user) = &subject.user {
        let place = subject.org_unit.as_ref().map_or("org unit unknown", OrgUnitPath::as_str);
        let state = match subject.account {
            Some(Holder::Active) => Line::default().tone(Tone::Good, "in use"),
            Some(Holder::Suspended) => Line::default().tone(Tone::Bad, "suspended"),
            Some(Holder::Archived) => Line::default().tone(Tone::Bad, "archived"),
            Some(Holder::Deleted) => Line::default().tone(Tone::Bad, "not in the directory"),
            Some(Holder::Unknown) | None => Line::default().tone(Tone::Doubt, "state unknown"),
        };
        page.paragraph(2, 4, &Line::of("user: ").tone(Tone::Strong, user.as_str()).text(&format!(" in {place}")))?;
        page.paragraph(4, 4, &state)?;
    }
    if let Some(unit) = &view.org_unit {
        page.paragraph(2, 4, &Line::of("session control there: ").text(&session(&unit.cloud_session)))?;
        for (app, access) in unit.apps.iter().filter(|(app, _)| subject.app.as_ref().is_none_or(|known| known == *app))
        {
            let text = format!("{}{}", level(access.access), doubt(access.confidence, access.conflict));
            page.paragraph(2, 4, &Line::of(&format!("access of {app} there: ")).text(&text))?;
        }
    }
    if view.connections.is_empty() {
        page.paragraph(2, 4, &Line::default().tone(Tone::Doubt, "no connection of theirs to the app is at hand"))?;
    }
    for candidate in view.connections.iter().take(CONNECTIONS) {
        connection(page, candidate)?;
    }
    if let Some(more) = view.connections.len().checked_sub(CONNECTIONS).filter(|more| *more > 0) {
        let more = counted(more, "more connection comes into question", "more connections come into question");
        page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, &more))?;
    }
    for gap in &view.gaps {
        page.paragraph(2, 4, &Line::default().tone(Tone::Doubt, &sentence(gap)))?;
    }
    Ok(())
}

fn connection(page: &mut Page<'_>, candidate: &Candidate) -> io::Result<()> {
    let shown = &candidate.connection;
    let (tone, outcome) = match shown.outcome {
        Outcome::Survives => (Tone::Good, "survives its session"),
        Outcome::Breaks => (Tone::Bad, "breaks with its session"),
        Outcome::Undetermined => (Tone::Doubt, "whether it survives its session is not known"),
    };
    let line = Line::of("connection: ")
        .tone(Tone::Strong, shown.user.as_str())
        .text(&format!(" to {}, ", shown.app))
        .tone(tone, outcome);
    page.paragraph(2, 4, &line)?;
    page.paragraph(4, 6, &Line::of(shown.client_id.as_str()))?;
    let scope = match shown.cloud_scope {
        CloudScope::Yes => "with a Google Cloud scope",
        CloudScope::No => "without a Google Cloud scope",
        CloudScope::Unknown => "whether with a Google Cloud scope is not known",
    };
    let when = |what: &str, at: Option<jiff::Timestamp>| {
        at.map(|at| format!(", {what} {}", humane_time(at))).unwrap_or_default()
    };
    let times = [
        when("last authorised", shown.last_authorized_at),
        when("last revoked", candidate.last_revoked_at),
        when("next failure by", shown.next_failure_by),
    ];
    page.paragraph(4, 6, &Line::of(scope).text(&times.concat()))
}

fn session(session: &CloudSession) -> String {
    let length = session
        .frequency_seconds
        .map(|seconds| format!(" every {}", humane_duration(jiff::SignedDuration::from_secs(i64::from(seconds)))));
    let reauth = match session.reauth {
        ReauthState::Required => format!("reauthentication is required{}", length.unwrap_or_default()),
        ReauthState::NotRequired => "reauthentication is not required".to_owned(),
        ReauthState::Unknown => "not known".to_owned(),
    };
    let exempt = match session.exempt_trusted_apps {
        Some(Exemption::Yes) => ", trusted apps are exempt",
        Some(Exemption::No) => ", trusted apps are not exempt",
        Some(Exemption::Unknown) => ", whether trusted apps are exempt is not known",
        None => "",
    };
    let unsure = |confidence: Option<Certainty>| confidence.map_or("", |confidence| doubt(confidence, false));
    format!("{reauth}{}{exempt}{}", doubt(session.confidence, session.conflict), unsure(session.exempt_confidence))
}

fn level(access: AccessLevel) -> String {
    match access {
        AccessLevel::Unknown => "not known".to_owned(),
        AccessLevel::Trusted
        | AccessLevel::Limited
        | AccessLevel::SpecificData
        | AccessLevel::Blocked
        | AccessLevel::Unconfigured => plain(access.as_str()),
    }
}

fn doubt(confidence: Certainty, conflict: bool) -> &'static str {
    match (confidence, conflict) {
        (_, true) => " (the evidence contradicts itself)",
        (Certainty::Presumed, false) => " (presumed)",
        (Certainty::Proven | Certainty::Unknown, false) => "",
    }
}
