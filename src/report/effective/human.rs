//! For people: a table for each setting, in which policies are numbers that the lines below it explain.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::Value;

use super::model::{Applies, Field, Origin, Policy, Said, Setting};
use super::view::{ABSENT, Shape};
use super::{Asked, Question, Spread, Target};
use crate::domain::{OrgUnitPath, humane_time};
use crate::facts::UnitIndex;
use crate::policy::Listing;
use crate::report::human::source;
use crate::report::model::{Certainty, SourceStatus};
use crate::report::page::{Line, Page, Tone};
use crate::report::table::{self, Cell, Column};
use crate::report::wording::{counted, number};
use crate::report::{RenderOptions, assemble};

/// Of a longer value the middle is left out, however wide the page.
const LONGEST: usize = 160;
/// Of a value that is overridden, likewise.
const LONGEST_OVERRIDDEN: usize = 24;
/// So many fields or org units are named in one sentence.
const NAMED: usize = 6;

pub(super) fn render(question: &Question<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(out, options.width, options.colour);
    head(page, question)?;
    let mut told = BTreeSet::new();
    let mut unread = 0;
    let mut untold = 0;
    for shape in &question.shapes {
        // Nothing but their names could be told.
        if question.asked == Asked::All && !shape.has_policies && question.listing() != Listing::Complete {
            unread += 1;
            continue;
        }
        let section = Section::of(question, shape);
        untold += usize::from(section.rows.iter().any(|row| row.field.is_some_and_unknown()));
        section.print(page, &mut told)?;
    }
    page.blank()?;
    if unread > 0 {
        let settings =
            counted(unread, "more type of setting in the catalogue", "more types of settings in the catalogue");
        let line = format!("Unknown: {settings}, of which no policy could be read. --setting shows one.");
        page.paragraph(0, 0, &Line::default().tone(Tone::Doubt, &line))?;
    }
    let shown = question.shapes.len() - unread;
    let unknown = if untold == 0 { String::new() } else { format!(", {} with something unknown", number(untold)) };
    let line = format!("{}{unknown}.", counted(shown, "setting", "settings"));
    page.paragraph(0, 0, &Line::default().tone(Tone::Quiet, &line))
}

fn head(page: &mut Page<'_>, question: &Question<'_>) -> io::Result<()> {
    let facts = question.facts;
    let tenant = assemble::tenant(&facts.evidence, question.customer);
    let name = tenant.primary_domain.unwrap_or(tenant.customer);
    let line = Line::default()
        .tone(Tone::Strong, &format!("Policy in force at {name}"))
        .text(&format!(", as of {}", humane_time(facts.as_of)));
    page.paragraph(0, 2, &line)?;
    for line in whose(question) {
        page.paragraph(0, 2, &line)?;
    }
    let gaps: Vec<_> = assemble::sources(&facts.evidence)
        .into_iter()
        .filter(|source| !matches!(source.status, SourceStatus::Complete | SourceStatus::Skipped))
        .collect();
    if !gaps.is_empty() {
        page.heading("Not everything could be read")?;
    }
    for gap in &gaps {
        source(page, gap)?;
    }
    for notice in &question.notices {
        page.paragraph(2, 4, &Line::default().tone(Tone::Doubt, notice))?;
    }
    Ok(())
}

/// Who was asked for.
fn whose(question: &Question<'_>) -> Vec<Line> {
    if question.spread == Spread::AllOrgUnits {
        let units = counted(question.targets.len(), "org unit", "org units");
        let text = "for a user who is in no group. An org unit that is not listed inherits what the one above it has.";
        return vec![Line::of(&format!("In {units}, {text}"))];
    }
    let line = |target: &Target| {
        let whom = target.whom(question.facts);
        let place = whom.org_unit.as_ref().map_or("an org unit that is not known", OrgUnitPath::as_str);
        let Some(user) = &whom.user else {
            return Line::of("For a user in ").tone(Tone::Strong, place).text(" who is in no group");
        };
        let line = Line::of("For ").tone(Tone::Strong, user.as_str()).text(" in ").text(place);
        let line = match whom.state {
            Some(state @ ("suspended" | "archived")) => line.tone(Tone::Doubt, &format!(" ({state})")),
            Some(_) | None => line,
        };
        let of = |what: &str, names: &Option<Vec<String>>| match names.as_deref() {
            None => String::new(),
            Some([]) => format!("; no {what} that a policy names"),
            Some(names) => format!("; {what}: {}", names.join(", ")),
        };
        line.text(&of("group", &whom.groups)).text(&of("licence", &whom.licences))
    };
    question.targets.iter().map(line).collect()
}

