#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gwsaudit::fuzzing::okta_error_text(data));
