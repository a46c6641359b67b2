use std::collections::BTreeSet;
use std::fmt;

use super::answers::no_such_unit;
use super::ground::Ground;
use super::stale;
use crate::cli::args::{AttestArgs, Setting};
use crate::cli::error::CliError;
use crate::cli::judge::choose_apps;
use crate::cli::setup::Setup;
use crate::config::app_named;
use crate::domain::{AppId, ClientId, OrgUnitPath};
use crate::evidence::{APP_ACCESS_MENU, APP_ACCESS_URL, AppRef, SESSION_CONTROL_MENU, SESSION_CONTROL_URL};

/// What somebody is asked to look at: one page of the console, for an app page one app on it.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) subject: Subject,
    /// The org units to look at, the root first.
    pub(super) units: Vec<UnitToSee>,
    pub(super) others: Others,
}

/// Which page.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Session,
    Access(AppToSee),
}

/// An app, as somebody must find it on the page.
#[derive(Debug, Clone)]
pub(super) struct AppToSee {
    pub(super) app: AppRef,
    /// For people.
    pub(super) name: String,
    pub(super) client_ids: Vec<ClientId>,
}

/// An org unit to look at.
#[derive(Debug, Clone)]
pub(super) struct UnitToSee {
    pub(super) path: OrgUnitPath,
    /// Why it is on the list, where that is not plain.
    pub(super) why: Option<String>,
}

/// What about the org units that are not on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// Those that override are asked for, so that `below` can speak of the rest.
    AskForOverrides,
    /// Nothing is said of them.
    LeaveOut,
}

impl Subject {
    pub(super) fn setting(&self) -> Setting {
        match self {
            Self::Session => Setting::CloudSessionControl,
            Self::Access(_) => Setting::AppAccess,
        }
    }

    pub(super) fn link(&self) -> &'static str {
        match self {
            Self::Session => SESSION_CONTROL_URL,
            Self::Access(_) => APP_ACCESS_URL,
        }
    }

    pub(super) fn menu(&self) -> &'static str {
        match self {
            Self::Session => SESSION_CONTROL_MENU,
            Self::Access(_) => APP_ACCESS_MENU,
        }
    }

    /// How the page tells those that have a setting of their own.
    pub(super) fn which_override(&self) -> &'static str {
        match self {
            Self::Session => "Which org units does the page mark as Overridden, not Inherited?",
            Self::Access(_) => "Which org units have a level of their own for this app?",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session => f.write_str("Google Cloud session control"),
            Self::Access(app) => {
                write!(f, "App access of {}", app.name)?;
                if !app.client_ids.is_empty() {
                    let ids: Vec<&str> = app.client_ids.iter().map(ClientId::as_str).collect();
                    write!(f, " (client ID {})", ids.join(", "))?;
                }
                Ok(())
            }
        }
    }
}

/// What somebody must look at, in the order of the console's menu.
pub(super) fn pages(args: &AttestArgs, setup: &Setup, ground: &Ground) -> Result<Vec<Page>, CliError> {
    let mut pages = if args.stale { stale_pages(setup, ground) } else { asked_pages(args, setup)? };
    if let Some(setting) = args.setting {
        pages.retain(|page| page.subject.setting() == setting);
    }
    for path in &args.org_units {
        ground.units.check(path).map_err(|why| no_such_unit(&format!("--org-unit: {why}")))?;
    }
    Ok(pages)
}

fn asked_pages(args: &AttestArgs, setup: &Setup) -> Result<Vec<Page>, CliError> {
    let apps: Vec<AppRef> = if args.apps.is_empty() {
        let audited = choose_apps(setup, &setup.config.audit.packs, &[])?;
        audited.into_iter().map(|app| AppRef::Catalogue(app.id.clone())).collect()
    } else {
        apps_named(args, &setup.app_ids())?
    };
    // The root sorts first.
    let mut units: BTreeSet<OrgUnitPath> = args.org_units.iter().cloned().collect();
    if units.is_empty() {
        units.insert(OrgUnitPath::root());
    }
    let others = if units.contains(&OrgUnitPath::root()) { Others::AskForOverrides } else { Others::LeaveOut };
    let units: Vec<UnitToSee> = units.into_iter().map(|path| UnitToSee { path, why: None }).collect();
    let access = apps.into_iter().map(|app| Subject::Access(to_see(app, setup)));
    let subjects = std::iter::once(Subject::Session).chain(access);
    Ok(subjects.map(|subject| Page { subject, units: units.clone(), others }).collect())
}

fn stale_pages(setup: &Setup, ground: &Ground) -> Vec<Page> {
    let mut pages: Vec<(Option<&AppId>, Page)> = Vec::new();
    let mut entries: Vec<_> = ground.look_again.iter().collect();
    entries.sort_by_key(|entry| (&entry.app, &entry.org_unit));
    for entry in entries {
        let unit = UnitToSee { path: entry.org_unit.clone(), why: Some(stale::why(entry)) };
        match pages.last_mut() {
            Some((app, page)) if *app == entry.app.as_ref() => page.units.push(unit),
            Some(_) | None => {
                let subject = match &entry.app {
                    None => Subject::Session,
                    Some(id) => Subject::Access(to_see(AppRef::Catalogue(id.clone()), setup)),
                };
                pages.push((entry.app.as_ref(), Page { subject, units: vec![unit], others: Others::LeaveOut }));
            }
        }
    }
    pages.into_iter().map(|(_, page)| page).collect()
}

fn to_see(app: AppRef, setup: &Setup) -> AppToSee {
    let known = match &app {
        AppRef::Catalogue(id) => setup.catalogue.apps.get(id),
        AppRef::Client(_) => None,
    };
    match known {
        Some(known) => AppToSee { name: known.name.clone(), client_ids: known.client_ids.clone(), app },
        None => AppToSee { name: app.as_str().to_owned(), client_ids: Vec::new(), app },
    }
}

/// The apps that the command line names.
pub(super) fn apps_named(args: &AttestArgs, ids: &[AppId]) -> Result<Vec<AppRef>, CliError> {
    let named = |text: &String| app_named(text, ids).map_err(|why| CliError::Usage(format!("--app: {why}")));
    args.apps.iter().map(named).collect()
}
