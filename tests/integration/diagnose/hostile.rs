//! Pastes that mean harm, or hold what nobody should have pasted.

use gwsaudit::diagnose::{Field, LARGEST_PASTE, Paste, diagnose};
use proptest::prelude::*;

use super::told;

#[test]
fn nesting_without_end_ends() {
    for unit in ["%25", "\\", "&amp;", "<a ", "[", "{\"a\":\"", "\0", "%", "&#", "> ", "eyJ", "a@b.c ", "error: a_b\n"]
    {
        let text = unit.repeat(200_000 / unit.len());
        assert!(told(&diagnose(&text)).is_empty(), "{unit:?}");
        let with_cause = format!("{text} {{\"error\":\"invalid_grant\",\"error_subtype\":\"invalid_rapt\"}}");
        assert_eq!(diagnose(&with_cause).primary().map(|named| named.cause.id()), Some("invalid_rapt"), "{unit:?}");
    }
}

#[test]
fn what_lies_beyond_the_bound_is_not_read() {
    let mut bytes = vec![b' '; LARGEST_PASTE];
    bytes.extend_from_slice(b"invalid_rapt");
    let paste = Paste::from_bytes(&bytes);
    assert!(paste.cut);
    assert!(diagnose(&paste.text).causes.is_empty());
    assert!(diagnose(&String::from_utf8(bytes).expect("ASCII")).causes.is_empty());
}

#[test]
fn secrets_are_told_and_never_kept() {
    for (secret, kind) in [
        ("ya29.a0AfB-made-up-token_1234567890", "access_token"),
        ("Authorization: Bearer 0123456789abcdef0123", "access_token"),
        ("1//0gMadeUpRefreshToken-1234567890abcd", "refresh_token"),
        ("1%2F%2F0gMadeUpRefreshToken-1234567890abcd", "refresh_token"),
        ("GOCSPX-MadeUpSecret0123456789ab", "client_secret"),
        ("client_secret=MadeUpSecret0123456789", "client_secret"),
        ("code=4/0AbMadeUpCode-1234567890abcdef", "authorization_code"),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWRlLXVwIn0.c2ln", "signed_token"),
        ("-----BEGIN PRIVATE KEY-----\nTUFERS1VUA==\n-----END PRIVATE KEY-----", "private_key"),
        ("key=AIzaMadeUpKey-0123456789abcdefghijklm", "api_key"),
    ] {
        for text in [
            format!("invalid_grant {secret}\nafter"),
            format!(
                "{{\"error\":\"invalid_grant\",\"error_description\":\"refused: {}\"}}",
                secret.replace('\n', "\\n")
            ),
            format!(
                "error_description: it repeats {} and goes on",
                secret.chars().map(|c| format!("{c}\n")).collect::<String>()
            ),
        ] {
            let diagnosis = diagnose(&text);
            let kinds: Vec<&str> = diagnosis.secrets.iter().map(|(kind, _)| kind.as_str()).collect();
            // With a letter a line, its blank is lost too, and Bearer is no word any more.
            let lost = secret.contains("Bearer") && text.contains("B\ne\n");
            assert!(kinds.contains(&kind) || lost, "{kinds:?} in {text}");
            for field in Field::ALL {
                for mention in diagnosis.seen.of(field) {
                    let tail: String = secret.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
                    assert!(!mention.value.contains(&tail), "{mention:?} of {text}");
                }
            }
        }
    }
    assert!(diagnose("invalid_grant at https://oauth2.googleapis.com/token, 4/5 of 1//2").secrets.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let paste = Paste::from_bytes(&bytes);
        prop_assert!(told(&diagnose(&paste.text)).is_empty());
    }

    #[test]
    fn no_text_makes_it_fail(text in "(?s:[\\\\&%<>;#xunamp0-9a-fé\u{202e}\"'\n]|amp;|%25|\\\\u00|error: |@a.b|authError=){0,200}") {
        let diagnosis = diagnose(&text);
        for field in Field::ALL {
            for mention in diagnosis.seen.of(field) {
                prop_assert!(mention.line >= 1 && mention.line <= text.split('\n').count());
                prop_assert!(mention.column >= 1);
            }
        }
    }
}
