//! What two reports were both asked, and in what they were made differently.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CheckId, PackId, Sha256};
use crate::report::model::{Inputs, Report};

/// What two reports have in common.
pub(super) struct Common<'r> {
    /// Packs of both, and whether both had the same.
    packs: BTreeMap<&'r PackId, SamePack>,
    /// Checks with results in both.
    checks: BTreeSet<&'r CheckId>,
    /// In what they were made differently.
    pub(super) remarks: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SamePack {
    Yes,
    No,
}

impl<'r> Common<'r> {
    pub(super) fn of(old: &'r Report, new: &'r Report) -> Self {
        let (packs_then, packs_now) = (packs(old), packs(new));
        let mut remarks = Vec::new();
        let (then, now) = (&old.tool.version, &new.tool.version);
        if then != now {
            remarks.push(format!(
                "the older one was judged by gwsaudit {then}, the newer one by {now}: what changed may be the judge"
            ));
        }
        let same_program = same_program(old, new);
        if then == now && !same_program {
            remarks.push(format!("the two were judged by different builds of gwsaudit {now}"));
        }
        let mut shared = BTreeMap::new();
        let mut edited = Vec::new();
        for id in packs_then.keys().filter(|id| packs_now.contains_key(*id)) {
            let same = match (&packs_then[id], &packs_now[id]) {
                (Some(then), Some(now)) => then == now,
                (None, None) => same_program,
                (Some(_), None) | (None, Some(_)) => false,
            };
            if !same && packs_then[id] != packs_now[id] {
                edited.push(id.as_str());
            }
            shared.insert(*id, if same { SamePack::Yes } else { SamePack::No });
        }
        if !edited.is_empty() {
            remarks.push(format!("not the same in both: pack {}", edited.join(", ")));
        }
        for (here, there, which) in [(&packs_then, &packs_now, "older"), (&packs_now, &packs_then, "newer")] {
            let only: Vec<&str> = here.keys().filter(|id| !there.contains_key(*id)).map(|id| id.as_str()).collect();
            if !only.is_empty() {
                remarks.push(format!("only the {which} one has pack {}: not compared", only.join(", ")));
            }
        }
        if let (Some(then), Some(now)) = (&old.inputs, &new.inputs) {
            remarks.extend(asked_otherwise(then, now));
        }
        let checks_of = |report: &'r Report| report.results.iter().map(|result| &result.check);
        let then: BTreeSet<&CheckId> = checks_of(old).collect();
        let checks = checks_of(new).filter(|check| then.contains(check)).collect();
        Self { packs: shared, checks, remarks }
    }

    /// Whether both were asked this. A check without results in one of them was asked all the same, perhaps of nobody,
    /// where its pack is the same.
    pub(super) fn asked(&self, pack: &PackId, check: &CheckId) -> bool {
        match self.packs.get(pack) {
            Some(SamePack::Yes) => true,
            Some(SamePack::No) => self.checks.contains(check),
            None => false,
        }
    }
}

/// The packs of a report, with what their files were.
fn packs(report: &Report) -> BTreeMap<&PackId, Option<&Sha256>> {
    match &report.inputs {
        Some(inputs) => inputs.packs.iter().map(|pack| (&pack.id, pack.sha256.as_ref())).collect(),
        None => report.results.iter().map(|result| (&result.pack, None)).collect(),
    }
}

/// Whether the same program judged, as far as is known.
fn same_program(old: &Report, new: &Report) -> bool {
    let file = |report: &Report| report.inputs.as_ref().and_then(|inputs| inputs.tool.sha256.clone());
    match (file(old), file(new)) {
        (Some(old), Some(new)) => old == new,
        (None, _) | (_, None) => old.tool == new.tool,
    }
}

fn asked_otherwise(old: &Inputs, new: &Inputs) -> Vec<String> {
    let mut remarks = Vec::new();
    let (then, now) = (&old.question, &new.question);
    if then.org_units != now.org_units {
        remarks.push("the two were asked of different org units (--org-unit)".to_owned());
    }
    if then.apps != now.apps {
        remarks.push("the two were asked of different apps".to_owned());
    }
    if then.accept_presumed != now.accept_presumed {
        remarks.push("only one of the two lets presumed facts pass (--accept-presumed)".to_owned());
    }
    if old.configuration != new.configuration {
        remarks.push("the configuration's apps, accepted risks or statements differ".to_owned());
    }
    let hash = |inputs: &Inputs| inputs.attestations.as_ref().map(|file| file.sha256.clone());
    if hash(old) != hash(new) {
        remarks.push("the attestations differ".to_owned());
    }
    let hash = |inputs: &Inputs| inputs.configured_apps.as_ref().map(|file| file.sha256.clone());
    if hash(old) != hash(new) {
        remarks.push("the lists of configured apps differ".to_owned());
    }
    remarks
}
