//! Tenants whose truth is known: a random history of administrators' actions, what Google would log of it, what was
//! attested meanwhile, and the report measured against the truth.
//!
//! A [`plan`] is drawn, a [`history`] carries it out on a [`world`] that knows every setting at every moment, the
//! [`log`] writes what Google would show in the schema of that time, [`baselines`] attest what was true then, and
//! [`render`] makes a tenant of it, whole or in trouble. The [`laws`] hold its report against the world
//! ([`soundness`]) and against what the evidence at hand determines ([`oracle`], [`completeness`]).

mod baselines;
mod census;
mod completeness;
mod deeds;
mod dialect;
mod foreseen;
mod found;
mod history;
mod laws;
mod log;
mod noise;
mod oracle;
mod people;
mod plan;
mod render;
mod sightings;
mod soundness;
mod supposed;
mod world;
