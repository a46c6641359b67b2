//! Tests of `google` against a Google on loopback: real sockets, real signatures.

mod bodies;
mod calls;
mod failures;
mod fake;
mod keyless;
mod pacing;
mod tokens;
mod weather;
