//! The settings by org unit, as a tree. Units that merely inherit are counted, not listed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::domain::{AppId, OrgUnitPath, humane_duration};
use crate::report::Visible;
use crate::report::digest::View;
use crate::report::model::{AppAccess, Certainty, CloudSession, Exemption, OrgUnit, ReauthState, SessionMethod};
use crate::report::page::{Line, Page, Tone};
use crate::report::table::{self, Cell, Column, Row};
use crate::report::wording::{counted, number, plain};

/// More rows than this are cut in a brief report.
const ROWS: usize = 60;
/// So many units alike are worth a line of their own each.
const FEW: usize = 2;
/// Deeper levels are indented no further.
const DEEPEST: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Proven,
    Presumed,
    Unknown,
    Conflict,
}

impl Mark {
    fn of(confidence: Certainty, conflict: bool) -> Self {
        match (conflict, confidence) {
            (true, _) => Self::Conflict,
            (false, Certainty::Proven) => Self::Proven,
            (false, Certainty::Presumed) => Self::Presumed,
            (false, Certainty::Unknown) => Self::Unknown,
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Proven => Tone::Plain,
            Self::Presumed | Self::Unknown => Tone::Doubt,
            Self::Conflict => Tone::Bad,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Value {
    text: String,
    mark: Mark,
}

impl Value {
    fn of(word: &str, mark: Mark) -> Self {
        let word = if word == "unknown" { String::new() } else { plain(word) };
        let text = match mark {
            Mark::Proven => word,
            Mark::Presumed => format!("{word}~"),
            Mark::Unknown => "?".to_owned(),
            Mark::Conflict => format!("{word}!"),
        };
        Self { text, mark }
    }

    fn sure(word: Option<&str>) -> Self {
        Self::of(word.unwrap_or("–"), if word == Some("unknown") { Mark::Unknown } else { Mark::Proven })
    }
}

/// What one row says; two units with the same say the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Settings<'a> {
    reauth: Value,
    every: Value,
    method: Value,
    exempt: Value,
    session_from: Option<&'a OrgUnitPath>,
    apps: Vec<(Value, Option<&'a OrgUnitPath>)>,
}

impl<'a> Settings<'a> {
    fn of(unit: &'a OrgUnit, apps: &[&AppId]) -> Self {
        let session = &unit.cloud_session;
        let may_apply = session.reauth != ReauthState::NotRequired;
        let (reauth, exempt) = marks(session);
        Self {
            reauth: Value::of(session.reauth.as_str(), reauth),
            every: match session.frequency_seconds {
                Some(seconds) => Value::sure(Some(&humane_duration(jiff::SignedDuration::from_secs(seconds.into())))),
                None => Value::sure(may_apply.then_some("unknown")),
            },
            method: Value::sure(session.method.map(SessionMethod::as_str).or(may_apply.then_some("unknown"))),
            exempt: match session.exempt_trusted_apps.map(Exemption::as_str) {
                Some(word) => Value::of(word, exempt),
                None => Value::sure(None),
            },
            session_from: session.inherited_from.as_ref(),
            apps: apps
                .iter()
                .map(|app| match unit.apps.get(*app) {
                    Some(AppAccess { access, inherited_from, confidence, conflict, one_of: _, sides: _ }) => {
                        (Value::of(access.as_str(), Mark::of(*confidence, *conflict)), inherited_from.as_ref())
                    }
                    None => (Value::sure(None), None),
                })
                .collect(),
        }
    }

    fn values(&self) -> impl Iterator<Item = &Value> {
        [&self.reauth, &self.every, &self.method, &self.exempt].into_iter().chain(self.apps.iter().map(|(v, _)| v))
    }

    /// True if this is what a unit with those settings passes on to the units below it.
    fn inherited_from(&self, above: &Self, path: &OrgUnitPath) -> bool {
        let handed_down = |here: &Value, from: Option<&OrgUnitPath>, its: Option<&OrgUnitPath>| {
            from == Some(its.unwrap_or(path)) || (from.is_none() && its.is_none() && here.mark == Mark::Unknown)
        };
        self.values().eq(above.values())
            && handed_down(&self.reauth, self.session_from, above.session_from)
            && self.apps.iter().zip(&above.apps).all(|((v, from), (_, its))| {
                handed_down(v, *from, *its) || (v.text == "–" && from.is_none() && its.is_none())
            })
    }

    /// Where the session's settings are set, and where each app's, if that is elsewhere.
    fn origins(&self) -> (String, Vec<Option<String>>) {
        let name = |value: &Value, from: Option<&OrgUnitPath>| match from {
            Some(path) => Some(path.to_string()),
            None => {
                (value.mark != Mark::Unknown && !matches!(value.text.as_str(), "–" | "!")).then(|| "here".to_owned())
            }
        };
        let session = name(&self.reauth, self.session_from);
        let apps: Vec<_> = self.apps.iter().map(|(value, from)| name(value, *from)).collect();
        let known: BTreeSet<&String> = session.iter().chain(apps.iter().flatten()).collect();
        if known.len() <= 1 {
            return (known.first().map(|s| (*s).clone()).unwrap_or_default(), vec![None; apps.len()]);
        }
        let elsewhere = apps.into_iter().map(|app| app.filter(|app| session.as_ref() != Some(app))).collect();
        (session.unwrap_or_default(), elsewhere)
    }
}

/// A conflict is shown at what it leaves open: the requirement, or else the exemption.
fn marks(session: &CloudSession) -> (Mark, Mark) {
    let exempt = session.exempt_confidence.unwrap_or(Certainty::Unknown);
    let about_exemption = session.conflict && session.confidence != Certainty::Unknown && exempt == Certainty::Unknown;
    (Mark::of(session.confidence, session.conflict && !about_exemption), Mark::of(exempt, about_exemption))
}

enum Item<'a> {
    Unit { unit: usize, depth: usize, settings: &'a Settings<'a> },
    Remark { depth: usize, text: String, stands_for: usize },
}

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let units = &view.report.org_units;
    if units.is_empty() {
        return Ok(());
    }
    let apps: Vec<&AppId> =
        units.iter().flat_map(|unit| unit.apps.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    let settings: Vec<Settings<'_>> = units.iter().map(|unit| Settings::of(unit, &apps)).collect();
    let mut items = items(view, &settings);
    let limit = view.limit(ROWS);
    if items.len() > limit + 1 {
        let left: usize = items
            .iter()
            .skip(limit)
            .map(|item| match item {
                Item::Unit { .. } => 1,
                Item::Remark { stands_for, .. } => *stands_for,
            })
            .sum();
        items.truncate(limit);
        items.push(Item::Remark { depth: 0, text: format!("… and {}", more(left)), stands_for: left });
    }
    page.heading("Org units")?;
    if !as_table(page, view, &apps, &items)? {
        as_list(page, view, &apps, &items)?;
    }
    legend(page, &items)
}

/// The rows, top down; units that add nothing become remarks.
fn items<'a>(view: &View<'_>, settings: &'a [Settings<'a>]) -> Vec<Item<'a>> {
    let tree = &view.tree;
    let mut size = vec![1_usize; settings.len()];
    let mut uniform = vec![true; settings.len()];
    let inherits = |above: usize, unit: usize| settings[unit].inherited_from(&settings[above], &tree.units[above].path);
    for &unit in tree.top_down().iter().rev() {
        for &child in tree.children(unit) {
            size[unit] += size[child];
            uniform[unit] &= uniform[child] && inherits(unit, child);
        }
    }
    let few = view.limit(FEW);
    let unit_item = |unit: usize, depth: usize| Item::Unit { unit, depth, settings: &settings[unit] };
    let mut items = Vec::new();
    let mut waiting: Vec<Item<'a>> = tree.tops().iter().rev().map(|&unit| unit_item(unit, 0)).collect();
    while let Some(item) = waiting.pop() {
        let Item::Unit { unit, depth, .. } = item else {
            items.push(item);
            continue;
        };
        items.push(item);
        let (heirs, others): (Vec<usize>, Vec<usize>) =
            tree.children(unit).iter().partition(|&&child| uniform[child] && inherits(unit, child));
        let mut below = Vec::new();
        let counted_heirs: usize = heirs.iter().map(|&heir| size[heir]).sum();
        let shown = if counted_heirs > few {
            below.push(remark(depth + 1, counted_heirs, &settings[unit]));
            others
        } else {
            tree.children(unit).to_vec()
        };
        let mut alike: BTreeMap<&Settings<'_>, Vec<usize>> = BTreeMap::new();
        for &child in shown.iter().filter(|&&child| uniform[child]) {
            alike.entry(&settings[child]).or_default().push(child);
        }
        for &child in &shown {
            let group =
                uniform[child].then(|| &alike[&settings[child]]).filter(|group| group.len() > few.saturating_add(1));
            match group {
                None => below.push(unit_item(child, depth + 1)),
                Some(group) if group[0] == child => {
                    let rest: usize = group.iter().skip(1).map(|&other| size[other]).sum();
                    below.push(unit_item(child, depth + 1));
                    let text = format!("… {} set alike", more(rest));
                    below.push(Item::Remark { depth: depth + 1, text, stands_for: rest });
                }
                Some(_) => {}
            }
        }
        waiting.extend(below.into_iter().rev());
    }
    items
}

