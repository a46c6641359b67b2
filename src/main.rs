//! The `gwsaudit` binary.
fn main() {}
