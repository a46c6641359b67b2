//! OAuth grants: one call a user (the Directory API has no list of all grants).

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};

use crate::google::directory::{self, Token};
use crate::google::{ApiError, ErrorKind, Pace, Raw, Session, next_step, scopes};
use crate::report::model::SourceStatus;
use crate::snapshot::{Line, RecordKind, SourceId, WriteError};

use super::logs::{TiedUser, TiedUsers};
use super::plan::Scan;
use super::source::{Finished, Observer, Reading};

/// Calls under way at once.
const CONCURRENCY: usize = 16;
/// So many unread users are named; the rest are counted.
const NAMED: usize = 100;

/// An account of the directory, as far as asking for its grants goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    pub(super) email: String,
    pub(super) id: Option<String>,
}

/// What is known about who there is.
pub(super) struct Directory {
    /// The accounts.
    pub(super) listed: Vec<Listed>,
    /// Whether these are all.
    pub(super) whole: bool,
}

/// The users to ask, by the address that the snapshot names them by, with the key to ask with.
struct Choice {
    users: BTreeMap<String, String>,
    not_asked: u64,
    note: Option<String>,
}

fn choose(directory: &Directory, scan: Scan, tied: &[TiedUser]) -> Choice {
    let mut users = BTreeMap::new();
    let all = match scan {
        Scan::All => true,
        Scan::Log => false,
        Scan::Auto => directory.listed.len() <= Scan::AUTO_LIMIT,
    };
    if all {
        for account in &directory.listed {
            users.insert(account.email.clone(), account.email.clone());
        }
    }
    let emails: BTreeMap<&str, &str> =
        directory.listed.iter().filter_map(|account| Some((account.id.as_deref()?, account.email.as_str()))).collect();
    for user in tied {
        // Accounts are renamed; the id stays.
        let current = user.id.as_deref().and_then(|id| emails.get(id)).map(|email| (*email).to_owned());
        if let Some(email) = current.clone().or_else(|| user.email.clone()) {
            let key = current.or_else(|| user.id.clone()).unwrap_or_else(|| email.clone());
            users.entry(email).or_insert(key);
        }
    }
    let not_asked = directory.listed.iter().filter(|account| !users.contains_key(&account.email)).count() as u64;
    let note = (not_asked > 0).then(|| {
        format!(
            "asked for the {} users whom the token log ties to the apps under audit; {not_asked} others were not asked \
             (--scan all asks for every user)",
            users.len()
        )
    });
    Choice { users, not_asked, note }
}

/// Whether no other user will fare better.
fn hopeless(error: &ApiError) -> bool {
    match error.kind() {
        ErrorKind::ApiNotEnabled { .. }
        | ErrorKind::ScopeNotDelegated { .. }
        | ErrorKind::UnknownSubject
        | ErrorKind::CredentialsRefused
        | ErrorKind::Keyless(_)
        | ErrorKind::ClockSkew
        | ErrorKind::Unauthenticated
        | ErrorKind::Unreachable
        | ErrorKind::PatienceExhausted
        | ErrorKind::DeadlineReached
        | ErrorKind::Interrupted
        | ErrorKind::Quota(_) => true,
        ErrorKind::NotAdministrator
        | ErrorKind::NoSuchCustomer
        | ErrorKind::NotFound
        | ErrorKind::ConnectionLost
        | ErrorKind::TimedOut
        | ErrorKind::BodyTooLarge { .. }
        | ErrorKind::Garbled(_)
        | ErrorKind::PageLoop
        | ErrorKind::Server(_)
        | ErrorKind::Redirected
        | ErrorKind::Refused => false,
    }
}

