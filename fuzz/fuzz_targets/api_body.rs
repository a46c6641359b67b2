#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gwsaudit::fuzzing::api_body(data));
