use jiff::{SignedDuration, Timestamp};

use super::expression::Expression;
use super::fake::{FakeScope, boolean, int, list, record, schema, text};
use super::schema::SubjectKind;
use super::value::{Datum, Val};
use crate::facts::Truth::{FalsePresumed, FalseProven, TruePresumed, TrueProven, Unknown};
use crate::facts::{Strength, Truth};

fn presumed(value: Val) -> Val {
    value.at_most(Some(Strength::Presumed))
}

fn truth(condition: &str, scope: &FakeScope) -> Truth {
    match Expression::condition(condition, schema(SubjectKind::OrgUnit)) {
        Ok(expression) => expression.truth(scope),
        Err(faults) => panic!("{condition}: {faults:?}"),
    }
}

fn all(scope: &FakeScope, cases: &[(&str, Truth)]) {
    for (condition, expected) in cases {
        assert_eq!(truth(condition, scope), *expected, "{condition}");
    }
}

#[test]
fn what_decides_it_alone_decides_it_whatever_the_order() {
    let scope = FakeScope::default().with("t.v.p", boolean(false)).with("t.v.q", presumed(boolean(true)));
    all(
        &scope,
        &[
            ("settings.t.v.p && settings.t.v.a == 1", FalseProven),
            ("settings.t.v.a == 1 && settings.t.v.p", FalseProven),
            ("settings.t.v.a == 1 || !settings.t.v.p", TrueProven),
            ("settings.t.v.a == 1 || settings.t.v.p", Unknown),
            ("settings.t.v.q && !settings.t.v.p", TruePresumed),
            ("settings.t.v.q || settings.t.v.a == 1", TruePresumed),
            ("settings.t.v.a == settings.t.v.a", Unknown),
            ("settings.t.v.p ? settings.t.v.a == 1 : settings.t.v.q", TruePresumed),
            ("settings.t.v.a == 1 ? settings.t.v.q : true", TruePresumed),
            ("settings.t.v.a == 1 ? settings.t.v.q : settings.t.v.p", Unknown),
            ("settings.t.v.q ? settings.t.v.p : true", FalsePresumed),
        ],
    );
}

#[test]
fn nothing_is_asked_for_that_the_answer_does_not_hang_on() {
    let scope = FakeScope::default().with("t.v.p", boolean(false));
    assert_eq!(truth("settings.t.v.p && settings.t.v.q", &scope), FalseProven);
    assert_eq!(*scope.asked.borrow(), ["t.v.p"]);
}

#[test]
fn an_open_list_says_only_what_its_known_items_say() {
    let scope = FakeScope::default()
        .with("t.v.l", list([int(1), int(2)], true))
        .with("rule.dlp", list([record([("state", text("ACTIVE"))]), record([]), Val::Unknown], false));
    all(
        &scope,
        &[
            ("settings.t.v.l.exists(x, x == 2)", TrueProven),
            ("settings.t.v.l.exists(x, x == 3)", Unknown),
            ("settings.t.v.l.all(x, x < 2)", FalseProven),
            ("settings.t.v.l.all(x, x < 3)", Unknown),
            ("settings.t.v.l.exists_one(x, x == 1)", Unknown),
            ("settings.t.v.l.exists_one(x, x > 0)", FalseProven),
            ("2 in settings.t.v.l", TrueProven),
            ("3 in settings.t.v.l", Unknown),
            ("!(2 in settings.t.v.l)", FalseProven),
            ("settings.t.v.l.size() > 1", TrueProven),
            ("settings.t.v.l.size() >= 3", Unknown),
            ("settings.t.v.l.size() < 2", FalseProven),
            ("settings.t.v.l.size() <= 2", Unknown),
            ("3 <= settings.t.v.l.size()", Unknown),
            ("2 <= size(settings.t.v.l)", TrueProven),
            ("settings.t.v.l.size() != 1", TrueProven),
            ("settings.t.v.l.size() == 0", FalseProven),
            ("settings.t.v.l.size() == 2", Unknown),
            ("settings.t.v.l.filter(x, x == 2).size() > 0", TrueProven),
            ("settings.t.v.l.filter(x, x == 3).size() == 0", Unknown),
            ("settings.t.v.l[0] == 1", Unknown),
            ("settings.t.v.l == [1]", Unknown),
            ("settings.rule.dlp.exists(r, r.state == \"ACTIVE\")", TrueProven),
            ("settings.rule.dlp.exists(r, r.state == \"INACTIVE\")", Unknown),
            ("settings.rule.dlp.all(r, r.state == \"ACTIVE\")", Unknown),
            ("settings.rule.dlp.size() == 3", TrueProven),
            ("settings.rule.dlp.filter(r, has(r.state)).size() == 1", Unknown),
            ("settings.rule.dlp.filter(r, has(r.state)).size() >= 1", TrueProven),
        ],
    );
}

#[test]
fn a_list_that_is_presumed_proves_nothing() {
    let scope = FakeScope::default().with("t.v.l", presumed(list([int(1)], false)));
    all(
        &scope,
        &[
            ("settings.t.v.l.exists(x, x == 1)", TruePresumed),
            ("settings.t.v.l.all(x, x == 2)", FalsePresumed),
            ("settings.t.v.l.size() == 1", TruePresumed),
            ("settings.t.v.l.filter(x, x > 1).size() == 0", TruePresumed),
            ("settings.t.v.l.map(x, x + 1) == [2]", TruePresumed),
            ("settings.t.v.l[0] == 1", TruePresumed),
            ("1 in settings.t.v.l", TruePresumed),
        ],
    );
}

