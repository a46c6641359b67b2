//! Tests of `report::html`: the page as a browser's parser sees it. What a browser makes of it, tests/browser tests.

mod dom;
mod strangers;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use gwsaudit::report::model::{Report, Status};
use gwsaudit::report::{Format, RenderOptions, Visible, render};

use self::dom::Element;
pub(crate) use self::dom::elements;
pub(crate) use self::strangers::assert_harmless;
use crate::report_fixtures as fixtures;

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    render(report, Format::Html, &RenderOptions::default(), &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn fingerprints(elements: &[Rc<Element>]) -> Vec<String> {
    let codes = elements.iter().filter(|element| element.name == "code" && element.is_within_class("fingerprint"));
    codes.map(|code| code.text()).collect()
}

/// Results by status, counted one by one.
pub(crate) fn counts(page: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for result in elements(page).iter().filter(|element| element.has_class("result")) {
        *counts.entry(result.inherited("data-status").expect("a status").to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn every_result_stands_there_once() {
    for (name, report) in fixtures::all() {
        let mut shown = fingerprints(&elements(&page(&report)));
        let mut expected: Vec<String> =
            report.results.iter().map(|result| Visible::of(&result.fingerprint).to_string()).collect();
        shown.sort();
        expected.sort();
        assert_eq!(shown, expected, "{name}");
    }
}

#[test]
fn every_piece_of_evidence_and_every_step_is_told() {
    for (name, report) in fixtures::all() {
        let text = elements(&page(&report)).first().expect("a page").text();
        for result in &report.results {
            let told = |what: &str| assert!(text.contains(Visible::of(what).as_str()), "{name}: {what}");
            told(&result.summary);
            for item in &result.evidence {
                [&item.source, &item.locator, &item.says].into_iter().for_each(|it| told(it));
            }
            for missing in &result.missing {
                [&missing.why, &missing.supply].into_iter().for_each(|it| told(it));
            }
            result.remediation.iter().flat_map(|cure| &cure.steps).for_each(|step| told(step));
            result.suppression.iter().for_each(|accepted| told(&accepted.reason));
        }
    }
}

#[test]
fn the_table_counts_what_the_list_holds() {
    for (name, report) in fixtures::all() {
        let page = page(&report);
        let counted = counts(&page);
        let links = elements(&page);
        let rows: Vec<_> =
            links.iter().filter(|element| element.name == "tr" && element.is_within_class("counts")).collect();
        assert_eq!(rows.len(), 1 + Status::ALL.len(), "{name}");
        for link in links.iter().filter(|element| element.has_class("to-status")) {
            let status = link.attribute("data-status").expect("a status");
            let total = links
                .iter()
                .skip_while(|element| element.attribute("data-status") != Some(status))
                .find(|element| element.has_class("all"))
                .expect("a total");
            let expected = counted.get(status).copied().unwrap_or_default();
            assert_eq!(total.text().replace(',', ""), expected.to_string(), "{name}: {status}");
        }
    }
}

#[test]
fn the_policy_allows_our_own_style_and_script_alone() {
    let page = page(&fixtures::broken());
    let elements = elements(&page);
    let hash = |name: &str| {
        let found: Vec<_> = elements.iter().filter(|element| element.name == name).collect();
        let [only] = found[..] else { panic!("{} elements {name}", found.len()) };
        let digest = digest(&SHA256, only.text().as_bytes());
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
    };
    let policy = elements
        .iter()
        .find(|element| element.attribute("http-equiv") == Some("Content-Security-Policy"))
        .and_then(|element| element.attribute("content"))
        .expect("a policy");
    let expected = format!(
        "default-src 'none'; style-src {}; script-src {}; img-src 'none'; base-uri 'none'; form-action 'none'",
        hash("style"),
        hash("script")
    );
    assert_eq!(policy, expected);
    // A policy in a page holds for what comes after it.
    let order: Vec<&str> = elements.iter().map(|element| element.name.as_str()).take(4).collect();
    assert_eq!(order, ["html", "head", "meta", "meta"]);
}

#[test]
fn the_page_hangs_together() {
    for (name, report) in fixtures::all() {
        let elements = elements(&page(&report));
        let mut ids = BTreeSet::new();
        for id in elements.iter().filter_map(|element| element.attribute("id")) {
            assert!(ids.insert(id), "{name}: {id} twice");
        }
        for element in &elements {
            let targets = element.attribute("href").and_then(|href| href.strip_prefix('#')).into_iter();
            let labels = element.attribute("aria-labelledby").into_iter().flat_map(|ids| ids.split(' '));
            for id in targets.chain(labels) {
                assert!(ids.contains(id), "{name}: nothing is called {id}");
            }
        }
        let levels: Vec<u8> =
            elements.iter().filter_map(|element| element.name.strip_prefix('h')?.parse().ok()).collect();
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
        for landmark in ["header", "nav", "main", "footer"] {
            assert_eq!(elements.iter().filter(|element| element.name == landmark).count(), 1, "{name}: {landmark}");
        }
    }
}

#[test]
fn what_fails_lies_open_and_what_passes_does_not() {
    let elements = elements(&page(&fixtures::broken()));
    let mut seen = BTreeSet::new();
    for case in elements.iter().filter(|element| element.has_class("case")) {
        let status = case.attribute("data-status").expect("a status");
        assert_eq!(case.attribute("open").is_some(), status == "fail", "{status}");
        seen.insert(status);
    }
    assert!(seen.contains("fail") && seen.contains("pass"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for (name, report) in fixtures::all() {
        assert_eq!(page(&report), page(&report), "{name}");
    }
}

#[test]
fn ten_thousand_results_are_a_page_all_the_same() {
    let mut report = fixtures::large();
    let one = report.results.clone();
    for n in 1..5 {
        report.results.extend(one.iter().cloned().map(|mut result| {
            result.check = format!("{}-{n}", result.check).parse().expect("an id");
            result.fingerprint.push_str(&format!("-{n}"));
            result
        }));
    }
    assert!(report.results.len() > 10_000);
    let page = page(&report);
    assert!(page.len() < 8_000_000, "{} bytes", page.len());
    assert_eq!(counts(&page).values().sum::<u64>(), u64::try_from(report.results.len()).expect("small"));
}

/// Everything but style and script, a line for each tag.
#[test]
fn page_golden() {
    let page = page(&fixtures::doubtful());
    let cut = |page: &str, from: &str, to: &str| {
        let (before, rest) = page.split_once(from).expect("it begins");
        let (_, after) = rest.split_once(to).expect("it ends");
        format!("{before}{from}…{to}{after}")
    };
    let body = cut(&cut(&cut(&page, "<style>", "</style>"), "<script>", "</script>"), "Policy\" content=\"", "\"");
    insta::assert_snapshot!("html-doubtful", body.replace("><", ">\n<"));
}
