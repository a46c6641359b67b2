//! Snapshots and reports that a stranger made: to fill the memory, to run for ever, to write somewhere else.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::cli::harness::{Run, Sandbox};

const HEADER: &str = "snapshot.jsonl";

fn header(sandbox: &Sandbox) -> String {
    sandbox.read(HEADER).lines().next().expect("a header").to_owned()
}

/// Nothing may come of it but a word on what is wrong.
fn refused(sandbox: &Sandbox, name: &str, says: &[&str]) {
    let before = sandbox.names();
    let start = Instant::now();
    sandbox.run(&["audit", "--snapshot", name]).exits(4).prints_nothing().says(says);
    assert!(start.elapsed() < Duration::from_secs(40), "{name}: {:?}", start.elapsed());
    assert_eq!(sandbox.names(), before);
}

fn packed(sandbox: &Sandbox, name: &str, fill: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) {
    let file = std::fs::File::create(sandbox.path(name)).expect("a file");
    let mut encoder = zstd::Encoder::new(file, 1).expect("an encoder");
    fill(&mut encoder).expect("it packs");
    encoder.finish().expect("it ends");
}

#[test]
fn what_is_made_to_burst_is_left_alone() {
    let sandbox = Sandbox::recorded("healthy");
    let header = header(&sandbox);
    // Short lines that unpack without end, as far as a test can tell.
    let line = format!("{{\"type\":\"unheard-of\",\"data\":\"{}\"}}\n", "x".repeat(10_000)).repeat(10);
    packed(&sandbox, "lines.jsonl.zst", |out| {
        writeln!(out, "{header}")?;
        (0..1_000).try_for_each(|_| out.write_all(line.as_bytes()))
    });
    let size = std::fs::metadata(sandbox.path("lines.jsonl.zst")).expect("a file").len();
    assert!(size < 1 << 20, "a bomb is small: {size}");
    refused(&sandbox, "lines.jsonl.zst", &["lines.jsonl.zst", "1000 times its size"]);
    sandbox.run(&["audit", "--demo", "--since-snapshot", "lines.jsonl.zst"]).exits(4).says(&["1000 times its size"]);
    // One line, a hundred megabytes of nothing.
    packed(&sandbox, "line.jsonl.zst", |out| {
        writeln!(out, "{header}")?;
        let nothing = vec![b' '; 1 << 20];
        (0..100).try_for_each(|_| out.write_all(&nothing))
    });
    refused(&sandbox, "line.jsonl.zst", &["line.jsonl.zst", "1000 times its size"]);
    // The same, unpacked: a file with a hole in it.
    let mut sparse = std::fs::File::create(sandbox.path("sparse.jsonl")).expect("a file");
    writeln!(sparse, "{header}").expect("it is written");
    sparse.set_len(1 << 30).expect("a hole");
    refused(&sandbox, "sparse.jsonl", &["line 2 ", "longer than 64 MiB"]);
    std::fs::File::create(sandbox.path("hole.jsonl")).and_then(|file| file.set_len(1 << 30)).expect("a hole");
    refused(&sandbox, "hole.jsonl", &["hole.jsonl", "longer than 1 MiB"]);
    // A frame that wants two gigabytes to be unpacked in.
    sandbox.write("window.jsonl.zst", [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]);
    refused(&sandbox, "window.jsonl.zst", &["window.jsonl.zst"]);
}

#[test]
fn records_of_no_sane_shape_are_no_records() {
    let sandbox = Sandbox::recorded("healthy");
    let text = sandbox.read("snapshot.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let with = |line: &str| {
        let mut lines = lines.clone();
        lines.insert(lines.len() - 1, line);
        lines.join("\n") + "\n"
    };
    let deep_user = format!("{{\"type\":\"user\",\"data\":{{\"primaryEmail\":{deep}}}}}");
    let deep_policy =
        format!("{{\"type\":\"policy\",\"data\":{{\"name\":\"policies/x\",\"setting\":{{\"value\":{deep}}}}}}}");
    for line in [
        deep.as_str(),
        &deep_user,
        &deep_policy,
        "{\"type\":\"user\",\"data\":{\"primaryEmail\":\"a@b\",\"primaryEmail\":\"c@d\"}}",
        "{\"type\":\"user\",\"type\":\"grant\",\"data\":{}}",
        "{\"type\":\"user\",\"data\":1e999999}",
        "{\"type\":\"end\",\"records\":99999999999999999999999999}",
        "{\"type\":\"policy\",\"data\":{\"policyQuery\":{\"sortOrder\":1e400}}}",
        "{\"type\":\"policy\",\"data\":{\"policyQuery\":{\"sortOrder\":999999999999999999999999999999999999999.5}}}",
        "{\"type\":\"org_unit\",\"data\":{\"orgUnitPath\":\"/../../../../etc\",\"name\":\"..\"}}",
        "{\"type\":\"activity\",\"application\":\"../../x\",\"data\":{}}",
        "{\"type\":\"source\",\"data\":{\"id\":\"../../../tmp/x\",\"status\":\"complete\",\"requests\":18446744073709551615}}",
        "{\"type\":\"canary\",\"data\":{\"id\":\"../../x\"}}",
        "{\"type\":\"user\\u0000\",\"data\":\"\\u0000\"}",
        "\0",
    ] {
        sandbox.write("strange.jsonl", with(line));
        let before = sandbox.names();
        for format in ["human", "json", "sarif"] {
            let run = sandbox.run(&["audit", "--snapshot", "strange.jsonl", "--format", format]);
            let status = run.status();
            assert!(matches!(status, Some(0..=4)), "{:.200}: {run:#?}", line);
        }
        assert_eq!(sandbox.names(), before, "{line:.200}");
    }
}

fn explain(sandbox: &Sandbox, report: &str) -> Run {
    sandbox.run(&["explain", "trusted-apps-exempt", "/", "--report", report])
}

#[test]
fn reports_of_strangers_are_read_within_bounds() {
    let sandbox = Sandbox::recorded("healthy");
    let report = sandbox.run(&["audit", "--snapshot", "snapshot.jsonl", "--format", "json"]).exits(0).stdout;
    sandbox.write("report.json", &report);
    explain(&sandbox, "report.json").exits(0);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let inserted = |what: &str| report.replacen('{', &format!("{{{what},"), 1);
    // What is not known is passed over, however deep.
    sandbox.write("deep.json", inserted(&format!("\"unknown\":{deep}")));
    explain(&sandbox, "deep.json").exits(0);
    sandbox.write("wide.json", inserted(&format!("\"unknown\":[{}[]]", "[],".repeat(1 << 22))));
    explain(&sandbox, "wide.json").exits(0);
    for (name, text) in [
        ("nested.json", deep.clone()),
        ("results.json", report.replacen("\"results\": [", &format!("\"results\": [{deep},"), 1)),
        ("twice.json", inserted("\"schema\": \"gwsaudit/report/1\"")),
        ("number.json", report.replacen("\"requests\": 1", "\"requests\": 1e999", 1)),
        ("nul.json", report.replacen('{', "{\0", 1)),
        ("text.json", "\"gwsaudit/report/1\"".to_owned()),
        ("empty.json", String::new()),
    ] {
        sandbox.write(name, text);
        explain(&sandbox, name).exits(4).prints_nothing().says(&[name]);
    }
    std::fs::File::create(sandbox.path("hole.json")).and_then(|file| file.set_len((1 << 30) + 10)).expect("a hole");
    explain(&sandbox, "hole.json").exits(4).prints_nothing().says(&["hole.json", "longer than 1024 MiB"]);
}
