//! Queries of any other form, through a CEL parser. What of the syntax tree is not understood becomes an unknown clause.

use std::thread;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};
use cel::parser::Parser;

use super::clause::Clause;
use super::query_list::{EntityList, Id};
use super::query_text::DEEPEST;

/// Longer queries are not parsed.
const LONGEST: usize = 8 * 1024;
/// The parser (and the tree, before it is measured) nests on the stack, in frames of many kilobytes.
const STACK: usize = 64 * 1024 * 1024;

/// The clause that a query is, as far as it can be understood.
pub(super) fn read(query: &str) -> Clause {
    if query.len() > LONGEST {
        return Clause::Unknown(format!("its query is longer than {LONGEST} bytes"));
    }
    if nesting(query) > DEEPEST {
        return Clause::Unknown(format!("its query nests deeper than {DEEPEST}"));
    }
    let text = query.to_owned();
    let parsing = move || match Parser::default().parse_with_source_info(&text) {
        Ok((expression, _)) => clause(&expression, 0),
        Err(_) => Clause::Unknown(format!("its query is no CEL: {}", cut(&text))),
    };
    let thread = thread::Builder::new().name("policy query".to_owned()).stack_size(STACK).spawn(parsing);
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(clause)) => clause,
        Ok(Err(_)) | Err(_) => Clause::Unknown(format!("its query could not be parsed: {}", cut(query))),
    }
}

/// The deepest nesting of brackets, those within texts included: too much rather than too little.
fn nesting(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in query.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn cut(query: &str) -> String {
    const LONGEST: usize = 160;
    match query.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &query[..end]),
        None => query.to_owned(),
    }
}

fn clause(expression: &IdedExpr, depth: usize) -> Clause {
    // Long chains of one operator come as deep trees, whatever the brackets say.
    if depth > 2 * DEEPEST {
        return Clause::Unknown("its query nests too deep".to_owned());
    }
    let known = match &expression.expr {
        Expr::Literal(LiteralValue::Boolean(answer)) => Some(Clause::Always(*answer.inner())),
        Expr::Call(call) => connective(call, depth).or_else(|| licence_held(call)),
        Expr::Comprehension(comprehension) => exists(comprehension),
        Expr::Unspecified
        | Expr::Ident(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_) => None,
    };
    known.unwrap_or_else(|| Clause::Unknown(strange(&expression.expr)))
}

fn connective(call: &CallExpr, depth: usize) -> Option<Clause> {
    let part = |nth: usize| clause(&call.args[nth], depth + 1);
    let all = || call.args.iter().map(|argument| clause(argument, depth + 1)).collect();
    match (call.func_name.as_str(), call.args.len()) {
        (operators::LOGICAL_AND, _) => Some(Clause::All(all())),
        (operators::LOGICAL_OR, _) => Some(Clause::Any(all())),
        (operators::LOGICAL_NOT, 1) => Some(Clause::Not(Box::new(part(0)))),
        (operators::CONDITIONAL, 3) => Some(Clause::Choice(Box::new([part(0), part(1), part(2)]))),
        _ => None,
    }
}

/// `'/product/P/sku/S' in entity.licenses`
fn licence_held(call: &CallExpr) -> Option<Clause> {
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::IN, [licence, list]) if entity_list(list)? == EntityList::Licences => {
            EntityList::Licences.clause(vec![Id(text(licence)?)])
        }
        _ => None,
    }
}

/// What the macro `exists` expands to, over a list of the entity.
fn exists(it: &ComprehensionExpr) -> Option<Clause> {
    let list = entity_list(&it.iter_range)?;
    let starts_false = matches!(&it.accu_init.expr, Expr::Literal(LiteralValue::Boolean(start)) if !*start.inner());
    if !starts_false || it.iter_var2.is_some() || !is_variable(&it.result, &it.accu_var) {
        return None;
    }
    let Expr::Call(step) = &it.loop_step.expr else { return None };
    match (step.func_name.as_str(), step.args.as_slice()) {
        (operators::LOGICAL_OR, [so_far, body]) if is_variable(so_far, &it.accu_var) => {
            let mut found = Vec::new();
            ids(body, &it.iter_var, list, 0, &mut found)?;
            list.clause(found)
        }
        _ => None,
    }
}

