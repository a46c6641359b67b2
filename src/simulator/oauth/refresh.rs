//! `grant_type=refresh_token`: what becomes of a connection (`reference/session-control.md`, sections 3 and 6).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::super::actions::Level;
use super::super::effective::Limit;
use super::super::people::Account;
use super::super::scenario::App;
use super::super::tenant::Tenant;
use super::answer::{Refused, refused};
use super::ledger::Authorization;
use super::{Form, Shared, scopes};

impl Shared {
    pub(super) fn refresh(&self, headers: &HeaderMap, form: &Form) -> Result<Response, Refused> {
        let tenant = self.tenant();
        let now = self.clock.now();
        let client = self.client(&tenant, headers, form)?;
        let token = form.need("refresh_token")?;
        let found = self.ledger().refreshable(token).cloned();
        let found = found.ok_or_else(|| refused("invalid_grant", "Bad Request"))?;
        let authorization = &found.authorization;
        if authorization.client_id != client.client_id {
            return Err(Refused::new(StatusCode::UNAUTHORIZED, "unauthorized_client", "Unauthorized"));
        }
        let account = self.standing(&tenant, authorization, client)?;
        if found.forgotten(now) {
            return Err(Refused::expired_or_revoked());
        }
        self.session(&tenant, authorization, client, now)?;
        let scopes = narrowed(authorization, form)?;
        let body = self.issue(authorization, account, &scopes, now)?;
        self.ledger().used(token, now);
        Ok(Json(body).into_response())
    }

    /// Whether an authorisation still counts, session control apart. Gives whose it is.
    pub(super) fn standing<'a>(
        &self,
        tenant: &'a Tenant,
        authorization: &Authorization,
        client: &App,
    ) -> Result<&'a Account, Refused> {
        let deleted = || refused("invalid_grant", "The account has been deleted");
        let account = tenant.people.account(&authorization.user).ok_or_else(deleted)?;
        if !account.active {
            return Err(refused("access_denied", "Account restricted"));
        }
        let by_user = self.ledger().revoked(authorization);
        let by_administrator = tenant.residents.revoked_since(authorization.at, &authorization.user, &client.client_id);
        let changed = tenant.residents.get(&authorization.user).and_then(|resident| resident.password_changed);
        let by_password = changed.is_some_and(|at| at > authorization.at) && scopes::reach_mail(&authorization.scopes);
        if by_user || by_administrator || by_password {
            return Err(Refused::expired_or_revoked());
        }
        // What Google answers to a refresh by a blocked app is not documented; these are the words of the consent screen.
        if tenant.access(&account.email, &client.client_id) == Level::Blocked {
            return Err(refused("access_denied", "App is blocked"));
        }
        Ok(account)
    }

    /// Session control: whether the user has to sign in again. Refreshing does not count as that.
    fn session(
        &self,
        tenant: &Tenant,
        authorization: &Authorization,
        client: &App,
        now: Timestamp,
    ) -> Result<(), Refused> {
        if !scopes::reach_cloud(&authorization.scopes) {
            return Ok(());
        }
        match tenant.session_limit(&self.file, &authorization.user, client) {
            Limit::After(length) if now.duration_since(authorization.at) >= length => {
                Err(Refused::reauth(self.file.oauth.reauth_error))
            }
            Limit::None | Limit::After(_) => Ok(()),
        }
    }
}

/// The scopes of the new access token: all, or those that the request names.
fn narrowed(authorization: &Authorization, form: &Form) -> Result<Vec<String>, Refused> {
    let Some(asked) = form.get("scope") else { return Ok(authorization.scopes.clone()) };
    let asked = scopes::normal(asked);
    let asked = asked.filter(|asked| asked.iter().all(|scope| authorization.scopes.contains(scope)));
    asked.ok_or_else(|| refused("invalid_scope", "Bad Request"))
}
