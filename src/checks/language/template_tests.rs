use jiff::SignedDuration;

use super::fake::{FakeScope, int, list, record, schema, text};
use super::schema::SubjectKind;
use super::template::Template;
use super::value::{Datum, Val};

fn rendered(template: &str, scope: &FakeScope) -> String {
    Template::new(template, schema(SubjectKind::OrgUnit)).expect("sound").render(scope)
}

#[test]
fn values_are_written_for_people() {
    let length = |seconds| Val::proven(Datum::Duration(SignedDuration::from_secs(seconds)));
    let scope = FakeScope::default()
        .with("t.v.a", int(3))
        .with("t.v.d", length(43_200))
        .with("t.v.l", list((1..=8).map(int), false))
        .with("t.v.s", text("}"))
        .with("rule.dlp", list([record([("displayName", text("one"))])], true));
    assert_eq!(
        rendered("{{{settings.t.v.a}}} of {settings.t.v.b}: \"{settings.t.v.s}\"", &scope),
        "{3} of not known: \"}\""
    );
    assert_eq!(
        rendered("{settings.t.v.d}, {duration(\"336h\")}, {duration(\"-36h\")}", &scope),
        "12 h, 14 days, minus 1 d 12 h"
    );
    assert_eq!(rendered("{settings.t.v.l}", &scope), "1, 2, 3, 4, 5 and 3 more");
    assert_eq!(rendered("{settings.t.v.l.filter(x, x < 3)}", &scope), "1 and 2");
    assert_eq!(rendered("{settings.t.v.l.filter(x, x < 1)}", &scope), "none");
    assert_eq!(rendered("{settings.rule.dlp.map(r, r.displayName)}", &scope), "one and perhaps others");
    assert_eq!(rendered("{\"}\" + '{'} {settings.t.v.s == \"}\" ? \"yes\" : \"no\"}", &scope), "}{ yes");
}

#[test]
fn templates_are_checked_too() {
    let told = |template| {
        let faults = Template::new(template, schema(SubjectKind::OrgUnit)).expect_err("wrong");
        faults.into_iter().map(|fault| (template[fault.range].to_owned(), fault.message)).collect::<Vec<_>>()
    };
    let one = |part: &str, message: &str| vec![(part.to_owned(), message.to_owned())];
    assert_eq!(
        told("x {settings.t.v.a"),
        one("{", "this brace is never closed; a brace that is meant as such is written {{")
    );
    assert_eq!(told("x } y"), one("}", "this brace closes nothing; a brace that is meant as such is written }}"));
    assert_eq!(
        told("{org_unit}"),
        one("org_unit", "org_unit (a record) cannot be written into a sentence; name a field of it")
    );
    assert_eq!(
        told("é {settings.t.v.z}"),
        one(
            "z",
            "t.v has no field `z`; known ones are `a`, `at`, `b`, `d`, `json`, `l`, `open`, `p`, `q`, `s`, `services`, `u`"
        )
    );
    assert_eq!(told("{}").len(), 1);
}
