//! What users authorised and revoked since the start: codes, refresh tokens, and the deeds that the logs tell of.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::log::{self, Activity};
use super::super::people::GrantChange;
use super::super::scenario::{File, TokenDeed};

/// What a user did about a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum DeedKind {
    Authorized,
    Revoked,
    /// Refused for the scopes' sake.
    DeniedScope,
    /// Refused because an administrator blocked the app.
    DeniedApp,
}

/// One such deed.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct Deed {
    pub(super) at: Timestamp,
    pub(super) user: String,
    pub(super) client_id: String,
    pub(super) scopes: Vec<String>,
    pub(super) kind: DeedKind,
}

impl Deed {
    /// As the token log tells it.
    pub(in crate::simulator) fn activity(&self, file: &File) -> Option<Activity> {
        let app = file.app_of_client(&self.client_id)?;
        let event = match self.kind {
            DeedKind::Authorized => log::token_event(TokenDeed::Authorize, app, &self.scopes),
            DeedKind::Revoked => log::token_event(TokenDeed::Revoke, app, &self.scopes),
            DeedKind::DeniedScope => log::token_event(TokenDeed::Deny, app, &self.scopes),
            DeedKind::DeniedApp => log::blocked(app, &self.scopes),
        };
        Some(Activity {
            at: self.at,
            application: "token".to_owned(),
            actor: Some(self.user.clone()),
            through: None,
            events: vec![event],
        })
    }

    /// What it does to the user's grants.
    pub(in crate::simulator) fn grant_change(&self) -> Option<GrantChange> {
        let scopes = match self.kind {
            DeedKind::Authorized => Some(self.scopes.clone()),
            DeedKind::Revoked => None,
            DeedKind::DeniedScope | DeedKind::DeniedApp => return None,
        };
        Some(GrantChange { at: self.at, user: self.user.clone(), client_id: self.client_id.clone(), scopes })
    }
}

/// One consent: what its code and refresh token stand for.
#[derive(Debug, Clone)]
pub(super) struct Authorization {
    /// The last time that the user signed in for it: refreshing does not move this.
    pub(super) at: Timestamp,
    pub(super) user: String,
    pub(super) client_id: String,
    pub(super) scopes: Vec<String>,
    /// Goes into the ID token.
    pub(super) nonce: Option<String>,
    /// Which deed it was.
    deed: usize,
}

/// A code that waits to be exchanged.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) authorization: Authorization,
    pub(super) redirect_uri: String,
    /// Base64 of the verifier's SHA-256.
    pub(super) challenge: String,
    pub(super) used: bool,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub(super) struct Refreshable {
    pub(super) authorization: Authorization,
    last_used: Timestamp,
}

/// Six months.
const UNUSED_FOR: SignedDuration = SignedDuration::from_hours(182 * 24);

/// Everything of this kind. No `Debug`: it holds the tokens.
#[derive(Default)]
pub(in crate::simulator) struct Ledger {
    pub(in crate::simulator) deeds: Vec<Deed>,
    codes: BTreeMap<String, Code>,
    refreshable: BTreeMap<String, Refreshable>,
}

impl Ledger {
    /// A user consents: from now on the code stands for it.
    pub(super) fn authorize(
        &mut self,
        deed: Deed,
        nonce: Option<String>,
        redirect_uri: &str,
        challenge: &str,
        code: &str,
    ) {
        let authorization = Authorization {
            at: deed.at,
            user: deed.user.clone(),
            client_id: deed.client_id.clone(),
            scopes: deed.scopes.clone(),
            nonce,
            deed: self.deeds.len(),
        };
        self.deeds.push(deed);
        let (redirect_uri, challenge) = (redirect_uri.to_owned(), challenge.to_owned());
        self.codes.insert(code.to_owned(), Code { authorization, redirect_uri, challenge, used: false });
    }

    pub(super) fn code(&mut self, code: &str) -> Option<&mut Code> {
        self.codes.get_mut(code)
    }

    /// Hands out a refresh token.
    pub(super) fn keep(&mut self, token: &str, authorization: Authorization, now: Timestamp) {
        self.refreshable.insert(token.to_owned(), Refreshable { authorization, last_used: now });
    }

    pub(super) fn refreshable(&self, token: &str) -> Option<&Refreshable> {
        self.refreshable.get(token)
    }

    /// A refresh succeeded.
    pub(super) fn used(&mut self, token: &str, now: Timestamp) {
        if let Some(found) = self.refreshable.get_mut(token) {
            found.last_used = now;
        }
    }

    /// Whether the user revoked an authorisation after giving it.
    pub(super) fn revoked(&self, authorization: &Authorization) -> bool {
        self.deeds.iter().skip(authorization.deed).any(|deed| {
            deed.kind == DeedKind::Revoked
                && deed.user == authorization.user
                && deed.client_id == authorization.client_id
        })
    }
}

impl Refreshable {
    /// Nobody used it for six months.
    pub(super) fn forgotten(&self, now: Timestamp) -> bool {
        now.duration_since(self.last_used) >= UNUSED_FOR
    }
}
