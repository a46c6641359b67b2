//! Domain-wide delegation: which scopes the service account has tokens for, and the one list that cures the rest.

use serde::Serialize;

use super::step::Step;
use crate::cli::service_account::ServiceAccount;
use crate::collect::{Examination, Plan, Requirement};
use crate::google::{ApiError, DELEGATION, ErrorKind, ScopeEntry, next_step, scopes};

/// Where delegation is granted, as the console's menus lead there.
pub(in crate::cli) const CONSOLE: &str =
    "Security > Access and data control > API controls > Manage domain-wide delegation";

/// The delegation that the plan takes, and what is missing of it.
#[derive(Debug, Default, Serialize)]
pub(super) struct Delegation {
    /// All scopes that the packs take, in the order in which they are listed.
    pub(super) scopes: Vec<&'static str>,
    /// Those that Google gave no token for, as they are not delegated.
    pub(super) missing: Vec<&'static str>,
    /// The list to paste.
    pub(super) scope_list: String,
}

/// The scopes that something of the plan is read with, in the order of [`scopes::ALL`].
pub(in crate::cli) fn scopes_of(requirements: &[Requirement]) -> Vec<&'static ScopeEntry> {
    scopes::ALL.into_iter().filter(|scope| requirements.iter().any(|one| one.scope == *scope)).collect()
}

/// The list as the console takes it.
pub(in crate::cli) fn list(scopes: &[&'static ScopeEntry]) -> String {
    scopes.iter().map(|scope| scope.url).collect::<Vec<_>>().join(",")
}

/// What the plan takes; nothing is known to be missing.
pub(super) fn wanted(plan: &Plan) -> Delegation {
    let scopes = scopes_of(&plan.requirements());
    let scope_list = list(&scopes);
    Delegation { scopes: scopes.iter().map(|scope| scope.url).collect(), missing: Vec::new(), scope_list }
}

/// What the plan takes, and what is missing.
pub(super) fn summary(examination: &Examination, plan: &Plan) -> Delegation {
    let missing = examination.tokens.iter().filter(|(_, token)| is_missing(token)).map(|(scope, _)| scope.url);
    Delegation { missing: missing.collect(), ..wanted(plan) }
}

fn is_missing(token: &Result<(), ApiError>) -> bool {
    token.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::ScopeNotDelegated { .. }))
}

/// A scope's name without the beginning that all have in common.
pub(in crate::cli) fn short(scope: &ScopeEntry) -> &'static str {
    scope.url.strip_prefix("https://www.googleapis.com/auth/").unwrap_or(scope.url)
}

/// The delegation as a whole, then each scope.
pub(super) fn steps(examination: &Examination, plan: &Plan, account: &ServiceAccount) -> Vec<Step> {
    let delegation = summary(examination, plan);
    let tokens = &examination.tokens;
    let (id, title) = ("delegation", "Domain-wide delegation");
    let all = delegation.scopes.len();
    let whole = if tokens.is_empty() {
        Step::skipped(id, title, "no token can be had at all")
    } else if delegation.missing.is_empty() {
        match tokens.iter().filter(|(_, token)| token.is_err()).count() {
            0 => Step::ok(id, title, format!("all {all} scopes that the packs take")),
            failed => Step::doubt(id, title, format!("{failed} of {all} scopes could not be tried to the end")),
        }
    } else {
        let missing: Vec<&str> =
            tokens.iter().filter(|(_, token)| is_missing(token)).map(|(scope, _)| short(scope)).collect();
        let detail = if missing.len() == all {
            format!("not one of the {all} scopes is delegated, or the delegation has not come into force yet")
        } else {
            format!("{} of {all} scopes are not delegated: {}", missing.len(), missing.join(", "))
        };
        let client = account.client_id.as_ref().map_or_else(
            || format!("the client ID of {} (it is printed by: {})", account.email(), account.describe()),
            |id| format!("the client ID {id}"),
        );
        Step::problem(id, title, detail)
            .cure(format!("Admin console > {CONSOLE} ({DELEGATION}): add or edit {client}, and paste this whole list:"))
            .cure(delegation.scope_list.clone())
            .cure("A change takes some minutes to come into force, and may take 24 hours.")
    };
    let whole = whole.measure("scopes", all).measure("missing", delegation.missing.clone());
    std::iter::once(whole).chain(tokens.iter().map(|(scope, token)| one(scope, token))).collect()
}

fn one(scope: &ScopeEntry, token: &Result<(), ApiError>) -> Step {
    let id = format!("scope.{}", short(scope));
    let title = format!("Scope {}", short(scope));
    match token {
        Ok(()) => Step::ok(id, title, "delegated"),
        Err(error) if is_missing(token) => {
            let step = Step::problem(id, title, format!("not delegated; it reads {}", scope.reason));
            let step = error.message().map(|words| step.clone().measure("google", words)).unwrap_or(step);
            step.cure(format!("Add it to the list: {}", scope.url))
        }
        Err(error) => Step::problem(id, title, error.to_string()).cure(next_step(error)),
    }
}
