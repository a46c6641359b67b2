//! The questions, page by page.

use std::collections::BTreeSet;
use std::io::BufRead;

use super::page::{Others, Page, Subject};
use super::prompt::{Answer, Prompt, choose, listed};
use super::units::KnownUnits;
use crate::cli::args::YES_NO;
use crate::cli::error::CliError;
use crate::config::{ACCESS_WORDS, METHOD_WORDS, REAUTH_WORDS, Word, access_fits, reauth_fits};
use crate::domain::{Email, OrgUnitPath, SessionLength};
use crate::evidence::{AttestedSession, AttestedValue, Below, OwnReauth};

/// What somebody saw, not yet signed.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) org_unit: OrgUnitPath,
    pub(super) value: AttestedValue,
    pub(super) below: Below,
}

/// Somebody at the console, and what they may name.
pub(super) struct Interview<'i, R> {
    pub(super) prompt: Prompt<R>,
    pub(super) units: &'i KnownUnits,
}

/// What the answers leave to say of the org units that were not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// They show no override.
    Inherits,
    /// One of them may have a setting of its own.
    Unknown,
}

/// A line of the list of org units that override.
enum Listed {
    Unit(OrgUnitPath),
    End,
    CannotSee,
}

impl<R: BufRead> Interview<'_, R> {
    /// Who is looking.
    pub(super) fn who(&mut self, default: Option<&Email>) -> Result<Email, CliError> {
        let question = match default {
            Some(email) => format!("Who is looking at the console? (empty line: {email})"),
            None => "Who is looking at the console? (e-mail address)".to_owned(),
        };
        self.prompt.insist(&question, |line| match default {
            Some(email) if line.is_empty() => Ok(email.clone()),
            Some(_) | None => line.parse().map_err(|error: crate::domain::InvalidEmail| error.to_string()),
        })
    }

    /// Whether to go on.
    pub(super) fn confirm(&mut self, question: &str) -> Result<bool, CliError> {
        self.prompt.insist(&format!("{question} (yes or no)"), |line| {
            choose(&YES_NO, line).map_err(|_| "answer yes or no".to_owned())
        })
    }

    /// Asks what these pages show.
    pub(super) fn pages(&mut self, pages: &[Page]) -> Result<Vec<Seen>, CliError> {
        self.prompt.say("Answer ? to what you cannot see: nothing is recorded about it.");
        let mut seen = Vec::new();
        for (position, page) in pages.iter().enumerate() {
            let Page { subject, .. } = page;
            self.prompt.say(&format!(
                "\n{} of {}: {subject}\n  {}\n  Menu: {}",
                position + 1,
                pages.len(),
                subject.link(),
                subject.menu()
            ));
            seen.extend(self.page(page)?);
        }
        Ok(seen)
    }

    fn page(&mut self, page: &Page) -> Result<Vec<Seen>, CliError> {
        let mut asked = BTreeSet::new();
        let mut seen = Vec::new();
        let mut rest = Rest::Inherits;
        for unit in &page.units {
            if let Some(why) = &unit.why {
                self.prompt.say(&format!("{}: {why}", unit.path));
            }
            asked.insert(unit.path.clone());
            match self.value(&page.subject, &unit.path)? {
                Answer::Given(value) => seen.push(Seen { org_unit: unit.path.clone(), value, below: Below::Unsaid }),
                // Where even the root is unknown, there is nothing that could speak of the rest.
                Answer::CannotSee => rest = Rest::Unknown,
            }
        }
        match page.others {
            Others::LeaveOut => return Ok(seen),
            Others::AskForOverrides => {}
        }
        let (overriding, certain) = self.overriding(&page.subject, asked)?;
        if certain == Rest::Unknown {
            rest = Rest::Unknown;
        }
        for org_unit in overriding {
            match self.value(&page.subject, &org_unit)? {
                Answer::Given(value) => seen.push(Seen { org_unit, value, below: Below::Unsaid }),
                // `below` would say that it inherits, which it does not.
                Answer::CannotSee => rest = Rest::Unknown,
            }
        }
        match (rest, seen.iter_mut().find(|seen| seen.org_unit.is_root())) {
            (Rest::Inherits, Some(root)) => root.below = Below::Inherit,
            (Rest::Inherits, None) | (Rest::Unknown, _) => self.prompt.say(
                "Because of a ? nothing is recorded about the org units that were not named: one of them may have a \
                 setting of its own.",
            ),
        }
        Ok(seen)
    }

    /// The org units that have a setting of their own, and whether that is all of them.
    fn overriding(
        &mut self,
        subject: &Subject,
        mut asked: BTreeSet<OrgUnitPath>,
    ) -> Result<(Vec<OrgUnitPath>, Rest), CliError> {
        let mut overriding = Vec::new();
        let mut question = format!("{} One path a line; an empty line ends the list.", subject.which_override());
        loop {
            let units = self.units;
            let line = self.prompt.insist(&question, |line| match line {
                "" => Ok(Listed::End),
                "?" => Ok(Listed::CannotSee),
                path => {
                    let path: OrgUnitPath =
                        path.parse().map_err(|error: crate::domain::InvalidOrgUnitPath| error.to_string())?;
                    units.check(&path)?;
                    if asked.contains(&path) {
                        Err(format!("{path} is asked about already"))
                    } else {
                        Ok(Listed::Unit(path))
                    }
                }
            })?;
            match line {
                Listed::Unit(path) => {
                    asked.insert(path.clone());
                    overriding.push(path);
                }
                Listed::End => return Ok((overriding, Rest::Inherits)),
                Listed::CannotSee => return Ok((overriding, Rest::Unknown)),
            }
            "Another one?".clone_into(&mut question);
        }
    }

    fn value(&mut self, subject: &Subject, path: &OrgUnitPath) -> Result<Answer<AttestedValue>, CliError> {
        match subject {
            Subject::Session => self.session(path),
            Subject::Access(app) => {
                let words: Vec<Word<_>> =
                    ACCESS_WORDS.into_iter().filter(|(_, level)| access_fits(*level, path).is_ok()).collect();
                let level = self.choice(path, "which access does the app have?", &words)?;
                Ok(match level {
                    Answer::Given(level) => Answer::Given(AttestedValue::AppAccess { app: app.app.clone(), level }),
                    Answer::CannotSee => Answer::CannotSee,
                })
            }
        }
    }

    fn session(&mut self, path: &OrgUnitPath) -> Result<Answer<AttestedValue>, CliError> {
        let words: Vec<Word<_>> =
            REAUTH_WORDS.into_iter().filter(|(_, reauth)| reauth_fits(*reauth, path).is_ok()).collect();
        let session = match self.choice(path, "is reauthentication required?", &words)? {
            Answer::CannotSee => return Ok(Answer::CannotSee),
            Answer::Given(reauth @ (OwnReauth::NotRequired | OwnReauth::Inherit)) => AttestedSession::only(reauth),
            Answer::Given(OwnReauth::Required) => {
                let frequency = self.prompt.ask(&format!("{path}: how often? (1h to 24h, or ?)"), frequency)?;
                let method = self.choice(path, "by which method?", &METHOD_WORDS)?;
                let exempt = self.choice(path, "is Exempt trusted apps ticked?", &YES_NO)?;
                AttestedSession {
                    frequency: frequency.known(),
                    method: method.known(),
                    exempt_trusted_apps: exempt.known(),
                    ..AttestedSession::only(OwnReauth::Required)
                }
            }
        };
        Ok(Answer::Given(AttestedValue::Session(session)))
    }

    fn choice<T: Copy>(
        &mut self,
        path: &OrgUnitPath,
        question: &str,
        words: &[Word<T>],
    ) -> Result<Answer<T>, CliError> {
        let question = format!("{path}: {question} ({}, or ?)", listed(words));
        self.prompt.ask(&question, |line| choose(words, line))
    }
}

impl<T> Answer<T> {
    fn known(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::CannotSee => None,
        }
    }
}

/// `16h`, as the file has it; also `16` and `16 hours`, as the page has it.
fn frequency(line: &str) -> Result<SessionLength, String> {
    let text = line.to_lowercase().replace(' ', "").replace("hours", "h").replace("hour", "h");
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let text = if bare { format!("{text}h") } else { text };
    text.parse().map_err(|error: crate::domain::InvalidSessionLength| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_taken_as_the_page_writes_them() {
        for text in ["16h", "16", "16 hours", "16 H"] {
            assert_eq!(frequency(text).map(SessionLength::seconds), Ok(57_600), "{text}");
        }
        for text in ["", "0", "25", "soon", "hour"] {
            assert!(frequency(text).is_err(), "{text}");
        }
    }
}
