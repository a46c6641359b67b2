//! Assignments of `gwsaudit what-if`: what is supposed to be set, as it is written on the command line and in plans.

use serde_json::{Map, Value};

use super::attestation_words::{
    ACCESS_WORDS, METHOD_WORDS, REAUTH_WORDS, access_fits, app_named, meaning, reauth_fits,
};
use crate::domain::{AppId, Email, OrgUnitPath, SessionLength, SettingType, nearest};
use crate::evidence::{AttestedSession, AttestedValue, OwnReauth, PolicyTarget, Supposed};

const SESSION_EXAMPLE: &str = "cloud-session:/Engineering=required,frequency=16h,exempt=yes";
const APP_EXAMPLE: &str = "app:okta-workflows-gmail:/=trusted";
const POLICY_EXAMPLE: &str = r#"policy:gmail.imap_access:/Sales={"enableImapAccess":false}"#;

/// Reads an assignment. `apps` are the ids that may stand for an app, besides client IDs.
///
/// # Errors
/// What is wrong, where, and what would be right.
pub fn read_assignment(text: &str, apps: &[AppId]) -> Result<Supposed, String> {
    let kinds = ["cloud-session", "app", "policy"];
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    match kind.trim() {
        "cloud-session" => session(rest).map_err(|why| explained(&why, SESSION_EXAMPLE)),
        "app" => app(rest, apps).map_err(|why| explained(&why, APP_EXAMPLE)),
        "policy" => policy(rest).map_err(|why| explained(&why, POLICY_EXAMPLE)),
        other => {
            let near = nearest(other, &kinds).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
            Err(format!(
                "it begins with {other:?}, which is no setting{near} Write cloud-session:PATH=…, app:APP:PATH=… or \
                 policy:TYPE:PATH=…, such as {SESSION_EXAMPLE}"
            ))
        }
    }
}

fn explained(why: &str, example: &str) -> String {
    format!("{why}; write it as {example}")
}

/// Parts before and after the first `=`.
fn halves(rest: &str) -> Result<(&str, &str), String> {
    match rest.split_once('=') {
        Some((whom, value)) if !value.trim().is_empty() => Ok((whom.trim(), value.trim())),
        Some(_) => Err("nothing stands behind \"=\"".to_owned()),
        None => Err("there is no \"=\" with what is set".to_owned()),
    }
}

fn path(text: &str) -> Result<OrgUnitPath, String> {
    text.trim().parse().map_err(|error: crate::domain::InvalidOrgUnitPath| error.to_string())
}

fn session(rest: &str) -> Result<Supposed, String> {
    // A path may hold a "=": what is set begins behind the last one that a choice follows.
    let at_choice = REAUTH_WORDS.iter().filter_map(|(word, _)| rest.rfind(&format!("={word}"))).max();
    let (whom, value) = match at_choice {
        Some(at) => (rest[..at].trim(), rest[at + 1..].trim()),
        None => halves(rest)?,
    };
    let org_unit = path(whom)?;
    let mut words = value.split(',').map(str::trim);
    let first = words.next().unwrap_or_default();
    let reauth = meaning(&REAUTH_WORDS, first)
        .ok_or_else(|| format!("{first:?} is no choice; choose required, not_required or inherit"))?;
    reauth_fits(reauth, &org_unit)?;
    let session = details(reauth, words)?;
    Ok(Supposed::Own { org_unit, value: AttestedValue::Session(session) })
}

fn details<'w>(reauth: OwnReauth, words: impl Iterator<Item = &'w str>) -> Result<AttestedSession, String> {
    let mut session = AttestedSession::only(reauth);
    for word in words {
        let (key, value) = word.split_once('=').ok_or_else(|| format!("{word:?} is not KEY=VALUE"))?;
        if reauth != OwnReauth::Required {
            return Err(format!("{key} goes with required alone"));
        }
        let twice = match key {
            "frequency" => {
                let length = value.parse::<SessionLength>().map_err(|error| format!("frequency: {error}"))?;
                session.frequency.replace(length).is_some()
            }
            "method" => {
                let method = meaning(&METHOD_WORDS, value)
                    .ok_or_else(|| format!("method: {value:?} is none; choose password or security_key"))?;
                session.method.replace(method).is_some()
            }
            "exempt" => {
                let ticked = match value {
                    "yes" => true,
                    "no" => false,
                    other => return Err(format!("exempt: {other:?} is no answer; write yes or no")),
                };
                session.exempt_trusted_apps.replace(ticked).is_some()
            }
            other => {
                let near = nearest(other, &["frequency", "method", "exempt"]);
                let near = near.map(|near| format!("; the nearest is {near:?}")).unwrap_or_default();
                return Err(format!("{other:?} is unknown{near}"));
            }
        };
        if twice {
            return Err(format!("{key} is said twice"));
        }
    }
    Ok(session)
}