fn remark<'a>(depth: usize, stands_for: usize, above: &Settings<'_>) -> Item<'a> {
    let nothing_known = above.reauth.mark == Mark::Unknown;
    let (one, many) = if nothing_known {
        ("org unit below, the same", "org units below, the same")
    } else {
        ("org unit below inherits this", "org units below inherit this")
    };
    Item::Remark { depth, text: format!("… {}", counted(stands_for, one, many)), stands_for }
}

fn more(units: usize) -> String {
    format!("{} more org {}", number(units), if units == 1 { "unit" } else { "units" })
}

fn name(view: &View<'_>, unit: usize, depth: usize) -> Visible {
    Visible::of(if depth > DEEPEST { view.tree.units[unit].path.as_str() } else { view.tree.name(unit) })
}

fn as_table(page: &mut Page<'_>, view: &View<'_>, apps: &[&AppId], items: &[Item<'_>]) -> io::Result<bool> {
    let mut columns = vec![
        Column::elastic("Org unit", 16),
        Column::fixed("Reauth"),
        Column::fixed("Every"),
        Column::fixed("Method"),
        Column::fixed("Exempt"),
    ];
    columns.extend(apps.iter().map(|app| Column::elastic(app.as_str(), 12)));
    columns.push(Column::elastic("Set in", 8));
    let cell = |value: &Value| Cell::toned(value.mark.tone(), &value.text);
    let rows: Vec<Row> = items
        .iter()
        .map(|item| match item {
            Item::Remark { depth, text, .. } => Row::Remark { indent: 2 * depth.min(&DEEPEST), text: text.clone() },
            Item::Unit { unit, depth, settings } => {
                let (session, elsewhere) = settings.origins();
                let name = name(view, *unit, *depth);
                let mut cells = vec![Cell { tone: Tone::Strong, indent: 2 * (*depth).min(DEEPEST), text: name }];
                cells.extend([&settings.reauth, &settings.every, &settings.method, &settings.exempt].map(cell));
                cells.extend(settings.apps.iter().zip(elsewhere).map(|((value, _), from)| match from {
                    Some(from) => Cell::toned(value.mark.tone(), &format!("{} ({from})", value.text)),
                    None => cell(value),
                }));
                cells.push(Cell::of(&session));
                Row::Cells(cells)
            }
        })
        .collect();
    table::print(page, &columns, &rows)
}

fn as_list(page: &mut Page<'_>, view: &View<'_>, apps: &[&AppId], items: &[Item<'_>]) -> io::Result<()> {
    for item in items {
        let (unit, depth, settings) = match item {
            Item::Remark { depth, text, .. } => {
                page.paragraph(
                    2 + depth.min(&DEEPEST),
                    4 + depth.min(&DEEPEST),
                    &Line::default().tone(Tone::Quiet, text),
                )?;
                continue;
            }
            Item::Unit { unit, depth, settings } => (*unit, *depth, settings),
        };
        let indent = 2 + depth.min(DEEPEST);
        page.paragraph(indent, indent + 2, &Line::default().visible(Tone::Strong, name(view, unit, depth)))?;
        let (session, elsewhere) = settings.origins();
        let toned = |line: Line, value: &Value| line.tone(value.mark.tone(), &value.text);
        let mut line = toned(Line::of("reauth "), &settings.reauth);
        for (title, value) in [("every", &settings.every), ("method", &settings.method), ("exempt", &settings.exempt)] {
            if value.text != "–" {
                line = toned(line.text(&format!(", {title} ")), value);
            }
        }
        for ((app, (value, _)), from) in apps.iter().zip(&settings.apps).zip(elsewhere) {
            line = toned(line.text(&format!("; {app} ")), value);
            if let Some(from) = from {
                line = line.text(&format!(" ({from})"));
            }
        }
        line = match session.as_str() {
            "" => line,
            "here" => line.text("; set here"),
            _ => line.text(&format!("; set in {session}")),
        };
        page.paragraph(indent + 2, indent + 4, &line)?;
    }
    Ok(())
}

/// Only the marks that occur.
fn legend(page: &mut Page<'_>, items: &[Item<'_>]) -> io::Result<()> {
    let used: BTreeSet<Mark> = items
        .iter()
        .filter_map(|item| match item {
            Item::Unit { settings, .. } => Some(settings.values().map(|value| value.mark)),
            Item::Remark { .. } => None,
        })
        .flatten()
        .collect();
    let explained: Vec<&str> = used
        .into_iter()
        .filter_map(|mark| match mark {
            Mark::Proven => None,
            Mark::Presumed => Some("~ presumed, not proven"),
            Mark::Unknown => Some("? not known"),
            Mark::Conflict => Some("! evidence contradicts itself"),
        })
        .collect();
    let line = explained.join("   ");
    let lines = if line.len() + 2 > page.width { explained } else { vec![line.as_str()] };
    for line in lines.into_iter().filter(|line| !line.is_empty()) {
        page.paragraph(2, 4, &Line::default().tone(Tone::Quiet, line))?;
    }
    Ok(())
}
