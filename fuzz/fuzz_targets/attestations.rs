#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gwsaudit::fuzzing::attestations(data));
