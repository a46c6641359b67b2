#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gwsaudit::fuzzing::google_error_body(data));
