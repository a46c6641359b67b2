//! Files that outlast a crash, and that nobody but their owner reads.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// The folder that a file is in.
pub(crate) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Has a file that is about to be made be its owner's alone, where files have such a mode.
#[cfg(unix)]
pub(crate) fn owners_alone(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

/// Has a file that is about to be made be its owner's alone: not a thing that can be asked for here.
#[cfg(not(unix))]
pub(crate) fn owners_alone(_options: &mut OpenOptions) {}

/// Makes names in a folder last.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Makes names in a folder last: not a thing that can be asked for here.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
