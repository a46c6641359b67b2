use std::collections::BTreeSet;

use super::clause::{Clause, Named, Why};
use super::ids::{GroupId, OrgUnitId};
use super::who::{Holds, Who};
use super::{query_cel, query_text};
use crate::google::policies::{Part, PolicyQuery};

/// Whom a policy applies to.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    text: String,
    clause: Clause,
    note: Option<String>,
}

impl Query {
    /// From what Google sent. The condition decides; where it is empty, the fields that repeat it do, and where those are
    /// too, it is for everybody.
    #[must_use]
    pub fn from_google(query: &Part<PolicyQuery>) -> Self {
        let odd = |why: &str| Self {
            text: String::new(),
            clause: Clause::Unknown(format!("whom it applies to cannot be read: {why}")),
            note: None,
        };
        let query = match query {
            Part::Missing => return odd("there is no policyQuery"),
            Part::Odd(why) => return odd(why),
            Part::Sound(query) => query,
        };
        let text = match &query.query {
            Part::Odd(why) => return odd(why),
            Part::Missing => "",
            Part::Sound(text) => text.trim(),
        };
        let helpers = match helpers(query) {
            Ok(helpers) => helpers,
            Err(why) if text.is_empty() => return odd(why),
            Err(_) => Vec::new(),
        };
        if text.is_empty() {
            // All of none: everybody.
            let clause = query_text::joined(helpers, Clause::All);
            return Self { text: String::new(), clause, note: None };
        }
        let clause = query_text::plain(text).unwrap_or_else(|| query_cel::read(text));
        let note = contradiction(&clause, &helpers);
        Self { text: text.to_owned(), clause, note }
    }

    /// As it was written; empty where fields beside it say whom the policy is for.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is odd about it, though it can be evaluated.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The org units, groups and licences in it.
    #[must_use]
    pub fn named(&self) -> Named {
        let mut named = Named::default();
        self.clause.name(&mut named);
        named
    }

    /// Whether it takes them in, and where nobody knows, why.
    #[must_use]
    pub fn of(&self, who: &Who<'_>) -> (Holds, BTreeSet<Why>) {
        let mut whys = BTreeSet::new();
        let answer = self.clause.of(who, &mut whys);
        (answer, whys)
    }

    /// The org unit, if being in it or below it is all that is asked.
    pub(super) fn one_org_unit(&self) -> Option<&OrgUnitId> {
        self.clause.one_org_unit()
    }

    /// Groups of which somebody must be in one, or it does not take them in.
    pub(super) fn one_of_groups(&self) -> Option<&[GroupId]> {
        self.clause.one_of_groups()
    }
}

/// What the fields beside the condition say.
fn helpers(query: &PolicyQuery) -> Result<Vec<Clause>, &str> {
    let mut clauses = Vec::new();
    match &query.org_unit {
        Part::Missing => {}
        Part::Sound(id) if id.is_empty() => {}
        Part::Sound(id) => clauses.push(Clause::OrgUnits(Box::new([OrgUnitId::from_google(id)]))),
        Part::Odd(why) => return Err(why),
    }
    match &query.group {
        Part::Missing => {}
        Part::Sound(id) if id.is_empty() => {}
        Part::Sound(id) => clauses.push(Clause::Groups(Box::new([GroupId::from_google(id)]))),
        Part::Odd(why) => return Err(why),
    }
    Ok(clauses)
}

/// The fields beside a condition repeat what is in it. Where they name something else, one of the two is not what it seems.
fn contradiction(clause: &Clause, helpers: &[Clause]) -> Option<String> {
    let (mut inside, mut beside) = (Named::default(), Named::default());
    clause.name(&mut inside);
    helpers.iter().for_each(|helper| helper.name(&mut beside));
    let unit = beside.org_units.difference(&inside.org_units).next().map(|id| format!("org unit {id}"));
    let group = beside.groups.difference(&inside.groups).next().map(|id| format!("group {id}"));
    unit.or(group).map(|what| format!("the {what} beside its query is not in it; the query was followed"))
}
