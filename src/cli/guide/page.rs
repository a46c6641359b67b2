//! A guide as a page: sections of sentences, lists, tables and lines to paste. A format adds its syntax and nothing else.

use std::io::{self, Write};

use super::model::Guide;
use crate::report::Visible;

/// Columns that sentences keep to; what is pasted stays on its line.
const WIDTH: usize = 100;

/// A part of a page.
#[derive(Debug, Clone)]
enum Block {
    Text(String),
    /// To be pasted, letter by letter; the language is Markdown's word for it.
    Paste(&'static str, Vec<String>),
    Table(Vec<&'static str>, Vec<Vec<String>>),
}

struct Section {
    title: &'static str,
    blocks: Vec<Block>,
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Text,
    Markdown,
}

pub(super) fn write(guide: &Guide, syntax: Syntax, out: &mut dyn Write) -> io::Result<()> {
    let packs = guide.packs.join(", ");
    match syntax {
        Syntax::Text => writeln!(out, "Setting up gwsaudit for {}", Visible::of(&packs))?,
        Syntax::Markdown => writeln!(out, "# Setting up gwsaudit for {}", markdown(&packs))?,
    }
    for (number, section) in (1..).zip(sections(guide)) {
        match syntax {
            Syntax::Text => writeln!(out, "\n{number}. {}", section.title)?,
            Syntax::Markdown => writeln!(out, "\n## {number}. {}", section.title)?,
        }
        for block in &section.blocks {
            writeln!(out)?;
            match syntax {
                Syntax::Text => text_block(block, out)?,
                Syntax::Markdown => markdown_block(block, out)?,
            }
        }
    }
    Ok(())
}

fn sections(guide: &Guide) -> Vec<Section> {
    let mut sections = Vec::new();
    sections.extend(account(guide));
    sections.push(apis(guide));
    sections.push(delegation(guide));
    sections.push(administrator(guide));
    sections.extend(organization(guide));
    sections.extend(keyless(guide));
    sections.push(Section {
        title: "The configuration: gwsaudit.toml",
        blocks: vec![Block::Paste("toml", guide.configuration.trim_end().lines().map(str::to_owned).collect())],
    });
    let next = format!("Then see whether all of it works: {}", guide.next);
    sections.push(Section { title: "Next", blocks: vec![Block::Text(next)] });
    sections
}

fn account(guide: &Guide) -> Option<Section> {
    let account = &guide.service_account;
    let missing = account.missing.as_ref()?;
    let mut blocks = vec![Block::Text(format!("As things stand: {missing}."))];
    if !account.commands.is_empty() {
        blocks.push(Block::Text(
            "Make a service account with a key (or none: see \"Without a key\" below), PROJECT_ID being a project of yours:"
                .to_owned(),
        ));
        blocks.push(Block::Paste("sh", account.commands.clone()));
        blocks.push(Block::Text("Run `gwsaudit setup` again then: it fills in what is in capitals below.".to_owned()));
    }
    Some(Section { title: "The service account", blocks })
}

fn apis(guide: &Guide) -> Section {
    let rows = guide.apis.services.iter();
    let rows = rows.map(|api| vec![api.service.to_owned(), api.title.to_owned(), api.reason.clone()]);
    Section {
        title: "APIs of the service account's project",
        blocks: vec![
            Block::Paste("sh", vec![guide.apis.command.clone()]),
            Block::Table(vec!["service", "API", "for"], rows.collect()),
        ],
    }
}

fn delegation(guide: &Guide) -> Section {
    let grant = &guide.delegation;
    let mut blocks =
        vec![Block::Text(format!("Admin console > {} ({}) > Add new.", grant.console_path, grant.console_url))];
    blocks.push(Block::Text("Client ID:".to_owned()));
    match (&grant.client_id, &grant.client_id_command) {
        (Some(id), _) => blocks.push(Block::Paste("text", vec![id.clone()])),
        (None, Some(command)) => blocks.push(Block::Paste("sh", vec![command.clone()])),
        (None, None) => {}
    }
    blocks.push(Block::Text("OAuth scopes, all on one line:".to_owned()));
    blocks.push(Block::Paste("text", vec![grant.scope_list.clone()]));
    blocks.push(Block::Text(
        "Delegation is literal: a broader scope does not cover a narrower one. A scope left out costs what is read with it \
         and nothing else."
            .to_owned(),
    ));
    let rows = grant.scopes.iter().map(|row| {
        let mut reason = row.reason.to_owned();
        if let Some(because) = row.broader_because {
            reason.push_str(&format!(" (not read-only: {because})"));
        }
        let asked = if row.asked == "always" { "always" } else { "where named" };
        vec![row.scope.to_owned(), asked.to_owned(), reason]
    });
    blocks.push(Block::Table(vec!["scope", "asked", "reads"], rows.collect()));
    Section { title: "Domain-wide delegation", blocks }
}

fn administrator(guide: &Guide) -> Section {
    let administrator = &guide.administrator;
    let mut blocks = Vec::new();
    let who = match &administrator.email {
        Some(email) => format!("The service account acts for {email} ([tenant] admin)."),
        None => "Choose an active account of the tenant, and set it as [tenant] admin.".to_owned(),
    };
    blocks.push(Block::Text(who));
    let open = match administrator.undocumented_for.as_slice() {
        [] => String::new(),
        open => format!(" For {} Google does not document which privilege suffices; doctor tries it.", open.join(", ")),
    };
    if administrator.super_administrator_for.is_empty() {
        blocks.push(Block::Text(format!(
            "A super administrator can read all of it. A custom role ({}) with these privileges suffices as well.{open}",
            administrator.console_url
        )));
    } else {
        blocks.push(Block::Text(format!(
            "It takes a super administrator: nobody else may read {}. What depends on nothing of these can be read with a \
             custom role ({}) with these privileges; the rest stays undetermined then.{open}",
            administrator.super_administrator_for.join(", "),
            administrator.console_url
        )));
    }
    let rows = administrator.custom_role.iter();
    let rows = rows.map(|row| vec![row.privilege.to_owned(), row.sources.join(", ")]);
    blocks.push(Block::Table(vec!["privilege", "sources"], rows.collect()));
    Section { title: "The administrator to act for", blocks }
}

fn organization(guide: &Guide) -> Option<Section> {
    let organization = guide.organization.as_ref()?;
    let title = "Google Cloud organization";
    if organization.stated_none {
        let text = "Nothing to do: the configuration states that there are no Access Context Manager bindings \
                    (gcp_organization = \"none\").";
        return Some(Section { title, blocks: vec![Block::Text(text.to_owned())] });
    }
    let mut blocks = vec![Block::Text(
        "Optional. Session lengths that Access Context Manager binds to groups go before the Admin console's. If nobody has \
         made such bindings, state it instead, and leave cloud-platform out of the delegation: [evidence] gcp_organization = \
         \"none\". Otherwise the administrator above needs, on the organization:"
            .to_owned(),
    )];
    if organization.name.is_none() {
        blocks.push(Block::Paste("sh", vec![organization.find_command.to_owned()]));
    }
    blocks.push(Block::Paste("sh", organization.roles.iter().map(|role| role.command.clone()).collect()));
    let rows = organization.roles.iter();
    let rows = rows.map(|role| vec![role.title.to_owned(), role.role.to_owned(), role.reason.to_owned()]);
    blocks.push(Block::Table(vec!["role", "name", "for"], rows.collect()));
    Some(Section { title, blocks })
}

fn keyless(guide: &Guide) -> Option<Section> {
    let keyless = guide.keyless.as_ref()?;
    let text = match guide.service_account.credentials {
        Some(_) => format!("IAM signs for the service account. {} must be allowed to ask for it:", keyless.member),
        None => "Instead of making a key, have IAM sign, name the service account as [credentials] impersonate, and sign in \
                 with `gcloud auth application-default login`. Whoever signs in must be allowed to ask for it:"
            .to_owned(),
    };
    Some(Section {
        title: "Without a key",
        blocks: vec![Block::Text(text), Block::Paste("sh", keyless.commands.clone())],
    })
}

fn text_block(block: &Block, out: &mut dyn Write) -> io::Result<()> {
    match block {
        Block::Text(text) => {
            for line in textwrap(text, WIDTH - 3) {
                writeln!(out, "   {}", Visible::of(&line))?;
            }
        }
        Block::Paste(_, lines) => {
            for line in lines {
                writeln!(out, "{}", format!("     {}", Visible::of(line)).trim_end())?;
            }
        }
        Block::Table(_, rows) => {
            let columns = rows.first().map_or(0, Vec::len);
            let width = |column: usize| rows.iter().map(|row| Visible::of(&row[column]).width()).max().unwrap_or(0);
            let widths: Vec<usize> = (0..columns.saturating_sub(1)).map(width).collect();
            let before = 3 + widths.iter().map(|width| width + 2).sum::<usize>();
            for row in rows {
                let mut line = String::from("   ");
                for (cell, width) in row.iter().zip(&widths) {
                    let cell = Visible::of(cell);
                    let gap = width.saturating_sub(cell.width());
                    line.push_str(&format!("{cell}{:gap$}  ", ""));
                }
                // Only the last column holds sentences.
                for piece in textwrap(row.last().map_or("", String::as_str), WIDTH.saturating_sub(before).max(40)) {
                    writeln!(out, "{}{}", line, Visible::of(&piece))?;
                    line = " ".repeat(before);
                }
            }
        }
    }
    Ok(())
}

/// Lines of at most so many letters, broken at spaces.
fn textwrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always one");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn markdown_block(block: &Block, out: &mut dyn Write) -> io::Result<()> {
    match block {
        Block::Text(text) => writeln!(out, "{}", markdown(text)),
        Block::Paste(language, lines) => {
            writeln!(out, "```{language}")?;
            for line in lines {
                writeln!(out, "{}", Visible::of(line))?;
            }
            writeln!(out, "```")
        }
        Block::Table(head, rows) => {
            writeln!(out, "| {} |", head.join(" | "))?;
            writeln!(out, "|{}", " --- |".repeat(head.len()))?;
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| markdown(cell)).collect();
                writeln!(out, "| {} |", cells.join(" | "))?;
            }
            Ok(())
        }
    }
}

/// Text that Markdown leaves alone: what would be syntax has a backslash before it. Backquotes are our own.
fn markdown(text: &str) -> String {
    let mut plain = String::new();
    for c in Visible::of(text).as_str().chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '|') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_has_no_syntax_of_others() {
        assert_eq!(markdown("a|b <i> [x](y) *z* \u{202e}"), "a\\|b \\<i> \\[x\\](y) \\*z\\* \\\\u{202e}");
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(textwrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(textwrap("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
    }
}
