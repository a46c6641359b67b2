//! What to do about an [`ApiError`], apart from the error itself.

use super::endpoint::Api;
use super::error::{ApiError, ErrorKind, Garbling, QuotaWindow};
use super::privileges::Privilege;
use super::scopes;

/// The console's page of domain-wide delegation.
pub const DELEGATION: &str = "https://admin.google.com/ac/owl/domainwidedelegation";

/// The next step, in one or two sentences for the person who can take it.
#[must_use]
pub fn next_step(error: &ApiError) -> String {
    match error.kind() {
        ErrorKind::ApiNotEnabled { service, activation_url } => format!(
            "Enable {service} in the service account's own Cloud project: {activation_url} \
             (or: gcloud services enable {service}). It takes a few minutes to come into force."
        ),
        ErrorKind::ScopeNotDelegated { scopes } => format!(
            "In Admin console > Security > Access and data control > API controls > Domain-wide delegation \
             ({DELEGATION}), add {} to the service account's client ID{}. Delegation is literal: a broader scope does \
             not cover it.",
            scopes.join(","),
            purpose(scopes)
        ),
        ErrorKind::NotAdministrator => not_administrator(error),
        ErrorKind::UnknownSubject => "Set tenant.admin (GWSAUDIT_TENANT__ADMIN) to the primary address of an \
             administrator who has an active account in this tenant."
            .to_owned(),
        ErrorKind::Quota(QuotaWindow::PerMinute) => format!(
            "Run it again in a few minutes, or when no other tool uses the same Cloud project; the quota is shown at \
             https://console.cloud.google.com/apis/api/{}/quotas.",
            error.api().host()
        ),
        ErrorKind::Quota(QuotaWindow::PerDay) => format!(
            "The quota fills again at midnight Pacific time; a higher one can be asked for at \
             https://console.cloud.google.com/apis/api/{}/quotas.",
            error.api().host()
        ),
        ErrorKind::NoSuchCustomer => "Set tenant.customer (GWSAUDIT_TENANT__CUSTOMER) to my_customer, or to the \
             customer ID in Admin console > Account > Account settings (https://admin.google.com/ac/accountsettings)."
            .to_owned(),
        ErrorKind::NotFound => "It was probably deleted while it was read; run it again.".to_owned(),
        ErrorKind::CredentialsRefused => "Check in https://console.cloud.google.com/iam-admin/serviceaccounts that \
             the service account exists, is enabled, and that this key is among its keys; else make a new key and set \
             credentials.key_file."
            .to_owned(),
        ErrorKind::Keyless(fault) => fault.next_step(),
        ErrorKind::ClockSkew => "Set this machine's clock: run `timedatectl` and see that it is synchronised (NTP). \
             Google accepts a few minutes' difference at most."
            .to_owned(),
        ErrorKind::Unauthenticated => "Google refuses tokens that it has just issued: see whether the administrator's \
             account is suspended, and whether a policy ends its API access."
            .to_owned(),
        ErrorKind::Unreachable if error.api() == Api::MetadataServer => {
            "See whether this machine is in Google Cloud and \
             its metadata server is not blocked, and look at GCE_METADATA_HOST; outside Google Cloud set [credentials]."
                .to_owned()
        }
        ErrorKind::Unreachable => format!(
            "Check that this machine reaches {} over https (DNS, firewall, a TLS-inspecting proxy), for example with \
             `curl -sI https://{}/`; with google.endpoint set, that it is up.",
            error.api().host(),
            error.api().host()
        ),
        ErrorKind::ConnectionLost | ErrorKind::TimedOut => {
            "Run it again; should it persist, look at the network between this machine and Google.".to_owned()
        }
        ErrorKind::PatienceExhausted | ErrorKind::DeadlineReached => match error.cause() {
            Some(cause) => {
                format!("It was given up, not answered; a larger --deadline waits longer. {}", next_step(cause))
            }
            None => "It was given up, not answered; a larger --deadline waits longer.".to_owned(),
        },
        ErrorKind::Interrupted => {
            "Run it again and let it end: somebody (Ctrl-C, or a signal) ended the run, which says nothing about Google."
                .to_owned()
        }
        ErrorKind::BodyTooLarge { .. } => {
            "No answer of Google's should be so large; see whether a proxy is between.".to_owned()
        }
        ErrorKind::Garbled(Garbling::NotJson) => "What answers is not Google's API: look for a proxy or a sign-in \
             page between, and at google.endpoint."
            .to_owned(),
        ErrorKind::Garbled(Garbling::Shape) | ErrorKind::PageLoop => {
            "Google's answer differs from its documentation; please report it to the project with this message."
                .to_owned()
        }
        ErrorKind::Server(_) => {
            "Google failed; see https://www.google.com/appsstatus/dashboard/ and run it again.".to_owned()
        }
        ErrorKind::Redirected => {
            "Nothing is sent on to where it points; look for a proxy between, and at google.endpoint.".to_owned()
        }
        ErrorKind::Refused => {
            "Google's message is all that is known; compare the scopes and privileges that the README lists.".to_owned()
        }
    }
}