fn app(rest: &str, apps: &[AppId]) -> Result<Supposed, String> {
    let (name, rest) =
        rest.split_once(':').ok_or_else(|| "there is no \":\" between the app and the org unit".to_owned())?;
    let app = app_named(name.trim(), apps)?;
    let (whom, word) = rest.rsplit_once('=').ok_or_else(|| "there is no \"=\" with the level".to_owned())?;
    let (org_unit, word) = (path(whom)?, word.trim());
    let level = meaning(&ACCESS_WORDS, word).ok_or_else(|| {
        let words = ACCESS_WORDS.map(|(word, _)| word).join(", ");
        format!("{word:?} is no level; choose one of {words}")
    })?;
    access_fits(level, &org_unit)?;
    Ok(Supposed::Own { org_unit, value: AttestedValue::AppAccess { app, level } })
}

fn policy(rest: &str) -> Result<Supposed, String> {
    let (name, rest) =
        rest.split_once(':').ok_or_else(|| "there is no \":\" between the setting and whom it is for".to_owned())?;
    let setting = name.trim().parse::<SettingType>().map_err(|error| error.to_string())?;
    // The value begins with the first brace that an equals sign precedes.
    let at = rest.find("={").ok_or_else(|| "there is no \"={…}\" with the fields as JSON".to_owned())?;
    let (whom, value) = (rest[..at].trim(), &rest[at + 1..]);
    let fields: Map<String, Value> =
        serde_json::from_str(value).map_err(|error| format!("the fields are no JSON object: {error}"))?;
    if fields.is_empty() {
        return Err("it sets no field".to_owned());
    }
    Ok(Supposed::Policy { setting, whom: target(whom)?, value: fields })
}

fn target(text: &str) -> Result<PolicyTarget, String> {
    match text.strip_prefix("group:") {
        Some(email) => {
            let email = email.trim().parse::<Email>().map_err(|error| format!("group: {error}"))?;
            Ok(PolicyTarget::Group(email))
        }
        None => path(text).map(PolicyTarget::OrgUnit),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apps() -> Vec<AppId> {
        vec!["okta-workflows-gmail".parse().expect("an id")]
    }

    fn read(text: &str) -> Result<Supposed, String> {
        read_assignment(text, &apps())
    }

    #[test]
    fn what_is_written_is_read_and_told_as_it_was_written() {
        for text in [
            SESSION_EXAMPLE,
            APP_EXAMPLE,
            POLICY_EXAMPLE,
            "cloud-session:/=not_required",
            "cloud-session:/A=inherit",
            "cloud-session:/A=b/C: d=required,frequency=90m,method=security_key,exempt=no",
            "app:1234-a.apps.googleusercontent.com:/A=b=inherit",
            r#"policy:gmail.imap_access:group:staff@example.com={"enableImapAccess":false}"#,
        ] {
            assert_eq!(read(text).expect(text).assignment(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_an_example() {
        for (text, parts) in [
            ("", &["cloud-session:PATH"][..]),
            ("cloud-sessoin:/=required", &["did you mean \"cloud-session\""]),
            ("cloud-session:/A", &["no \"=\"", SESSION_EXAMPLE]),
            ("cloud-session:/A=", &["nothing stands behind"]),
            ("cloud-session:A=required", &["\"A\""]),
            ("cloud-session:/A=requird", &["\"requird\"", "not_required"]),
            ("cloud-session:/=inherit", &["the root has nothing to inherit from"]),
            ("cloud-session:/A=required,frequency=48h", &["frequency", "24h"]),
            ("cloud-session:/A=required,exmpt=no", &["\"exmpt\"", "nearest is \"exempt\""]),
            ("cloud-session:/A=required,exempt=yes,exempt=no", &["twice"]),
            ("cloud-session:/A=not_required,exempt=yes", &["goes with required alone"]),
            ("app:/=trusted", &["between the app and the org unit", APP_EXAMPLE]),
            ("app:okta:/=trusted", &["neither a client ID nor one of \"okta-workflows-gmail\""]),
            ("app:okta-workflows-gmail:/A=unconfigured", &["for the root alone"]),
            ("app:okta-workflows-gmail:/A=trustd", &["\"trustd\"", "specific_data"]),
            ("policy:gmail.imap_access:/=1", &["as JSON", POLICY_EXAMPLE]),
            ("policy:gmail.imap_access:/={}", &["sets no field"]),
            ("policy:gmail.imap_access:/={\"a\":}", &["no JSON object"]),
            ("policy:gmail.imap_access:group:nobody={\"a\":1}", &["group"]),
        ] {
            let why = read(text).expect_err(text);
            for part in parts {
                assert!(why.contains(part), "{text}: {part:?} is not in {why:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(cloud-session|app|policy)?[:=/,{}\"a-z .\\PC]{0,40}") {
            drop(read(&text));
        }
    }
}
