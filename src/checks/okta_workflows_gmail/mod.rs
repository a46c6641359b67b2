//! The first pack: connections that hold a Google Cloud scope, and the two settings that keep them alive.
//!
//! In Rust rather than declared, as it reasons over the evidence engine's facts.

mod app_trusted;
mod client_id_pinned;
mod connection_survives_reauth;
mod repeated_reauthorization;
mod trusted_apps_exempt;

pub(super) use app_trusted::AppTrusted;
pub(super) use client_id_pinned::ClientIdPinned;
pub(super) use connection_survives_reauth::ConnectionSurvivesReauth;
pub(super) use repeated_reauthorization::RepeatedReauthorization;
pub(super) use trusted_apps_exempt::TrustedAppsExempt;

use crate::domain::OrgUnitPath;
use crate::evidence::{APP_ACCESS_MENU, SESSION_CONTROL_MENU};

const PACK: &str = "okta-workflows-gmail";

const OKTA_ARTICLE: &str = "https://support.okta.com/help/s/article/workflows-gmail-connector-error-code-500-and-401-invalid-authentication-credentials-with-okta";
const SESSION_HELP: &str = "https://support.google.com/a/answer/9368756";
const APP_ACCESS_HELP: &str = "https://support.google.com/a/answer/7281227";
const OAUTH_HELP: &str = "https://developers.google.com/identity/protocols/oauth2#expiration";

/// How to tick the exemption where the setting of `unit` is kept.
fn tick_exemption(unit: &OrgUnitPath) -> String {
    format!(
        "In the Admin console open {SESSION_CONTROL_MENU}, select the org unit {unit}, tick \"Exempt trusted apps\" and save."
    )
}

/// How to make an app Trusted.
fn make_trusted(app: &str, unit: &OrgUnitPath) -> String {
    format!(
        "In the Admin console open {APP_ACCESS_MENU}, look up {app}, change its access to \"Trusted\" for the org unit {unit} \
         and save."
    )
}
