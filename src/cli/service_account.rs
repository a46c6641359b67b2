//! The service account as `setup` and `doctor` speak of it, and command lines that name it.

use crate::google::Credentials;

/// The service account that acts for the administrator, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(super) struct ServiceAccount {
    pub(super) email: Option<String>,
    /// The number that delegation is granted to.
    pub(super) client_id: Option<String>,
    /// Its Google Cloud project, whose APIs are used.
    pub(super) project: Option<String>,
}

/// Stands for what is not known yet: in capitals, as Google's own pages write it, and safe in a shell.
const PROJECT: &str = "PROJECT_ID";

impl ServiceAccount {
    pub(super) fn of(credentials: &Credentials) -> Self {
        Self { client_id: credentials.client_id().map(str::to_owned), ..Self::named(credentials.account()) }
    }

    /// One of which no more than the address is known.
    pub(super) fn named(email: &str) -> Self {
        Self { email: Some(email.to_owned()), client_id: None, project: project_of(email).map(str::to_owned) }
    }

    /// The project, or what stands for it.
    pub(super) fn project(&self) -> &str {
        self.project.as_deref().unwrap_or(PROJECT)
    }

    /// The address, or what stands for it.
    pub(super) fn email(&self) -> String {
        self.email.clone().unwrap_or_else(|| format!("gwsaudit@{}.iam.gserviceaccount.com", self.project()))
    }

    /// Enables APIs in its project.
    pub(super) fn enable(&self, services: &[&str]) -> String {
        format!("gcloud services enable {} --project={}", services.join(" "), shell_word(self.project()))
    }

    /// Tells its client ID, where no file does.
    pub(super) fn describe(&self) -> String {
        format!(
            "gcloud iam service-accounts describe {} --format='value(uniqueId)' --project={}",
            shell_word(&self.email()),
            shell_word(self.project())
        )
    }
}

/// The project in a service account's address. A project of a domain (`example.com:name`) is written otherwise there, and
/// an account that Google made bears a number: then it is not told.
fn project_of(email: &str) -> Option<&str> {
    let (name, host) = email.split_once('@')?;
    match host.strip_suffix(".iam.gserviceaccount.com") {
        Some(project) => Some(project).filter(|project| !project.contains('.')),
        None => (host == "appspot.gserviceaccount.com").then_some(name),
    }
}

/// A text as one word of a POSIX shell, quoted where it needs to be.
pub(super) fn shell_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@%+=:,./_-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn projects_are_told_where_the_address_tells_them() {
        for (email, project) in [
            ("gwsaudit@my-project.iam.gserviceaccount.com", Some("my-project")),
            ("my-project@appspot.gserviceaccount.com", Some("my-project")),
            ("gwsaudit@name.example.com.iam.gserviceaccount.com", None),
            ("123-compute@developer.gserviceaccount.com", None),
            ("someone@example.com", None),
        ] {
            assert_eq!(project_of(email), project, "{email}");
        }
    }

    #[test]
    fn words_are_quoted_where_needed() {
        assert_eq!(shell_word("a@b.iam.gserviceaccount.com"), "a@b.iam.gserviceaccount.com");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("my key.json"), "'my key.json'");
        assert_eq!(shell_word("it's; rm -rf ~"), "'it'\\''s; rm -rf ~'");
    }

    proptest! {
        #[cfg(unix)]
        #[test]
        fn a_shell_reads_it_as_it_was(text in "[ -~\\n\\täß]{0,24}") {
            let script = format!("printf %s {}", shell_word(&text));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
            prop_assert_eq!(String::from_utf8(output.stdout).expect("UTF-8"), text);
        }
    }
}
