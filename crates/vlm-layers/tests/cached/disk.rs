//! A cache on a disk: across programs, and with entries and disks that are broken.

use std::fs;
use std::path::{Path, PathBuf};

use vlm_core::{ErrorKind, VisionProvider, WarningKind};
use vlm_layers::{Cache, CacheBuilder, Hit};

use super::{Service, ask, cached, origin};

/// A cache that has nothing but its directory.
fn on_disk(directory: &Path) -> CacheBuilder {
    Cache::builder().memory(0).directory(directory)
}

/// The files of entries.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.file_name().is_some_and(|name| name.len() == 64)).collect()
}

#[tokio::test]
async fn answers_survive_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("deep").join("cache");
    let (provider, service) = cached(on_disk(&directory));
    let paid = provider.generate(&ask("ok")).await.unwrap();
    assert!(Hit::of(&provider.generate(&ask("ok")).await.unwrap()).is_some());
    drop(provider);
    let (provider, later) = cached(Cache::builder().directory(&directory));
    for _ in 0..2 {
        let hit = provider.generate(&ask("ok")).await.unwrap();
        assert_eq!((hit.text(), Hit::of(&hit).unwrap().cost), ("ok", paid.cost.clone()));
        // The second time it is in memory.
        entries(&directory).iter().for_each(|path| fs::remove_file(path).unwrap());
    }
    assert_eq!((service.calls(), later.calls()), (1, 0));
}

#[tokio::test]
async fn a_broken_entry_is_a_miss_and_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("cache");
    let (provider, _) = cached(on_disk(&directory));
    provider.generate(&ask("ok")).await.unwrap();
    let [path] = &entries(&directory)[..] else { panic!("one entry") };
    let whole = fs::read(path).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();

    let mut flipped = Vec::new();
    for at in (0..whole.len()).step_by(7) {
        let mut other = whole.clone();
        other[at] ^= 1;
        flipped.push(other);
    }
    let cut = (0..whole.len()).step_by(11).map(|at| whole[..at].to_vec());
    let foreign = text.replacen("vlm-cache 1", "vlm-cache 2", 1).into_bytes();
    let longer = [&whole[..], b"x"].concat();
    for broken in flipped.into_iter().chain(cut).chain([foreign, longer]) {
        fs::write(path, &broken).unwrap();
        let (provider, service) = cached(on_disk(&directory));
        service.go_down();
        let error = provider.generate(&ask("ok")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server, "it is a miss");
        assert!(!path.exists(), "it is removed");
    }
    // A whole entry under another name is none: it would be the answer to another question.
    fs::write(path, &whole).unwrap();
    let (provider, service) = cached(on_disk(&directory));
    provider.generate(&ask("other")).await.unwrap();
    let other = entries(&directory).into_iter().find(|other| other != path).unwrap();
    fs::copy(path, &other).unwrap();
    assert_eq!(provider.generate(&ask("other")).await.unwrap().text(), "other");
    assert_eq!(service.calls(), 2);
    assert!(Hit::of(&provider.generate(&ask("ok")).await.unwrap()).is_some());
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_is_told_once_and_harms_no_call() {
    let folder = tempfile::tempdir().unwrap();
    // It goes away under the program's feet.
    let lost = folder.path().join("lost");
    let (provider, _) = cached(Cache::builder().directory(&lost));
    fs::remove_dir_all(&lost).unwrap();
    fs::write(&lost, "a file now").unwrap();
    let first = provider.generate(&ask("ok 1")).await.unwrap();
    assert_eq!((first.warnings.len(), first.warnings[0].kind), (1, WarningKind::NotCached));
    assert!(first.warnings[0].message.contains(&lost.display().to_string()), "{}", first.warnings[0]);
    assert_eq!(first.cost.to_string(), "$0.00002");
    assert!(provider.generate(&ask("ok 2")).await.unwrap().warnings.is_empty());
    let hit = provider.generate(&ask("ok 1")).await.unwrap();
    assert!(Hit::of(&hit).is_some() && hit.warnings.is_empty(), "the memory goes on");

    // It can never be made: the same, in a stream.
    let (provider, _) = cached(Cache::builder().directory(lost.join("below a file")));
    let first = provider.stream(&ask("ok 1")).await.unwrap().collect().await.unwrap();
    assert_eq!((first.warnings.len(), first.warnings[0].kind), (1, WarningKind::NotCached));
    assert!(provider.stream(&ask("ok 2")).await.unwrap().collect().await.unwrap().warnings.is_empty());
}

#[tokio::test]
async fn a_directory_that_is_none_or_open_to_others_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = on_disk(&file).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = folder.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        let error = on_disk(&open).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.message().contains("755") && error.advice().contains("chmod 700"), "{error}");
    }
}

/// Several programs on one directory: no answer is lost or mixed up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_programs_share_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("cache");
    let caches: Vec<Cache> = std::thread::scope(|scope| {
        let open = || on_disk(&directory).disk(6000).build().unwrap();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let provider = caches[number % 4].wrap(Service::default(), &origin()).unwrap();
            tokio::spawn(async move {
                let words = format!("ok {}", number % 12);
                let answer = provider.generate(&ask(&words)).await.unwrap();
                assert_eq!(answer.text(), words);
                assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let provider = caches[0].wrap(Service::default(), &origin()).unwrap();
    provider.generate(&ask("ok last")).await.unwrap();
    let provider = caches[3].wrap(Service::default(), &origin()).unwrap();
    assert!(Hit::of(&provider.generate(&ask("ok last")).await.unwrap()).is_some(), "they share one secret");
}
