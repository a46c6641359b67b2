//! Whether what was granted is what was asked for.

use thiserror::Error;

use crate::domain::{ClientId, Email, OrgUnitPath};
use crate::google::desktop_oauth::{Identity, exact_scopes};
use crate::google::directory::User;

/// What an authorisation was asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// By which client.
    pub client_id: &'a ClientId,
    /// Of whom, where that was said.
    pub user: Option<&'a Email>,
    /// Of which tenant.
    pub tenancy: &'a Tenancy,
}

/// How the tenant is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tenancy {
    /// Its primary domain, as the Directory API says.
    PrimaryDomain(String),
    /// Offline: the domain of the administrator whom the configuration names.
    AdministratorsDomain(String),
    /// Offline, and nobody is configured.
    Unknown,
}

/// Where the canary's user is.
#[derive(Debug)]
pub struct Placement<'a> {
    /// Who granted.
    pub identity: &'a Identity,
    /// The org unit that was asked for.
    pub org_unit: &'a OrgUnitPath,
}

/// What was granted is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Mismatch {
    /// Not all scopes.
    #[error("the scope {0} was not granted; leave all boxes of the consent page ticked")]
    ScopesMissing(String),
    /// Scopes too many.
    #[error(
        "more was granted than asked for ({0}); the client has other permissions of this user: take them away at \
         https://myaccount.google.com/connections, or use a client of its own"
    )]
    ScopesSurplus(String),
    /// The token is another client's.
    #[error("the ID token was issued to the client {0}, not to this one")]
    Audience(String),
    /// The address is not verified.
    #[error("the account's e-mail address is missing or not verified")]
    UnverifiedEmail,
    /// Somebody else granted.
    #[error("{found} granted it, not {asked}; sign in as {asked}, best in a private window")]
    OtherUser {
        /// Who did.
        found: Email,
        /// Who was asked.
        asked: Email,
    },
    /// A consumer's account.
    #[error("{0} is not a Google Workspace account (the ID token names no hosted domain)")]
    NoHostedDomain(Email),
    /// A user of another tenant.
    #[error("{user} belongs to {found}, not to {expected}")]
    OtherDomain {
        /// Who.
        user: Email,
        /// The hosted domain.
        found: String,
        /// The tenant's.
        expected: String,
    },
    /// The Directory API knows the user by another id.
    #[error("the Directory API shows another account for {0} than the one that granted")]
    OtherAccount(Email),
    /// The user is elsewhere.
    #[error("{user} is in {found}, not in {asked}; move the account there, or name its org unit")]
    OtherOrgUnit {
        /// Who.
        user: Email,
        /// Where they are.
        found: String,
        /// Where they should be.
        asked: OrgUnitPath,
    },
    /// The account sleeps.
    #[error("{0} is suspended or archived")]
    Inactive(Email),
}

/// Checks a grant by itself. Gives the user.
///
/// # Errors
/// [`Mismatch`], the first that is found.
pub fn check_grant(asked: &Asked<'_>, scope: &str, identity: &Identity) -> Result<Email, Mismatch> {
    if let Err((missing, surplus)) = exact_scopes(scope) {
        return Err(match missing.into_iter().next() {
            Some(missing) => Mismatch::ScopesMissing(missing),
            None => Mismatch::ScopesSurplus(surplus.join(" ")),
        });
    }
    if identity.audience != asked.client_id.as_str() {
        return Err(Mismatch::Audience(identity.audience.clone()));
    }
    let user: Email =
        identity.verified_email.as_deref().and_then(|email| email.parse().ok()).ok_or(Mismatch::UnverifiedEmail)?;
    if let Some(asked) = asked.user.filter(|asked| **asked != user) {
        return Err(Mismatch::OtherUser { found: user, asked: asked.clone() });
    }
    let hosted = identity.hosted_domain.clone().ok_or_else(|| Mismatch::NoHostedDomain(user.clone()))?;
    let own = user.as_str().rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
    let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let (expected, belongs) = match asked.tenancy {
        // Google may name the primary domain or the user's own one of several: that the user is of this tenant shows in
        // the Directory API, which is asked next.
        Tenancy::PrimaryDomain(primary) => (primary, same(&hosted, primary) || same(&hosted, own)),
        Tenancy::AdministratorsDomain(domain) => (domain, same(&hosted, domain)),
        Tenancy::Unknown => return Ok(user),
    };
    if belongs { Ok(user) } else { Err(Mismatch::OtherDomain { user, found: hosted, expected: expected.clone() }) }
}

