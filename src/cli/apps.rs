//! `gwsaudit apps`

use serde_json::json;

use super::Surroundings;
use super::args::{AppsArgs, AppsCommand, Global, Listing};
use super::error::CliError;
use super::exit::Exit;
use super::output::{json, standard};
use super::setup::Setup;
use super::talk::Talk;
use super::tenant::{Read, Tenant, nothing_read};
use crate::collect::{Plan, Purpose};
use crate::domain::{AppId, ClientId};
use crate::evidence::{AppDefinition, Catalogue, Evidence, Sighting, gather};
use crate::report::Visible;

pub(super) async fn run(
    args: &AppsArgs,
    global: &Global,
    surroundings: &Surroundings,
    talk: &Talk,
) -> Result<Exit, CliError> {
    match &args.command {
        AppsCommand::List { format } => list(&Setup::find(global, surroundings)?.catalogue, *format)?,
        AppsCommand::Discover { tenant, format } => {
            let tenant = Tenant::open(tenant, None, global, surroundings).await?;
            let catalogue = &tenant.setup.catalogue;
            let apps: Vec<&AppDefinition> = catalogue.apps.values().collect();
            let evidence =
                match tenant.read(Purpose::Audit, Plan::CONNECTIONS.into(), &apps, surroundings, *talk).await? {
                    Read::Snapshot(snapshot) => gather(snapshot, &apps)?,
                    Read::Collected(live) => {
                        if let Some(error) = nothing_read(&live) {
                            return Err(error);
                        }
                        gather(&live.write(None)?, &apps)?
                    }
                };
            discover(&evidence, catalogue, *format)?;
            tenant.close().await;
        }
    }
    Ok(Exit::Clean)
}

fn list(catalogue: &Catalogue, format: Listing) -> Result<(), CliError> {
    match format {
        Listing::Json => {
            let entries: Vec<serde_json::Value> = catalogue
                .apps
                .values()
                .map(|app| {
                    json!({
                        "id": app.id,
                        "name": app.name,
                        "client_ids": app.client_ids,
                        "packs": app.packs,
                        "configured": app.configured,
                        "about": app.about,
                    })
                })
                .collect();
            json(&json!(entries))
        }
        Listing::Human => standard(|out| {
            for app in catalogue.apps.values() {
                writeln!(out, "{}  {}", app.id, Visible::of(&app.name))?;
                let options = textwrap::Options::new(96).initial_indent("  ").subsequent_indent("  ");
                writeln!(out, "{}", textwrap::fill(&app.about, options))?;
                if app.client_ids.is_empty() {
                    writeln!(out, "  no client ID is known; recognised by name until one is pinned")?;
                }
                for client in &app.client_ids {
                    writeln!(out, "  {}", Visible::of(client.as_str()))?;
                }
            }
            Ok(())
        }),
    }
}

/// The app that a client is, or goes by the name of.
fn app_of<'c>(client: &ClientId, sighting: &Sighting, catalogue: &'c Catalogue) -> Option<(&'c AppDefinition, bool)> {
    let pinned = catalogue.apps.values().find(|app| app.client_ids.contains(client)).map(|app| (app, true));
    let named = || {
        catalogue
            .apps
            .values()
            .find(|app| sighting.names.iter().any(|name| app.may_be_called(name)))
            .map(|app| (app, false))
    };
    pinned.or_else(named)
}

/// Apps that a client is none of, and that one of its names looks like.
fn mistaken_for<'c>(client: &ClientId, sighting: &Sighting, catalogue: &'c Catalogue) -> Vec<&'c AppId> {
    let others = catalogue.apps.values().filter(|app| !app.client_ids.contains(client));
    others.filter(|app| sighting.names.iter().any(|name| app.may_be_mistaken_for(name))).map(|app| &app.id).collect()
}

fn discover(evidence: &Evidence, catalogue: &Catalogue, format: Listing) -> Result<(), CliError> {
    match format {
        Listing::Json => {
            let entries: Vec<serde_json::Value> = evidence
                .sightings
                .iter()
                .map(|(client, sighting)| {
                    let app = app_of(client, sighting, catalogue);
                    json!({
                        "client_id": client,
                        "names": sighting.names,
                        "app": app.map(|(app, _)| &app.id),
                        "pinned": app.is_some_and(|(_, pinned)| pinned),
                        "looks_like": mistaken_for(client, sighting, catalogue),
                        "users": sighting.granted_by,
                        "users_with_cloud_scope": sighting.cloud_grants,
                        "token_events": sighting.token_events,
                        "admin_events": sighting.admin_events,
                    })
                })
                .collect();
            json(&json!(entries))
        }
        Listing::Human => standard(|out| {
            if evidence.sightings.is_empty() {
                return writeln!(out, "No grant and no log event of the tenant names an OAuth client.");
            }
            for (client, sighting) in &evidence.sightings {
                let names: Vec<String> = sighting.names.iter().map(|name| Visible::of(name).to_string()).collect();
                let names = if names.is_empty() { "(no name)".to_owned() } else { names.join(" / ") };
                writeln!(out, "{}\n  {names}", Visible::of(client.as_str()))?;
                write!(
                    out,
                    "  users: {}, with a Google Cloud scope: {}; token events: {}; admin events: {}",
                    sighting.granted_by, sighting.cloud_grants, sighting.token_events, sighting.admin_events
                )?;
                match app_of(client, sighting, catalogue) {
                    Some((app, true)) => write!(out, "; pinned as {}", app.id)?,
                    Some((app, false)) => write!(out, "; goes by the name of {}, not pinned", app.id)?,
                    None => {}
                }
                for app in mistaken_for(client, sighting, catalogue) {
                    write!(out, "; bears a name that looks like that of {app}, and is not known to be it")?;
                }
                writeln!(out)?;
            }
            Ok(())
        }),
    }
}
