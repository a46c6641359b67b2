//! Scopes: how they are written, and which of them session control and a changed password concern.

use super::super::gate::{SCOPE_PREFIX, short};

/// The scopes of a request in the form that Google gives them back in, each once; `None` for one that cannot exist.
pub(super) fn normal(asked: &str) -> Option<Vec<String>> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in asked.split_whitespace() {
        let scope = match scope {
            "openid" => scope.to_owned(),
            "email" | "profile" => format!("{SCOPE_PREFIX}userinfo.{scope}"),
            url if url.starts_with("https://") => url.to_owned(),
            _ => return None,
        };
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Some(scopes)
}

/// Whether session control for Google Cloud applies: the scopes of which that is documented, and no others.
pub(super) fn reach_cloud(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| matches!(short(scope), "cloud-platform" | "cloud-platform.read-only" | "bigquery"))
}

/// Whether a changed password ends the grant.
pub(super) fn reach_mail(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "https://mail.google.com/" || short(scope).starts_with("gmail."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_become_what_google_answers() {
        let normal = |text: &str| normal(text).map(|scopes| scopes.join(" "));
        let all =
            "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/cloud-platform";
        assert_eq!(normal("openid  email https://www.googleapis.com/auth/cloud-platform openid").as_deref(), Some(all));
        assert_eq!(normal("cloud-platform"), None);
        assert_eq!(normal("").as_deref(), Some(""));
    }
}
