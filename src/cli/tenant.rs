//! The tenant that a command works on: live, simulated, or a snapshot.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::Surroundings;
use super::args::{ContinuityArgs, Global, TenantArgs};
use super::error::CliError;
use super::progress::Progress;
use super::setup::{Attestations, Setup};
use super::talk::Talk;
use crate::collect::{
    Canaries, Collected, Continuity, DnsPlan, Earlier, OrganizationPlan, Plan, Purpose, Scan, collect, go_round,
};
use crate::config::{Config, DnsSettings, GcpOrganization};
use crate::domain::Email;
use crate::evidence::AppDefinition;
use crate::google::{Credentials, Google, Limits, Options, Pacing};
use crate::report::model::SourceStatus;
use crate::simulator::{Running, Simulator, SimulatorOptions};
use crate::snapshot::{Snapshot, SourceId};

/// What a command makes of the canaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CanaryWish {
    /// They are tried.
    Try,
    /// The operator wants them to be left alone.
    LeaveAlone,
    /// They are none of its business.
    Ignore,
}

/// A tenant, its configuration, and for a simulated one the simulator that keeps it alive.
pub(super) struct Tenant {
    pub(super) setup: Setup,
    source: Source,
}

enum Source {
    Live(Live),
    Snapshot(Snapshot),
}

struct Live {
    scan: Option<Scan>,
    /// The snapshot whose logs are carried forward.
    earlier: Option<Earlier>,
    deadline: Option<jiff::SignedDuration>,
    canaries: CanaryWish,
    /// Whether what was read is of use though the run was interrupted.
    heeds_signals: bool,
    simulator: Option<(Running, tempfile::TempDir)>,
}

impl Tenant {
    pub(super) async fn open(
        args: &TenantArgs,
        continuity: Option<&ContinuityArgs>,
        global: &Global,
        surroundings: &Surroundings,
    ) -> Result<Self, CliError> {
        Self::open_with(args, continuity, global, surroundings, Attestations::Read).await
    }

    /// The same, with or without the attestations.
    pub(super) async fn open_with(
        args: &TenantArgs,
        continuity: Option<&ContinuityArgs>,
        global: &Global,
        surroundings: &Surroundings,
        attestations: Attestations,
    ) -> Result<Self, CliError> {
        if let Some(path) = &args.snapshot {
            let setup = Setup::find_with(global, surroundings, attestations)?;
            return Ok(Self { setup, source: Source::Snapshot(Snapshot::open(path)?) });
        }
        let since = continuity.and_then(|continuity| continuity.since_snapshot.as_deref());
        let earlier = since.map(|path| Earlier::open(path, now())).transpose()?;
        let (setup, simulator) = match &args.demo {
            // clap does not see a conflict with an option that stands before the subcommand.
            Some(_) if global.config.is_some() => {
                return Err(CliError::Usage("--demo brings its own configuration; leave out --config".to_owned()));
            }
            Some(scenario) => {
                let (setup, running, folder) = start_demo(scenario, &global.pack_dirs, attestations).await?;
                (setup, Some((running, folder)))
            }
            None => (Setup::find_with(global, surroundings, attestations)?, None),
        };
        let deadline = args.deadline.map(|deadline| deadline.0);
        let canaries = match continuity {
            None => CanaryWish::Ignore,
            Some(continuity) if continuity.no_canaries => CanaryWish::LeaveAlone,
            Some(_) => CanaryWish::Try,
        };
        let heeds_signals = continuity.is_some();
        let live = Live { scan: args.scan, earlier, deadline, canaries, heeds_signals, simulator };
        Ok(Self { setup, source: Source::Live(live) })
    }

