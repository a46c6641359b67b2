//! Identities that look like Google's and are the same in every run: a hash of what they name.

use std::hash::Hasher;

/// FNV-1a with a final mix. Stable across platforms and releases, which `DefaultHasher` does not promise.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 33)
    }
}

/// One number for several texts.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write(&[0xff]);
    }
    hasher.finish()
}

fn base36(mut number: u64, digits: usize) -> String {
    let mut text = String::new();
    for _ in 0..digits {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        text.extend(char::from_digit(digit, 36));
        number /= 36;
    }
    text
}

/// A profile id: 21 digits.
pub(super) fn profile(customer: &str, email: &str) -> String {
    format!("1{:020}", hash(&[customer, "user", email]))
}

/// An int64 as text, positive.
pub(super) fn number(customer: &str, kind: &str, name: &str) -> String {
    (hash(&[customer, kind, name]) >> 1).to_string()
}

/// An org unit's id, without the `id:` that the Directory API puts before it.
pub(super) fn org_unit(customer: &str, path: &str) -> String {
    format!("03ph8a2z{}", base36(hash(&[customer, "org_unit", path]), 7))
}

/// A group's id.
pub(super) fn group(customer: &str, email: &str) -> String {
    format!("01{}", base36(hash(&[customer, "group", email]), 12))
}

/// The id behind `policies/`.
pub(super) fn policy(customer: &str, nth: usize) -> String {
    format!("ak{}", base36(hash(&[customer, "policy", &nth.to_string()]), 12))
}

/// An int64 as text; about half of them are negative, as Google's are now and then.
pub(super) fn unique_qualifier(customer: &str, application: &str, nth: usize) -> String {
    hash(&[customer, application, &nth.to_string()]).cast_signed().to_string()
}

/// A quoted etag of a thing as it is.
pub(super) fn etag(of: &serde_json::Value) -> String {
    format!("\"{}\"", base36(hash(&[&of.to_string()]), 12))
}