/// Checks that the account that granted is in exactly that org unit.
///
/// # Errors
/// [`Mismatch`].
pub fn check_placement(placement: &Placement<'_>, email: &Email, user: &User) -> Result<(), Mismatch> {
    if user.id.as_deref() != Some(placement.identity.subject.as_str()) {
        return Err(Mismatch::OtherAccount(email.clone()));
    }
    if user.suspended == Some(true) || user.archived == Some(true) {
        return Err(Mismatch::Inactive(email.clone()));
    }
    let found = user.org_unit_path.clone().unwrap_or_else(|| "an org unit that Google does not tell".to_owned());
    if OrgUnitPath::from_google(&found).as_ref() == Some(placement.org_unit) {
        Ok(())
    } else {
        Err(Mismatch::OtherOrgUnit { user: email.clone(), found, asked: placement.org_unit.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::google::Raw;
    use serde_json::json;

    const ALL: &str =
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/cloud-platform";

    fn identity() -> Identity {
        Identity {
            audience: "1-a".to_owned(),
            subject: "117".to_owned(),
            verified_email: Some("canary@sub.example.com".to_owned()),
            hosted_domain: Some("example.com".to_owned()),
        }
    }

    #[test]
    fn a_grant_is_what_was_asked_for() {
        let client_id: ClientId = "1-a".parse().expect("an id");
        let primary = Tenancy::PrimaryDomain("Example.com".to_owned());
        let check = |user: Option<&str>, tenancy: &Tenancy, scope: &str, identity: &Identity| {
            let user: Option<Email> = user.map(|user| user.parse().expect("an address"));
            check_grant(&Asked { client_id: &client_id, user: user.as_ref(), tenancy }, scope, identity)
        };
        let good = identity();
        assert!(check(None, &primary, ALL, &good).is_ok());
        assert!(check(Some("Canary@sub.example.com"), &primary, ALL, &good).is_ok());
        assert!(check(None, &Tenancy::Unknown, ALL, &good).is_ok());
        let secondary = Identity { hosted_domain: Some("sub.example.com".to_owned()), ..identity() };
        assert!(check(None, &primary, ALL, &secondary).is_ok());

        let refused = |user, tenancy: &Tenancy, scope: &str, identity: &Identity| {
            check(user, tenancy, scope, identity).expect_err("refused")
        };
        assert!(matches!(refused(None, &primary, "openid email", &good), Mismatch::ScopesMissing(_)));
        assert!(matches!(refused(None, &primary, &format!("{ALL} profile"), &good), Mismatch::ScopesSurplus(_)));
        let wrong = Identity { audience: "2-b".to_owned(), ..identity() };
        assert_eq!(refused(None, &primary, ALL, &wrong), Mismatch::Audience("2-b".to_owned()));
        let wrong = Identity { verified_email: None, ..identity() };
        assert_eq!(refused(None, &primary, ALL, &wrong), Mismatch::UnverifiedEmail);
        assert!(matches!(refused(Some("other@example.com"), &primary, ALL, &good), Mismatch::OtherUser { .. }));
        let wrong = Identity { hosted_domain: None, ..identity() };
        assert!(matches!(refused(None, &Tenancy::Unknown, ALL, &wrong), Mismatch::NoHostedDomain(_)));
        let wrong = Identity { hosted_domain: Some("evil.example".to_owned()), ..identity() };
        assert!(matches!(refused(None, &primary, ALL, &wrong), Mismatch::OtherDomain { .. }));
        let offline = Tenancy::AdministratorsDomain("example.com".to_owned());
        assert!(check(None, &offline, ALL, &good).is_ok());
        assert!(matches!(refused(None, &offline, ALL, &secondary), Mismatch::OtherDomain { .. }));
    }

    #[test]
    fn the_user_is_in_exactly_that_org_unit() {
        let identity = identity();
        let org_unit: OrgUnitPath = "/Sales".parse().expect("a path");
        let email: Email = "canary@sub.example.com".parse().expect("an address");
        let check = |value| {
            let user: User = Raw::new(value).read().expect("a user");
            check_placement(&Placement { identity: &identity, org_unit: &org_unit }, &email, &user)
        };
        let user = |id: &str, path: &str| json!({"id": id, "primaryEmail": "x@example.com", "orgUnitPath": path});
        assert_eq!(check(user("117", "/Sales")), Ok(()));
        assert_eq!(check(user("118", "/Sales")), Err(Mismatch::OtherAccount(email.clone())));
        assert_eq!(
            check(json!({"primaryEmail": "x", "orgUnitPath": "/Sales"})),
            Err(Mismatch::OtherAccount(email.clone()))
        );
        for elsewhere in ["/", "/Sales/EMEA", "/SalesOps", ""] {
            assert!(matches!(check(user("117", elsewhere)), Err(Mismatch::OtherOrgUnit { .. })), "{elsewhere}");
        }
        let mut asleep = user("117", "/Sales");
        asleep["suspended"] = json!(true);
        assert_eq!(check(asleep), Err(Mismatch::Inactive(email.clone())));
    }
}
