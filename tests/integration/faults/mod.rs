//! Every fault against every endpoint. `docs/fault-matrix.md` publishes what comes of it.

mod kinds;
mod matrix;
mod page;
mod processes;
mod world;