/// Adds the ids that a member's own is compared with; `None` where the condition is another one.
fn ids(body: &IdedExpr, variable: &str, list: EntityList, depth: usize, found: &mut Vec<Id>) -> Option<()> {
    let Expr::Call(call) = &body.expr else { return None };
    if depth > 2 * DEEPEST {
        return None;
    }
    let is_own = |expression: &IdedExpr| match (list.field(), &expression.expr) {
        (None, _) => is_variable(expression, variable),
        (Some(field), Expr::Select(select)) => {
            !select.test && select.field == field && is_variable(&select.operand, variable)
        }
        (Some(_), _) => false,
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::EQUALS, [own, other] | [other, own]) if is_own(own) => found.push(id(other, list)?),
        (operators::IN, [own, others]) if is_own(own) => {
            let Expr::List(others) = &others.expr else { return None };
            for other in &others.elements {
                found.push(id(other, list)?);
            }
        }
        (operators::LOGICAL_OR, parts) => {
            for part in parts {
                ids(part, variable, list, depth + 1, found)?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// `orgUnitId('X')`, or the bare text.
fn id(expression: &IdedExpr, list: EntityList) -> Option<Id> {
    let Expr::Call(call) = &expression.expr else { return text(expression).map(Id) };
    match call.args.as_slice() {
        [argument] if call.target.is_none() && Some(call.func_name.as_str()) == list.function() => {
            text(argument).map(Id)
        }
        _ => None,
    }
}

fn text(expression: &IdedExpr) -> Option<String> {
    let Expr::Literal(LiteralValue::String(text)) = &expression.expr else { return None };
    Some(text.inner().to_owned())
}

fn is_variable(expression: &IdedExpr, name: &str) -> bool {
    matches!(&expression.expr, Expr::Ident(found) if found == name)
}

fn entity_list(expression: &IdedExpr) -> Option<EntityList> {
    let Expr::Select(select) = &expression.expr else { return None };
    let of_entity = !select.test && is_variable(&select.operand, "entity");
    EntityList::named(&select.field).filter(|_| of_entity)
}

/// What of a part of a query is not understood, as a sentence.
fn strange(expression: &Expr) -> String {
    match expression {
        Expr::Call(call) => {
            format!("its query uses {} in a way that is not understood", call.func_name.trim_matches(['_', '@']))
        }
        Expr::Select(select) => format!("its query asks for {}, which is not known", select.field),
        Expr::Ident(name) => format!("its query asks for {name}, which is not known"),
        Expr::Comprehension(comprehension) => {
            // The macros' own operator stands around what was written.
            let Expr::Call(step) = &comprehension.loop_step.expr else { return UNKNOWN_LIST.to_owned() };
            match step.args.last() {
                Some(body) if matches!(body.expr, Expr::Call(_) | Expr::Select(_)) => strange(&body.expr),
                Some(_) | None => UNKNOWN_LIST.to_owned(),
            }
        }
        Expr::Unspecified | Expr::List(_) | Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) => {
            "a part of its query is no condition".to_owned()
        }
    }
}

const UNKNOWN_LIST: &str = "its query goes through a list in a way that is not understood";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::ids::{GroupId, OrgUnitId, Sku};
    use super::super::query_text;
    use super::super::who::{Chain, Holds, Who};
    use super::*;

    /// The answers for everybody there is: in org unit A (below R) or not, in group G or not or perhaps, with licence S
    /// or not or perhaps.
    fn answers(clause: &Clause) -> Vec<Holds> {
        let mut answers = Vec::new();
        for units in [&["A", "R"][..], &["R"]] {
            let units: Vec<OrgUnitId> = units.iter().map(|id| OrgUnitId::from_google(id)).collect();
            for group in [Holds::Yes, Holds::No, Holds::Unknown] {
                for licence in [Holds::Yes, Holds::No, Holds::Unknown] {
                    let groups = |id: &GroupId| if id.as_str() == "G" { group } else { Holds::No };
                    let licences = |sku: &Sku| if sku.sku() == "S" { licence } else { Holds::No };
                    let who = Who { org_units: &units, chain: Chain::Whole, groups: &groups, licences: &licences };
                    answers.push(clause.of(&who, &mut BTreeSet::new()));
                }
            }
        }
        answers
    }

    const A: &str = "entity.org_units.exists(org_unit, org_unit.org_unit_id == orgUnitId('A'))";
    const G: &str = "entity.groups.exists(group, group.group_id == groupId('G'))";
    const S: &str = "entity.licenses.exists(license, license in ['/product/P/sku/S', '/product/P/sku/T'])";

    #[test]
    fn both_readers_agree_on_plain_forms() {
        for query in [
            A.to_owned(),
            A.replace('\'', "\""),
            A.replace("org_unit,", "x,").replace("org_unit.org", "x.org"),
            A.replace("== orgUnitId('A')", "in [orgUnitId('A'), orgUnitId('B')]"),
            A.replace("== orgUnitId('A')", "in [orgUnitId('A')] || org_unit.org_unit_id == orgUnitId('B')"),
            G.to_owned(),
            G.replace("groupId('G')", "'groups/G'"),
            S.to_owned(),
            S.replace("in ['/product/P/sku/S', '/product/P/sku/T']", "== '/product/P/sku/S'"),
            S.replace("['/product/P/sku/S', '/product/P/sku/T']", "[]"),
            format!("{A} && {G} || {S}"),
            format!("{A} && ({G} || !{S})"),
            format!("!({A} || {G}) && {S}"),
            format!("!!{A}"),
            "true".to_owned(),
            format!("false || {A}"),
        ] {
            let plain = query_text::plain(&query).unwrap_or_else(|| panic!("{query} is plain"));
            assert_eq!(answers(&plain), answers(&read(&query)), "{query}");
        }
    }

    #[test]
    fn other_forms_take_the_long_way() {
        let unit = query_text::plain(A).unwrap();
        for query in [
            A.replace("org_unit.org_unit_id == orgUnitId('A')", "orgUnitId('A') == org_unit.org_unit_id"),
            A.replace("'A'", "'\\x41'"),
            A.replace("'A'", "r'A'"),
            A.replace("'A'", "\"\"\"A\"\"\""),
            format!("{A} ? true : false"),
            format!("{A} // a comment"),
        ] {
            assert_eq!(query_text::plain(&query), None, "{query}");
            assert_eq!(answers(&read(&query)), answers(&unit), "{query}");
        }
        let licence = query_text::plain(&S.replace(", '/product/P/sku/T'", "")).unwrap();
        assert_eq!(answers(&read("'/product/P/sku/S' in entity.licenses")), answers(&licence));
    }

    #[test]
    fn what_is_not_understood_is_unknown_and_named() {
        for (query, named) in [
            ("memberOf('G')", "memberOf"),
            ("entity.org_units.exists(o, isBelow(o))", "isBelow"),
            ("entity.devices.exists(d, d.id == 'x')", "=="),
            ("entity.org_units.exists(o, o.name == 'Sales')", "=="),
            ("entity.org_units.exists(o, o.org_unit_id == 5)", "=="),
            ("entity.org_units.exists(o, o.org_unit_id == groupId('A'))", "=="),
            ("entity.licenses.exists(l, l == '1010020020')", "=="),
            ("entity.org_units.all(o, o.org_unit_id == orgUnitId('A'))", "=="),
            ("entity.org_units.exists(o, o.org_unit_id != orgUnitId('A'))", "!="),
            ("entity.suspended", "suspended"),
            ("entity.org_units.exists(", "no CEL"),
            ("'yes'", "no condition"),
            ("1 == 1", "=="),
        ] {
            assert_eq!(query_text::plain(query), None, "{query}");
            let Clause::Unknown(why) = read(query) else { panic!("{query} is understood") };
            assert!(why.contains(named), "{query}: {why}");
        }
    }

    #[test]
    fn an_unknown_part_decides_only_where_the_rest_does_not() {
        let both = answers(&read(&format!("{A} && memberOf('G')")));
        assert!(both[..9].iter().all(|it| *it == Holds::Unknown) && both[9..].iter().all(|it| *it == Holds::No));
        let any = answers(&read(&format!("{A} || memberOf('G')")));
        assert!(any[..9].iter().all(|it| *it == Holds::Yes) && any[9..].iter().all(|it| *it == Holds::Unknown));
    }

    #[test]
    fn hostile_queries_are_survived() {
        let brackets = |depth: usize| format!("{}{A}{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(answers(&read(&brackets(20))), answers(&read(A)));
        for query in [
            brackets(200),
            format!("{}{A}", "!".repeat(8000)),
            format!("{A}{}", " && true".repeat(950)),
            vec!["1"; 4000].join("+"),
            vec!["-"; 8000].join(""),
            format!("entity{}", ".a".repeat(4000)),
            "(".repeat(30) + A + &" ? false : true)".repeat(30),
            "true ? ".repeat(1000) + "true" + &" : true".repeat(1000),
            "[".repeat(31) + &"]".repeat(31),
            "x".repeat(9000),
        ] {
            // Whatever it is, there is an answer, and none that is wrong.
            let found = query_text::plain(&query).unwrap_or_else(|| read(&query));
            let right = answers(&read(A));
            let found = answers(&found);
            assert!(found.iter().zip(&right).all(|(it, right)| it == right || *it == Holds::Unknown), "{query}");
        }
    }
}
