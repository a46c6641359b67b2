//! One thing seen, said on the command line.

use super::interview::Seen;
use crate::cli::args::{AttestArgs, Setting};
use crate::cli::error::CliError;
use crate::config::{access_fits, reauth_fits};
use crate::domain::OrgUnitPath;
use crate::evidence::{AppRef, AttestedSession, AttestedValue, Below, OwnAccess, OwnReauth};

/// Whether the command line says what was seen.
pub(super) fn given(args: &AttestArgs) -> bool {
    let AttestArgs { reauth, frequency, method, exempt, access, below, .. } = args;
    reauth.is_some()
        || frequency.is_some()
        || method.is_some()
        || exempt.is_some()
        || access.is_some()
        || below.is_some()
}

/// What the command line says was seen, for each org unit that it names.
pub(super) fn seen(args: &AttestArgs, apps: &[AppRef]) -> Result<Vec<Seen>, CliError> {
    let mut missing = Vec::new();
    if args.org_units.is_empty() {
        missing.push("--org-unit");
    }
    match args.setting {
        None => missing.push("--setting"),
        Some(Setting::CloudSessionControl) if args.reauth.is_none() => missing.push("--reauth"),
        Some(Setting::CloudSessionControl) => {}
        Some(Setting::AppAccess) => {
            if args.apps.is_empty() {
                missing.push("--app");
            }
            if args.access.is_none() {
                missing.push("--access");
            }
        }
    }
    if !missing.is_empty() {
        return Err(CliError::Usage(format!("to say what was seen, give also {}", missing.join(" and "))));
    }
    refuse_strays(args)?;
    let mut values = Vec::new();
    if let Some(reauth) = args.reauth {
        let fits = |path: &OrgUnitPath| reauth_fits(reauth, path).map_err(|why| format!("--reauth: {why}"));
        fit(&args.org_units, fits)?;
        let AttestArgs { frequency, method, exempt: exempt_trusted_apps, .. } = *args;
        values.push(AttestedValue::Session(AttestedSession { reauth, frequency, method, exempt_trusted_apps }));
    }
    if let Some(level) = args.access {
        let fits = |path: &OrgUnitPath| access_fits(level, path).map_err(|why| format!("--access: {why}"));
        fit(&args.org_units, fits)?;
        values.extend(apps.iter().map(|app| access(app, level)));
    }
    let below = args.below.unwrap_or(Below::Unsaid);
    let of = |path: &OrgUnitPath| -> Vec<Seen> {
        values.iter().map(|value| Seen { org_unit: path.clone(), value: value.clone(), below }).collect()
    };
    Ok(args.org_units.iter().flat_map(of).collect())
}

fn access(app: &AppRef, level: OwnAccess) -> AttestedValue {
    AttestedValue::AppAccess { app: app.clone(), level }
}

fn fit(units: &[OrgUnitPath], fits: impl Fn(&OrgUnitPath) -> Result<(), String>) -> Result<(), CliError> {
    units.iter().try_for_each(fits).map_err(CliError::Usage)
}

/// Flags that say nothing beside the others.
fn refuse_strays(args: &AttestArgs) -> Result<(), CliError> {
    let details = [
        ("--frequency", args.frequency.is_some()),
        ("--method", args.method.is_some()),
        ("--exempt", args.exempt.is_some()),
    ];
    let detail = details.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag);
    let stray = match (args.setting, args.reauth, detail) {
        (Some(Setting::AppAccess), Some(_), _) => Some(("--reauth", "--setting cloud-session-control")),
        (Some(Setting::AppAccess), None, Some(flag)) => Some((flag, "--setting cloud-session-control")),
        (Some(Setting::CloudSessionControl), ..) if args.access.is_some() => Some(("--access", "--setting app-access")),
        (Some(Setting::CloudSessionControl), ..) if !args.apps.is_empty() => Some(("--app", "--setting app-access")),
        (_, Some(OwnReauth::NotRequired | OwnReauth::Inherit), Some(flag)) => Some((flag, "--reauth required")),
        (Some(_) | None, Some(_) | None, _) => None,
    };
    match stray {
        Some((flag, company)) => Err(CliError::Usage(format!("{flag} goes with {company} only"))),
        None => Ok(()),
    }
}