/// One setting, for all targets.
struct Section<'q> {
    shape: &'q Shape<'q>,
    console: Option<String>,
    in_catalogue: bool,
    many: bool,
    rows: Vec<Row>,
    /// In the order of their numbers.
    policies: Vec<Policy>,
    /// What to say below, once each: the reason, and where it holds.
    notes: BTreeMap<String, Vec<String>>,
    /// Why nothing can be told of the whole setting, and what to do about it.
    gaps: BTreeMap<String, String>,
    /// By the position of the policy: why it is in doubt, and what to do about it.
    doubts: BTreeMap<usize, (String, String)>,
    groups_apart: Vec<String>,
    /// Org units whose own policies change nothing.
    alike: Vec<String>,
}

struct Row {
    place: String,
    field: Shown,
    value: String,
    set_by: String,
    overrode: String,
}

/// What a row is about.
enum Shown {
    Field { name: String, origin: Origin, certainty: Certainty },
    Nothing(&'static str),
}

impl Shown {
    fn is_some_and_unknown(&self) -> bool {
        match self {
            Self::Field { origin, .. } => *origin == Origin::Unknown,
            Self::Nothing(_) => false,
        }
    }
}

impl<'q> Section<'q> {
    fn of(question: &'q Question<'_>, shape: &'q Shape<'_>) -> Self {
        let mut section = Self {
            shape,
            console: None,
            in_catalogue: true,
            many: question.targets.len() > 1,
            rows: Vec::new(),
            policies: Vec::new(),
            notes: BTreeMap::new(),
            gaps: BTreeMap::new(),
            doubts: BTreeMap::new(),
            groups_apart: Vec::new(),
            alike: Vec::new(),
        };
        for target in &question.targets {
            let above = match (question.spread, target) {
                (Spread::AllOrgUnits, Target::OrgUnit(unit)) => question.facts.tree.parent(*unit),
                (Spread::AllOrgUnits | Spread::Chosen, _) => None,
            };
            let whom = target.whom(question.facts);
            let place = whom.org_unit.as_ref().map(ToString::to_string).unwrap_or_default();
            match above.map(|above| Self::compared(shape, target, above)) {
                Some(Compared::Inherits) => {}
                Some(Compared::Alike) => section.alike.push(place),
                Some(Compared::Differs) | None => section.take(&shape.view(target), &place),
            }
        }
        section
    }

    /// An org unit with the one above it.
    fn compared(shape: &Shape<'_>, target: &Target, above: UnitIndex) -> Compared {
        let above = Target::OrgUnit(above);
        match (shape.in_force(target), shape.in_force(&above)) {
            // What is worked out once for both is the same to the last policy.
            (Some(one), Some(other)) if std::sync::Arc::ptr_eq(&one, &other) => Compared::Inherits,
            (_, _) if shape.view(target).says_the_same_as(&shape.view(&above)) => Compared::Alike,
            (_, _) => Compared::Differs,
        }
    }

    fn take(&mut self, setting: &Setting, place: &str) {
        self.console.clone_from(&setting.console);
        self.in_catalogue = setting.in_catalogue;
        self.groups_apart.clone_from(&setting.groups_apart);
        let absent = |field: &Field| field.why.as_ref().is_some_and(|why| why.starts_with(ABSENT));
        let nothing_set = !setting.fields.is_empty() && setting.fields.iter().all(absent);
        if nothing_set {
            self.note(ABSENT, place.to_owned());
        }
        // Of a setting that nobody sets, fields without a value are not worth a line each.
        let fields: Vec<&Field> = setting.fields.iter().filter(|field| !nothing_set || field.value.is_some()).collect();
        for field in &fields {
            self.field(field, place, Applies::Yes);
        }
        if nothing_set && fields.is_empty() {
            self.nothing(place, "unset", String::new());
        }
        for rule in &setting.rules {
            let number = self.number(&rule.policy);
            for field in &rule.fields {
                self.field(field, place, rule.applies);
            }
            if rule.fields.is_empty() {
                self.nothing(place, "a rule that says nothing", number);
            }
        }
        if setting.fields.is_empty() && setting.rules.is_empty() {
            let what = if setting.why.is_some() { "unknown" } else { "nothing applies" };
            self.nothing(place, what, String::new());
        }
        if let Some(why) = &setting.why {
            self.gaps.insert(why.clone(), setting.next_step.clone().unwrap_or_default());
        }
        for doubt in &setting.doubts {
            self.number(&doubt.policy);
            let position = self.policies.iter().position(|policy| policy.name == doubt.policy.name).unwrap_or_default();
            self.doubts.insert(position, (doubt.why.join("; "), doubt.next_step.clone()));
        }
    }

