//! `docs/corpus.md`: what others answered, and what the program says, as it said it when the page was written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::audit::{self, Audit, PACKS, resting_on_policies, row, status};
use super::questions::{
    AUTO_FORWARDING, CHAT_FILES_CIS, CHAT_FILES_SCUBA, DKIM, DMARC, INTERNAL_APPS, MAIL_CLIENTS, ROLE_SEPARATION,
    SITES, SPF, SUPER_ADMINS_AT_LEAST, SUPER_ADMINS_AT_MOST, WEB_SESSION,
};

/// One row of the table.
struct Letter {
    letter: char,
    /// The tenant, in a sentence.
    tenant: &'static str,
    /// What ScubaGoggles 1.1.0 answered on a tenant like it.
    scuba_goggles: &'static str,
    /// What Prowler 5.46.0 answered.
    prowler: &'static str,
    ours: Vec<String>,
}

/// What is asked, in a few words, and the checks that ask it.
type Question = (&'static str, &'static [&'static str]);

const HEADLINES: [Question; 5] = [
    ("web sessions", &WEB_SESSION),
    ("POP and IMAP", &MAIL_CLIENTS),
    ("automatic forwarding", &AUTO_FORWARDING),
    ("files in Chat (CIS)", &CHAT_FILES_CIS),
    ("files in Chat (SCuBA)", &CHAT_FILES_SCUBA),
];

/// The verdicts on these questions, those alike together.
fn verdicts(audit: &Audit, questions: &[Question]) -> String {
    let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for (question, checks) in questions {
        let mut by_verdict: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for check in *checks {
            let rows = audit.of_check(check).map(|result| {
                let word = status(result).replace('_', " ");
                match audit::about(result) {
                    "tenant" => word,
                    subject => format!("{word} at `{subject}`"),
                }
            });
            by_verdict.entry(rows.collect::<Vec<_>>().join(", ")).or_default().push(check);
        }
        let divided = by_verdict.len() > 1;
        for (verdict, checks) in by_verdict {
            if !order.contains(&verdict) {
                order.push(verdict.clone());
            }
            let of = if divided { format!(" ({})", frameworks(&checks)) } else { String::new() };
            alike.entry(verdict).or_default().push(format!("{question}{of}"));
        }
    }
    order.iter().map(|verdict| format!("{verdict}: {}", alike[verdict].join(", "))).collect::<Vec<_>>().join("; ")
}

fn frameworks(checks: &[&str]) -> String {
    let mut names: Vec<&str> =
        checks.iter().map(|check| if check.starts_with("cis") { "CIS" } else { "SCuBA" }).collect();
    names.dedup();
    names.join(", ")
}

/// How the checks that rest on policies fared, and what became of the results that the sound tenant has.
fn policies(audit: &Audit) -> String {
    let any = |check: &str, wanted: &str| audit.of_check(check).any(|result| status(result) == wanted);
    let count = |wanted: &str| resting_on_policies().iter().filter(|check| any(check, wanted)).count();
    let gone = resting_on_policies().iter().filter(|check| audit.of_check(check).next().is_none()).count();
    let all = resting_on_policies().len();
    let open = resting_on_policies()
        .iter()
        .filter(|check| audit.of_check(check).all(|result| status(result) == "undetermined"))
        .count();
    format!(
        "of the {all} checks that rest on policies {} undetermined, {} pass, {} fail, {} without a result",
        if open == all { "all".to_owned() } else { open.to_string() },
        none_or(count("pass")),
        none_or(count("fail")),
        none_or(gone),
    )
}

fn none_or(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { count.to_string() }
}

/// With the exit status, where the tenant is there to show it.
fn exits(audit: &Audit) -> String {
    format!("exit status {}", audit.status)
}

fn same_as_sound(audit: &Audit) -> String {
    let differing = audit.results().iter().filter(|result| {
        let (check, subject) = row(result);
        audit::sound().result(&check, &subject) != *result
    });
    match (differing.count(), audit.results().len() == audit::sound().results().len()) {
        (0, true) => "the same results, to the letter, as without the limit".to_owned(),
        (count, _) => format!("{count} results differ from those without the limit"),
    }
}

fn licence_message() -> String {
    let summary = audit::e().result(WEB_SESSION[0], "/")["summary"].as_str().expect("a text");
    format!("(\u{201c}{summary}\u{201d})")
}

fn letters() -> Vec<Letter> {
    let letter = |letter, tenant, scuba_goggles, prowler, ours| Letter { letter, tenant, scuba_goggles, prowler, ours };
    let one = |audit: &Audit, questions: &[Question]| vec![verdicts(audit, questions)];
    let held = |audit: &Audit| vec![policies(audit), exits(audit)];
    vec![
        letter(
            'A',
            "The top is strict; the org unit `/A` is not: sessions of two years, POP, IMAP, forwarding, files to outsiders in Chat.",
            "Fail, and names the org unit",
            "**Pass**, four times",
            one(audit::a(), &HEADLINES),
        ),
        letter(
            'B',
            "The top is strict; one group has an exception for forwarding and for files in Chat.",
            "Fail, and names the group",
            "**Pass**, twice",
            one(audit::b(), &HEADLINES[2..]),
        ),
        letter(
            'C',
            "Chat is off at the top and on again in `/A`; `/A/B` does not say, and sends all files to outsiders.",
            "**Pass**: looks at the top, not at `/A`",
            "**Pass**",
            one(audit::c(), &HEADLINES[3..]),
        ),
        letter(
            'D',
            "A first-level org unit is called like the organisation and is strict; the top is not.",
            "**Pass**, three times: the two share one key, and the top's values are lost",
            "Fail",
            one(audit::d(), &HEADLINES[..3]),
        ),
        letter(
            'E',
            "Sessions last two years, but for holders of one licence, whose end after an hour.",
            "**Pass**",
            "**Pass**, of one hour",
            vec![
                format!("{} {}", verdicts(audit::e(), &HEADLINES[..1]), licence_message()),
                format!("where licences cannot be read, {}", verdicts(audit::e_denied(), &HEADLINES[..1])),
            ],
        ),
        letter(
            'F',
            "No policy says which services are on; Chat's setting sends all files to outsiders.",
            "**Pass** for Chat and Sites, taken to be off",
            "Fail for Sites, taken to be on: the two contradict each other",
            one(audit::f(), &[HEADLINES[3], HEADLINES[4], ("Sites", &SITES)]),
        ),
        letter(
            'G',
            "The Policy API answers 200 with an empty list.",
            "**46 pass, 12 fail**, 5 warnings, 46 errors",
            "**23 pass, 36 fail**, 6 manual",
            held(audit::g()),
        ),
        letter(
            'H',
            "The Policy API answers 403.",
            "Traceback and no report, exit status 1",
            "**63 of 65 checks gone, 100 % passed**, exit status 0",
            held(audit::h()),
        ),
        letter(
            'I',
            "The Policy API allows one read a second and answers 429 beyond.",
            "Right: it paces itself",
            "**61 of 65 checks gone**, exit status 3",
            vec![same_as_sound(audit::i())],
        ),
        letter(
            'J',
            "The second page of policies answers 503, however often it is asked for.",
            "Traceback, exit status 1",
            "**12 checks gone**, the rest pass or fail",
            held(audit::j()),
        ),
        letter(
            'K',
            "There are six super admins, and the second page of users cannot be read.",
            "Error",
            "**Pass**, of three super admins",
            one(
                audit::k(),
                &[
                    ("no more super admins than allowed", &SUPER_ADMINS_AT_MOST),
                    ("two super admins at least, of whom three were seen", &SUPER_ADMINS_AT_LEAST),
                ],
            ),
        ),
        letter(
            'L',
            "Roles cannot be read; two accounts are super admins by their own records.",
            "Error",
            "**Fail**, of no super admin, and **pass** for the separation of roles",
            one(
                audit::l(),
                &[
                    ("number of super admins", &SUPER_ADMINS_AT_MOST),
                    ("super admins hold no other role", &ROLE_SEPARATION),
                ],
            ),
        ),
        letter(
            'M',
            "Org units cannot be read.",
            "Traceback, exit status 1",
            "**34 fail, 23 pass** by defaults of its own, 8 manual",
            held(audit::m()),
        ),
        letter(
            'N',
            "No name server answers; or it answers that there is nothing.",
            "**Fail** where no name server answers",
            "Does not look",
            {
                let questions: [Question; 3] = [("SPF", &SPF), ("DKIM", &DKIM), ("DMARC", &DMARC)];
                vec![
                    format!("no answer: {}", verdicts(audit::n_failing(), &questions)),
                    format!("nothing there: {}", verdicts(audit::n_silent(), &questions)),
                ]
            },
        ),
        letter(
            'O',
            "`trustInternalApps` is not returned.",
            "**Pass**, as not trusted",
            "**Pass**, as trusted: opposite readings, both green",
            one(audit::o(), &[("internal apps", &INTERNAL_APPS)]),
        ),
        letter(
            'P',
            "`webSessionDuration` is `0s`, and nobody outside Google knows what that means.",
            "**Pass**",
            "**Pass**, of no hours",
            one(audit::p(), &HEADLINES[..1]),
        ),
    ]
}

fn page() -> String {
    let mut page = format!(
        "# Where others guess\n\n\
         Sixteen tenants on which auditors of Google Workspace give verdicts that nothing bears out, and what gwsaudit\n\
         {version} says of them. A verdict in bold is one without grounds.\n\n\
         ScubaGoggles 1.1.0 and Prowler 5.46.0 were run in November 2026 against a local server that answers as Google\n\
         documents its APIs; it is not Google, and neither tool was made for it. Later versions may answer otherwise. Their\n\
         columns tell what they did on tenants of the same kind; ours is written by a test that serves the scenarios of\n\
         `tests/fixtures/corpus/` with `gwsaudit simulator`, runs `gwsaudit audit` on them over HTTP with the packs\n\
         {packs}, and reads the report. `/` is the whole organisation: a result there\n\
         speaks for everybody below who has no result of their own.\n\n\
         | | tenant | ScubaGoggles 1.1.0 | Prowler 5.46.0 | gwsaudit |\n| --- | --- | --- | --- | --- |\n",
        version = env!("CARGO_PKG_VERSION"),
        packs = PACKS.map(|pack| format!("`{pack}`")).join(", "),
    );
    for Letter { letter, tenant, scuba_goggles, prowler, ours } in letters() {
        let ours = ours.join("; ");
        writeln!(page, "| {letter} | {tenant} | {scuba_goggles} | {prowler} | {ours} |").expect("text");
    }
    page.push_str(
        "\nThe rule behind the last column: what could not be read, or is not understood, makes a verdict *undetermined*, with\n\
         the reason; it never makes one pass or fail, and no result vanishes. A test takes every source, and pairs of\n\
         them, from whole tenants and holds all packs to it.\n\n\
         `UPDATE_DOCS=1 cargo test --test integration corpus::page` writes this page.\n",
    );
    page
}

#[test]
fn the_page_tells_what_the_program_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/corpus.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &page).expect("it can be written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert_alike(&written, &page);
}

/// Lines that differ, rather than two whole pages.
#[track_caller]
fn assert_alike(written: &str, page: &str) {
    let differing: Vec<_> = written
        .lines()
        .zip(page.lines())
        .filter(|(is, should)| is != should)
        .map(|(is, should)| format!("- {is}\n+ {should}"))
        .collect();
    assert!(written == page, "docs/corpus.md is out of date; UPDATE_DOCS=1 rewrites it:\n{}", differing.join("\n"));
}
