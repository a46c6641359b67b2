use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::bounds::{Bounded, LONGEST_HEADER, LONGEST_LINE, MOST_LINES, TooMuch, WINDOW_LOG};
use super::record::{Header, Line, RecordKind, SCHEMA};
use super::write::{Spool, WriteError, is_zstd, write_snapshot};
use crate::domain::{Hasher, Sha256};

/// A snapshot cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file is missing, or not ours to read.
    #[error("cannot read the snapshot {file}")]
    Io {
        /// Which file.
        file: String,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// The first line is not a snapshot's header.
    #[error("{file} is not a gwsaudit snapshot: its first line is not a snapshot header")]
    NotASnapshot {
        /// Which file.
        file: String,
    },
    /// A snapshot of another schema, mostly of a newer version.
    #[error("{file} has the schema {found:?}; this version reads {SCHEMA:?}")]
    OtherSchema {
        /// Which file.
        file: String,
        /// What it says it is.
        found: String,
    },
    /// It goes on for longer than any snapshot.
    #[error("{file} is not read to its end: {why}")]
    TooLarge {
        /// Which file.
        file: String,
        /// Of what it has too much.
        why: String,
    },
    /// A line is not a record.
    #[error("line {line} of the snapshot {file} is not a record: {why}")]
    Malformed {
        /// Which file.
        file: String,
        /// Which line, from one.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The file ends too early.
    #[error("the snapshot {file} is cut short: it ends after line {lines} without its closing record")]
    Truncated {
        /// Which file.
        file: String,
        /// Lines read.
        lines: u64,
    },
}

/// A snapshot cannot be copied.
#[derive(Debug, Error)]
pub enum CopyError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The other cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

#[derive(Debug)]
pub(super) enum Origin {
    File(PathBuf),
    Unnamed(File),
}

/// A snapshot that can be read through, any number of times, a line at a time.
#[derive(Debug)]
pub struct Snapshot {
    origin: Origin,
    header: Header,
}

impl Snapshot {
    pub(super) fn over(origin: Origin, header: Header) -> Self {
        Self { origin, header }
    }

    /// Opens a snapshot and reads its header.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be read or is not a snapshot.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let origin = Origin::File(path.to_owned());
        let mut lines = Lines::open(&origin)?;
        let file = lines.file.clone();
        let first = lines.header()?.ok_or_else(|| ReadError::NotASnapshot { file: file.clone() })?;
        let value: serde_json::Value =
            serde_json::from_str(&first).map_err(|_| ReadError::NotASnapshot { file: file.clone() })?;
        match value.get("schema").and_then(serde_json::Value::as_str) {
            Some(SCHEMA) => {}
            Some(found) if found.starts_with("gwsaudit/") => {
                return Err(ReadError::OtherSchema { file, found: found.to_owned() });
            }
            Some(_) | None => return Err(ReadError::NotASnapshot { file }),
        }
        let header = serde_json::from_value(value).map_err(|error| ReadError::Malformed {
            file,
            line: 1,
            why: error.to_string(),
        })?;
        Ok(Self { origin, header })
    }

    /// The first line.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Writes the same snapshot to another file, packed or unpacked as its name says.
    ///
    /// # Errors
    /// [`CopyError`] where this one is damaged, or the other cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), CopyError> {
        let mut spool = Spool::new()?;
        let mut failed = None;
        self.for_each(|line| {
            if failed.is_none() {
                failed = spool.push(line).err();
            }
        })?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(write_snapshot(Some(path), &self.header, &[], vec![spool]).map(drop)?),
        }
    }

    /// The SHA-256 of its JSON Lines, unpacked, from the first byte to the last.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be read.
    pub fn sha256(&self) -> Result<Sha256, ReadError> {
        let mut lines = Lines::open(&self.origin)?;
        let mut hasher = Hasher::default();
        loop {
            let chunk = match lines.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(source) => return Err(lines.failed(source)),
            };
            if chunk.is_empty() {
                return Ok(hasher.finish());
            }
            hasher.update(chunk);
            let length = chunk.len();
            lines.reader.consume(length);
        }
    }

    /// Hands every line between header and end to `each`, and makes sure that the file is whole.
    ///
    /// # Errors
    /// [`ReadError`] at the first line that is not a record, and where the closing record is missing.
    pub fn for_each(&self, mut each: impl FnMut(&Line)) -> Result<(), ReadError> {
        let mut lines = Lines::open(&self.origin)?;
        let file = lines.file.clone();
        lines.header()?;
        let mut ended = false;
        while let Some(text) = lines.next_text()? {
            let malformed = |why: String, line| ReadError::Malformed { file: file.clone(), line, why };
            if ended {
                return Err(malformed("it comes after the closing record".to_owned(), lines.number));
            }
            let line: Line = serde_json::from_str(&text).map_err(|error| {
                // A last line without a line break is what a cut copy looks like.
                if error.is_eof() && !lines.ended_with_break {
                    ReadError::Truncated { file: file.clone(), lines: lines.number }
                } else {
                    malformed(error.to_string(), lines.number)
                }
            })?;
            if line.kind() == RecordKind::End { ended = true } else { each(&line) }
        }
        if ended { Ok(()) } else { Err(ReadError::Truncated { file, lines: lines.number }) }
    }
}

