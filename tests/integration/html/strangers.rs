//! Names that would like to be part of the page.

use std::rc::Rc;

use gwsaudit::report::is_hidden;
use gwsaudit::report::model::Report;
use proptest::prelude::*;

use super::dom::{Element, elements};
use super::page;
use crate::report::poisoned;
use crate::report_fixtures as fixtures;

const TAGS: [&str; 57] = [
    "a", "bdi", "body", "button", "caption", "circle", "code", "datalist", "dd", "desc", "details", "div", "dl", "dt",
    "em", "fieldset", "footer", "form", "g", "h1", "h2", "h3", "h4", "head", "header", "html", "input", "label",
    "legend", "li", "line", "main", "meta", "nav", "ol", "option", "p", "path", "rect", "script", "section", "select",
    "span", "strong", "style", "summary", "svg", "symbol", "table", "tbody", "td", "text", "th", "thead", "time",
    "title", "tr",
];

/// What nothing but our own markup may hold: elements that we write, no handler, no style, no address but of ours.
pub(crate) fn assert_harmless(elements: &[Rc<Element>]) {
    for element in elements {
        let name = element.name.as_str();
        assert!(TAGS.contains(&name) || ["ul", "use"].contains(&name), "<{name}>");
        for (attribute, value) in &element.attributes {
            assert!(!attribute.starts_with("on") && attribute != "style" && attribute != "src", "{attribute}={value}");
            if ["href", "action", "formaction", "data", "poster", "srcset", "ping"].contains(&attribute.as_str()) {
                assert!(attribute == "href", "{attribute}");
                let inside = value.starts_with('#');
                assert!(inside || value.starts_with("https://admin.google.com/"), "{value}");
                assert!(inside || element.attribute("rel") == Some("noopener noreferrer"), "{value}");
            }
        }
    }
    for name in ["script", "style", "title", "form"] {
        // The drawing has titles of its own.
        let count = elements
            .iter()
            .filter(|element| element.name == name && !element.around().any(|outer| outer.name == "svg"))
            .count();
        assert_eq!(count, 1, "{name}");
    }
}

fn assert_visible(page: &str) {
    let raw: Vec<char> = page.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
    assert!(raw.is_empty(), "{raw:?}");
}

/// Names and attribute names of every element, in order.
fn outline(report: &Report) -> Vec<String> {
    let elements = elements(&page(report));
    assert_harmless(&elements);
    elements
        .iter()
        .map(|element| format!("{} {}", element.name, element.attributes.keys().cloned().collect::<Vec<_>>().join(" ")))
        .collect()
}

const NASTY: [&str; 9] = [
    "<script>alert(1)<\\script>@example.com",
    "\"><img src=x onerror=alert(1)>@example.com",
    "' onmouseover='alert(1)@example.com",
    "<!--@example.com",
    "-->@example.com",
    "]]><svg onload=alert(1)>@example.com",
    "&lt;b&gt;&#60;b&#x3e;@example.com",
    "{{ style|safe }}{% include \"page.html\" %}@example.com",
    "javascript:alert(1)@example.com",
];

#[test]
fn nasty_names_are_text() {
    for (fixture, report) in fixtures::all() {
        let plain = outline(&poisoned(report.clone(), "flows@example.com"));
        for nasty in NASTY {
            assert_eq!(outline(&poisoned(report.clone(), nasty)), plain, "{fixture}: {nasty}");
            if !report.results.is_empty() {
                let text = elements(&page(&poisoned(report.clone(), nasty)))[0].text();
                assert!(text.contains(nasty), "{fixture}: {nasty}");
            }
        }
    }
}

#[test]
fn names_that_close_elements_are_text() {
    for nasty in ["</script><script>alert(1)</script>", "</style></title></summary></details></bdi>", "</svg><p>"] {
        for (_, report) in fixtures::all() {
            let page = page(&poisoned(report, nasty));
            assert_harmless(&elements(&page));
        }
    }
}

#[test]
fn the_hostile_tenant_is_harmless() {
    let page = page(&fixtures::hostile());
    assert_harmless(&elements(&page));
    assert_visible(&page);
    assert!(page.contains("\\u{202e}") && page.contains("exam\\u{200f}ple.com"));
}

#[test]
fn a_name_of_a_megabyte_is_shortened_and_says_so() {
    let reports =
        [fixtures::broken(), fixtures::doubtful(), fixtures::denied(), fixtures::suppressed(), fixtures::manual()];
    for report in reports {
        let page = page(&poisoned(report, &format!("{}@example.com", "<".repeat(1_000_000))));
        assert!(page.len() < 3_000_000, "{} bytes", page.len());
        assert!(page.contains("characters left out]"));
        assert_harmless(&elements(&page));
    }
}

#[test]
fn units_nested_without_end_stay_within_what_browsers_nest() {
    let mut report = fixtures::healthy();
    let unit = report.org_units[1].clone();
    let mut path = String::new();
    for n in 0..400 {
        path.push_str(&format!("/{n}"));
        let path = gwsaudit::domain::OrgUnitPath::from_google(&path).expect("a path");
        report.org_units.push(gwsaudit::report::model::OrgUnit { path, ..unit.clone() });
    }
    report.org_units.sort_by(|a, b| a.path.cmp(&b.path));
    let elements = elements(&page(&report));
    assert!(elements.iter().map(|element| element.around().count()).max() < Some(120));
    assert_eq!(elements.iter().filter(|element| element.has_class("unit")).count(), report.org_units.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_name_reaches_the_page_raw(
        text in "(?s:.){0,40}|[\\x00-\\x1f\u{7f}-\u{9f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}a<>&\"'/ ]{0,40}",
    ) {
        for report in [fixtures::broken(), fixtures::doubtful(), fixtures::denied(), fixtures::suppressed(), fixtures::manual()] {
            let page = page(&poisoned(report, &text));
            assert_visible(&page);
            assert_harmless(&elements(&page));
        }
    }
}