    fn field(&mut self, field: &Field, place: &str, applies: Applies) {
        let value = match (&field.value, &field.otherwise, field.origin) {
            (Some(value), _, _) => shown(value, LONGEST),
            (None, Some(otherwise), _) => match &otherwise.value {
                Some(value) => format!("? (as far as read: {})", shown(value, LONGEST)),
                None => "?".to_owned(),
            },
            (None, None, Origin::Unset) => "-".to_owned(),
            (None, None, Origin::Set | Origin::Default | Origin::Unknown) if field.possible.is_empty() => {
                let rivals = field.set_by.iter().filter_map(|said| {
                    let value = said.value.as_ref()?;
                    Some(format!("{} {}", shown(value, LONGEST), self.number(&said.policy)))
                });
                match (&field.raw, field.set_by.len()) {
                    (Some(raw), _) => format!("? ({})", shown(raw, LONGEST)),
                    (None, 0 | 1) => "?".to_owned(),
                    (None, _) => rivals.collect::<Vec<_>>().join(" or "),
                }
            }
            (None, None, Origin::Set | Origin::Default | Origin::Unknown) => {
                let each = field.possible.iter().map(|possible| {
                    let numbers = self.numbers(&possible.set_by);
                    let value = possible.value.as_ref();
                    let value = value.map_or_else(|| possible.origin.as_str().to_owned(), |it| shown(it, LONGEST));
                    if numbers.is_empty() { value } else { format!("{value} {numbers}") }
                });
                each.collect::<Vec<_>>().join(" or ")
            }
        };
        let otherwise = field.otherwise.as_ref().map(|otherwise| otherwise.set_by.as_slice()).unwrap_or_default();
        let set_by = self.numbers(if field.set_by.is_empty() { otherwise } else { &field.set_by });
        let overrode: Vec<String> = field
            .overrode
            .iter()
            .map(|said| {
                let value = said.value.as_ref().map_or_else(|| "-".to_owned(), |it| shown(it, LONGEST_OVERRIDDEN));
                format!("{value} {}", self.number(&said.policy))
            })
            .collect();
        let rule_in_doubt = applies == Applies::Perhaps;
        self.rows.push(Row {
            place: place.to_owned(),
            field: Shown::Field {
                name: if field.in_catalogue {
                    field.name.clone()
                } else {
                    format!("{} (not in catalogue)", field.name)
                },
                origin: if rule_in_doubt { Origin::Unknown } else { field.origin },
                certainty: if rule_in_doubt { Certainty::Unknown } else { field.certainty },
            },
            value,
            set_by,
            overrode: overrode.join(", "),
        });
        let Some(why) = &field.why else { return };
        if field.otherwise.is_none() && matches!(field.origin, Origin::Set | Origin::Unknown) {
            let at = if self.many { format!("{} in {place}", field.name) } else { field.name.clone() };
            self.note(why, at);
        }
    }

    fn nothing(&mut self, place: &str, what: &'static str, set_by: String) {
        let (value, overrode) = (String::new(), String::new());
        self.rows.push(Row { place: place.to_owned(), field: Shown::Nothing(what), value, set_by, overrode });
    }

    fn note(&mut self, why: &str, at: String) {
        let places = self.notes.entry(why.to_owned()).or_default();
        if !places.contains(&at) {
            places.push(at);
        }
    }

    /// `[2]`
    fn number(&mut self, policy: &Policy) -> String {
        let known = self.policies.iter().position(|other| other.name == policy.name);
        let position = known.unwrap_or_else(|| {
            self.policies.push(policy.clone());
            self.policies.len() - 1
        });
        format!("[{}]", position + 1)
    }

    fn numbers(&mut self, said: &[Said]) -> String {
        said.iter().map(|said| self.number(&said.policy)).collect::<Vec<_>>().join(" ")
    }

