//! What is told of each cause: its meaning, the next steps, and what tells it from its neighbours.
//!
//! In our own words, after Google's pages named in `sources`; where no page of Google's documents a wording, the source is
//! where it was seen.

pub(super) mod account;
pub(super) mod api;
pub(super) mod client;
pub(super) mod consent;
pub(super) mod network;
pub(super) mod session;
pub(super) mod token;

use super::cause::Cause;

/// What is told of a cause. Texts are sentences without their last full stop.
#[derive(Debug)]
pub(super) struct Advice {
    /// What it is called.
    pub(super) title: &'static str,
    /// What has happened.
    pub(super) means: &'static str,
    /// What to do, in order.
    pub(super) steps: &'static [&'static str],
    /// Where to do it; links are a convenience and no documented interface.
    pub(super) console_url: Option<&'static str>,
    /// What sets it apart from causes that read alike; empty where none does.
    pub(super) tells_apart: &'static str,
    /// Where this is known from.
    pub(super) sources: &'static [&'static str],
    /// What else it may be in particular, where the text says no more.
    pub(super) candidates: &'static [Cause],
}

/// Google on OAuth in general, with the list of what ends a refresh token.
const OAUTH: &str = "https://developers.google.com/identity/protocols/oauth2#expiration";
/// Google on Google Cloud session control.
const SESSION_CONTROL: &str = "https://support.google.com/a/answer/9368756";
/// Okta on errors 500 and 401 of its Gmail connector.
const OKTA_ARTICLE: &str = "https://support.okta.com/help/s/article/workflows-gmail-connector-error-code-500-and-401-invalid-authentication-credentials-with-okta";
/// Google on app access control.
const APP_ACCESS: &str = "https://support.google.com/a/answer/7281227";
/// Google on the codes of its consent page.
const CONSENT_CODES: &str = "https://support.google.com/accounts/answer/16668185";
/// Google on OAuth for service accounts, with the errors of the token endpoint.
const SERVICE_ACCOUNTS: &str = "https://developers.google.com/identity/protocols/oauth2/service-account#error-codes";
/// Google on OAuth for web servers, with the errors of the consent page.
const WEB_SERVER: &str = "https://developers.google.com/identity/protocols/oauth2/web-server";
/// GAM's table of token errors: seen, not documented.
const GAM: &str = "https://github.com/GAM-team/GAM";
/// Google on the errors of the Gmail API.
const GMAIL_ERRORS: &str = "https://developers.google.com/workspace/gmail/api/guides/handle-errors";
/// Google on the model of API errors.
const API_ERRORS: &str = "https://cloud.google.com/apis/design/errors";
/// Clients of a Cloud project.
const CLIENTS_PAGE: &str = "https://console.cloud.google.com/auth/clients";
/// The audience of a Cloud project's consent screen: Testing or In production, internal or external.
const AUDIENCE_PAGE: &str = "https://console.cloud.google.com/auth/audience";
/// Users in the Admin console.
const USERS_PAGE: &str = "https://admin.google.com/ac/users";
/// Domain-wide delegation in the Admin console.
const DELEGATION_PAGE: &str = "https://admin.google.com/ac/owl/domainwidedelegation";
