//! The walk-throughs of `docs/`: every command in them is run, and has to print what stands there.
//!
//! The tenant is the simulator's, read on two Mondays and kept in `tests/fixtures/walkthroughs`, so that a page says the
//! same on every day. `UPDATE_DOCS=1 cargo test --test integration walkthroughs` reads the tenant anew (`record`) and
//! writes what the commands print now.

mod record;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const PAGES: [&str; 3] = ["scheduled-audit.md", "pre-rollout.md", "security-review.md"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn fixtures() -> PathBuf {
    root().join("tests/fixtures/walkthroughs")
}

fn updates() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// The folder in which a page's commands run one after another, as its reader would run them.
fn desk() -> TempDir {
    let desk = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(fixtures()).expect("the fixtures") {
        let path = entry.expect("a file").path();
        std::fs::copy(&path, desk.path().join(path.file_name().expect("a name"))).expect("room for it");
    }
    desk
}

/// Both streams as a terminal shows them, and the exit status where it is another than 0.
fn run(command: &str, desk: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_gwsaudit")).parent().expect("a folder");
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(desk)
        .env_clear()
        .envs([("PATH", path.as_str()), ("COLUMNS", "100"), ("HOME", "/nonexistent"), ("LC_ALL", "C.UTF-8")])
        .output()
        .expect("a shell");
    let mut shown = String::from_utf8(output.stdout).expect("text");
    match output.status.code() {
        Some(0) => {}
        Some(status) => writeln!(shown, "[exit status {status}]").expect("memory"),
        None => panic!("{command}: {:?}", output.status),
    }
    shown.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The page with what its commands print now: each block marked `console` holds commands, a line that starts with `$ `
/// each (a backslash carries it on), and what they printed.
fn rewritten(page: &str, desk: &Path) -> String {
    let mut written = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        writeln!(written, "{line}").expect("memory");
        if line != "```console" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut block = block.into_iter();
        let mut commands = 0;
        while let Some(line) = block.next() {
            let Some(first) = line.strip_prefix("$ ") else { continue };
            writeln!(written, "{line}").expect("memory");
            let mut command = first.to_owned();
            while command.ends_with('\\') {
                let more = block.next().expect("a line that is carried on");
                writeln!(written, "{more}").expect("memory");
                command = format!("{command}\n{more}");
            }
            written.push_str(&run(&command, desk));
            commands += 1;
        }
        assert!(commands > 0, "a block without a command");
        written.push_str("```\n");
    }
    written
}

#[test]
fn every_page_prints_what_the_program_prints() {
    if updates() {
        record::record();
    }
    for name in PAGES {
        let path = root().join("docs").join(name);
        let page = std::fs::read_to_string(&path).expect(name);
        let desk = desk();
        let now = rewritten(&page, desk.path());
        if updates() {
            std::fs::write(&path, &now).expect("it can be written");
            continue;
        }
        let differing: Vec<String> = page
            .lines()
            .zip(now.lines())
            .filter(|(kept, printed)| kept != printed)
            .take(20)
            .map(|(kept, printed)| format!("- {kept}\n+ {printed}"))
            .collect();
        assert!(page == now, "docs/{name} is out of date; UPDATE_DOCS=1 rewrites it:\n{}", differing.join("\n"));
        assert!(page.matches("\n$ gwsaudit ").count() >= 3, "docs/{name} shows what to do");
    }
}
