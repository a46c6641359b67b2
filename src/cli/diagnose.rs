//! `gwsaudit diagnose`

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::Surroundings;
use super::args::{EvidenceArgs, Global, Listing, TenantArgs};
use super::error::CliError;
use super::exit::Exit;
use super::judge::{choose_apps, needs};
use super::output::{colour, standard, width};
use super::talk::Talk;
use super::tenant::{Read, Tenant, nothing_read};
use crate::checks::Selection;
use crate::collect::Purpose;
use crate::diagnose::{AskedOf, Diagnosis, LARGEST_PASTE, Paste, TenantView, compare, diagnose};
use crate::domain::{AppId, ClientId, Email};
use crate::evidence::{AppDefinition, Whom, find_account, gather_of};
use crate::facts::Facts;
use crate::report::diagnosis::{Findings, render_human, render_json};
use crate::report::{Assembly, RenderOptions, assemble};
use crate::snapshot::{Snapshot, SourceId};

/// How the help of `gwsaudit diagnose` ends.
pub(super) const DIAGNOSE_HELP: &str = "\
Give it what was printed, however it is wrapped: JSON inside JSON strings, a log, an HTML page or its
address, quoted mail, broken lines, a copy that is cut short. Google's own words are taken for proof.
Words that Google uses for several causes (\"Token has been expired or revoked\") give what these have
in common, and a list of them with what tells them apart. Secrets in the text are never shown again.

No tenant is read unless asked for: --snapshot FILE, --demo, or --live, which reads the tenant of the
configuration. Then each cause is held against the evidence: agrees, contradicts, or cannot tell.

Examples:
  gwsaudit diagnose error.txt
  pbpaste | gwsaudit diagnose
  gwsaudit diagnose error.txt --snapshot tenant.jsonl --user flows@example.com
  gwsaudit diagnose - --live --app okta-workflows-gmail --format json

Exit status:
  0  a cause is named, at least in a wider word
  2  the command line or the configuration is wrong
  3  unknown: the text names no cause
  4  the text, or the tenant that was asked for, could not be read";

/// `gwsaudit diagnose`
#[derive(Debug, Args)]
pub struct DiagnoseArgs {
    /// The file with the error; - is standard input [default: standard input]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where the tenant comes from.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Read the tenant of the configuration, to hold the causes against its evidence
    #[arg(long, conflicts_with_all = ["demo", "snapshot"])]
    pub live: bool,
    /// Whose connection it is [default: the one address that the text names]
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<Email>,
    /// Which app's, by id or client ID [default: the one client ID that the text names, else the apps under audit]
    #[arg(long, value_name = "ID|CLIENT_ID")]
    pub app: Option<String>,
    /// What else is known.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// How the diagnosis is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Listing,
}

pub(super) async fn run(
    args: &DiagnoseArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    must_make_sense(args)?;
    let paste = read(args.file.as_deref(), *talk)?;
    let diagnosis = diagnose(&paste.text);
    for (kind, line) in &diagnosis.secrets {
        let what = kind.as_str().replace('_', " ");
        talk.warning(&format!("the text holds a secret ({what}, line {line}), which is not shown: {}", kind.remedy()));
    }
    let (view, impossible) = match reads_a_tenant(args) {
        true => match held_against(&diagnosis, args, global, surroundings, *talk).await {
            Ok(view) => (Some(view), None),
            Err(error) if error.exit() == Exit::Impossible => (None, Some(error)),
            Err(error) => return Err(error),
        },
        false => (None, None),
    };
    let findings = Findings { diagnosis: &diagnosis, cut: paste.cut, tenant: view.as_ref() };
    let options = RenderOptions { width: width(surroundings), colour: colour(global), ..RenderOptions::default() };
    standard(|out| match args.format {
        Listing::Human => render_human(&findings, &options, out),
        Listing::Json => render_json(&findings, out),
    })?;
    match impossible {
        Some(error) => Err(error),
        None if diagnosis.causes.is_empty() => Ok(Exit::Undetermined),
        None => Ok(Exit::Clean),
    }
}

fn reads_a_tenant(args: &DiagnoseArgs) -> bool {
    args.live || args.tenant.demo.is_some() || args.tenant.snapshot.is_some()
}

/// What is said about a tenant needs one.
fn must_make_sense(args: &DiagnoseArgs) -> Result<(), CliError> {
    let idle = [
        ("--user", args.user.is_some()),
        ("--app", args.app.is_some()),
        ("--scan", args.tenant.scan.is_some()),
        ("--deadline", args.tenant.deadline.is_some()),
        ("--csv-taken-at", args.evidence.csv_taken_at.is_some()),
    ];
    match idle.into_iter().find(|(_, given)| *given) {
        Some((option, _)) if !reads_a_tenant(args) => Err(CliError::Usage(format!(
            "{option} is about a tenant, and none is to be read; add --snapshot FILE, --demo or --live"
        ))),
        Some(_) | None => Ok(()),
    }
}

fn read(file: Option<&Path>, talk: Talk) -> Result<Paste, CliError> {
    let bounded = |from: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        from.take(LARGEST_PASTE as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
    };
    let (path, outcome) = match file.filter(|path| *path != Path::new("-")) {
        Some(path) => (path, std::fs::File::open(path).and_then(|mut file| bounded(&mut file))),
        None => {
            let mut input = std::io::stdin().lock();
            if input.is_terminal() {
                talk.converse("Paste the error, then end it with Ctrl-D on a line of its own.");
            }
            (Path::new("-"), bounded(&mut input))
        }
    };
    let unreadable =
        |source| CliError::Unreadable { what: "the error", path: path.to_owned(), source, exit: Exit::Impossible };
    outcome.map(|bytes| Paste::from_bytes(&bytes)).map_err(unreadable)
}

async fn held_against(
    diagnosis: &Diagnosis,
    args: &DiagnoseArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: Talk,
) -> Result<TenantView, CliError> {
    let mut tenant = Tenant::open(&args.tenant, None, global, surroundings).await?;
    tenant.setup.date_configured_apps(args.evidence.csv_taken_at)?;
    tenant.setup.warn(talk);
    let packs = tenant.setup.config.audit.packs.clone();
    let (app, client) = asked_app(args, diagnosis, &tenant)?;
    let mut apps = choose_apps(&tenant.setup, &packs, app.as_slice())?;
    let stranger = client.as_ref().map(stranger);
    let asked = apps.clone().into_iter().chain(&stranger).collect::<Vec<_>>();
    let collected;
    let needs = needs(&tenant.setup.registry, &packs);
    let snapshot = match tenant.read(Purpose::Audit, needs, &asked, surroundings, talk).await? {
        Read::Snapshot(snapshot) => snapshot,
        Read::Collected(live) => {
            if let Some(error) = nothing_read(&live) {
                return Err(error);
            }
            collected = live.write(None)?;
            &collected
        }
    };
    let user = args.user.clone().or_else(|| diagnosis.seen.user());
    let account = user.as_ref().map(|user| find_account(snapshot, user)).transpose()?.flatten();
    let asked = AskedOf { user, account, client, app };
    let mut facts = derive(&tenant, snapshot, &apps)?;
    // A client that is none of the apps under audit is looked at for its own sake.
    let known =
        |client: &ClientId| facts.apps.iter().any(|app| app.clients.iter().any(|known| known.client == *client));
    if let Some(stranger) = stranger.as_ref().filter(|_| !asked.client.as_ref().is_some_and(known)) {
        apps.push(stranger);
        facts = derive(&tenant, snapshot, &apps)?;
    }
    let missing = asked.account.is_none() && facts.evidence.is_complete(SourceId::Users);
    if let Some(user) = args.user.as_ref().filter(|_| missing) {
        talk.warning(&format!("the directory has no account {user}"));
    }
    let selection = Selection { org_units: Vec::new(), apart: Vec::new() };
    let customer = tenant.setup.config.customer.as_str();
    let report = assemble(Assembly {
        facts: &facts,
        results: Vec::new(),
        selection: &selection,
        customer,
        collisions: Vec::new(),
    });
    let view = compare(diagnosis, &facts, &report, &asked);
    tenant.close().await;
    Ok(view)
}

fn derive(tenant: &Tenant, snapshot: &Snapshot, apps: &[&AppDefinition]) -> Result<Facts, CliError> {
    let evidence = gather_of(snapshot, apps, Whom::Named)?;
    Ok(Facts::derive(evidence, &tenant.setup.statements, apps))
}

/// Which app it is: by its id, or as one client.
fn asked_app(
    args: &DiagnoseArgs,
    diagnosis: &Diagnosis,
    tenant: &Tenant,
) -> Result<(Option<AppId>, Option<ClientId>), CliError> {
    let Some(asked) = &args.app else { return Ok((None, diagnosis.seen.client_id())) };
    let id = asked.parse::<AppId>().ok().filter(|id| tenant.setup.catalogue.apps.contains_key(id));
    if id.is_some() {
        return Ok((id, None));
    }
    // Client IDs are digits, mostly with a tail.
    if asked.starts_with(|c: char| c.is_ascii_digit()) {
        return asked
            .parse()
            .map(|client| (None, Some(client)))
            .map_err(|fault: crate::domain::InvalidClientId| CliError::Usage(format!("--app: {fault}")));
    }
    Err(CliError::Usage(format!(
        "--app: {asked:?} is neither an app of the catalogue (see `gwsaudit apps list`) nor a client ID"
    )))
}

/// A client that no app is known for.
fn stranger(client: &ClientId) -> AppDefinition {
    AppDefinition {
        id: "client-in-question".parse().expect("a sound id"),
        name: client.to_string(),
        client_ids: vec![client.clone()],
        names: Vec::new(),
        packs: Vec::new(),
        configured: false,
        about: String::new(),
        cards: Vec::new(),
    }
}
