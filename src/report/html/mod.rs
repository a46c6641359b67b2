//! The report as one page for a browser: for the administrator in the morning and for whoever reviews it a year later.
//!
//! One file that asks the network for nothing. Its policy (CSP) allows the style sheet and the script that stand in it,
//! by their hashes, and nothing else: no image, font, frame, form or style attribute. Without JavaScript all of it can
//! be read; with it, results can be filtered and searched. Text from outside reaches the page as [`shown::Shown`] alone.

mod advice;
mod grounds;
mod label;
mod overview;
mod results;
mod shown;
mod timeline;
mod tree;

use std::io::{self, Write};

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::label::severities;
use self::shown::Shown;
use super::digest::View;
use super::model::Report;
use super::wording::{counted, number};
use super::{Detail, RenderOptions};
use crate::domain::Severity;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What the templates are filled with.
#[derive(Template)]
#[template(config = "src/report/html/askama.toml", path = "page.html")]
struct Page {
    policy: String,
    style: &'static str,
    script: &'static str,
    head: overview::Head,
    verdict: overview::Verdict,
    severities: Vec<Severity>,
    counts: Vec<overview::Count>,
    all_results: String,
    breaks: Vec<overview::Break>,
    remedies: Vec<advice::Remedy>,
    unknowns: Vec<advice::Unknown>,
    unexplained: Option<Shown>,
    clashes: Vec<advice::Clash>,
    disputes: Vec<advice::Dispute>,
    units: Vec<tree::Step>,
    of_units: String,
    timeline: Option<timeline::Timeline>,
    packs: Vec<Shown>,
    checks: Vec<results::Check>,
    grants: Vec<overview::Grant>,
    of_grants: String,
    sources: Vec<grounds::Origin>,
    unread: Vec<grounds::Unread>,
    notices: Vec<Shown>,
}

impl Page {
    fn of(report: &Report, options: &RenderOptions) -> Self {
        let view = View::of(report, Detail::Brief);
        let order = results::order(&report.results);
        let anchors = results::anchors(&order);
        let (unknowns, unexplained) = advice::unknowns(&view, &anchors);
        let remedies = advice::remedies(&view, &anchors);
        let mut packs: Vec<Shown> = report.results.iter().map(|result| Shown::name(result.pack.as_str())).collect();
        packs.sort_unstable();
        packs.dedup();
        Self {
            policy: policy(),
            style: STYLE,
            script: SCRIPT,
            head: overview::Head::of(report),
            verdict: overview::Verdict::of(&view),
            severities: severities(report),
            counts: overview::counts(report),
            all_results: number(report.results.len()),
            breaks: overview::breaks(&view),
            remedies,
            unknowns,
            unexplained,
            clashes: advice::clashes(&report.collisions),
            disputes: advice::disputes(&view),
            units: tree::steps(&view),
            of_units: counted(report.org_units.len(), "org unit", "org units"),
            timeline: timeline::timeline(&view),
            packs,
            checks: results::checks(&view, order, options),
            grants: overview::grants(report),
            of_grants: overview::of_grants(report),
            sources: grounds::sources(report),
            unread: grounds::unread(report),
            notices: report.notices.iter().map(|notice| Shown::text(notice)).collect(),
        }
    }
}

/// What the browser may do with the page.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())));
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src 'none'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    Page::of(report, options).write_into(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_cannot_end_early() {
        for text in [STYLE, SCRIPT] {
            let text = text.to_ascii_lowercase();
            assert!(!text.contains("</") && !text.contains("<!--") && !text.contains('\r'));
        }
        // Addresses in a style sheet would be asked for.
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
