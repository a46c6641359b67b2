//! One question, one line.

use std::io::BufRead;

use crate::cli::error::CliError;
use crate::cli::talk::Talk;
use crate::config::Word;
use crate::report::either;

/// So many answers to one question that cannot be used, and nobody is there who understands it.
const PATIENCE: usize = 5;

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer<T> {
    /// This.
    Given(T),
    /// `?`: nothing is known, and nothing may be concluded.
    CannotSee,
}

/// Asks on standard error, reads answers line by line.
pub(super) struct Prompt<R> {
    input: R,
    talk: Talk,
}

impl<R: BufRead> Prompt<R> {
    pub(super) fn new(input: R, talk: Talk) -> Self {
        Self { input, talk }
    }

    /// Says something that is no question.
    pub(super) fn say(&self, text: &str) {
        self.talk.converse(text);
    }

    /// Asks until the answer can be used, or is `?`.
    pub(super) fn ask<T>(
        &mut self,
        question: &str,
        mut read: impl FnMut(&str) -> Result<T, String>,
    ) -> Result<Answer<T>, CliError> {
        self.insist(question, |line| if line == "?" { Ok(Answer::CannotSee) } else { read(line).map(Answer::Given) })
    }

    /// Asks until the answer can be used.
    pub(super) fn insist<T>(
        &mut self,
        question: &str,
        mut read: impl FnMut(&str) -> Result<T, String>,
    ) -> Result<T, CliError> {
        self.say(question);
        for _ in 0..PATIENCE {
            let line = self.line(question)?;
            match read(line.trim()) {
                Ok(answer) => return Ok(answer),
                Err(why) => self.say(&format!("  {why}")),
            }
        }
        Err(CliError::Usage(format!("{PATIENCE} answers to {question:?} could not be used; nothing is written")))
    }

    fn line(&mut self, question: &str) -> Result<String, CliError> {
        let mut line = String::new();
        match self.input.read_line(&mut line) {
            Ok(0) => Err(CliError::Usage(format!(
                "the answers ended before {question:?}; nothing is written. Without a terminal, answer by flags \
                 (--org-unit, --setting, …), by --answers FILE, or by one line for each question"
            ))),
            Ok(_) => Ok(line),
            Err(error) => Err(CliError::Usage(format!("the answers cannot be read: {error}; nothing is written"))),
        }
    }
}

/// The meaning of a word, or of as much of it as tells it from the others.
pub(super) fn choose<T: Copy>(words: &[Word<T>], answer: &str) -> Result<T, String> {
    let answer = answer.to_lowercase().replace([' ', '-'], "_");
    if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == answer) {
        return Ok(*meaning);
    }
    let mut like = words.iter().filter(|(word, _)| !answer.is_empty() && word.starts_with(&answer));
    match (like.next(), like.next()) {
        (Some((_, meaning)), None) => Ok(*meaning),
        (None | Some(_), _) => Err(format!("answer {}, or ? if you cannot see it", listed(words))),
    }
}

/// `required, not_required or inherit`
pub(super) fn listed<T>(words: &[Word<T>]) -> String {
    either(&words.iter().map(|(word, _)| *word).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ACCESS_WORDS, REAUTH_WORDS};
    use crate::evidence::{OwnAccess, OwnReauth};

    #[test]
    fn as_much_of_a_word_as_tells_it_from_the_others_will_do() {
        for (answer, meant) in
            [("required", OwnReauth::Required), ("Not required", OwnReauth::NotRequired), ("i", OwnReauth::Inherit)]
        {
            assert_eq!(choose(&REAUTH_WORDS, answer), Ok(meant));
        }
        assert_eq!(choose(&ACCESS_WORDS, "specific data"), Ok(OwnAccess::SpecificData));
        for bad in ["", "requires", "yes"] {
            assert_eq!(
                choose(&REAUTH_WORDS, bad),
                Err("answer required, not_required or inherit, or ? if you cannot see it".to_owned())
            );
        }
    }
}
