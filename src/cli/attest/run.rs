use std::io::BufRead;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;

use super::answers::{attestations_in, check_units};
use super::file::{Addition, AttestationFile, not_said_yet};
use super::flags;
use super::ground::{Ground, Place, Question};
use super::interview::{Interview, Seen};
use super::page::{Page, apps_named, pages};
use super::prompt::Prompt;
use super::stale::Coverage;
use super::{stale, template};
use crate::cli::Surroundings;
use crate::cli::args::{AttestArgs, Global, Listing, Setting};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::judge::choose_apps;
use crate::cli::output::{json, standard};
use crate::cli::setup::Setup;
use crate::cli::talk::Talk;
use crate::cli::tenant::now;
use crate::config::{AttestationText, LeftOut};
use crate::domain::{AppId, Email};
use crate::evidence::{AppDefinition, AppRef, Attestation, AttestedValue, Below};
use crate::report::Visible;

/// Who saw it, when, and until when that counts.
struct Signature {
    by: Option<Email>,
    at: Timestamp,
    expires_at: Option<Timestamp>,
    note: Option<String>,
}

/// What is to be done.
enum Task {
    Show(View),
    Add(Said),
}

/// What is shown.
enum View {
    Stale,
    Template,
}

/// Where what was seen is said.
enum Said {
    /// On the command line or in a file.
    Already(Vec<Attestation>),
    /// Nowhere yet.
    WhenAsked,
}

pub(in crate::cli) async fn run(
    args: &AttestArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let talk = *talk;
    let started = now();
    let signature = Signature::of(args, started)?;
    let place = Place::open(args, global, surroundings, talk).await?;
    let setup = place.setup();
    let ids = setup.app_ids();
    let admin = setup.config.admin.clone();
    match task(args, setup, &signature, &ids)? {
        Task::Show(view) => {
            let kept = args.file.as_ref().or(setup.config.evidence.attestations.as_ref());
            let file = kept.map(|path| AttestationFile::read(path, &ids)).transpose()?;
            let known = file.map_or_else(Vec::new, |file| file.attestations);
            let ground = ground(args, &place, known, surroundings, talk).await?;
            let pages = pages(args, setup, &ground)?;
            place.close().await;
            match view {
                View::Stale => stale::print(&ground.look_again, ground.coverage, args.format),
                View::Template => {
                    let Signature { by, at, .. } = &signature;
                    standard(|out| template::write(out, &pages, &ground.units, by.as_ref(), *at))?;
                    Ok(Exit::Clean)
                }
            }
        }
        Task::Add(said) => {
            // Whatever could keep the answers from being written is found before anybody is asked.
            let addition = AttestationFile::read(&file_to_add_to(args, setup)?, &ids)?.prepare()?;
            let known = addition.file.attestations.clone();
            let ground = ground(args, &place, known, surroundings, talk).await?;
            let pages = pages(args, setup, &ground)?;
            place.close().await;
            let (new, exit) = match said {
                Said::Already(attestations) => {
                    must_be_past(&attestations, started)?;
                    check_units(&attestations, &ground.units)?;
                    let new = not_said_yet(&addition.file.attestations, attestations)?;
                    talk.converse(&summary(&new));
                    (new, Exit::Clean)
                }
                Said::WhenAsked => {
                    if args.stale {
                        stale::lines(&ground.look_again).iter().for_each(|line| talk.converse(line));
                    }
                    let prompt = Prompt::new(std::io::stdin().lock(), talk);
                    let mut interview = Interview { prompt, units: &ground.units };
                    let signed = ask(&mut interview, &signature, admin, &pages)?;
                    let new = not_said_yet(&addition.file.attestations, signed)?;
                    let unsure = args.stale && pages.is_empty() && ground.coverage == Coverage::Partial;
                    let exit = if unsure { Exit::Undetermined } else { Exit::Clean };
                    (agreed(&mut interview, args, &addition, new)?, exit)
                }
            };
            let path = addition.file.path().display().to_string();
            if new.is_empty() {
                talk.converse("Nothing is written.");
            } else {
                warn_of_later(&new, &ground, talk);
                addition.write(&new, &ids)?;
            }
            report(&path, &new, args.format)?;
            Ok(exit)
        }
    }
}

