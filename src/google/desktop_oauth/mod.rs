//! The flow by which a person lends a desktop client a small connection, and the few calls that such a connection is
//! good for: exchange, refresh, revoke (developers.google.com/identity/protocols/oauth2/native-app; RFC 8252, 7636, 7009).
//!
//! Access tokens are never read: that there is one in an answer is all that is looked at. Everything goes to the hosts
//! of Google that are named here, or to the endpoint that replaces them, whatever a client's file says.

mod authorization;
mod client_file;
mod id_token;
mod outcome;
mod redirect;
mod token;

pub use authorization::{AuthorizationRequest, CANARY_SCOPES, CLOUD_SCOPE, NoRandomness, exact_scopes};
pub use client_file::{DesktopClient, InvalidClient};
pub use id_token::Identity;
pub use redirect::{Redirect, RedirectFault, Refusal};
pub use token::{Granted, NotGranted, Refresh, Revocation, TokenEndpoint};

/// What reads the answers that come back through a browser and from the token endpoint, for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(super) mod readers {
    pub(in crate::google) use super::outcome::read as token_answer;
    pub(in crate::google) use super::redirect::presented_address;
}
