use super::check::Check;
use super::okta_workflows_gmail::{
    AppTrusted, ClientIdPinned, ConnectionSurvivesReauth, RepeatedReauthorization, TrustedAppsExempt,
};

/// A named set of checks.
#[derive(Debug)]
pub struct Pack {
    /// Its id.
    pub id: &'static str,
    /// In a few words.
    pub title: &'static str,
}

/// All packs, sorted by id.
#[must_use]
pub fn packs() -> &'static [Pack] {
    &[Pack {
        id: "okta-workflows-gmail",
        title: "Connections of automation platforms that hold a Google Cloud scope, Okta Workflows' Gmail connector first",
    }]
}

/// All checks, sorted by id.
#[must_use]
pub fn checks() -> [&'static dyn Check; 5] {
    [&AppTrusted, &ClientIdPinned, &ConnectionSurvivesReauth, &RepeatedReauthorization, &TrustedAppsExempt]
}

/// The pack of that id.
#[must_use]
pub fn find_pack(id: &str) -> Option<&'static Pack> {
    packs().iter().find(|pack| pack.id == id)
}

/// The check of that id.
#[must_use]
pub fn find_check(id: &str) -> Option<&'static dyn Check> {
    checks().into_iter().find(|check| check.meta().id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CheckId, PackId};

    #[test]
    fn ids_are_sound_unique_and_sorted() {
        let ids: Vec<&str> = checks().iter().map(|check| check.meta().id).collect();
        assert_eq!(
            ids,
            [
                "app-trusted",
                "client-id-pinned",
                "connection-survives-reauth",
                "repeated-reauthorization",
                "trusted-apps-exempt"
            ]
        );
        for check in checks() {
            assert!(check.meta().id.parse::<CheckId>().is_ok());
            assert!(find_pack(check.meta().pack).is_some(), "{} names a pack", check.meta().id);
        }
        for pack in packs() {
            assert!(pack.id.parse::<PackId>().is_ok());
        }
    }
}
