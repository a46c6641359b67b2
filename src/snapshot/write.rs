use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::durable::folder_of;
use super::record::{Header, Line, RecordKind, SourceRecord};
use super::{Snapshot, read::Origin};

/// A snapshot could not be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The disk is full, the folder is missing or not ours to write.
    #[error("cannot write the snapshot {}", path.display())]
    File {
        /// Where it should have gone.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// Temporary storage failed.
    #[error("cannot use temporary storage for what was collected")]
    Spool(#[from] io::Error),
    /// A record could not be put as JSON.
    #[error("cannot put a record as JSON")]
    Json(#[from] serde_json::Error),
}

/// Lines of one source on their way to a snapshot: an unnamed temporary file, so that memory stays bounded and sources
/// that arrive side by side come out one after another.
#[derive(Debug)]
pub struct Spool {
    file: BufWriter<File>,
    lines: u64,
}

impl Spool {
    /// An empty spool.
    ///
    /// # Errors
    /// Where no temporary file can be made.
    pub fn new() -> Result<Self, WriteError> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), lines: 0 })
    }

    /// Appends a line.
    ///
    /// # Errors
    /// Where temporary storage is full.
    pub fn push(&mut self, line: &Line) -> Result<(), WriteError> {
        serde_json::to_writer(&mut self.file, line)?;
        self.file.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }

    /// How many lines it holds.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Hands every line to `each`; more can be appended afterwards.
    ///
    /// # Errors
    /// Where temporary storage cannot be read.
    pub fn for_each(&mut self, mut each: impl FnMut(&Line)) -> Result<(), WriteError> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.rewind()?;
        for line in BufReader::new(&*file).lines() {
            each(&serde_json::from_str(&line?)?);
        }
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }

    fn into_reader(self) -> Result<BufReader<File>, WriteError> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(BufReader::new(file))
    }
}

fn write_lines<W: Write>(
    out: &mut W,
    header: &Header,
    sources: &[SourceRecord],
    spools: Vec<Spool>,
) -> Result<(), WriteError> {
    let mut records = 0;
    serde_json::to_writer(&mut *out, header)?;
    out.write_all(b"\n")?;
    for source in sources {
        serde_json::to_writer(&mut *out, &Line::new(RecordKind::Source, source)?)?;
        out.write_all(b"\n")?;
        records += 1;
    }
    for spool in spools {
        records += spool.lines();
        let mut reader = spool.into_reader()?;
        loop {
            let chunk = reader.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            out.write_all(chunk)?;
            let length = chunk.len();
            reader.consume(length);
        }
    }
    serde_json::to_writer(&mut *out, &Line::end(records))?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// Writes a snapshot to `path` in one step (a temporary file beside it, mode 0600, then renamed), compressed where the
/// name ends in `.zst`; without a path to unnamed temporary storage. Returns it ready to be read.
///
/// # Errors
/// Where the disk says no; nothing is left at `path` then.
pub fn write_snapshot(
    path: Option<&Path>,
    header: &Header,
    sources: &[SourceRecord],
    spools: Vec<Spool>,
) -> Result<Snapshot, WriteError> {
    let Some(path) = path else {
        let mut out = BufWriter::new(tempfile::tempfile()?);
        write_lines(&mut out, header, sources, spools)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        return Ok(Snapshot::over(Origin::Unnamed(file), header.clone()));
    };
    let refused = |source| WriteError::File { path: path.to_owned(), source };
    let folder = folder_of(path);
    let file = tempfile::NamedTempFile::new_in(folder).map_err(refused)?;
    let mut out = BufWriter::new(file);
    if is_zstd(path) {
        let mut encoder = zstd::Encoder::new(&mut out, 0).map_err(refused)?;
        encoder.include_checksum(true).map_err(refused)?;
        write_lines(&mut encoder, header, sources, spools)?;
        encoder.finish().map_err(refused)?;
    } else {
        write_lines(&mut out, header, sources, spools)?;
    }
    let file = out.into_inner().map_err(|error| refused(error.into_error()))?;
    file.as_file().sync_all().map_err(refused)?;
    file.persist(path).map_err(|error| refused(error.error))?;
    Ok(Snapshot::over(Origin::File(path.to_owned()), header.clone()))
}

/// Whether a snapshot of that name is compressed.
pub(super) fn is_zstd(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spool_can_be_read_and_then_goes_on() {
        let line = |number: u64| Line::new(RecordKind::Group, &number).expect("JSON");
        let mut spool = Spool::new().expect("temporary storage");
        let read = |spool: &mut Spool| {
            let mut numbers: Vec<u64> = Vec::new();
            spool.for_each(|line| numbers.push(line.read().expect("a number"))).expect("temporary storage");
            numbers
        };
        assert_eq!(read(&mut spool), [0; 0]);
        for number in 0..3 {
            spool.push(&line(number)).expect("temporary storage");
            assert_eq!(read(&mut spool).len() as u64, number + 1);
        }
        assert_eq!((read(&mut spool), spool.lines()), (vec![0, 1, 2], 3));
    }
}
