//! Results to bytes: one model, one file per format, syntax only.
//!
//! Reporters never judge, filter or read a clock; they receive a finished [`model::Report`].

pub mod fingerprint;
pub mod model;