fn not_administrator(error: &ApiError) -> String {
    let named = match Privilege::of(error.api(), error.call()) {
        Privilege::Role { privilege } => privilege,
        Privilege::Open => "the privilege that it needs",
        Privilege::SuperAdministrator => {
            return match error.api() {
                Api::Policies => {
                    "Set tenant.admin to a super administrator: the Policy API answers no other role.".to_owned()
                }
                Api::InboundSso => {
                    "Set tenant.admin to a super administrator, or give it a role that may read single sign-on settings."
                        .to_owned()
                }
                Api::Directory
                | Api::Reports
                | Api::Licensing
                | Api::AccessContext
                | Api::ResourceManager
                | Api::TokenEndpoint
                | Api::IamCredentials
                | Api::SecurityTokens
                | Api::MetadataServer => {
                    "Set tenant.admin to a super administrator: nobody else may read administrator roles.".to_owned()
                }
            };
        }
        Privilege::Iam(role) if error.api() == Api::AccessContext => {
            return format!(
                "Grant tenant.admin the role {} ({}) on the Google Cloud organization, or set evidence.gcp_organization = \
                 \"none\" if it has no session bindings.",
                role.title, role.role
            );
        }
        Privilege::Iam(role) => {
            return format!(
                "Grant tenant.admin the role {} ({}) in Google Cloud, or set evidence.gcp_organization.",
                role.title, role.role
            );
        }
    };
    format!(
        "Give tenant.admin an administrator role with {named} in Admin console > Account > Admin roles \
         (https://admin.google.com/ac/roles), or name a super administrator; where tenant.customer is a customer ID, see \
         that it is that administrator's own."
    )
}

/// What the scopes are for, as far as they are known here.
fn purpose(wanted: &[String]) -> String {
    let reasons: Vec<_> = scopes::ALL
        .iter()
        .filter(|entry| wanted.iter().any(|url| url == entry.url))
        .map(|entry| entry.reason)
        .collect();
    if reasons.is_empty() { String::new() } else { format!(" (it reads {})", reasons.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(api: Api, call: &'static str, kind: ErrorKind) -> String {
        next_step(&ApiError::new(api, call, kind))
    }

    #[test]
    fn advice_names_the_exact_thing() {
        let url = "https://console.developers.google.com/apis/api/admin.googleapis.com/overview?project=12";
        let off = ErrorKind::ApiNotEnabled { service: "admin.googleapis.com".into(), activation_url: url.into() };
        assert!(of(Api::Directory, "x", off).contains(url));
        let scope = ErrorKind::ScopeNotDelegated { scopes: vec![scopes::ORG_UNITS.url.to_owned()] };
        let advice = of(Api::TokenEndpoint, "x", scope);
        for part in [scopes::ORG_UNITS.url, scopes::ORG_UNITS.reason, DELEGATION] {
            assert!(advice.contains(part), "{part} in {advice}");
        }
        let admin = |api, call| of(api, call, ErrorKind::NotAdministrator);
        assert!(admin(Api::Directory, "directory.tokens.list").contains("User Security Management"));
        assert!(admin(Api::Policies, "x").contains("super administrator"));
        assert!(of(Api::Directory, "x", ErrorKind::Unreachable).contains("admin.googleapis.com"));
        let given_up = ApiError::new(Api::Reports, "x", ErrorKind::PatienceExhausted).with_cause(Some(ApiError::new(
            Api::Reports,
            "x",
            ErrorKind::Unreachable,
        )));
        assert!(next_step(&given_up).contains("curl"));
    }
}
