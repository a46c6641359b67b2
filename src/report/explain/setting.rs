//! The facts that a verdict rests on, as the report holds them: value, confidence, and where each comes from.

use std::io;

use jiff::{SignedDuration, Timestamp};

use super::{Explanation, Origin, origin};
use crate::domain::{CloudScope, OrgUnitPath, humane_duration, humane_time};
use crate::facts::{APP_ACCESS, CLOUD_SESSION_CONTROL};
use crate::report::Visible;
use crate::report::model::{
    AppAccess, Certainty, CloudSession, Connection, Outcome, ReauthState, SessionMethod, SessionSetter,
};
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::{plain, relative};

/// Prints every setting that the check asks about, and the connection where it is about one.
pub(super) fn print(
    page: &mut Page<'_>,
    explanation: &Explanation<'_>,
    settings: &[String],
    now: Timestamp,
) -> io::Result<()> {
    let shown = explanation.shown();
    let session = shown.session().filter(|_| settings.iter().any(|setting| setting == CLOUD_SESSION_CONTROL));
    let access = shown.access().filter(|_| settings.iter().any(|setting| setting == APP_ACCESS));
    if session.is_none() && access.is_none() && explanation.connection.is_none() {
        return Ok(());
    }
    page.heading("The facts it rests on")?;
    if let Some(connection) = explanation.connection {
        of_connection(page, connection, now)?;
    }
    if let Some(session) = session {
        title(page, explanation, "Google Cloud session control")?;
        of_session(page, session)?;
        match shown.session_set_by() {
            SessionSetter::Console => kept(page, explanation, CLOUD_SESSION_CONTROL)?,
            SessionSetter::Binding => {
                let binding = "by an Access Context Manager binding, not by the console's page";
                labelled(page, "Kept", Tone::Plain, binding)?;
            }
            SessionSetter::Unknown => {
                let open = "by the console's page or by an Access Context Manager binding, it is not known which";
                labelled(page, "Kept", Tone::Doubt, open)?;
            }
        }
    }
    if let Some(access) = access {
        title(page, explanation, "App access control")?;
        of_access(page, access)?;
        kept(page, explanation, APP_ACCESS)?;
    }
    Ok(())
}

fn title(page: &mut Page<'_>, explanation: &Explanation<'_>, setting: &str) -> io::Result<()> {
    let subject = &explanation.result.subject;
    let line = Line::of(setting);
    let line = match (&subject.user, &subject.org_unit) {
        (Some(user), _) => line.text(" for ").tone(Tone::Strong, user.as_str()),
        (None, Some(path)) => line.text(" in ").tone(Tone::Strong, path.as_str()),
        (None, None) => line,
    };
    page.paragraph(2, 4, &line)
}

fn labelled(page: &mut Page<'_>, label: &str, tone: Tone, value: &str) -> io::Result<()> {
    page.paragraph(4, 6, &Line::default().tone(Tone::Quiet, &format!("{label}: ")).tone(tone, value))
}

fn tone(confidence: Certainty) -> Tone {
    match confidence {
        Certainty::Proven => Tone::Plain,
        Certainty::Presumed | Certainty::Unknown => Tone::Doubt,
    }
}

/// `required, proven`; `not known`.
fn known(word: &str, confidence: Certainty) -> String {
    match confidence {
        Certainty::Unknown => "not known".to_owned(),
        Certainty::Proven | Certainty::Presumed => format!("{}, {}", plain(word), confidence.as_str()),
    }
}

fn of_session(page: &mut Page<'_>, session: &CloudSession) -> io::Result<()> {
    let reauth = known(session.reauth.as_str(), session.confidence);
    labelled(page, "Reauthentication", tone(session.confidence), &reauth)?;
    if session.reauth != ReauthState::NotRequired {
        match session.frequency_seconds {
            Some(seconds) => {
                let length = humane_duration(SignedDuration::from_secs(seconds.into()));
                labelled(page, "Session length", Tone::Plain, &length)?;
            }
            None => labelled(page, "Session length", Tone::Doubt, "not known")?,
        }
        if let Some(method) = session.method {
            match method {
                SessionMethod::Unknown => labelled(page, "Method", Tone::Doubt, "not known")?,
                SessionMethod::Password | SessionMethod::SecurityKey => {
                    labelled(page, "Method", Tone::Plain, &plain(method.as_str()))?;
                }
            }
        }
        if let Some(exempt) = session.exempt_trusted_apps {
            let confidence = session.exempt_confidence.unwrap_or(Certainty::Unknown);
            labelled(page, "Exempt trusted apps", tone(confidence), &known(exempt.as_str(), confidence))?;
        }
    }
    contradiction(page, session.conflict)
}

