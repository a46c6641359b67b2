//! Evidence that contradicts itself: both sides of it, once for all org units that share it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::View;
use super::grounds::said;
use crate::domain::OrgUnitPath;
use crate::report::model::Evidence;
use crate::report::page::{Line, Page, Tone};
use crate::report::wording::counted;

const CONTRADICTIONS: usize = 6;
const SIDES: usize = 6;

pub(super) fn print(page: &mut Page<'_>, view: &View<'_>) -> io::Result<()> {
    let mut sides: BTreeMap<(String, &[Evidence]), BTreeSet<&OrgUnitPath>> = BTreeMap::new();
    for unit in &view.report.org_units {
        let session = &unit.cloud_session;
        if session.conflict {
            sides.entry(("cloud-session-control".to_owned(), &session.sides)).or_default().insert(&unit.path);
        }
        for (app, access) in unit.apps.iter().filter(|(_, access)| access.conflict) {
            sides.entry((format!("access of {app}"), &access.sides)).or_default().insert(&unit.path);
        }
    }
    if sides.is_empty() {
        return Ok(());
    }
    page.heading("Evidence against evidence")?;
    for ((setting, evidence), units) in sides.iter().take(view.limit(CONTRADICTIONS)) {
        let line = Line::default().tone(Tone::Doubt, setting).text(" in ");
        page.paragraph(2, 4, &line.visible(Tone::Strong, view.tree.list(units, view.limit(4))))?;
        for item in evidence.iter().take(view.limit(SIDES)) {
            page.paragraph(4, 6, &said(item))?;
        }
        if evidence.len() > view.limit(SIDES) {
            let more = counted(evidence.len() - view.limit(SIDES), "piece more", "pieces more");
            page.paragraph(4, 6, &Line::of(&format!("… and {more}")))?;
        }
    }
    if sides.len() > view.limit(CONTRADICTIONS) {
        let more = counted(sides.len() - view.limit(CONTRADICTIONS), "contradiction more", "contradictions more");
        page.paragraph(2, 4, &Line::of(&format!("… and {more}")))?;
    }
    Ok(())
}
