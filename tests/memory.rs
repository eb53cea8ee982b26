//! A film is streamed from disk while it is sent: memory stays constant however large the file is.
//!
//! One test in a program of its own, because it measures the whole process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use vlm_core::VisionProviderExt;
use vlm_memories::Memories;

const FILM_BYTES: u64 = 512 << 20;
const ALLOWED_GROWTH: u64 = 32 << 20;
const HEAD: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
const REPLY: &str = r#"{"id":"1","choices":[{"message":{"content":"long"},"finish_reason":"stop"}]}"#;

/// A file with the beginning of an MP4 and a mark at its end; the rest is a hole.
fn film(path: &std::path::Path) {
    let mut file = File::create(path).unwrap();
    file.write_all(HEAD).unwrap();
    file.seek(SeekFrom::Start(FILM_BYTES - 3)).unwrap();
    file.write_all(b"END").unwrap();
}

/// What arrived: the announced length, the length that came, and how the body began and ended.
struct Received {
    announced: u64,
    bytes: u64,
    start: Vec<u8>,
    end: Vec<u8>,
}

/// Reads one request without keeping it, and answers it.
fn sink(stream: TcpStream) -> Received {
    let mut reader = BufReader::with_capacity(1 << 16, stream);
    let mut announced = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            announced = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let (mut bytes, mut start, mut end) = (0, Vec::new(), Vec::new());
    let mut piece = vec![0; 1 << 16];
    while bytes < announced {
        let count = reader.read(&mut piece).unwrap();
        assert!(count > 0, "the body ended after {bytes} of {announced} bytes");
        start.extend_from_slice(&piece[..count.min(4096 - start.len())]);
        bytes += count as u64;
        end.extend_from_slice(&piece[..count]);
        end.drain(..end.len().saturating_sub(64));
    }
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{REPLY}",
        REPLY.len()
    )
    .unwrap();
    Received { announced, bytes, start, end }
}

/// The largest resident memory since the last reset, in bytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() << 10
}

fn reset_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

#[tokio::test]
async fn half_a_gibibyte_grows_memory_by_less_than_32_mebibytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.mp4");
    film(&path);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/serve/api/v2", listener.local_addr().unwrap());
    let server = thread::spawn(move || sink(listener.accept().unwrap().0));
    let memories = Memories::builder("any-key").base_url(base).max_video_bytes(1 << 30).build().unwrap();

    reset_peak();
    let before = peak_memory();
    let model = memories.model("nova:us.amazon.nova-lite-v1:0");
    let answer = model.ask("How long is this?").attach(&path).await.unwrap();
    let growth = peak_memory() - before;

    assert_eq!(answer.text(), "long");
    let received = server.join().unwrap();
    assert_eq!(received.bytes, received.announced);
    // Base64 makes four characters of three bytes; a few hundred more are the JSON around them.
    let encoded = FILM_BYTES.div_ceil(3) * 4;
    assert!((encoded..encoded + 400).contains(&received.bytes), "{}", received.bytes);
    let start = String::from_utf8(received.start).unwrap();
    assert!(start.contains("data:video/mp4;base64,AAAAGGZ0eXBtcDQy"), "{start}");
    // The length leaves two bytes for the last group: "\0\0E" and "ND", encoded.
    let end = String::from_utf8(received.end).unwrap();
    assert!(end.contains("AABFTkQ=\""), "{end}");
    assert!(growth < ALLOWED_GROWTH, "memory grew by {} KiB", growth >> 10);
    println!("sent {} MiB, memory grew by {} KiB", FILM_BYTES >> 20, growth >> 10);
}
