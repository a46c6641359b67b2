//! `POST /revoke`: the end of a grant, by any token of it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::{Refused, refused};
use super::consent::held_scopes;
use super::ledger::{Authorization, Deed, DeedKind};
use super::{Form, Shared};

/// `POST /revoke`, the token in the form or the query.
pub(in crate::simulator) async fn revoke(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let (form, query) = (Form::read(&body), Form::read(query.unwrap_or_default().as_bytes()));
    let answer = match form.get("token").or(query.get("token")) {
        Some(token) => shared.revoke(token),
        None => Err(refused("invalid_request", "Missing required parameter: token")),
    };
    match answer {
        Ok(()) => Json(json!({})).into_response(),
        Err(refused) => refused.into_response(),
    }
}

impl Shared {
    fn revoke(&self, token: &str) -> Result<(), Refused> {
        let now = self.clock.now();
        let access = self.tokens.find(token, self.clock.wall(), now);
        let tenant = self.tenant();
        let mut ledger = self.ledger();
        let refreshable = ledger.refreshable(token).map(|found| found.authorization.clone());
        let gone = refused("invalid_token", "Token expired or revoked");
        let (user, client_id) = match (refreshable, access) {
            (Some(authorization), _) => {
                let Authorization { at, user, client_id, .. } = &authorization;
                if tenant.residents.revoked_since(*at, user, client_id) || ledger.revoked(&authorization) {
                    return Err(gone);
                }
                (authorization.user, authorization.client_id)
            }
            (None, Some(access)) => match (access.subject, access.client_id) {
                (Some(user), Some(client_id)) => (user, client_id),
                // A service account's: the token ends, there is no grant.
                _ => {
                    self.tokens.revoke(token);
                    return Ok(());
                }
            },
            (None, None) => return Err(gone),
        };
        let held = tenant.people.account(&user).map(|account| held_scopes(account, &client_id));
        self.tokens.revoke_all(&user, &client_id);
        ledger.deeds.push(Deed { at: now, user, client_id, scopes: held.unwrap_or_default(), kind: DeedKind::Revoked });
        Ok(())
    }
}
