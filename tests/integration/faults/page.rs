//! `docs/fault-matrix.md`: what comes of each fault at each endpoint, as it came of it when the page was written.

use std::fmt::Write as _;
use std::path::Path;

use super::kinds::{FAULTS, endpoints};
use super::matrix::{Cell, Weather, cells};

const LEGEND: [(&str, &str); 8] = [
    ("cured", "the report is the same, byte for byte but for the number of requests, as without the fault"),
    ("unharmed", "the same, although the fault lasts: it takes nothing away"),
    ("partial", "what came before the fault is kept and marked as partial; what it cannot settle is undetermined"),
    ("failed", "nothing of the source is known; what rests on it is undetermined"),
    ("denied", "the same, and it was refused: somebody has to permit it"),
    (
        "doubtful",
        "the source was read, and some of what it said could not be; verdicts that rest on it are undetermined",
    ),
    ("same verdicts", "the report tells that something is odd, or shows other details; every verdict stands"),
    ("no report", "nothing of the tenant could be read: exit status 4"),
];

fn table(page: &mut String, cells: &[Cell], weather: Weather) {
    let endpoints = endpoints();
    let heads: Vec<String> = endpoints.iter().map(|endpoint| format!("`{endpoint}`")).collect();
    writeln!(page, "| fault | {} |", heads.join(" | ")).expect("text");
    writeln!(page, "|{}", " --- |".repeat(endpoints.len() + 1)).expect("text");
    for (nth, fault) in FAULTS.iter().enumerate() {
        let word = |endpoint: &&str| {
            let is = |cell: &&Cell| (cell.fault, cell.endpoint, cell.weather) == (nth, *endpoint, weather);
            cells.iter().find(is).map_or("–", |cell| cell.word)
        };
        let words: Vec<&str> = endpoints.iter().map(word).collect();
        if words.iter().any(|word| *word != "–") {
            writeln!(page, "| {} | {} |", fault.name, words.join(" | ")).expect("text");
        }
    }
}

fn page(cells: &[Cell]) -> String {
    let mut page = String::from(
        "# What a fault does to a report\n\n\
         Each fault that the simulator knows, at each thing that gwsaudit asks Google for. A test orders the fault, collects a\n\
         small tenant of which every source tells something, and judges it with all packs. It holds every cell to this:\n\n\
         - The run ends in time, and without a panic.\n\
         - A fault that passes leaves the report as it would have been, byte for byte but for the number of requests.\n\
         - A fault that lasts makes no verdict pass, fail or inapplicable that was not so before, and lets no result vanish.\n\
         - What is undetermined without the source is undetermined with the source failed.\n\
         - The source is named in `sources`, with the error and what to do.\n\n\
         A sample of each row runs the program itself. Read a cell as: with this fault on requests of this source, this became\n\
         of the source. Its name is the one in `sources` of a report; `token` is the token endpoint.\n\n\
         | word | means |\n| --- | --- |\n",
    );
    for (word, meaning) in LEGEND {
        writeln!(page, "| {word} | {meaning} |").expect("text");
    }
    page.push_str(
        "\n## Faults that pass\n\n\
         They hit the first request or two, and are gone. What is not in this table is not tried again, as the same would come\n\
         again; `–`: the token endpoint refuses for good with such a status.\n\n",
    );
    table(&mut page, cells, Weather::Passing);
    page.push_str("\n## Faults that last\n\nThey hit every request of the endpoint, or every one but the first where the row says so (`–`:\nthere is no second; of access tokens, members and grants, which come side by side, who gets the first differs from run to run).\n\n");
    table(&mut page, cells, Weather::Lasting);
    page.push_str("\n`UPDATE_DOCS=1 cargo test --test integration faults::page` writes this page.\n");
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_what_becomes_of_each_fault() {
    let cells = cells().await;
    for cell in cells {
        let known = cell.word == "–" || LEGEND.iter().any(|(word, _)| *word == cell.word);
        assert!(known, "{} is in the legend", cell.word);
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fault-matrix.md");
    let page = page(cells);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &page).expect("it can be written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    let differing: Vec<_> = written
        .lines()
        .zip(page.lines())
        .filter(|(is, should)| is != should)
        .map(|(is, should)| format!("- {is}\n+ {should}"))
        .collect();
    assert!(
        written == page,
        "docs/fault-matrix.md is out of date; UPDATE_DOCS=1 rewrites it:\n{}",
        differing.join("\n")
    );
}
