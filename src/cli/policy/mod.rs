//! `gwsaudit policy`

mod args;
mod settings;

pub(super) use args::PolicyArgs;

use std::collections::BTreeSet;

use super::Surroundings;
use super::args::Global;
use super::error::CliError;
use super::exit::Exit;
use super::output::{Output, colour, width};
use super::setup::Attestations;
use super::talk::Talk;
use super::tenant::{Read, Tenant, nothing_read};
use crate::collect::Purpose;
use crate::evidence::{find_account, gather};
use crate::facts::{Facts, Statements};
use crate::report::effective::{Audience, Form, NoSuchTarget, Question, Target};
use crate::report::{Colour, RenderOptions};
use crate::snapshot::{Snapshot, SourceId};
use args::{EffectiveArgs, PolicyCommand};

/// What is asked of Google, with what it leads to: users, and the groups, members and licences that policies name.
const NEEDS: [SourceId; 1] = [SourceId::Policies];

pub(super) async fn run(
    args: &PolicyArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    let PolicyCommand::Effective(args) = &args.command;
    let tenant = Tenant::open_with(&args.tenant, None, global, surroundings, Attestations::LeaveAlone).await?;
    let output = Output::open(args.output.as_deref())?;
    let options = RenderOptions {
        width: width(surroundings),
        colour: if args.output.is_none() { colour(global) } else { Colour::Never },
        ..RenderOptions::default()
    };
    let collected;
    let snapshot = match tenant.read(Purpose::Audit, BTreeSet::from(NEEDS), &[], surroundings, *talk).await? {
        Read::Snapshot(snapshot) => snapshot,
        Read::Collected(live) => {
            if let Some(error) = nothing_read(&live) {
                return Err(error);
            }
            collected = live.write(None)?;
            &collected
        }
    };
    let exit = answer(args, snapshot, tenant.setup.config.customer.as_str(), &options, output)?;
    tenant.close().await;
    Ok(exit)
}

fn answer(
    args: &EffectiveArgs,
    snapshot: &Snapshot,
    customer: &str,
    options: &RenderOptions,
    output: Output,
) -> Result<Exit, CliError> {
    let facts = Facts::derive(gather(snapshot, &[])?, &Statements::default(), &[]);
    let audience = audience(args, snapshot, &facts)?;
    let asked = settings::chosen(&args.settings, &facts)?;
    let question = Question::new(&facts, customer, audience, asked);
    output.write(|out| question.render(Form::from(args.format), options, out))?;
    Ok(if question.is_open() { Exit::Undetermined } else { Exit::Clean })
}

fn audience(args: &EffectiveArgs, snapshot: &Snapshot, facts: &Facts) -> Result<Audience, CliError> {
    let refused = |error: NoSuchTarget| CliError::Usage(error.to_string());
    if let Some(email) = &args.user {
        let account = find_account(snapshot, email)?;
        let target = Target::user(facts, email, account.as_ref()).map_err(refused)?;
        return Ok(Audience::These(vec![target]));
    }
    if args.all_org_units {
        return Ok(Audience::AllOrgUnits);
    }
    let paths: BTreeSet<_> = args.org_units.iter().collect();
    let targets = paths.into_iter().map(|path| Target::org_unit(facts, path)).collect::<Result<_, _>>();
    Ok(Audience::These(targets.map_err(refused)?))
}
