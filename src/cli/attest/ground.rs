//! What is known of the tenant before anybody is asked.

use jiff::Timestamp;

use super::stale::Coverage;
use super::units::KnownUnits;
use crate::cli::Surroundings;
use crate::cli::args::{AttestArgs, Global};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::setup::{Attestations, Setup};
use crate::cli::talk::Talk;
use crate::cli::tenant::{Read, Tenant, nothing_read};
use crate::collect::{Plan, Purpose};
use crate::domain::with_causes;
use crate::evidence::{AppDefinition, Attestation, gather};
use crate::facts::{Facts, LookAgain, OrgTree, Statements};
use crate::snapshot::{Snapshot, SourceId};

/// Where org units come from.
pub(super) enum Place {
    Tenant(Box<Tenant>),
    Offline(Box<Setup>),
}

/// What was read.
pub(super) struct Ground {
    pub(super) units: KnownUnits,
    /// What must be looked at again, where that was asked.
    pub(super) look_again: Vec<LookAgain>,
    /// Whether that is all.
    pub(super) coverage: Coverage,
    /// When the snapshot was taken, where there is one.
    pub(super) snapshot_of: Option<Timestamp>,
}

/// What it is read for.
pub(super) enum Question<'q> {
    /// Which org units there are.
    Units,
    /// What of these attestations must be renewed, for these apps.
    Stale { attestations: Vec<Attestation>, apps: Vec<&'q AppDefinition> },
}

impl Place {
    pub(super) async fn open(
        args: &AttestArgs,
        global: &Global,
        surroundings: &Surroundings,
        talk: Talk,
    ) -> Result<Self, CliError> {
        if args.offline {
            let setup = Setup::find_with(global, surroundings, Attestations::LeaveAlone)?;
            setup.warn(talk);
            return Ok(Self::Offline(Box::new(setup)));
        }
        let tenant = Tenant::open_with(&args.tenant, None, global, surroundings, Attestations::LeaveAlone).await?;
        Ok(Self::Tenant(Box::new(tenant)))
    }

    pub(super) fn setup(&self) -> &Setup {
        match self {
            Self::Tenant(tenant) => &tenant.setup,
            Self::Offline(setup) => setup,
        }
    }

    /// Reads no more of the tenant than the question needs.
    pub(super) async fn read(
        &self,
        question: Question<'_>,
        surroundings: &Surroundings,
        talk: Talk,
    ) -> Result<Ground, CliError> {
        let tenant = match self {
            Self::Tenant(tenant) => tenant,
            Self::Offline(_) => {
                talk.warning("no tenant is read; org units are taken as written");
                return Ok(Ground {
                    units: KnownUnits::Unread,
                    look_again: Vec::new(),
                    coverage: Coverage::Partial,
                    snapshot_of: None,
                });
            }
        };
        let (purpose, apps): (Purpose, &[&AppDefinition]) = match &question {
            Question::Units => (Purpose::OrgUnits, &[]),
            Question::Stale { apps, .. } => (Purpose::Audit, apps),
        };
        let helpful = |error| match &question {
            Question::Units => or_offline(error),
            Question::Stale { .. } => error,
        };
        let collected;
        let (snapshot, snapshot_of): (&Snapshot, _) =
            match tenant.read(purpose, Plan::CONNECTIONS.into(), apps, surroundings, talk).await.map_err(helpful)? {
                Read::Snapshot(snapshot) => (snapshot, SnapshotTime::Told),
                Read::Collected(live) => {
                    if let Some(error) = nothing_read(&live) {
                        return Err(helpful(error));
                    }
                    collected = live.write(None)?;
                    (&collected, SnapshotTime::Now)
                }
            };
        let mut evidence = gather(snapshot, apps)?;
        let snapshot_of = match snapshot_of {
            SnapshotTime::Told => Some(evidence.header.collected_at),
            SnapshotTime::Now => None,
        };
        let whole = evidence.is_complete(SourceId::OrgUnits);
        let coverage = if whole && evidence.admin_log.is_some() { Coverage::Whole } else { Coverage::Partial };
        let (tree, look_again) = match question {
            Question::Units => (OrgTree::new(std::mem::take(&mut evidence.units)), Vec::new()),
            Question::Stale { attestations, apps } => {
                let no_bindings = tenant.setup.statements.no_bindings;
                let configured_apps = tenant.setup.configured_apps()?;
                let statements = Statements { attestations, configured_apps, no_bindings, ..Statements::default() };
                let facts = Facts::derive(evidence, &statements, &apps);
                (facts.tree, facts.look_again)
            }
        };
        let paths = tree.units().iter().map(|unit| unit.path.clone()).collect();
        if !whole {
            talk.warning("not all org units could be read; those that are not known are taken as written");
        }
        let units = if whole { KnownUnits::All(paths) } else { KnownUnits::Some(paths) };
        Ok(Ground { units, look_again, coverage, snapshot_of })
    }

    pub(super) async fn close(self) {
        match self {
            Self::Tenant(tenant) => tenant.close().await,
            Self::Offline(_) => {}
        }
    }
}

/// Whether a snapshot's time is the operator's, or this run's.
enum SnapshotTime {
    Told,
    Now,
}

/// Nobody needs a tenant to write down what the console shows.
fn or_offline(error: CliError) -> CliError {
    const WAY_OUT: &str = "with --offline no tenant is read, and org units are taken as written";
    if let CliError::Usage(message) = error {
        return CliError::Usage(format!("{message}; {WAY_OUT}"));
    }
    if let CliError::Credential(fault) = &error
        && fault.exit() == Exit::Misused
    {
        return CliError::Usage(format!("{}; {WAY_OUT}", with_causes(fault)));
    }
    if let CliError::NothingRead { source_id, message, next_step } = error {
        let next_step = next_step.map_or_else(|| WAY_OUT.to_owned(), |step| format!("{step}\n{WAY_OUT}"));
        return CliError::NothingRead { source_id, message, next_step: Some(next_step) };
    }
    error
}