fn of_access(page: &mut Page<'_>, access: &AppAccess) -> io::Result<()> {
    labelled(page, "Access", tone(access.confidence), &known(access.access.as_str(), access.confidence))?;
    contradiction(page, access.conflict)
}

fn contradiction(page: &mut Page<'_>, conflict: bool) -> io::Result<()> {
    if conflict {
        labelled(page, "In conflict", Tone::Bad, "the evidence contradicts itself; both sides are marked below")?;
    }
    Ok(())
}

/// Where the setting is kept, and who passes it on.
fn kept(page: &mut Page<'_>, explanation: &Explanation<'_>, setting: &str) -> io::Result<()> {
    let shown = explanation.shown();
    let Some(path) = &explanation.result.subject.org_unit else { return Ok(()) };
    let line = Line::default().tone(Tone::Quiet, "Kept: ");
    let line = match origin(&shown, setting) {
        Some(Origin::Own) => line.text("in ").text(path.as_str()).text(" itself"),
        Some(Origin::From(from)) => {
            let between: Vec<Visible> = explanation
                .ancestors
                .iter()
                .map(|unit| &unit.path)
                .filter(|unit| *unit != from && from.contains(unit))
                .map(|unit: &OrgUnitPath| Visible::of(unit.as_str()))
                .collect();
            let line = line.text("in ").text(from.as_str()).text(", inherited from there");
            if between.is_empty() {
                line
            } else {
                line.text(" through ").visible(Tone::Plain, Visible::join(&between, ", then "))
            }
        }
        Some(Origin::Unknown) | None => return Ok(()),
    };
    page.paragraph(4, 6, &line)
}

fn of_connection(page: &mut Page<'_>, connection: &Connection, now: Timestamp) -> io::Result<()> {
    page.paragraph(2, 4, &Line::of("The connection of ").tone(Tone::Strong, connection.user.as_str()))?;
    let client = format!("{}, taken for {}", connection.client_id, connection.app);
    labelled(page, "Client", Tone::Plain, &client)?;
    match &connection.org_unit {
        Some(path) => labelled(page, "Org unit of the account", Tone::Plain, path.as_str())?,
        None => labelled(page, "Org unit of the account", Tone::Doubt, "not known")?,
    }
    let (scope_tone, scopes) = match connection.cloud_scope {
        CloudScope::Yes => (Tone::Plain, "a Google Cloud scope is among them, so session control applies"),
        CloudScope::No => (Tone::Plain, "no Google Cloud scope is among them, so session control leaves it alone"),
        CloudScope::Unknown => (Tone::Doubt, "whether a Google Cloud scope is among them is not known"),
    };
    labelled(page, "Scopes", scope_tone, scopes)?;
    match connection.last_authorized_at {
        Some(at) => {
            let when = format!("{} ({})", humane_time(at), relative(at, now));
            labelled(page, "Last authorised", Tone::Plain, &when)?;
        }
        None => labelled(page, "Last authorised", Tone::Quiet, "not in the token log at hand")?,
    }
    let (outcome_tone, outcome) = match connection.outcome {
        Outcome::Survives => (Tone::Good, "survives the session".to_owned()),
        Outcome::Breaks => (
            Tone::Bad,
            match connection.next_failure_by {
                Some(by) => format!("breaks by {} ({})", humane_time(by), relative(by, now)),
                None => "breaks when its session ends".to_owned(),
            },
        ),
        Outcome::Undetermined => (Tone::Doubt, "undetermined".to_owned()),
    };
    labelled(page, "Outcome", outcome_tone, &outcome)
}
