//! Which results somebody means, from what people paste: a path, an address, a client ID, an app, a fingerprint.

use thiserror::Error;

use crate::domain::{AppId, ClientId, Email, OrgUnitPath};
use crate::report::Visible;
use crate::report::model::{CheckResult, Report, Subject, SubjectKind};

/// Fewer letters of a fingerprint name nothing.
const SHORTEST_PREFIX: usize = 8;
/// So many near misses are named.
const NEAREST: usize = 3;

/// No result is about that.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSuchSubject {
    /// The check has not one result.
    #[error("the report has no result of {check}")]
    NoResults {
        /// The check.
        check: String,
    },
    /// A word names nothing that the check judged.
    #[error("no result of {check} is about {word:?}{}", nearest_sentence(.nearest))]
    Unknown {
        /// The check.
        check: String,
        /// The word.
        word: String,
        /// What it may have meant.
        nearest: Vec<String>,
    },
    /// Each word names something, but nothing all of them.
    #[error("results of {check} are about each of {}, but none about all of them", .words.join(", "))]
    NotTogether {
        /// The check.
        check: String,
        /// The words.
        words: Vec<String>,
    },
}

fn nearest_sentence(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; the nearest it judged: {}", nearest.join(", ")) }
}

/// The results of a check that fit all the words; without a word, all of them.
///
/// # Errors
///
/// [`NoSuchSubject`] where there is none.
pub fn matching<'r>(report: &'r Report, check: &str, words: &[String]) -> Result<Vec<&'r CheckResult>, NoSuchSubject> {
    let all: Vec<&CheckResult> = report.results.iter().filter(|result| result.check.as_str() == check).collect();
    if all.is_empty() {
        return Err(NoSuchSubject::NoResults { check: check.to_owned() });
    }
    for word in words {
        if !all.iter().any(|result| fits(result, word)) {
            let nearest = nearest(&all, word);
            return Err(NoSuchSubject::Unknown { check: check.to_owned(), word: word.clone(), nearest });
        }
    }
    let found: Vec<&CheckResult> =
        all.into_iter().filter(|result| words.iter().all(|word| fits(result, word))).collect();
    if found.is_empty() {
        return Err(NoSuchSubject::NotTogether { check: check.to_owned(), words: words.to_vec() });
    }
    Ok(found)
}

/// The subject in words that name it again: `/Sales`, `okta-workflows-gmail@/Sales`, `flows@example.com 123-abc.apps…`.
#[must_use]
pub fn name(subject: &Subject) -> String {
    let Subject { kind, org_unit, group, user, app, client_id } = subject;
    let unit = org_unit.as_ref().map(OrgUnitPath::as_str);
    let app = app.as_ref().map(AppId::as_str);
    let parts = match kind {
        SubjectKind::Tenant => vec![kind.as_str()],
        SubjectKind::OrgUnit => unit.into_iter().collect(),
        SubjectKind::App => match (app, unit) {
            (Some(app), Some(unit)) => return format!("{app}@{unit}"),
            (Some(app), None) => vec![app],
            (None, unit) => client(subject).into_iter().chain(unit).collect(),
        },
        SubjectKind::Group => group.as_deref().into_iter().chain(unit).collect(),
        SubjectKind::User | SubjectKind::Connection => {
            user.as_ref().map(Email::as_str).into_iter().chain(client_id.as_ref().map(ClientId::as_str)).collect()
        }
    };
    parts.join(" ")
}

/// Whether the result is about that: as it is, or as a terminal of ours showed it.
fn fits(result: &CheckResult, word: &str) -> bool {
    let subject = &result.subject;
    if subject.kind == SubjectKind::Tenant && word == SubjectKind::Tenant.as_str() {
        return true;
    }
    let is_prefix = word.len() >= SHORTEST_PREFIX && result.fingerprint.starts_with(word);
    // An address holds an `@` too, but no path behind it.
    let in_unit = word.split_once("@/").is_some_and(|(app, _)| {
        let path = &word[app.len() + 1..];
        is_unit(subject, path) && [subject.app.as_ref().map(AppId::as_str), client(subject)].contains(&Some(app))
    });
    is_prefix
        || in_unit
        || is_unit(subject, word)
        || parts(subject).any(|part| is(part, word))
        || subject.user.as_ref().is_some_and(|user| user.as_str().eq_ignore_ascii_case(word))
        || subject.group.as_ref().is_some_and(|group| group.eq_ignore_ascii_case(word))
}

fn is(part: &str, word: &str) -> bool {
    part == word || Visible::of(part).as_str() == word
}

fn is_unit(subject: &Subject, word: &str) -> bool {
    let Some(path) = &subject.org_unit else { return false };
    is(path.as_str(), word) || OrgUnitPath::from_google(word).is_some_and(|named| named == *path)
}

fn client(subject: &Subject) -> Option<&str> {
    subject.client_id.as_ref().map(ClientId::as_str)
}

/// Everything that a subject can be called by, but its org unit.
fn parts(subject: &Subject) -> impl Iterator<Item = &str> {
    let user = subject.user.as_ref().map(Email::as_str);
    let app = subject.app.as_ref().map(AppId::as_str);
    [user, subject.group.as_deref(), app, client(subject)].into_iter().flatten()
}

fn nearest(results: &[&CheckResult], word: &str) -> Vec<String> {
    let mut names: Vec<&str> = results
        .iter()
        .flat_map(|result| parts(&result.subject).chain(result.subject.org_unit.as_ref().map(OrgUnitPath::as_str)))
        .collect();
    names.sort_unstable();
    names.dedup();
    let folded = word.to_lowercase();
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= name.chars().count().max(word.chars().count()) / 2)
        .collect();
    near.sort_unstable();
    near.into_iter().take(NEAREST).map(|(_, name)| name.to_owned()).collect()
}
