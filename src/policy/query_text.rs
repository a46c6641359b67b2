//! The forms of queries that Google documents, read without a CEL parser: there are thousands of them, and they are alike.

use super::clause::Clause;
use super::query_list::{EntityList, Id};

/// Parentheses and negations may nest so deep, in every reading of a query.
pub(super) const DEEPEST: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Mark(&'a str),
}

/// The clause that a query of a plain form is; `None` of any other, which may mean something all the same.
pub(super) fn plain(query: &str) -> Option<Clause> {
    let mut reading = Reading { tokens: &tokens(query)?, depth: 0 };
    let clause = reading.any()?;
    reading.tokens.is_empty().then_some(clause)
}

/// `None` where a token is not one of the plain forms', such as a text with an escape.
fn tokens(mut rest: &str) -> Option<Vec<Token<'_>>> {
    const MARKS: [&str; 11] = ["&&", "||", "==", "!", "(", ")", "[", "]", ".", ",", "="];
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let Some(first) = rest.chars().next() else { return Some(tokens) };
        if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Word(&rest[..end]));
            rest = &rest[end..];
        } else if first == '\'' || first == '"' {
            // A word before would be a prefix, another quote behind a text of three quotes.
            let (text, behind) = rest[1..].split_once(first)?;
            if text.contains(['\\', '\n', '\r']) || behind.starts_with(['\'', '"']) {
                return None;
            }
            tokens.push(Token::Text(text));
            rest = behind;
        } else {
            let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark))?;
            tokens.push(Token::Mark(mark));
            rest = &rest[mark.len()..];
        }
    }
}

struct Reading<'t, 'a> {
    tokens: &'t [Token<'a>],
    depth: usize,
}

impl<'a> Reading<'_, 'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*first)
    }

    /// Takes those tokens, if they come next.
    fn take(&mut self, wanted: &[Token<'_>]) -> Option<()> {
        let rest = self.tokens.get(wanted.len()..)?;
        if self.tokens[..wanted.len()] != *wanted {
            return None;
        }
        self.tokens = rest;
        Some(())
    }

    fn mark(&mut self, mark: &str) -> Option<()> {
        self.take(&[Token::Mark(mark)])
    }

    fn word(&mut self) -> Option<&'a str> {
        match self.next()? {
            Token::Word(word) => Some(word),
            Token::Text(_) | Token::Mark(_) => None,
        }
    }

    fn any(&mut self) -> Option<Clause> {
        let mut clauses = vec![self.all()?];
        while self.mark("||").is_some() {
            clauses.push(self.all()?);
        }
        Some(joined(clauses, Clause::Any))
    }

    fn all(&mut self) -> Option<Clause> {
        let mut clauses = vec![self.one()?];
        while self.mark("&&").is_some() {
            clauses.push(self.one()?);
        }
        Some(joined(clauses, Clause::All))
    }

    fn one(&mut self) -> Option<Clause> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let clause = match self.next()? {
            Token::Mark("!") => Clause::Not(Box::new(self.one()?)),
            Token::Mark("(") => {
                let clause = self.any()?;
                self.mark(")")?;
                clause
            }
            Token::Word("true") => Clause::Always(true),
            Token::Word("false") => Clause::Always(false),
            Token::Word("entity") => self.exists()?,
            Token::Word(_) | Token::Text(_) | Token::Mark(_) => return None,
        };
        self.depth -= 1;
        Some(clause)
    }

    /// `.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('X'))`, and the like.
    fn exists(&mut self) -> Option<Clause> {
        self.mark(".")?;
        let list = EntityList::named(self.word()?)?;
        self.take(&[Token::Mark("."), Token::Word("exists"), Token::Mark("(")])?;
        let variable = self.word()?;
        self.mark(",")?;
        let mut ids = Vec::new();
        loop {
            self.take(&[Token::Word(variable)])?;
            if let Some(field) = list.field() {
                self.take(&[Token::Mark("."), Token::Word(field)])?;
            }
            match self.next()? {
                Token::Mark("==") => ids.push(self.id(list)?),
                Token::Word("in") => {
                    self.mark("[")?;
                    while self.mark("]").is_none() {
                        ids.push(self.id(list)?);
                        if self.mark(",").is_none() {
                            self.mark("]")?;
                            break;
                        }
                    }
                }
                Token::Word(_) | Token::Text(_) | Token::Mark(_) => return None,
            }
            if self.mark("||").is_none() {
                break;
            }
        }
        self.mark(")")?;
        list.clause(ids)
    }

    /// `orgUnitId('X')`, or the bare text.
    fn id(&mut self, list: EntityList) -> Option<Id> {
        match self.next()? {
            Token::Text(text) => Some(Id(text.to_owned())),
            Token::Word(function) if Some(function) == list.function() => {
                self.mark("(")?;
                let Token::Text(text) = self.next()? else { return None };
                self.mark(")")?;
                Some(Id(text.to_owned()))
            }
            Token::Word(_) | Token::Mark(_) => None,
        }
    }
}

/// Several as one; a single one as it is.
pub(super) fn joined(mut clauses: Vec<Clause>, join: fn(Vec<Clause>) -> Clause) -> Clause {
    if clauses.len() == 1 { clauses.remove(0) } else { join(clauses) }
}
