//! The attestation file: what administrators saw in the console.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::attestation_words::{
    ACCESS_WORDS, METHOD_WORDS, REAUTH_WORDS, access_fits, app_named, meaning, reauth_fits,
};
use super::document::{ConfigError, Document, Parsed, Place, Table};
use crate::domain::{AppId, Email, OrgUnitPath, SessionLength};
use crate::evidence::{Attestation, AttestedSession, AttestedValue, Below, OwnAccess};

/// What stands in for keys that an attestation leaves out. The attestation file itself leaves out nothing; answers that
/// are about to join it may.
#[derive(Debug, Clone, Default)]
pub struct LeftOut {
    /// For `attested_by`.
    pub attested_by: Option<Email>,
    /// For `attested_at`.
    pub attested_at: Option<Timestamp>,
    /// For `expires_at`.
    pub expires_at: Option<Timestamp>,
    /// For `note`.
    pub note: Option<String>,
}

/// Reads an attestation file. `file` is its name for faults and evidence; `apps` are the ids that `app` may use besides
/// client IDs.
///
/// # Errors
/// [`ConfigError`] with every fault of the file.
pub fn read_attestations(file: &str, text: &str, apps: &[AppId]) -> Result<Vec<Attestation>, ConfigError> {
    read_answers(file, text, apps, &LeftOut::default())
}

/// Reads attestations that may leave something out.
///
/// # Errors
/// [`ConfigError`] with every fault of the file.
pub fn read_answers(
    file: &str,
    text: &str,
    apps: &[AppId],
    left_out: &LeftOut,
) -> Result<Vec<Attestation>, ConfigError> {
    let mut document = Document::new(file, text, BTreeMap::new());
    let Some(parsed) = document.parse() else { return document.conclude(None) };
    let mut top = Table::new(Some(parsed.get_ref()), "", 0);
    let mut attestations = Vec::new();
    for mut table in top.list(&mut document, "attestation") {
        let attestation = read_one(&mut document, &mut table, apps, left_out);
        table.finish(&mut document);
        attestations.extend(attestation);
    }
    top.finish(&mut document);
    document.conclude(Some(attestations))
}

fn read_one(
    document: &mut Document<'_>,
    table: &mut Table<'_>,
    apps: &[AppId],
    left_out: &LeftOut,
) -> Option<Attestation> {
    let locator = document.locator(table.at());
    let setting = table.require_placed::<String>(document, "setting");
    let org_unit = table.require::<Parsed<OrgUnitPath>>(document, "org_unit").map(|path| path.0);
    let attested_by = match &left_out.attested_by {
        None => table.require::<Parsed<Email>>(document, "attested_by").map(|email| email.0),
        Some(email) => Some(table.take(document, "attested_by").map_or_else(|| email.clone(), |Parsed(email)| email)),
    };
    let attested_at = match left_out.attested_at {
        None => table.require(document, "attested_at"),
        Some(at) => table.take(document, "attested_at").or(Some(at)),
    };
    let expires_at = table.take(document, "expires_at").or(left_out.expires_at);
    let note = table.take(document, "note").or_else(|| left_out.note.clone());
    let below = match table.take_placed::<String>(document, "below") {
        None => Below::Unsaid,
        Some((word, _)) if word == "inherit" => Below::Inherit,
        Some((word, place)) => {
            document.fault(place, format!("below: {word:?} is not a choice; write \"inherit\" or leave it out"));
            Below::Unsaid
        }
    };
    let value = match setting.as_ref().map(|(name, place)| (name.as_str(), place)) {
        Some(("cloud-session-control", _)) => read_session(document, table, org_unit.as_ref()),
        Some(("app-access", _)) => read_access(document, table, apps, org_unit.as_ref()),
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

fn read_session(
    document: &mut Document<'_>,
    table: &mut Table<'_>,
    org_unit: Option<&OrgUnitPath>,
) -> Option<AttestedValue> {
    if !table.holds("value") {
        document.fault_at(table.at(), "`value` is missing here".to_owned());
    }
    let mut value = table.section(document, "value");
    let reauth = value.require_placed::<String>(document, "reauth");
    let frequency = value.take::<Parsed<SessionLength>>(document, "frequency").map(|length| length.0);
    let method = value.take_placed::<String>(document, "method");
    let exempt_trusted_apps = value.take(document, "exempt_trusted_apps");
    value.finish(document);
    let method = sound(document, method, |word| {
        meaning(&METHOD_WORDS, word)
            .ok_or_else(|| format!("method: {word:?} is not a method; choose \"password\" or \"security_key\""))
    });
    let reauth = sound(document, reauth, |word| {
        let reauth = meaning(&REAUTH_WORDS, word).ok_or_else(|| {
            format!("reauth: {word:?} is not a choice; write \"required\", \"not_required\" or \"inherit\"")
        })?;
        org_unit.map_or(Ok(()), |unit| reauth_fits(reauth, unit)).map_err(|why| format!("reauth: {why}"))?;
        Ok(reauth)
    });
    Some(AttestedValue::Session(AttestedSession { reauth: reauth?, frequency, method, exempt_trusted_apps }))
}

fn read_access(
    document: &mut Document<'_>,
    table: &mut Table<'_>,
    apps: &[AppId],
    org_unit: Option<&OrgUnitPath>,
) -> Option<AttestedValue> {
    let app = table.require_placed::<String>(document, "app");
    let level = table.require_placed::<String>(document, "value");
    let app = sound(document, app, |text| app_named(text, apps).map_err(|why| format!("app: {why}")));
    let level = sound(document, level, |word| read_level(word, org_unit).map_err(|why| format!("value: {why}")));
    Some(AttestedValue::AppAccess { app: app?, level: level? })
}

/// What a text means; where it means nothing, that is a fault at its place.
fn sound<T>(
    document: &mut Document<'_>,
    written: Option<(String, Place)>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let (text, place) = written?;
    match read(&text) {
        Ok(value) => Some(value),
        Err(message) => {
            document.fault(place, message);
            None
        }
    }
}

fn read_level(word: &str, org_unit: Option<&OrgUnitPath>) -> Result<OwnAccess, String> {
    let level = meaning(&ACCESS_WORDS, word).ok_or_else(|| {
        format!(
            "{word:?} is not a level; choose \"trusted\", \"limited\", \"specific_data\", \"blocked\", \"unconfigured\" \
             or \"inherit\""
        )
    })?;
    org_unit.map_or(Ok(()), |unit| access_fits(level, unit))?;
    Ok(level)
}