    fn print(&self, page: &mut Page<'_>, told: &mut BTreeSet<String>) -> io::Result<()> {
        page.blank()?;
        let title = Line::default().tone(Tone::Strong, self.shape.setting.as_str());
        let title = if self.in_catalogue { title } else { title.tone(Tone::Doubt, " (not in the catalogue)") };
        let title = match &self.console {
            Some(console) => title.tone(Tone::Quiet, &format!("  {console}")),
            None => title,
        };
        page.paragraph(0, 2, &title)?;
        self.table(page)?;
        if !self.alike.is_empty() {
            let text = format!("own policies that change nothing: {}", named(&self.alike));
            page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, &text))?;
        }
        for (position, policy) in self.policies.iter().enumerate() {
            let line = Line::of(&format!("[{}] {}, ", position + 1, policy.in_words())).tone(Tone::Quiet, &policy.name);
            page.paragraph(2, 6, &line)?;
            if let Some(note) = &policy.note {
                page.paragraph(6, 8, &Line::default().tone(Tone::Doubt, note))?;
            }
            if let Some((why, next)) = self.doubts.get(&position) {
                let line = Line::default().tone(Tone::Doubt, "whether it applies is not known: ").text(why);
                page.paragraph(6, 8, &line)?;
                page.paragraph(6, 8, &Line::of("→ ").text(next))?;
            }
        }
        for (why, places) in &self.notes {
            let everywhere = places.iter().all(String::is_empty) || (!self.many && why.starts_with(ABSENT));
            let line = if everywhere { Line::of(why) } else { Line::of(&format!("{}: {why}", named(places))) };
            page.paragraph(2, 4, &line)?;
        }
        for (why, next) in &self.gaps {
            // A list that could not be read leaves all settings unknown for one reason.
            if told.insert(why.clone()) {
                page.paragraph(2, 4, &Line::default().tone(Tone::Doubt, "unknown: ").text(why))?;
                page.paragraph(2, 4, &Line::of("→ ").text(next))?;
            }
        }
        if !self.groups_apart.is_empty() {
            let text = format!("members of {} may have something else: ask with --user", named(&self.groups_apart));
            page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, &text))?;
        }
        Ok(())
    }

    fn table(&self, page: &mut Page<'_>) -> io::Result<()> {
        let overrides = self.rows.iter().any(|row| !row.overrode.is_empty());
        let mut columns = Vec::new();
        if self.many {
            columns.push(Column::elastic("Org unit", 12));
        }
        columns.extend([Column::elastic("Field", 16), Column::elastic("Value", 12), Column::fixed("Origin")]);
        columns.push(Column::elastic("Set by", 6));
        if overrides {
            columns.push(Column::elastic("Overrode", 10));
        }
        let mut before: Option<&str> = None;
        let mut cells = Vec::new();
        for row in &self.rows {
            let mut line = Vec::new();
            if self.many {
                let place = if before == Some(&row.place) { "" } else { &row.place };
                line.push(Cell::toned(Tone::Strong, place));
            }
            before = Some(&row.place);
            let (name, origin, tone) = row.field.words();
            line.extend([Cell::of(name), Cell::toned(tone, &row.value), Cell::toned(tone, &origin)]);
            line.extend([Cell::of(&row.set_by), Cell::toned(Tone::Quiet, &row.overrode)]);
            cells.push(table::Row::Cells(line));
        }
        if table::print(page, &columns, &cells)? {
            return Ok(());
        }
        for row in &self.rows {
            let (name, origin, tone) = row.field.words();
            let line = Line::default().tone(Tone::Strong, if self.many { &row.place } else { "" });
            let line = line.text(&format!("{}{name} = ", if self.many { " " } else { "" })).tone(tone, &row.value);
            let line = line.text(&format!(" ({origin}) {}", row.set_by));
            let line =
                if row.overrode.is_empty() { line } else { line.text(", overrode ").tone(Tone::Quiet, &row.overrode) };
            page.paragraph(2, 4, &line)?;
        }
        Ok(())
    }
}

impl Shown {
    fn words(&self) -> (&str, String, Tone) {
        match self {
            Self::Nothing(what) => ("", (*what).to_owned(), Tone::Quiet),
            Self::Field { name, origin, certainty } => {
                let word = origin.as_str();
                let (origin, tone) = match (origin, certainty) {
                    (Origin::Unknown, _) => (word.to_owned(), Tone::Doubt),
                    (Origin::Unset, Certainty::Presumed) => (format!("{word}, presumed"), Tone::Quiet),
                    (Origin::Unset, _) => (word.to_owned(), Tone::Quiet),
                    (Origin::Set | Origin::Default, Certainty::Proven) => (word.to_owned(), Tone::Plain),
                    (Origin::Set | Origin::Default, Certainty::Presumed) => (format!("{word}, presumed"), Tone::Doubt),
                    (Origin::Set | Origin::Default, Certainty::Unknown) => (format!("{word}, unsure"), Tone::Doubt),
                };
                (name, origin, tone)
            }
        }
    }
}

/// How an org unit compares with the one above it.
enum Compared {
    /// The same policies are in force.
    Inherits,
    /// Other policies are, with the same values.
    Alike,
    Differs,
}

fn named(names: &[String]) -> String {
    let mut text = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    text
}

/// A value on one line: a text as it is, anything else as JSON, its middle left out where it is long.
fn shown(value: &Value, longest: usize) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    };
    let length = text.chars().count();
    if length <= longest {
        return text;
    }
    let (head, tail) = (longest - longest / 3, longest / 3 - 1);
    text.chars().take(head).chain(['…']).chain(text.chars().skip(length - tail)).collect()
}
