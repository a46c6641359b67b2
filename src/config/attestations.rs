//! The attestation file: what administrators saw in the console.

use std::collections::BTreeMap;

use super::document::{ConfigError, Document, Parsed, Table};
use crate::domain::{AppId, Email, OrgUnitPath, SessionLength};
use crate::evidence::{AppRef, Attestation, AttestedSession, AttestedValue, Below, OwnAccess, OwnReauth, ReauthMethod};

/// Reads an attestation file. `file` is its name for faults and evidence; `apps` are the ids that `app` may use besides
/// client IDs.
///
/// # Errors
/// [`ConfigError`] with every fault of the file.
pub fn read_attestations(file: &str, text: &str, apps: &[AppId]) -> Result<Vec<Attestation>, ConfigError> {
    let mut document = Document::new(file, text, BTreeMap::new());
    let Some(parsed) = document.parse() else { return document.conclude(None) };
    let mut top = Table::new(Some(parsed.get_ref()), "", 0);
    let mut attestations = Vec::new();
    for mut table in top.list(&mut document, "attestation") {
        let attestation = read_one(&mut document, &mut table, apps);
        table.finish(&mut document);
        attestations.extend(attestation);
    }
    top.finish(&mut document);
    document.conclude(Some(attestations))
}

fn read_one(document: &mut Document<'_>, table: &mut Table<'_>, apps: &[AppId]) -> Option<Attestation> {
    let locator = document.locator(table.at());
    let setting = table.require_placed::<String>(document, "setting");
    let org_unit = table.require::<Parsed<OrgUnitPath>>(document, "org_unit").map(|path| path.0);
    let attested_by = table.require::<Parsed<Email>>(document, "attested_by").map(|email| email.0);
    let attested_at = table.require(document, "attested_at");
    let expires_at = table.take(document, "expires_at");
    let note = table.take(document, "note");
    let below = match table.take_placed::<String>(document, "below") {
        None => Below::Unsaid,
        Some((word, _)) if word == "inherit" => Below::Inherit,
        Some((word, place)) => {
            document.fault(place, format!("below: {word:?} is not a choice; write \"inherit\" or leave it out"));
            Below::Unsaid
        }
    };
    let at_root = org_unit.as_ref().is_some_and(OrgUnitPath::is_root);
    let value = match setting.as_ref().map(|(name, place)| (name.as_str(), place)) {
        Some(("cloud-session-control", _)) => read_session(document, table, at_root),
        Some(("app-access", _)) => read_access(document, table, apps, at_root),
        Some((other, place)) => {
            document.fault(
                place.clone(),
                format!("setting: {other:?} is not a setting; choose \"cloud-session-control\" or \"app-access\""),
            );
            None
        }
        None => None,
    };
    if let (Some(at), Some(expiry)) = (attested_at, expires_at)
        && expiry <= at
    {
        document.fault_at(table.at(), "expires_at is not later than attested_at".to_owned());
    }
    Some(Attestation {
        org_unit: org_unit?,
        value: value?,
        below,
        attested_by: attested_by?,
        attested_at: attested_at?,
        expires_at,
        note,
        locator,
    })
}

fn read_session(document: &mut Document<'_>, table: &mut Table<'_>, at_root: bool) -> Option<AttestedValue> {
    if !table.holds("value") {
        document.fault_at(table.at(), "`value` is missing here".to_owned());
    }
    let mut value = table.section(document, "value");
    let reauth = value.require_placed::<String>(document, "reauth");
    let frequency = value.take::<Parsed<SessionLength>>(document, "frequency").map(|length| length.0);
    let method = value.take_placed::<String>(document, "method");
    let exempt_trusted_apps = value.take(document, "exempt_trusted_apps");
    value.finish(document);
    let method = match method.as_ref().map(|(word, place)| (word.as_str(), place)) {
        None => None,
        Some(("password", _)) => Some(ReauthMethod::Password),
        Some(("security_key", _)) => Some(ReauthMethod::SecurityKey),
        Some((word, place)) => {
            document.fault(
                place.clone(),
                format!("method: {word:?} is not a method; choose \"password\" or \"security_key\""),
            );
            None
        }
    };
    let (word, place) = reauth?;
    let reauth = match (word.as_str(), at_root) {
        ("required", _) => OwnReauth::Required,
        ("not_required", _) => OwnReauth::NotRequired,
        ("inherit", false) => OwnReauth::Inherit,
        ("inherit", true) => {
            document.fault(place, "reauth: the root has nothing to inherit from".to_owned());
            return None;
        }
        (other, _) => {
            document.fault(
                place,
                format!("reauth: {other:?} is not a choice; write \"required\", \"not_required\" or \"inherit\""),
            );
            return None;
        }
    };
    Some(AttestedValue::Session(AttestedSession { reauth, frequency, method, exempt_trusted_apps }))
}

fn read_access(
    document: &mut Document<'_>,
    table: &mut Table<'_>,
    apps: &[AppId],
    at_root: bool,
) -> Option<AttestedValue> {
    let app = table.require_placed::<String>(document, "app");
    let level = table.require_placed::<String>(document, "value");
    let app = app.and_then(|(text, place)| match read_app(&text, apps) {
        Ok(app) => Some(app),
        Err(message) => {
            document.fault(place, format!("app: {message}"));
            None
        }
    });
    let level = level.and_then(|(word, place)| match read_level(&word, at_root) {
        Ok(level) => Some(level),
        Err(message) => {
            document.fault(place, format!("value: {message}"));
            None
        }
    });
    Some(AttestedValue::AppAccess { app: app?, level: level? })
}

fn read_app(text: &str, apps: &[AppId]) -> Result<AppRef, String> {
    if let Ok(id) = text.parse::<AppId>() {
        if apps.contains(&id) {
            return Ok(AppRef::Catalogue(id));
        }
        // Client IDs are numbers, or hosts.
        if !text.contains('.') && text.contains(|c: char| c.is_ascii_alphabetic()) {
            let known = apps.iter().map(|app| format!("\"{app}\"")).collect::<Vec<_>>().join(", ");
            return Err(format!("\"{id}\" is neither a client ID nor one of {known}"));
        }
    }
    text.parse().map(AppRef::Client).map_err(|error: crate::domain::InvalidClientId| error.to_string())
}

fn read_level(word: &str, at_root: bool) -> Result<OwnAccess, String> {
    match (word, at_root) {
        ("trusted", _) => Ok(OwnAccess::Trusted),
        ("limited", _) => Ok(OwnAccess::Limited),
        ("specific_data", _) => Ok(OwnAccess::SpecificData),
        ("blocked", _) => Ok(OwnAccess::Blocked),
        ("unconfigured", true) => Ok(OwnAccess::Unconfigured),
        ("inherit", false) => Ok(OwnAccess::Inherit),
        ("unconfigured", false) => {
            Err("\"unconfigured\" is for the root alone; an org unit without a level of its own has \"inherit\""
                .to_owned())
        }
        ("inherit", true) => {
            Err("the root has nothing to inherit from; an app on no list has \"unconfigured\"".to_owned())
        }
        (other, _) => Err(format!(
            "{other:?} is not a level; choose \"trusted\", \"limited\", \"specific_data\", \"blocked\", \"unconfigured\" or \
             \"inherit\""
        )),
    }
}
