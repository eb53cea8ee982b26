//! Media: what answers say of them, what is refused, and how the media folder is served.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{chat, data_uri, send, start};
use vlm_emulator::Emulator;

fn picture(model: &str, image: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": [{"image": image}, {"text": "What?"}]}]})
}

async fn errored(emulator: &Emulator, image: &str) -> String {
    let answer = chat(emulator, "iu", &picture("qwen:qwen3-vl-plus", image)).await;
    let reply = answer.json();
    assert_eq!((answer.status, &reply["status"], &reply["choices"]), (200, &json!("errored"), &json!([])), "{reply}");
    assert_eq!(reply["error"]["code"], "INVALID_ARGUMENT");
    reply["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_three_ways_to_give_a_picture_are_answered_alike() {
    let emulator = start().await;
    let uri = data_uri("image/png", "chelsea.png");
    let bare = uri.split_once(',').unwrap().1.to_owned();
    let mut replies = Vec::new();
    for image in [uri, bare, emulator.media_url("chelsea.png")] {
        let reply = chat(&emulator, "iu", &picture("qwen:qwen-vl-max", &image)).await.json();
        replies.push((reply["choices"].clone(), reply["usage"].clone()));
    }
    assert!(replies[0].0[0]["text"].as_str().unwrap().contains("PNG, 451x300 px, 240512 bytes, mostly"));
    assert!(replies.windows(2).all(|pair| pair[0] == pair[1]), "{replies:?}");
    let journal = serde_json::to_string(&emulator.journal()).unwrap();
    assert!(journal.len() < 8000 && journal.contains("data:image/png;base64,<320684 chars, fnv "), "{journal}");
}

#[tokio::test]
async fn media_that_cannot_be_used_are_errored() {
    let emulator = start().await;
    let elsewhere = errored(&emulator, "https://user:secret@example.org/private/a.png?token=secret").await;
    assert!(
        elsewhere.contains("https://example.org") && !elsewhere.contains("private") && !elsewhere.contains("secret"),
        "{elsewhere}"
    );
    assert!(errored(&emulator, &emulator.media_url("missing.png")).await.contains("no such file"));
    assert!(errored(&emulator, &format!("http://{}/other.png", emulator.address())).await.contains("/media/ only"));
    assert!(errored(&emulator, "data:image/png;base64,aGVsbG8gd29ybGQh").await.contains("no picture"));
    assert!(errored(&emulator, "data:image/png;base64,aGV#").await.contains("base64 is broken"));
    assert!(errored(&emulator, "data:image/png;base64,aGVsbG8").await.contains("cut off"));
    assert!(errored(&emulator, &emulator.media_url("launch-and-coffee.mp4")).await.contains("no picture"));
    let film = json!({"model": "qwen:qwen3-vl-plus", "messages": [{"role": "user", "content": [{"video": emulator.media_url("coffee.png")}]}]});
    let reply = chat(&emulator, "vu", &film).await.json();
    assert!(
        reply["error"]["message"].as_str().unwrap().contains("messages[0].content[0].video: is no film"),
        "{reply}"
    );
    let bare = Emulator::builder().start().await.unwrap();
    assert!(errored(&bare, &bare.media_url("coffee.png")).await.contains("no media folder"));
}

#[tokio::test]
async fn files_are_served_with_length_type_and_ranges() {
    let emulator = start().await;
    let bytes = fs::read(support::media_folder().join("coffee.png")).unwrap();
    let get = |headers: Vec<(&'static str, &'static str)>, method: &'static str| {
        let address = emulator.address();
        async move { send(address, method, "/media/coffee.png", &headers, b"").await }
    };
    let whole = get(vec![], "GET").await;
    assert_eq!((whole.status, whole.header("content-type"), whole.complete), (200, Some("image/png"), true));
    assert_eq!(whole.header("content-length"), Some("466706"));
    assert!(whole.body == bytes);
    for (range, from, to) in [
        ("bytes=10-19", 10, 20),
        ("bytes=466700-", 466_700, 466_706),
        ("bytes=-6", 466_700, 466_706),
        ("bytes=466700-999999", 466_700, 466_706),
    ] {
        let part = get(vec![("range", range)], "GET").await;
        assert_eq!(
            (part.status, part.header("content-range")),
            (206, Some(format!("bytes {from}-{}/466706", to - 1).as_str()))
        );
        assert!(part.body == bytes[from..to], "{range}");
    }
    let beyond = get(vec![("range", "bytes=466706-")], "GET").await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */466706")));
    for ignored in ["bytes=5-2", "bytes=1-2,4-5", "pages=1-2", "bytes=a-b"] {
        assert_eq!(get(vec![("range", ignored)], "GET").await.status, 200, "{ignored}");
    }
    let head = get(vec![], "HEAD").await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("466706"), 0));
    assert_eq!(get(vec![], "DELETE").await.status, 405);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("inner dir")).unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    fs::write(root.join("inner dir/fine%.txt"), "fine").unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret.txt"), root.join("link.txt")).unwrap();
    std::os::unix::fs::symlink(folder.path(), root.join("up")).unwrap();
    std::os::unix::fs::symlink("inner dir", root.join("inside")).unwrap();
    let emulator = Emulator::builder().media_root(&root).start().await.unwrap();
    for path in [
        "/media/../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/..%2fsecret.txt",
        "/media/inner%20dir/../../secret.txt",
        "/media/link.txt",
        "/media/up/secret.txt",
        "/media//etc/hosts",
        "/media/%2Fetc/hosts",
        "/media/..%5csecret.txt",
        "/media/%00",
        "/media/%zz",
        "/media/%ff",
        "/media/inner%20dir",
        "/media/",
    ] {
        let answer = send(emulator.address(), "GET", path, &[], b"").await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("secret"), "{path}");
    }
    assert_eq!(
        emulator.media_url("inner dir/fine%.txt"),
        format!("http://{}/media/inner%20dir/fine%25.txt", emulator.address())
    );
    for path in ["/media/inner%20dir/fine%25.txt", "/media/inside/fine%25.txt"] {
        assert_eq!(send(emulator.address(), "GET", path, &[], b"").await.text(), "fine");
    }
}

#[tokio::test]
async fn a_film_in_base64_is_read_where_it_stands() {
    let emulator = start().await;
    // Behind the sample lie 24 MiB that no one needs to look at: a box without meaning.
    let mut film = fs::read(support::media_folder().join("launch-and-coffee.mp4")).unwrap();
    let filler = 24 * 1024 * 1024_u32;
    film.extend_from_slice(&(filler + 8).to_be_bytes());
    film.extend_from_slice(b"free");
    film.resize(film.len() + filler as usize, 0);
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &film);
    let body = json!({"model": "nova:us.amazon.nova-lite-v1:0", "messages": [{"role": "user", "content": [
        {"type": "video_url", "video_url": {"url": format!("data:video/mp4;base64,{text}")}}]}]});
    let reply = chat(&emulator, "vu", &body).await.json();
    let said = reply["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(said.contains("about 1 film: MP4, 640x426 px, 6 s, 24 frames per second, 144 frames"), "{said}");
    assert!(said.contains(&format!("{} bytes", film.len())), "{said}");
}
