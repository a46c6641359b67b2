//! Standard error: warnings, errors, and the log.

use std::error::Error;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::json;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::args::{Global, LogFormat, When};
use crate::domain::with_causes;
use crate::report::{Visible, legible_json, write_json_line};

/// The voice of the program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk {
    quiet: bool,
    format: LogFormat,
    colour: anstream::ColorChoice,
}

/// How colour is decided for a stream.
pub(super) fn colour_choice(when: When) -> anstream::ColorChoice {
    match when {
        When::Auto => anstream::ColorChoice::Auto,
        When::Always => anstream::ColorChoice::Always,
        When::Never => anstream::ColorChoice::Never,
    }
}

impl Talk {
    pub(super) fn new(global: &Global) -> Self {
        Self { quiet: global.quiet, format: global.log_format, colour: colour_choice(global.color) }
    }

    /// Whether progress may be shown.
    pub(super) fn shows_progress(self) -> bool {
        !self.quiet && self.format == LogFormat::Text
    }

    pub(super) fn error(self, error: &dyn Error) {
        self.say("error", AnsiColor::Red, &with_causes(error));
    }

    pub(super) fn advice(self, advice: &str) {
        self.say("help", AnsiColor::Cyan, advice);
    }

    pub(super) fn warning(self, message: &str) {
        if !self.quiet {
            self.say("warning", AnsiColor::Yellow, message);
        }
    }

    /// Words of a conversation, such as a question: no warning, and no level before them.
    pub(super) fn converse(self, message: &str) {
        if self.quiet {
            return;
        }
        let mut out = anstream::AutoStream::new(std::io::stderr(), self.colour);
        let written = match self.format {
            LogFormat::Text => message.lines().try_for_each(|line| writeln!(out, "{}", Visible::of(line))),
            LogFormat::Json => write_json_line(&json!({ "level": "info", "message": message }), &mut out),
        };
        // As below.
        drop(written);
    }

    fn say(self, level: &str, colour: AnsiColor, message: &str) {
        let mut out = anstream::AutoStream::new(std::io::stderr(), self.colour);
        let written = match self.format {
            LogFormat::Text => {
                let style = Style::new().fg_color(Some(colour.into())).bold();
                // What Google or a file says may hold control characters; line breaks of our own lists stay.
                let lines: Vec<String> = message.lines().map(|line| Visible::of(line).to_string()).collect();
                writeln!(out, "{style}{level}{style:#}: {}", lines.join("\n  "))
            }
            LogFormat::Json => write_json_line(&json!({ "level": level, "message": message }), &mut out),
        };
        // Nothing is left to tell anybody with if standard error is gone.
        drop(written);
    }
}

/// Starts the log: our own events only. No bridge from the `log` crate, as yup-oauth2 writes tokens to it.
pub(super) fn start_log(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) | (false, 0) => LevelFilter::ERROR,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let ours = Targets::new().with_target("gwsaudit", level);
    let format = global.log_format;
    let plain = tracing_subscriber::fmt::layer().with_writer(move || LogLine(format));
    let started = match format {
        LogFormat::Text => {
            tracing_subscriber::registry().with(plain.with_ansi(false).with_target(false)).with(ours).try_init()
        }
        LogFormat::Json => tracing_subscriber::registry().with(plain.json()).with(ours).try_init(),
    };
    // A second start in one process (tests) keeps the first.
    drop(started);
}

/// Takes one record of the log and writes it as one line in which nothing is hidden, whatever its fields hold.
struct LogLine(LogFormat);

impl Write for LogLine {
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(one_line(self.0, &String::from_utf8_lossy(record)).as_bytes())?;
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn one_line(format: LogFormat, record: &str) -> String {
    let line = record.strip_suffix('\n').unwrap_or(record);
    match format {
        LogFormat::Text => format!("{}\n", Visible::of(line)),
        LogFormat::Json => format!("{}\n", legible_json(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_the_log_is_one_line_that_hides_nothing() {
        let record = "INFO read name=a\nERROR forged\u{9b}2J\u{202e}\n";
        assert_eq!(one_line(LogFormat::Text, record), "INFO read name=a\\u{a}ERROR forged\\u{9b}2J\\u{202e}\n");
        assert_eq!(one_line(LogFormat::Json, "{\"a\":\"\u{9b}\"}\n"), "{\"a\":\"\\u009b\"}\n");
    }
}