/// Asks for the grants of the chosen users. `tied` waits for the token log, and is only waited for where it decides.
pub(super) async fn collect(
    users_session: &Session,
    directory: &Directory,
    scan: Scan,
    tied: impl Future<Output = TiedUsers>,
    observer: &dyn Observer,
) -> Result<Finished, WriteError> {
    let mut reading = Reading::after(users_session, SourceId::Grants, Pace::Directory, observer)?;
    let by_log = match scan {
        Scan::All => false,
        Scan::Log => true,
        Scan::Auto => directory.listed.len() > Scan::AUTO_LIMIT || !directory.whole,
    };
    let tied = if by_log { tied.await } else { TiedUsers { users: Vec::new(), whole: true } };
    let choice = choose(directory, scan, &tied.users);
    reading.record.note.clone_from(&choice.note);
    reading.record.users_not_asked = choice.not_asked;

    let session = reading.session.clone();
    let accounts = users_session.follow_up(SourceId::Grants.as_str(), &scopes::USERS, Pace::Directory);
    let ask = |(email, key): (String, String)| {
        let (session, accounts) = (session.clone(), accounts.clone());
        async move { (grants_of(&session, &accounts, &key).await, email) }
    };
    let asked = choice.users.len();
    let mut answers = stream::iter(choice.users).map(ask).buffered(CONCURRENCY);
    let mut read = 0_usize;
    let mut unread = BTreeSet::new();
    let mut last_error: Option<ApiError> = None;
    while let Some((answer, email)) = answers.next().await {
        match answer {
            Ok(Some(tokens)) => {
                read += 1;
                for token in &tokens {
                    reading.keep_line(&line(&email, token)?)?;
                }
                reading.advance();
            }
            // The account is gone, and its grants with it.
            Ok(None) => read += 1,
            Err(error) => {
                let stop = hopeless(&error);
                unread.insert(email);
                last_error = Some(error);
                if stop {
                    break;
                }
            }
        }
    }
    drop(answers);
    if let Some(error) = last_error {
        let missing = asked - read;
        reading.record.status = match (read, error.denied()) {
            (0, true) => SourceStatus::Denied,
            (0, false) => SourceStatus::Failed,
            (_, _) => SourceStatus::Partial,
        };
        reading.record.error = Some(format!("the grants of {missing} of {asked} users could not be read: {error}"));
        reading.record.next_step = Some(next_step(&error));
        reading.record.unread_users = unread.into_iter().take(NAMED).collect();
    }
    if !directory.whole && scan != Scan::Log {
        incomplete(&mut reading, "the users could not all be listed, so whose grants to ask for is not known");
    }
    if !tied.whole {
        incomplete(&mut reading, "the token log could not be read in full, so whose grants to ask for is not known");
    }
    let (mut record, spool) = reading.finish();
    record.requests += accounts.requests();
    Ok((record, spool))
}

/// The grants of one user; `None` where there is no such user any more. That takes more than one word for it: "not found"
/// for the grants of somebody who can be found is no answer, and an account without grants is what everybody hopes for.
async fn grants_of(session: &Session, accounts: &Session, key: &str) -> Result<Option<Vec<Raw<Token>>>, ApiError> {
    let missing = match directory::tokens(session, key).await {
        Err(error) if *error.kind() == ErrorKind::NotFound => error,
        outcome => return outcome.map(Some),
    };
    match directory::user(accounts, key).await {
        Ok(_) => Err(missing.with_message("though the account exists")),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn incomplete(reading: &mut Reading<'_>, why: &str) {
    if reading.record.status == SourceStatus::Complete && reading.spool.lines() == 0 {
        reading.record.status = SourceStatus::Failed;
    }
    reading.record.degrade(why.to_owned());
}

fn line(email: &str, token: &Raw<Token>) -> Result<Line, serde_json::Error> {
    let mut line = Line::new(RecordKind::Grant, token)?;
    line.user = Some(email.to_owned());
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(users: usize) -> Directory {
        let listed = (0..users)
            .map(|number| Listed { email: format!("u{number:05}@example.com"), id: Some(number.to_string()) })
            .collect();
        Directory { listed, whole: true }
    }

    fn tied(id: &str, email: &str) -> TiedUser {
        TiedUser { id: Some(id.to_owned()), email: Some(email.to_owned()) }
    }

    #[test]
    fn auto_asks_all_up_to_the_limit_and_says_whom_it_leaves_out() {
        assert_eq!(choose(&directory(2_000), Scan::Auto, &[]).users.len(), 2_000);
        let choice = choose(&directory(2_001), Scan::Auto, &[tied("7", "old-name@example.com")]);
        // Renamed since: asked under today's name.
        assert_eq!(choice.users.into_keys().collect::<Vec<_>>(), ["u00007@example.com"]);
        assert_eq!(choice.not_asked, 2_000);
        assert!(choice.note.is_some_and(|note| note.contains("2000 others were not asked")));
    }

    #[test]
    fn users_of_the_log_whom_the_directory_lacks_are_asked_by_id() {
        let choice = choose(&directory(1), Scan::Log, &[tied("99", "gone@example.com")]);
        assert_eq!(choice.users, BTreeMap::from([("gone@example.com".to_owned(), "99".to_owned())]));
    }
}
