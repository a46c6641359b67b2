//! The words of the attestation file, and what they stand for: one table for reader, writer and questions.

use crate::domain::{AppId, ClientId, InvalidClientId, OrgUnitPath};
use crate::evidence::{AppRef, Below, OwnAccess, OwnReauth, ReauthMethod};

/// A word, and what it stands for.
pub type Word<T> = (&'static str, T);

/// `reauth`
pub const REAUTH_WORDS: [Word<OwnReauth>; 3] =
    [("required", OwnReauth::Required), ("not_required", OwnReauth::NotRequired), ("inherit", OwnReauth::Inherit)];

/// `method`
pub const METHOD_WORDS: [Word<ReauthMethod>; 2] =
    [("password", ReauthMethod::Password), ("security_key", ReauthMethod::SecurityKey)];

/// `value` of an app's access.
pub const ACCESS_WORDS: [Word<OwnAccess>; 6] = [
    ("trusted", OwnAccess::Trusted),
    ("limited", OwnAccess::Limited),
    ("specific_data", OwnAccess::SpecificData),
    ("blocked", OwnAccess::Blocked),
    ("unconfigured", OwnAccess::Unconfigured),
    ("inherit", OwnAccess::Inherit),
];

/// `below`; left out, it says nothing.
pub const BELOW_WORDS: [Word<Below>; 1] = [("inherit", Below::Inherit)];

/// What a word stands for.
pub(super) fn meaning<T: Copy>(words: &[Word<T>], word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
}

/// The word for it.
pub(super) fn word<T: PartialEq>(words: &[Word<T>], meaning: &T) -> &'static str {
    words.iter().find(|(_, known)| known == meaning).map(|(word, _)| *word).expect("each table names every variant")
}

/// Whether an org unit can have that choice of its own.
///
/// # Errors
/// Why not.
pub fn reauth_fits(reauth: OwnReauth, org_unit: &OrgUnitPath) -> Result<(), String> {
    match (reauth, org_unit.is_root()) {
        (OwnReauth::Inherit, true) => Err("the root has nothing to inherit from".to_owned()),
        (OwnReauth::Inherit, false) | (OwnReauth::Required | OwnReauth::NotRequired, _) => Ok(()),
    }
}

/// Whether an org unit can have that level of its own.
///
/// # Errors
/// Why not.
pub fn access_fits(level: OwnAccess, org_unit: &OrgUnitPath) -> Result<(), String> {
    match (level, org_unit.is_root()) {
        (OwnAccess::Unconfigured, false) => {
            Err("\"unconfigured\" is for the root alone; an org unit without a level of its own has \"inherit\""
                .to_owned())
        }
        (OwnAccess::Inherit, true) => {
            Err("the root has nothing to inherit from; an app on no list has \"unconfigured\"".to_owned())
        }
        (OwnAccess::Unconfigured, true)
        | (OwnAccess::Inherit, false)
        | (OwnAccess::Trusted | OwnAccess::Limited | OwnAccess::SpecificData | OwnAccess::Blocked, _) => Ok(()),
    }
}

/// The app that a text names: one of these ids, or a client ID.
///
/// # Errors
/// Why it names none.
pub fn app_named(text: &str, apps: &[AppId]) -> Result<AppRef, String> {
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
    text.parse::<ClientId>().map(AppRef::Client).map_err(|error: InvalidClientId| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_has_its_word() {
        for reauth in [OwnReauth::Inherit, OwnReauth::NotRequired, OwnReauth::Required] {
            assert_eq!(meaning(&REAUTH_WORDS, word(&REAUTH_WORDS, &reauth)), Some(reauth));
        }
        for method in [ReauthMethod::Password, ReauthMethod::SecurityKey] {
            assert_eq!(word(&METHOD_WORDS, &method), method.as_str());
        }
        for level in [
            OwnAccess::Inherit,
            OwnAccess::Trusted,
            OwnAccess::Limited,
            OwnAccess::SpecificData,
            OwnAccess::Blocked,
            OwnAccess::Unconfigured,
        ] {
            assert_eq!(meaning(&ACCESS_WORDS, word(&ACCESS_WORDS, &level)), Some(level));
        }
    }
}
