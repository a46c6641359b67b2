//! Tests of `google`.
