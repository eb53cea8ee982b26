//! The handle: settings that are refused, addresses, limits of answers, counting, and the end.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::{chat, hello, start};
use tokio::net::TcpStream;
use vlm_emulator::{Emulator, EmulatorError};

#[tokio::test]
async fn settings_are_checked_before_binding() {
    let open = Emulator::builder().address("0.0.0.0:0".parse().unwrap()).start().await.unwrap_err();
    assert!(matches!(open, EmulatorError::NotLoopback { .. }) && open.to_string().contains("127.0.0.1"), "{open}");
    // Put together here, so that no file of the project holds anything of a key's shape.
    for prefix in ["sk-mavi", "sk-mai"] {
        let real = Emulator::builder().api_key(format!("{prefix}-0000")).start().await.unwrap_err();
        assert!(matches!(real, EmulatorError::RealKey) && !real.to_string().contains("0000"), "{real}");
    }
    let empty = Emulator::builder().api_key(" ").start().await.unwrap_err();
    assert!(matches!(empty, EmulatorError::EmptyKey));
    for folder in ["no/such/folder", file!()] {
        let missing = Emulator::builder().media_root(folder).start().await.unwrap_err();
        assert!(missing.to_string().contains(folder), "{missing}");
    }
    let first = start().await;
    let taken = Emulator::builder().address(first.address()).start().await.unwrap_err();
    assert!(matches!(taken, EmulatorError::Bind { .. }) && taken.to_string().contains("port 0"), "{taken}");
}

#[tokio::test]
async fn a_key_stays_out_of_debug() {
    let builder = Emulator::builder().api_key("local-key-7");
    assert!(!format!("{builder:?}").contains("local-key-7"));
    let emulator = builder.start().await.unwrap();
    assert!(!format!("{emulator:?}").contains("local-key-7"));
}

#[tokio::test]
async fn addresses_can_be_used_as_they_are() {
    let emulator = start().await;
    assert!(emulator.address().ip().is_loopback() && emulator.address().port() > 0);
    assert_eq!(emulator.base_url(), format!("http://{}/serve/api/v2", emulator.address()));
    let open =
        Emulator::builder().address("0.0.0.0:0".parse().unwrap()).allow_non_loopback(true).start().await.unwrap();
    assert!(open.base_url().starts_with("http://127.0.0.1:"), "{}", open.base_url());
}

#[tokio::test]
async fn connections_and_requests_are_counted() {
    let emulator = start().await;
    assert_eq!((emulator.connections(), emulator.journal().len()), (0, 0));
    for _ in 0..3 {
        chat(&emulator, "vu", &hello()).await;
    }
    assert_eq!((emulator.connections(), emulator.journal().len()), (3, 3));
    emulator.clear_journal();
    chat(&emulator, "iu", &hello()).await;
    let journal = emulator.journal();
    assert_eq!((journal.len(), journal[0].sequence, journal[0].endpoint), (1, 4, Some("iu")));
    assert_eq!(journal[0].body, hello());
}

#[tokio::test]
async fn the_same_requests_get_the_same_replies() {
    let (one, two) = (start().await, start().await);
    let mut replies = Vec::new();
    for emulator in [&one, &two] {
        replies.push([chat(emulator, "vu", &hello()).await.text(), chat(emulator, "vu", &hello()).await.text()]);
    }
    assert_eq!(replies[0], replies[1]);
    assert_ne!(replies[0][0], replies[0][1]);
}

#[tokio::test]
async fn answers_keep_to_max_tokens_stop_and_n() {
    let emulator = start().await;
    let ask = |model: &str| json!({"model": model, "messages": [{"role": "user", "content": "Tell me all"}]});
    let mut body = ask("nova:us.amazon.nova-pro-v1:0");
    body["max_tokens"] = 5.into();
    let reply = chat(&emulator, "vu", &body).await.json();
    assert_eq!((&reply["choices"][0]["finish_reason"], &reply["usage"]["output_token"]), (&json!("length"), &json!(5)));
    let text = reply["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.starts_with("[emulated] us.") && text.len() < 40, "{text}");
    let mut body = ask("qwen:qwen3-vl-plus");
    body["max_tokens"] = 5.into();
    assert_eq!(chat(&emulator, "vu", &body).await.json()["status"], "completed");
    let mut body = ask("qwen:qwen3-vl-plus");
    body["stop"] = json!(["never", " answer"]);
    body["n"] = 3.into();
    let reply = chat(&emulator, "vu", &body).await.json();
    assert_eq!(reply["choices"].as_array().unwrap().len(), 3);
    assert_eq!(reply["choices"][2]["text"], "[emulated] qwen3-vl-plus would");
    assert_eq!(reply["choices"][2]["index"], 2);
}

#[tokio::test]
async fn a_dropped_emulator_stops_in_the_background() {
    let emulator = start().await;
    let address = emulator.address();
    drop(emulator);
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), refused).await.unwrap();
}

#[tokio::test]
async fn a_stopped_emulator_takes_no_more_connections() {
    let emulator = start().await;
    let address = emulator.address();
    chat(&emulator, "vu", &hello()).await;
    emulator.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());
}
