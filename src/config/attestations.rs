//! The attestation file: what administrators saw in the console.

use std::collections::BTreeMap;

use super::document::{ConfigError, Document, Parsed, Table};
use crate::domain::{AppId, ClientId, Email, OrgUnitPath, SessionLength};
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
    let setting = table.require::<String>(document, "setting");
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
    let value = match setting.as_deref() {
        Some("cloud-session-control") => read_session(document, table, at_root),
        Some("app-access") => read_access(document, table, apps, at_root),
        Some(other) => {
            document.fault_at(
                table.at(),
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
    let reauth = value.require::<String>(document, "reauth");
    let frequency = value.take::<Parsed<SessionLength>>(document, "frequency").map(|length| length.0);
    let method = value.take_placed::<String>(document, "method");
    let exempt_trusted_apps = value.take(document, "exempt_trusted_apps");
    let at = value.at();
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
    let reauth = match reauth.as_deref() {
        Some("required") => OwnReauth::Required,
        Some("not_required") => OwnReauth::NotRequired,
        Some("inherit") if at_root => {
            document.fault_at(at, "reauth: the root has nothing to inherit from".to_owned());
            return None;
        }
        Some("inherit") => OwnReauth::Inherit,
        Some(word) => {
            document.fault_at(
                at,
                format!("reauth: {word:?} is not a choice; write \"required\", \"not_required\" or \"inherit\""),
            );
            return None;
        }
        None => return None,
    };
    Some(AttestedValue::Session(AttestedSession { reauth, frequency, method, exempt_trusted_apps }))
}

fn read_access(
    document: &mut Document<'_>,
    table: &mut Table<'_>,
    apps: &[AppId],
    at_root: bool,
) -> Option<AttestedValue> {
    let app = table.require::<String>(document, "app");
    let level = table.require::<String>(document, "value");
    let app = app.and_then(|text| match text.parse::<AppId>() {
        Ok(id) if apps.contains(&id) => Some(AppRef::Catalogue(id)),
        Ok(id) if !text.contains('.') && text.contains(|c: char| c.is_ascii_alphabetic()) => {
            let known = apps.iter().map(|app| format!("\"{app}\"")).collect::<Vec<_>>().join(", ");
            document.fault_at(table.at(), format!("app: \"{id}\" is neither a client ID nor one of {known}"));
            None
        }
        Ok(_) | Err(_) => match text.parse::<ClientId>() {
            Ok(client) => Some(AppRef::Client(client)),
            Err(error) => {
                document.fault_at(table.at(), format!("app: {error}"));
                None
            }
        },
    });
    let level = match level.as_deref() {
        Some("trusted") => OwnAccess::Trusted,
        Some("limited") => OwnAccess::Limited,
        Some("specific_data") => OwnAccess::SpecificData,
        Some("blocked") => OwnAccess::Blocked,
        Some("unconfigured") if at_root => OwnAccess::Unconfigured,
        Some("inherit") if !at_root => OwnAccess::Inherit,
        Some("unconfigured") => {
            let message =
                "value: \"unconfigured\" is for the root alone; an org unit without a level of its own has \"inherit\"";
            document.fault_at(table.at(), message.to_owned());
            return None;
        }
        Some("inherit") => {
            let message = "value: the root has nothing to inherit from; an app on no list has \"unconfigured\"";
            document.fault_at(table.at(), message.to_owned());
            return None;
        }
        Some(word) => {
            document.fault_at(
                table.at(),
                format!(
                    "value: {word:?} is not a level; choose \"trusted\", \"limited\", \"specific_data\", \"blocked\", \
                     \"unconfigured\" or \"inherit\""
                ),
            );
            return None;
        }
        None => return None,
    };
    Some(AttestedValue::AppAccess { app: app?, level })
}
