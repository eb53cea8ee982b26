//! The decoder under a fuzzer: any bytes, whole and in pieces.
#![no_main]

#[path = "../../tests/decode_answers/fuzz_entry.rs"]
mod fuzz_entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_entry::run(data));