    /// Reads the tenant (a snapshot is read already) for the sake of these apps.
    pub(super) async fn read(
        &self,
        purpose: Purpose,
        needs: BTreeSet<SourceId>,
        apps: &[&AppDefinition],
        surroundings: &Surroundings,
        talk: Talk,
    ) -> Result<Read<'_>, CliError> {
        match &self.source {
            Source::Snapshot(snapshot) => Ok(Read::Snapshot(snapshot)),
            Source::Live(live) => live
                .read(&self.setup, purpose, needs, apps, surroundings, talk)
                .await
                .map(Box::new)
                .map(Read::Collected),
        }
    }

    /// Ends the simulator, where there is one.
    pub(super) async fn close(self) {
        if let Source::Live(Live { simulator: Some((running, _)), .. }) = self.source {
            running.shutdown().await;
        }
    }
}

/// A tenant that has been read.
pub(super) enum Read<'t> {
    Snapshot(&'t Snapshot),
    Collected(Box<Collected>),
}

impl Live {
    async fn read(
        &self,
        setup: &Setup,
        purpose: Purpose,
        needs: BTreeSet<SourceId>,
        apps: &[&AppDefinition],
        surroundings: &Surroundings,
        talk: Talk,
    ) -> Result<Collected, CliError> {
        let config = &setup.config;
        if let Some(earlier) = &self.earlier {
            earlier.must_be_of(config.customer.id())?;
        }
        let admin = config.admin.clone().ok_or_else(|| {
            CliError::Usage(format!(
                "no administrator to act for: set [tenant] admin (or GWSAUDIT_TENANT__ADMIN); configuration read from {}. \
                 `gwsaudit audit --demo` needs none",
                setup.origin
            ))
        })?;
        let mut limits = Limits { pacing: Pacing::towards(config.google.endpoint.as_ref()), ..Limits::default() };
        if let Some(deadline) = self.deadline.or(config.google.deadline) {
            let deadline = Duration::try_from(deadline).unwrap_or_default();
            limits.patience = deadline;
            limits.deadline = Some(Instant::now() + deadline);
        }
        let interrupt = surroundings.signals.interrupt();
        limits.interrupt = interrupt.clone();
        let canaries = self.canaries(setup, surroundings, talk)?;
        let google = connect(setup, admin, limits, surroundings, talk).await?;
        let plan = plan(config, purpose, needs, self.scan.unwrap_or(config.audit.scan), apps);
        let heeding = self.heeds_signals.then(|| surroundings.signals.heed());
        let progress = Progress::new(talk);
        let round = async {
            match &canaries {
                Some(canaries) => go_round(canaries, plan.now, interrupt, &progress).await,
                None => None,
            }
        };
        let (collected, round) = tokio::join!(collect(&google, &plan, &progress), round);
        drop(heeding);
        if interrupt.is_raised() {
            talk.warning("interrupted: what was read so far is kept");
        }
        let mut collected = collected?;
        if let Some(round) = round {
            collected.add_canaries(round)?;
        }
        warn_of_gaps(&collected, talk);
        if let Some(earlier) = &self.earlier {
            collected.carry_forward(earlier)?;
            warn_of_broken_logs(&collected, talk);
        }
        Ok(collected)
    }

    /// The canaries of this machine, where this reading has to do with them. A demo's tenant has none of them, unless its
    /// configuration says where.
    fn canaries(&self, setup: &Setup, surroundings: &Surroundings, talk: Talk) -> Result<Option<Canaries>, CliError> {
        let settings = &setup.config.canaries;
        if self.canaries == CanaryWish::Ignore || (self.simulator.is_some() && settings.state_dir.is_none()) {
            return Ok(None);
        }
        let Some(state) = super::canary::state(setup, surroundings) else { return Ok(None) };
        if state.registry().is_ok_and(|registry| registry.canaries.is_empty()) {
            return Ok(None);
        }
        let deadline = self.deadline.or(setup.config.google.deadline);
        let keeper = super::canary::keeper(state, setup, deadline)?;
        super::canary::warn_of_doubts(&keeper, setup, talk);
        let keeper = Box::new(keeper);
        Ok(Some(match self.canaries {
            CanaryWish::LeaveAlone => Canaries::Skip { keeper, why: "left alone, as --no-canaries asks".to_owned() },
            CanaryWish::Try | CanaryWish::Ignore => Canaries::Try(keeper),
        }))
    }
}

