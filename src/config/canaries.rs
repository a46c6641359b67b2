//! `[canaries]` and `[[canary]]`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::document::{Document, Parsed, Table};
use super::load::take_path;
use crate::canaries::{CommandLine, Kept, Tokens};
use crate::domain::CanaryId;

/// Where canaries live, and their tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CanarySettings {
    /// The folder of their registry and history.
    pub state_dir: Option<PathBuf>,
    /// Where tokens are kept that gwsaudit keeps itself.
    pub tokens: Tokens,
    /// Where single tokens are that it only reads.
    pub kept: BTreeMap<CanaryId, Kept>,
}

pub(super) fn read(document: &mut Document<'_>, top: &mut Table<'_>, folder: &Path) -> CanarySettings {
    let mut settings = CanarySettings::default();
    let mut table = top.section(document, "canaries");
    settings.state_dir = take_path(document, &mut table, "state_dir", folder);
    if let Some(Parsed(tokens)) = table.take(document, "tokens") {
        settings.tokens = tokens;
    }
    table.finish(document);
    for mut table in top.list(document, "canary") {
        let id = table.require::<Parsed<CanaryId>>(document, "id").map(|id| id.0);
        let file = take_path(document, &mut table, "token_file", folder);
        let command = table.take_placed::<Vec<String>>(document, "token_command");
        let at = table.at();
        table.finish(document);
        let kept = match (file, command) {
            (Some(path), None) => Kept::TokenFile(path),
            (None, Some((words, place))) => match CommandLine::try_from(words) {
                Ok(command) => Kept::TokenCommand(command),
                Err(message) => {
                    document.fault(place, format!("token_command: {message}"));
                    continue;
                }
            },
            (Some(_), Some(_)) => {
                document.fault_at(at, "give either token_file or token_command, not both".to_owned());
                continue;
            }
            (None, None) => {
                document.fault_at(at, "give token_file or token_command".to_owned());
                continue;
            }
        };
        let Some(id) = id else { continue };
        match settings.kept.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(kept);
            }
            Entry::Occupied(entry) => {
                document.fault_at(at, format!("the canary \"{}\" is configured twice", entry.key()));
            }
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::super::load::load;
    use super::*;

    #[test]
    fn a_token_is_in_one_place() {
        let read = |text: &str| load(Some(Path::new("etc/gwsaudit.toml")), text, BTreeMap::new());
        let config =
            read("[canaries]\ntokens = \"file\"\n[[canary]]\nid = \"a\"\ntoken_file = \"t\"\n").expect("sound");
        assert_eq!(config.canaries.tokens, Tokens::File);
        assert_eq!(config.canaries.kept.values().collect::<Vec<_>>(), [&Kept::TokenFile("etc/t".into())]);
        for (text, words) in [
            ("[canaries]\ntokens = \"purse\"\n", ":2:10: tokens: \"purse\" is no place"),
            ("[canaries]\nstate = \"x\"\n", "`state_dir`"),
            ("[[canary]]\nid = \"a\"\n", "give token_file or token_command"),
            ("[[canary]]\ntoken_file = \"t\"\n", "`id` is missing"),
            ("[[canary]]\nid = \"a\"\ntoken_command = []\n", "names no program"),
            ("[[canary]]\nid = \"a\"\ntoken_file = \"t\"\ntoken_command = [\"x\"]\n", "not both"),
            ("[[canary]]\nid = \"a\"\ntoken_file = \"t\"\n[[canary]]\nid = \"a\"\ntoken_file = \"u\"\n", "twice"),
        ] {
            let said = read(text).expect_err(words).to_string();
            assert!(said.contains(words), "{said}");
        }
    }
}