struct Lines {
    reader: Box<dyn BufRead>,
    file: String,
    number: u64,
    ended_with_break: bool,
}

impl Lines {
    fn open(origin: &Origin) -> Result<Self, ReadError> {
        let file = match origin {
            Origin::File(path) => path.display().to_string(),
            Origin::Unnamed(_) => "(temporary storage)".to_owned(),
        };
        let failed = |source| ReadError::Io { file: file.clone(), source };
        let reader: Box<dyn BufRead> = match origin {
            Origin::File(path) => {
                let opened = File::open(path).map_err(failed)?;
                if is_zstd(path) {
                    let packed = opened.metadata().map_err(failed)?.len();
                    let mut decoder = zstd::Decoder::new(opened).map_err(failed)?;
                    decoder.window_log_max(WINDOW_LOG).map_err(failed)?;
                    Box::new(BufReader::new(Bounded::unpacked(decoder, packed)))
                } else {
                    Box::new(BufReader::new(Bounded::plain(opened)))
                }
            }
            Origin::Unnamed(opened) => {
                let mut again = opened.try_clone().map_err(failed)?;
                again.rewind().map_err(failed)?;
                Box::new(BufReader::new(again))
            }
        };
        Ok(Self { reader, file, number: 0, ended_with_break: true })
    }

    fn header(&mut self) -> Result<Option<String>, ReadError> {
        self.next_of(LONGEST_HEADER)
    }

    /// That the rest cannot be read.
    fn failed(&self, source: io::Error) -> ReadError {
        let file = self.file.clone();
        // What zstd says of a compressed file that was cut.
        if source.kind() == io::ErrorKind::UnexpectedEof {
            return ReadError::Truncated { file, lines: self.number.saturating_sub(1) };
        }
        match source.get_ref().and_then(|why| why.downcast_ref::<TooMuch>()) {
            Some(why) => ReadError::TooLarge { file, why: why.to_string() },
            None => ReadError::Io { file, source },
        }
    }

    fn next_text(&mut self) -> Result<Option<String>, ReadError> {
        if self.number >= MOST_LINES {
            let why = format!("it has more than {MOST_LINES} lines");
            return Err(ReadError::TooLarge { file: self.file.clone(), why });
        }
        self.next_of(LONGEST_LINE)
    }

    fn next_of(&mut self, longest: u64) -> Result<Option<String>, ReadError> {
        let mut bytes = Vec::new();
        self.number += 1;
        let read = self.reader.by_ref().take(longest).read_until(b'\n', &mut bytes);
        match read {
            Ok(0) => {
                self.number -= 1;
                return Ok(None);
            }
            Ok(_) => {}
            Err(source) => return Err(self.failed(source)),
        }
        self.ended_with_break = bytes.ends_with(b"\n");
        if !self.ended_with_break && bytes.len() as u64 >= longest {
            let why = format!("it is longer than {} MiB", longest >> 20);
            return Err(ReadError::Malformed { file: self.file.clone(), line: self.number, why });
        }
        String::from_utf8(bytes).map(Some).map_err(|_| ReadError::Malformed {
            file: self.file.clone(),
            line: self.number,
            why: "it is not UTF-8".to_owned(),
        })
    }
}
