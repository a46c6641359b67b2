//! What was found, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use super::delegation::Delegation;
use super::step::{Status, Step};
use crate::cli::args::Listing;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::service_account::ServiceAccount;
use crate::domain::{Email, PackId};
use crate::report::Visible;

/// Changes only with what a reader would have to know.
const SCHEMA: &str = "gwsaudit/doctor/1";

/// All that was found.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) steps: Vec<Step>,
    pub(super) exit: Exit,
    pub(super) packs: Vec<PackId>,
    pub(super) account: ServiceAccount,
    pub(super) administrator: Option<Email>,
    pub(super) delegation: Delegation,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            exit: Exit::Impossible,
            packs: Vec::new(),
            account: ServiceAccount::default(),
            administrator: None,
            delegation: Delegation::default(),
        }
    }
}

#[derive(Serialize)]
struct Document<'f> {
    schema: &'static str,
    tool: serde_json::Value,
    packs: Vec<&'f str>,
    service_account: Option<&'f str>,
    client_id: Option<&'f str>,
    administrator: Option<&'f str>,
    steps: &'f [Step],
    delegation: &'f Delegation,
    summary: serde_json::Map<String, serde_json::Value>,
}

impl Findings {
    pub(super) fn print(&self, format: Listing, output: Output) -> Result<(), CliError> {
        output.write(|out| match format {
            Listing::Human => self.human(out),
            Listing::Json => self.json(out),
        })
    }

    fn count(&self, status: Status) -> usize {
        self.steps.iter().filter(|step| step.status == status).count()
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut summary: serde_json::Map<String, serde_json::Value> = Status::ALL
            .into_iter()
            .map(|status| {
                let name = serde_json::to_value(status).ok();
                let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned();
                (name, self.count(status).into())
            })
            .collect();
        summary.insert("exit_status".to_owned(), self.exit.status().into());
        let document = Document {
            schema: SCHEMA,
            tool: json!({"name": "gwsaudit", "version": env!("CARGO_PKG_VERSION")}),
            packs: self.packs.iter().map(PackId::as_str).collect(),
            service_account: self.account.email.as_deref(),
            client_id: self.account.client_id.as_deref(),
            administrator: self.administrator.as_ref().map(Email::as_str),
            steps: &self.steps,
            delegation: &self.delegation,
            summary,
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        out.write_all(b"\n")
    }

    /// One line a step, and under what is not well, what to do.
    fn human(&self, out: &mut dyn Write) -> io::Result<()> {
        let word = Status::ALL.map(|status| status.word().len()).into_iter().max().unwrap_or_default();
        let title = self.steps.iter().map(|step| Visible::of(&step.title).width()).max().unwrap_or_default();
        for step in &self.steps {
            let named = Visible::of(&step.title);
            let gap = title.saturating_sub(named.width());
            let mut lines = step.detail.lines();
            let first = Visible::of(lines.next().unwrap_or_default());
            writeln!(out, "{:word$}  {named}{:gap$}  {first}", step.status.word(), "")?;
            for line in lines {
                writeln!(out, "{:word$}  {:title$}  {}", "", "", Visible::of(line))?;
            }
            for cure in &step.cure {
                writeln!(out, "{:word$}  -> {}", "", Visible::of(cure))?;
            }
        }
        let counts = Status::ALL
            .into_iter()
            .map(|status| (self.count(status), status))
            .filter(|(count, _)| *count > 0)
            .map(|(count, status)| format!("{count} {}", status.counted(count)))
            .collect::<Vec<_>>();
        writeln!(out, "\n{}.", counts.join(", "))
    }
}
