//! The parsers under a fuzzer: any bytes, whole, through a reader and in pieces.
#![no_main]

#[path = "../../tests/hostile/fuzz_entry.rs"]
mod fuzz_entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_entry::run(data));