/// Reads the tenant: no more than which org units there are, unless what is stale is asked.
async fn ground(
    args: &AttestArgs,
    place: &Place,
    known: Vec<Attestation>,
    surroundings: &Surroundings,
    talk: Talk,
) -> Result<Ground, CliError> {
    if !args.stale {
        return place.read(Question::Units, surroundings, talk).await;
    }
    let apps = audited(args, place.setup())?;
    let mut ground = place.read(Question::Stale { attestations: known, apps }, surroundings, talk).await?;
    if let Some(setting) = args.setting {
        ground.look_again.retain(|entry| entry.setting == setting.as_str());
    }
    match ground.coverage {
        Coverage::Whole => {}
        Coverage::Partial => {
            talk.warning("the log or the org units are not at hand in full; there may be more to look at again");
        }
    }
    Ok(ground)
}

impl Signature {
    fn of(args: &AttestArgs, now: Timestamp) -> Result<Self, CliError> {
        let at = args.at.unwrap_or(now);
        if at > now {
            return Err(CliError::Usage(format!("--at: {at} lies in the future; nobody has seen it yet")));
        }
        let expires_at = args.expires.map(|expiry| expiry.0);
        if expires_at.is_some_and(|expiry| expiry <= at) {
            return Err(CliError::Usage(format!("--expires: that is not later than {at}, when it was seen")));
        }
        Ok(Self { by: args.by.clone(), at, expires_at, note: args.note.clone() })
    }

    fn sign(&self, by: &Email, seen: Vec<Seen>) -> Vec<Attestation> {
        let sign = |seen: Seen| Attestation {
            org_unit: seen.org_unit,
            value: seen.value,
            below: seen.below,
            attested_by: by.clone(),
            attested_at: self.at,
            expires_at: self.expires_at,
            note: self.note.clone(),
            locator: String::new(),
        };
        seen.into_iter().map(sign).collect()
    }
}

fn task(args: &AttestArgs, setup: &Setup, signature: &Signature, ids: &[AppId]) -> Result<Task, CliError> {
    let by = signature.by.clone().or_else(|| setup.config.admin.clone());
    if args.template {
        return Ok(Task::Show(View::Template));
    }
    if let Some(path) = &args.answers {
        let left_out = LeftOut {
            attested_by: by,
            attested_at: Some(signature.at),
            expires_at: signature.expires_at,
            note: signature.note.clone(),
        };
        let answers = attestations_in(path, ids, &left_out)?;
        if answers.is_empty() {
            return Err(CliError::Usage(format!("--answers: {} holds no [[attestation]] table", path.display())));
        }
        return Ok(Task::Add(Said::Already(answers)));
    }
    if flags::given(args) {
        let seen = flags::seen(args, &apps_named(args, ids)?)?;
        let by = by.ok_or_else(|| {
            CliError::Usage("who saw it? Give --by EMAIL, or set [tenant] admin in the configuration".to_owned())
        })?;
        return Ok(Task::Add(Said::Already(signature.sign(&by, seen))));
    }
    Ok(if args.stale && !args.ask { Task::Show(View::Stale) } else { Task::Add(Said::WhenAsked) })
}

/// The apps that staleness is judged for.
fn audited<'s>(args: &AttestArgs, setup: &'s Setup) -> Result<Vec<&'s AppDefinition>, CliError> {
    let id = |text: &String| {
        text.parse().map_err(|error: crate::domain::InvalidId| CliError::Usage(format!("--app: {error}")))
    };
    let asked = args.apps.iter().map(id).collect::<Result<Vec<AppId>, _>>()?;
    choose_apps(setup, &setup.config.audit.packs, &asked)
}

