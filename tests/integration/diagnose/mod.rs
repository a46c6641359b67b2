//! Errors and their causes: a corpus of shapes, and the same shapes as copies mangle them.

mod hostile;
mod mangled;

use std::collections::BTreeSet;
use std::path::Path;

use gwsaudit::diagnose::{Cause, Diagnosis, diagnose};

/// One error of the corpus.
pub(crate) struct Case {
    pub(crate) name: String,
    /// The causes that the text names, the first of them first; none where it names none.
    pub(crate) causes: Vec<Cause>,
    /// What a copy may be taken for, at most likely, that has lost the words by which the text shows that it is not about
    /// Google.
    pub(crate) if_cut: Vec<Cause>,
    pub(crate) text: String,
}

/// The whole corpus, sorted by name.
pub(crate) fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/diagnose");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| case(path)).collect()
}

fn case(path: &Path) -> Case {
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let whole = std::fs::read_to_string(path).expect("UTF-8");
    let (head, text) = whole.split_once("\n\n").expect("a head");
    let (mut causes, mut if_cut) = (Vec::new(), Vec::new());
    for line in head.lines() {
        let (key, value) = line.split_once(": ").expect("a key");
        match key {
            "cause" | "also" => causes.extend(value.split(' ').filter(|id| *id != "unknown").map(cause)),
            "if_cut" => if_cut.extend(value.split(' ').map(cause)),
            "about" => {}
            other => panic!("{name}: {other}"),
        }
    }
    Case { name, causes, if_cut, text: text.to_owned() }
}

fn cause(id: &str) -> Cause {
    Cause::ALL.into_iter().find(|cause| cause.id() == id).unwrap_or_else(|| panic!("no cause is called {id}"))
}

/// The causes that the text names by its own words.
pub(crate) fn told(diagnosis: &Diagnosis) -> Vec<Cause> {
    diagnosis.causes.iter().filter(|named| named.one_of.is_none()).map(|named| named.cause).collect()
}

#[test]
fn every_error_of_the_corpus_has_its_cause() {
    let corpus = corpus();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    for case in &corpus {
        let diagnosis = diagnose(&case.text);
        assert_eq!(told(&diagnosis), case.causes, "{}", case.name);
        for named in diagnosis.causes.iter().filter(|named| named.one_of.is_none()) {
            assert!(!named.found.is_empty(), "{}: {:?} is named by nothing", case.name, named.cause);
        }
        assert_eq!(diagnosis.what_would_tell().is_empty(), !case.causes.is_empty(), "{}", case.name);
    }
}

#[test]
fn the_corpus_has_every_cause_that_words_can_name() {
    let shown: BTreeSet<Cause> = corpus().iter().flat_map(|case| case.causes.clone()).collect();
    // Google has no words of their own for these: they are what wider words leave open.
    let never_named = [
        "revoked_by_user",
        "revoked_by_admin",
        "password_changed",
        "six_months_idle",
        "testing_mode_seven_days",
        "token_limit",
        "time_limited_consent",
        "user_refused",
    ];
    for cause in Cause::ALL {
        assert_ne!(shown.contains(&cause), never_named.contains(&cause.id()), "{cause:?}");
    }
}

#[test]
fn what_is_seen_is_typed_and_placed() {
    use gwsaudit::diagnose::Field;
    let seen = diagnose(
        "Failed for flows@acme.example (mirror@acme-lab.iam.gserviceaccount.com)\n\
         {\"error\": {\"code\": 403, \"status\": \"PERMISSION_DENIED\", \"details\": [{\"reason\": \
         \"ACCESS_TOKEN_SCOPE_INSUFFICIENT\", \"domain\": \"googleapis.com\", \"service\": \"gmail.googleapis.com\"}]}}\n\
         client_id=1234567890-abc.apps.googleusercontent.com scope=https://www.googleapis.com/auth/gmail.readonly\n",
    )
    .seen;
    let values = |field: Field| -> Vec<&str> { seen.of(field).iter().map(|mention| mention.value.as_str()).collect() };
    assert_eq!(values(Field::HttpStatus), ["403"]);
    assert_eq!(values(Field::Status), ["PERMISSION_DENIED"]);
    assert_eq!(values(Field::Reason), ["ACCESS_TOKEN_SCOPE_INSUFFICIENT"]);
    assert_eq!(values(Field::Service), ["gmail.googleapis.com"]);
    assert_eq!(values(Field::Scope), ["https://www.googleapis.com/auth/gmail.readonly"]);
    assert_eq!(seen.client_id().expect("one").as_str(), "1234567890-abc.apps.googleusercontent.com");
    assert_eq!(seen.user().expect("one person").as_str(), "flows@acme.example");
    let client = &seen.of(Field::ClientId)[0];
    assert_eq!((client.line, client.column), (3, 11));
}

#[test]
fn nobody_is_looked_up_by_half_an_address() {
    let whole = "error for sales-flows@acme.example: invalid_grant, Token has been expired or revoked\n";
    assert_eq!(diagnose(whole).seen.user().expect("one").as_str(), "sales-flows@acme.example");
    for at in 11..34 {
        let (head, tail) = whole.split_at(at);
        // The lines are as long as the break made them.
        let width = head.len();
        let rest: Vec<&str> =
            tail.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
        let broken = format!("{head}\n{}", rest.join("\n"));
        let user = diagnose(&broken).seen.user();
        assert!(user.as_ref().is_none_or(|user| user.as_str() == "sales-flows@acme.example"), "{broken:?}: {user:?}");
    }
    assert_eq!(diagnose("from anna@acme.example and ben@acme.example: invalid_grant").seen.user(), None);
}
