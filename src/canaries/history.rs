//! What became of every try: one line each, only ever added to.

use std::fs::OpenOptions;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CanaryId, Clock, TryOutcome};
use crate::snapshot::{owners_alone, sync_folder};

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Of which canary.
    pub canary: CanaryId,
    /// Of which of its lives: when its user authorised the token.
    pub authorized_at: Timestamp,
    /// When it happened.
    pub at: Timestamp,
    /// By whose clock.
    pub clock: Clock,
    /// What happened.
    #[serde(flatten)]
    pub happening: Happening,
}

/// What happened to a canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// Its user authorised it: a life begins.
    Authorized,
    /// Its token was tried.
    Tried {
        /// What became of it.
        outcome: TryOutcome,
        /// Google's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// It was removed. What stands before says nothing of a later canary of the same id.
    Removed,
}

/// The history as far as it can be read.
#[derive(Debug, Default)]
pub struct History {
    /// The entries, in the file's order.
    pub entries: Vec<Entry>,
    /// Lines that cannot be read, by number from 1. They are left where they are.
    pub unreadable: Vec<usize>,
    /// Where the torn end of the file was put, if it had one.
    pub torn: Option<PathBuf>,
}

impl History {
    /// That lines of it cannot be read, and the first of them, where that is so.
    #[must_use]
    pub fn loss(&self) -> Option<String> {
        let lines: Vec<String> = self.unreadable.iter().take(5).map(usize::to_string).collect();
        (!lines.is_empty()).then(|| format!("the history cannot be read in full (line {})", lines.join(", ")))
    }

    /// The entries that say something of a canary of that id that was added then.
    pub(super) fn of<'h>(&'h self, id: &'h CanaryId, added_at: Timestamp) -> impl Iterator<Item = &'h Entry> {
        let of_id = |entry: &&Entry| entry.canary == *id;
        let removed = self.entries.iter().rposition(|entry| of_id(&entry) && entry.happening == Happening::Removed);
        self.entries[removed.map_or(0, |at| at + 1)..]
            .iter()
            .filter(of_id)
            .filter(move |entry| entry.authorized_at >= added_at)
    }
}

/// Reads the history. A torn end, as a crash or a full disk leaves it, is moved to `aside`; whoever calls holds the lock.
pub(super) fn read(path: &Path, aside: &Path) -> io::Result<History> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(History::default()),
        Err(error) => return Err(error),
    };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (lines, end) = bytes.split_at(whole);
    let mut history = History::default();
    for (number, line) in (1..).zip(lines.split_inclusive(|byte| *byte == b'\n')) {
        match serde_json::from_slice(line) {
            Ok(entry) => history.entries.push(entry),
            Err(_) => history.unreadable.push(number),
        }
    }
    if end.is_empty() {
        return Ok(history);
    }
    if let Ok(entry) = serde_json::from_slice(end) {
        // Whole but for its line break.
        history.entries.push(entry);
        append_bytes(path, b"\n")?;
        return Ok(history);
    }
    let mut kept = end.to_vec();
    kept.push(b'\n');
    append_bytes(aside, &kept)?;
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(whole as u64)?;
    file.sync_all()?;
    history.torn = Some(aside.to_owned());
    Ok(history)
}

/// Adds entries, all of them in one write, and waits until the disk has them; whoever calls holds the lock.
pub(super) fn append(path: &Path, entries: &[Entry]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut bytes, entry)?;
        bytes.push(b'\n');
    }
    append_bytes(path, &bytes)
}

fn append_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    owners_alone(&mut options);
    let mut file = options.open(path)?;
    let before = file.seek(SeekFrom::End(0))?;
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        // What a full disk took of it is not left half written, if it can be helped; else the next reading sees to it.
        drop(file.set_len(before));
        return Err(error);
    }
    if before == 0
        && let Some(folder) = path.parent()
    {
        sync_folder(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, second: i64, happening: Happening) -> Entry {
        let at = Timestamp::from_second(second).expect("a time");
        let authorized_at = Timestamp::from_second(100).expect("a time");
        Entry { canary: id.parse().expect("an id"), authorized_at, at, clock: Clock::Google, happening }
    }

    fn tried(id: &str, second: i64) -> Entry {
        entry(id, second, Happening::Tried { outcome: TryOutcome::Refreshed, detail: None })
    }

    /// Wherever the file is cut, every whole line is read, and the rest is kept aside.
    #[test]
    fn a_torn_end_is_kept_aside_and_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, aside) = (folder.path().join("history.jsonl"), folder.path().join("history.torn"));
        let entries = [tried("a", 101), tried("b", 102)];
        append(&path, &entries).expect("it can be written");
        let whole = std::fs::read(&path).expect("it is there");
        let first = whole.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        for cut in first..=whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("it can be written");
            drop(std::fs::remove_file(&aside));
            let history = read(&path, &aside).expect("it can be read");
            let (count, torn) = match cut {
                _ if cut == first => (1, false),
                _ if cut >= whole.len() - 1 => (2, false),
                _ => (1, true),
            };
            assert_eq!((history.entries.as_slice(), history.torn.is_some()), (&entries[..count], torn), "{cut}");
            if torn {
                assert_eq!(std::fs::read(&aside).expect("kept"), [&whole[first..cut], b"\n"].concat());
            }
            append(&path, &[tried("c", 103)]).expect("it goes on");
            let again = read(&path, &aside).expect("it can be read");
            assert_eq!((again.entries.len(), again.torn), (count + 1, None), "{cut}");
        }
    }

    #[test]
    fn unreadable_lines_are_counted_and_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, aside) = (folder.path().join("history.jsonl"), folder.path().join("history.torn"));
        append(&path, &[tried("a", 101)]).expect("it can be written");
        append_bytes(&path, b"nonsense\n{\"canary\":\"a\"}\n").expect("it can be written");
        append(&path, &[tried("a", 102)]).expect("it can be written");
        let history = read(&path, &aside).expect("it can be read");
        assert_eq!((history.entries.len(), history.unreadable), (2, vec![2, 3]));
        assert!(std::fs::read_to_string(&path).expect("it is there").contains("nonsense"));
    }

    #[test]
    fn a_former_canary_of_the_same_id_is_another() {
        let history = History {
            entries: vec![tried("a", 101), entry("a", 102, Happening::Removed), tried("a", 103), tried("b", 104)],
            ..History::default()
        };
        let of = |added: i64| {
            let id = "a".parse().expect("an id");
            let added = Timestamp::from_second(added).expect("a time");
            history.of(&id, added).map(|entry| entry.at.as_second()).collect::<Vec<_>>()
        };
        assert_eq!(of(100), [103]);
        // Of a life before this canary was added, should the line of the removal be lost.
        assert_eq!(of(101), [0; 0]);
    }
}
