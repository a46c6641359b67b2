//! The part of a scenario file that says how Google's OAuth endpoints behave: `[oauth]`.

use serde::Deserialize;
use toml::Spanned;

use crate::domain::SessionLength;

use super::super::actions::{Method, Session};
use super::super::offset::Length;
use super::super::people::app;
use super::super::scenario::{Contradiction, File};

/// `[oauth]`: what the settings of the tenant do not decide.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::simulator) struct Behaviour {
    /// How long session control and app access take to reach the endpoints after a change; no time unless said.
    pub(in crate::simulator) propagation: Option<Length>,
    /// Session control where nobody ever set it up to the root; 16 hours without exemption unless said, as Google
    /// announced for existing customers in 2023.
    unset_session: Option<Spanned<Session>>,
    /// How a session that has run out is refused.
    pub(super) reauth_error: ReauthError,
    /// Where a refusal that an administrator's policy causes is told.
    pub(super) policy_refusals: PolicyRefusals,
    /// Refusals of consent. The first that fits a request has its way.
    pub(super) consent: Vec<Spanned<ConsentRefusal>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReauthError {
    #[default]
    InvalidRapt,
    RaptRequired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PolicyRefusals {
    /// To the app, in `error` of its redirect address.
    #[default]
    Redirect,
    /// To the person, on a page of Google's; the app hears nothing, however long it waits.
    Page,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentRefusal {
    /// Everybody unless said.
    pub(super) user: Option<String>,
    /// Every app unless said.
    pub(super) app: Option<String>,
    pub(super) error: ConsentError,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ConsentError {
    /// The user said no. Always told to the app.
    AccessDenied,
    AdminPolicyEnforced,
    /// An administrator has to look at an app that nobody configured.
    AccessNotConfigured,
    OrgInternal,
}

impl ConsentError {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AdminPolicyEnforced => "admin_policy_enforced",
            Self::AccessNotConfigured => "access_not_configured",
            Self::OrgInternal => "org_internal",
        }
    }
}

impl Behaviour {
    /// Session control where nobody ever set it.
    pub(in crate::simulator) fn unset_session(&self) -> Session {
        const SIXTEEN_HOURS: u64 = 16 * 3600;
        self.unset_session.as_ref().map(|set| *set.get_ref()).unwrap_or_else(|| Session::Required {
            frequency: SessionLength::from_seconds(SIXTEEN_HOURS).expect("between one and twenty-four hours"),
            method: Method::Password,
            exempt_trusted_apps: false,
        })
    }
}

/// The client type of a desktop client.
pub(super) const DESKTOP: &str = "NATIVE_DESKTOP";

/// What cannot be in `[oauth]` and about clients with a secret.
pub(in crate::simulator) fn check(file: &File) -> Result<(), Contradiction> {
    if let Some(set) = file.oauth.unset_session.as_ref().filter(|set| *set.get_ref() == Session::Inherit) {
        return Err(Contradiction::new(set.span().start, "the root has nothing to inherit from"));
    }
    for refusal in &file.oauth.consent {
        let (place, refusal) = (refusal.span().start, refusal.get_ref());
        if let Some(key) = &refusal.app {
            app(file, place, key)?;
        }
        if let Some(email) = &refusal.user
            && !file.has_user(email)
        {
            return Err(Contradiction::new(place, format!("there is no user {email}")));
        }
    }
    for app in &file.app {
        let (place, app) = (app.span().start, app.get_ref());
        if app.client_secret.is_none() {
            continue;
        }
        if app.client_type != DESKTOP || !app.native_app {
            let what = format!(
                "{:?} has a client_secret, which goes with client_type = {DESKTOP:?} and native_app = true only",
                app.key
            );
            return Err(Contradiction::new(place, what));
        }
        // The key becomes part of a file's name.
        if app.key.is_empty() || !app.key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err(Contradiction::new(place, format!("{:?} needs a key of letters, digits, - and _", app.key)));
        }
    }
    Ok(())
}