#[test]
fn errors_are_unknown() {
    let scope = FakeScope::default()
        .with("t.v.a", int(i64::MAX))
        .with("t.v.l", list([int(1)], false))
        .with("t.v.s", text("("))
        .with("t.v.json", text("x"))
        .with("log", record([("settings", record([("A", text("true"))])), ("last", Val::Unknown)]));
    all(
        &scope,
        &[
            ("settings.t.v.a + 1 > 0", Unknown),
            ("-settings.t.v.a - 2 < 0", Unknown),
            ("settings.t.v.l[1] == 1", Unknown),
            ("settings.t.v.l[-1] == 1", Unknown),
            ("settings.t.v.u.matches(settings.t.v.s)", Unknown),
            ("\"x\".matches(settings.t.v.s)", Unknown),
            ("duration(settings.t.v.s) > duration(\"1s\")", Unknown),
            ("int(settings.t.v.s) == 1", Unknown),
            ("settings.t.v.json == 1", Unknown),
            ("settings.t.v.json == \"x\"", TrueProven),
            ("settings.t.v.json < 1", Unknown),
            ("settings.t.v.json", Unknown),
            ("settings.t.v.json.field == true", Unknown),
            ("has(settings.t.v.json.field)", Unknown),
            ("settings.t.v.json.exists(x, true)", Unknown),
            ("log.settings[\"A\"] == \"true\"", TrueProven),
            ("log.settings[\"B\"] == \"true\"", Unknown),
            ("\"A\" in log.settings", TrueProven),
            ("\"B\" in log.settings", Unknown),
            ("has(log.settings.B)", Unknown),
            ("log.last[\"E\"][\"P\"] == \"x\"", Unknown),
        ],
    );
}

#[test]
fn has_tells_what_is_not_set_from_what_is_not_known() {
    let scope = FakeScope::default().with("t.v.a", presumed(int(1))).with(
        "gmail.imap_access.imapAccessRestriction",
        record([("allowAllMailClients", boolean(true)), ("x", Val::Unknown)]),
    );
    all(
        &scope,
        &[
            ("has(settings.t.v.a)", TruePresumed),
            ("has(settings.t.v.b)", Unknown),
            ("has(settings.gmail.imap_access.imapAccessRestriction.allowAllMailClients)", TrueProven),
            ("has(settings.gmail.imap_access.imapAccessRestriction.allowed)", FalseProven),
            ("has(settings.gmail.imap_access.imapAccessRestriction.x)", Unknown),
            ("settings.gmail.imap_access.imapAccessRestriction.allowed == true", Unknown),
            ("settings.gmail.imap_access.imapAccessRestriction.allowAllMailClients == true", TrueProven),
        ],
    );
}

#[test]
fn time_is_reckoned_with() {
    let now: Timestamp = "2026-11-20T10:00:00Z".parse().expect("a moment");
    let scope = FakeScope::default()
        .with("now", Val::proven(Datum::Timestamp(now)))
        .with("t.v.at", Val::proven(Datum::Timestamp(now - SignedDuration::from_hours(30))))
        .with("t.v.d", Val::proven(Datum::Duration(SignedDuration::from_hours(12))));
    all(
        &scope,
        &[
            ("settings.t.v.at < now - duration(\"24h\")", TrueProven),
            ("now - settings.t.v.at == duration(\"30h\")", TrueProven),
            ("settings.t.v.at + settings.t.v.d > now", FalseProven),
            ("settings.t.v.d == duration(\"43200s\")", TrueProven),
            ("settings.t.v.d + settings.t.v.d == duration(\"24h\")", TrueProven),
            ("settings.t.v.at > timestamp(\"2026-11-19T03:59:59Z\")", TrueProven),
        ],
    );
}

#[test]
fn macros_see_the_names_around_them() {
    let user = |email: &str, roles: &[&str]| {
        record([("email", text(email)), ("roles", list(roles.iter().map(|role| text(role)), false))])
    };
    let tenant = record([("admins", list([user("a@x", &["R", "S"]), user("b@x", &[])], false))]);
    let scope = FakeScope::default().with("tenant", tenant).with("t.v.s", text("S"));
    all(
        &scope,
        &[
            ("tenant.admins.exists(u, u.roles.exists(r, r == settings.t.v.s && u.email == \"a@x\"))", TrueProven),
            ("tenant.admins.map(u, u.roles.size()) == [2, 0]", TrueProven),
            ("tenant.admins.map(u, u.roles.size() > 0, u.email) == [\"a@x\"]", TrueProven),
            (
                "tenant.admins.filter(u, u.roles.filter(u, u == \"S\").size() == 1).map(u, u.email) == [\"a@x\"]",
                TrueProven,
            ),
            ("tenant.admins.exists_one(u, u.roles == [])", TrueProven),
            ("(tenant.admins.map(u, u.email) + [\"c@x\"])[2] == \"c@x\"", TrueProven),
        ],
    );
}

#[test]
fn what_the_author_knows_to_be_unknown_is_told_where_it_is_come_to() {
    let told = |condition: &str| {
        let scope = FakeScope::default().with("t.v.p", boolean(true)).with("t.v.s", text("x"));
        (truth(condition, &scope), scope.unsettled.take())
    };
    assert_eq!(told("settings.t.v.p ? unknown(\"why\") : true"), (Unknown, vec!["why".to_owned()]));
    assert_eq!(told("settings.t.v.s == \"x\" && unknown(\"why\")"), (Unknown, vec!["why".to_owned()]));
    assert_eq!(told("settings.t.v.p || unknown(\"why\")"), (TrueProven, vec![]));
    assert_eq!(told("settings.t.v.q ? unknown(\"why\") : true"), (Unknown, vec![]));
    assert_eq!(told("settings.t.v.q && unknown(\"why\")"), (Unknown, vec![]));
}
