use std::fmt;

use zeroize::Zeroizing;

/// A text that nobody may see: no `Display`, no `Serialize`, a `Debug` that shows nothing; wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text into custody.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, to be sent or stored where it belongs. Searching for this name shows every place that does so.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Another text without this one in it, should somebody repeat it.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(self.0.as_str(), "[redacted]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_shown_and_is_taken_out_of_other_texts() {
        let secret = Secret::new("1//hush".to_owned());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret Some(Secret)");
        assert_eq!(secret.redact("token 1//hush is bad"), "token [redacted] is bad");
        assert_eq!(Secret::new(String::new()).redact("ab"), "ab");
    }
}
