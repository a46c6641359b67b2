//! Policies to effective settings: what is in force for whom, by the rules that Google documents.
//!
//! The Policy API gives only explicit policies; the value that the Admin console shows is a reduction of them (Cloud
//! Identity, "Policy API concepts"). It is done here, and what cannot be evaluated makes the setting unknown for the
//! entities that it could touch. Nothing is read here and nothing is judged.
