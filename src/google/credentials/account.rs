//! A service account's address.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::domain::Email;

/// The address of a service account, such as `auditor@project.iam.gserviceaccount.com`.
///
/// Other forms exist beside that one (`123-compute@developer.gserviceaccount.com`, `project@appspot.gserviceaccount.com`);
/// all end in `.gserviceaccount.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccountEmail(Email);

/// The text is not a service account's address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is not a service account's address; it looks like auditor@project.iam.gserviceaccount.com")]
pub struct NotAServiceAccount {
    text: String,
}

impl ServiceAccountEmail {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for ServiceAccountEmail {
    type Err = NotAServiceAccount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let email = text.parse::<Email>().ok();
        let sound = email.filter(|email| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'@' | b'_' | b':');
            let text = email.as_str().to_ascii_lowercase();
            text.bytes().all(plain) && text.ends_with(".gserviceaccount.com")
        });
        sound.map(Self).ok_or_else(|| NotAServiceAccount { text: super::super::error::presentable(text, 100) })
    }
}

impl fmt::Display for ServiceAccountEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_paths_are_no_service_accounts() {
        for good in [
            "auditor@project.iam.gserviceaccount.com",
            "123-compute@developer.gserviceaccount.com",
            "project@appspot.gserviceaccount.com",
        ] {
            assert_eq!(good.parse::<ServiceAccountEmail>().expect(good).to_string(), good);
        }
        for bad in [
            "admin@example.com",
            "auditor",
            "",
            "a@b.svc.id.goog",
            "x/../y@p.iam.gserviceaccount.com",
            "a@gserviceaccount.com",
            "a@p.iam.gserviceaccount.com.example",
        ] {
            assert!(bad.parse::<ServiceAccountEmail>().is_err(), "{bad}");
        }
    }
}