/// The file that attestations are added to.
fn file_to_add_to(args: &AttestArgs, setup: &Setup) -> Result<PathBuf, CliError> {
    if let Some(file) = &args.file {
        return Ok(file.clone());
    }
    if args.tenant.demo.is_some() {
        return Err(CliError::Usage(
            "the demo's own attestations are gone when it ends; say with --file where these go".to_owned(),
        ));
    }
    setup.config.evidence.attestations.clone().ok_or_else(|| {
        CliError::Usage(format!(
            "nowhere to write: name a file with --file, or once and for all in gwsaudit.toml (configuration read from {}):\n\
             [evidence]\n\
             attestations = \"attestations.toml\"",
            setup.origin
        ))
    })
}

fn ask<R: BufRead>(
    interview: &mut Interview<'_, R>,
    signature: &Signature,
    admin: Option<Email>,
    pages: &[Page],
) -> Result<Vec<Attestation>, CliError> {
    if pages.is_empty() {
        return Ok(Vec::new());
    }
    let by = match &signature.by {
        Some(by) => by.clone(),
        None => interview.who(admin.as_ref())?,
    };
    let seen = interview.pages(pages)?;
    Ok(signature.sign(&by, seen))
}

/// What is to be added, once it was shown and found right.
fn agreed<R: BufRead>(
    interview: &mut Interview<'_, R>,
    args: &AttestArgs,
    addition: &Addition,
    new: Vec<Attestation>,
) -> Result<Vec<Attestation>, CliError> {
    if new.is_empty() {
        return Ok(new);
    }
    interview.prompt.say(&summary(&new));
    let question = format!("Add this to {}?", addition.file.path().display());
    Ok(if args.yes || interview.confirm(&question)? { new } else { Vec::new() })
}

fn summary(attestations: &[Attestation]) -> String {
    let tables = attestations.iter().map(|attestation| format!("\n{}", AttestationText::from(attestation)));
    tables.collect()
}

/// Nobody has seen what is still to come.
fn must_be_past(attestations: &[Attestation], now: Timestamp) -> Result<(), CliError> {
    match attestations.iter().find(|attestation| attestation.attested_at > now) {
        Some(ahead) => Err(CliError::Usage(format!(
            "{}: attested_at {} lies in the future; nobody has seen it yet",
            ahead.locator, ahead.attested_at
        ))),
        None => Ok(()),
    }
}

/// A snapshot is judged as of its own time.
fn warn_of_later(new: &[Attestation], ground: &Ground, talk: Talk) {
    if let Some(taken) = ground.snapshot_of
        && new.iter().any(|attestation| attestation.attested_at > taken)
    {
        talk.warning(&format!(
            "the snapshot is of {taken}, and what was seen later proves nothing about that time; audit the tenant as it is \
             now, or a new snapshot"
        ));
    }
}

fn report(file: &str, new: &[Attestation], format: Listing) -> Result<(), CliError> {
    match format {
        Listing::Human => standard(|out| {
            let count = new.len();
            let what = if count == 1 { "attestation" } else { "attestations" };
            writeln!(out, "{count} {what} added to {}", Visible::of(file))
        }),
        Listing::Json => {
            let added: Vec<serde_json::Value> = new
                .iter()
                .map(|attestation| {
                    let (setting, app) = match &attestation.value {
                        AttestedValue::Session(_) => (Setting::CloudSessionControl, None),
                        AttestedValue::AppAccess { app, .. } => (Setting::AppAccess, Some(app)),
                    };
                    json!({
                        "setting": setting.as_str(),
                        "app": app.map(AppRef::as_str),
                        "org_unit": attestation.org_unit,
                        "below": match attestation.below {
                            Below::Unsaid => None,
                            Below::Inherit => Some("inherit"),
                        },
                        "attested_by": attestation.attested_by,
                        "attested_at": attestation.attested_at,
                    })
                })
                .collect();
            json(&json!({ "file": file, "added": added }))
        }
    }
}