/// What is to be read, as the configuration has it, as of now.
pub(super) fn plan(
    config: &Config,
    purpose: Purpose,
    needs: BTreeSet<SourceId>,
    scan: Scan,
    apps: &[&AppDefinition],
) -> Plan {
    Plan {
        customer: config.customer.clone(),
        purpose,
        needs,
        scan,
        organization: match &config.evidence.gcp_organization {
            None => OrganizationPlan::Find,
            Some(GcpOrganization::None) => OrganizationPlan::StatedNone,
            Some(GcpOrganization::Named(name)) => OrganizationPlan::Named(name.clone()),
        },
        dns: dns_plan(&config.dns),
        apps: apps.iter().map(|app| (*app).clone()).collect(),
        now: now(),
    }
}

fn dns_plan(settings: &DnsSettings) -> DnsPlan {
    if settings.enabled {
        DnsPlan::Ask { servers: settings.servers.clone(), selectors: settings.dkim_selectors.clone() }
    } else {
        DnsPlan::Off
    }
}

/// Google's APIs, on behalf of that administrator.
pub(super) async fn connect(
    setup: &Setup,
    subject: Email,
    limits: Limits,
    surroundings: &Surroundings,
    talk: Talk,
) -> Result<Google, CliError> {
    let credentials = super::credentials::find(setup, surroundings, talk).await?;
    connect_with(setup, credentials, subject, limits).await
}

/// The same, with credentials that have been found.
pub(super) async fn connect_with(
    setup: &Setup,
    credentials: Credentials,
    subject: Email,
    limits: Limits,
) -> Result<Google, CliError> {
    let options = Options {
        credentials,
        subject,
        endpoint: setup.config.google.endpoint.clone(),
        limits,
        user_agent: USER_AGENT.to_owned(),
    };
    Ok(Google::connect(options).await?)
}

/// Who asks.
pub(super) const USER_AGENT: &str = concat!("gwsaudit/", env!("CARGO_PKG_VERSION"));

/// Says what could not be read; the report says it too, but not before its end.
fn warn_of_gaps(collected: &Collected, talk: Talk) {
    for source in collected.sources() {
        let how = match source.status {
            SourceStatus::Complete | SourceStatus::Skipped => continue,
            SourceStatus::Partial => "could be read in part only",
            SourceStatus::Denied => "was refused",
            SourceStatus::Failed => "could not be read",
        };
        talk.warning(&format!("{} {how}: {}", source.id, source.error.as_deref().unwrap_or("no reason was given")));
    }
}

/// Says which logs could not be carried forward.
fn warn_of_broken_logs(collected: &Collected, talk: Talk) {
    for Continuity { log, outcome } in collected.continuity() {
        match outcome {
            Ok(_) => {}
            Err(broken) => {
                talk.warning(&format!("{log}: nothing is carried forward from the earlier snapshot: {broken}"))
            }
        }
    }
}

/// Why there is nothing to judge, where that is so.
pub(super) fn nothing_read(collected: &Collected) -> Option<CliError> {
    collected.nothing_to_judge().map(|source| CliError::NothingRead {
        source_id: source.id.clone(),
        message: source.error.clone().unwrap_or_default(),
        next_step: source.next_step.clone(),
    })
}

async fn start_demo(
    name: &str,
    pack_dirs: &[PathBuf],
    attestations: Attestations,
) -> Result<(Setup, Running, tempfile::TempDir), CliError> {
    let scenario = super::simulator::find_scenario(name)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let running = Simulator::start(scenario, address, SimulatorOptions::default()).await?;
    let folder = tempfile::tempdir()
        .map_err(|source| CliError::Output { what: "the demo's temporary folder".to_owned(), source })?;
    let files = running.write_files(folder.path())?;
    let setup = Setup::from_file(Path::new(&files.config), std::collections::BTreeMap::new(), pack_dirs, attestations)?;
    Ok((setup, running, folder))
}

#[expect(clippy::disallowed_methods, reason = "the one clock: everything below is handed the time")]
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    // To the second, as people write times and as the log's bounds are given.
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
