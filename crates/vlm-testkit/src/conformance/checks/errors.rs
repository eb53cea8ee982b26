//! Each error of the service is told as what it is.

use vlm_core::{Billed, Delivery, Error, ErrorKind};

use crate::conformance::bench::{Bench, Method};
use crate::conformance::check::{Checked, Stop, ensure, fail, skip};
use crate::conformance::judge::{self, Expected};
use crate::conformance::scene::{Answer, Refusal, Scene};
use crate::conformance::wire::Form;
use crate::server::{Framing, Reply, Server, Turn, gzip};

const WORDS: &str = "these are the words of the service";

/// Kinds that are repeated, because the service did no work or usually did none.
const REPEATED: [ErrorKind; 3] = [ErrorKind::RateLimited, ErrorKind::Overloaded, ErrorKind::Server];

/// An error of this kind, as the service reports it by a status.
async fn told_as(bench: &Bench, kind: ErrorKind) -> Checked {
    let form = bench.form(&Scene::Refusal(Refusal::new(kind, WORDS)))?;
    let repeated = REPEATED.contains(&kind);
    let request = bench.question()?;
    for method in bench.methods()? {
        let stage = bench.serve([form.reply()]).await?;
        let error = stage.refused(method, &request).await?;
        let at = judge::at(method, "");
        Expected::answered(&[kind]).attempts(if repeated { 3 } else { 1 }).judge(&at, &stage, &error).await?;
        ensure!(error.status() == Some(form.status), "{at}: the status is told as {:?}", error.status());
        told_words(&at, &form, &error)?;
        ensure!(error.is_retryable() == repeated, "{at}: it is told to be retryable: {}", error.is_retryable());
        let free = (400..500).contains(&form.status);
        ensure!(!free || error.billed() == Billed::No, "{at}: a refusal is told to be billed: {:?}", error.billed());
    }
    Ok(())
}

/// The service's words, where it has any, are told: as its own, or as the text of the answer where it is the model that
/// refuses.
fn told_words(at: &str, form: &Form, error: &Error) -> Checked {
    let says = String::from_utf8_lossy(&form.body()).contains(WORDS);
    let words = error.service_message().or(error.partial_text()).unwrap_or_default();
    ensure!(!says || words.contains(WORDS), "{at}: the service's words are told as {words:?}");
    Ok(())
}

/// One check per kind.
macro_rules! kinds {
    ($($name:ident: $kind:ident,)*) => {$(
        pub(crate) async fn $name(bench: &Bench) -> Checked {
            told_as(bench, ErrorKind::$kind).await
        }
    )*};
}

kinds! {
    error_auth: Auth,
    error_permission: Permission,
    error_quota: Quota,
    error_not_found: NotFound,
    error_bad_request: BadRequest,
    error_unprocessable: Unprocessable,
    error_unsupported: Unsupported,
    error_too_large: TooLarge,
    error_conflict: Conflict,
    error_blocked: Blocked,
    error_upstream: Upstream,
    error_rate_limited: RateLimited,
    error_overloaded: Overloaded,
    error_server: Server,
}

pub(crate) async fn errors_inside_a_success(bench: &Bench) -> Checked {
    use ErrorKind::*;
    let request = bench.question()?;
    let (mut said, mut never) = (0, String::new());
    for kind in [
        Auth,
        Permission,
        Quota,
        NotFound,
        BadRequest,
        TooLarge,
        Conflict,
        Blocked,
        Upstream,
        RateLimited,
        Overloaded,
        Server,
    ] {
        let form = match bench.form(&Scene::RefusalInside(Refusal::new(kind, WORDS))) {
            Ok(form) => form,
            Err(Stop::Skip(reason)) => {
                never = reason;
                continue;
            }
            Err(stop) => return Err(stop),
        };
        said += 1;
        bench.note(kind);
        for method in bench.methods()? {
            let stage = bench.serve([form.reply()]).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, &format!("{kind} with status {}", form.status));
            let attempts = if REPEATED.contains(&kind) { 3 } else { 1 };
            Expected::answered(&[kind]).attempts(attempts).judge(&at, &stage, &error).await?;
            told_words(&at, &form, &error)?;
        }
    }
    if said == 0 {
        skip!("{never}");
    }
    Ok(())
}

pub(crate) async fn no_choice_is_an_error(bench: &Bench) -> Checked {
    let form = bench.form(&Scene::NoChoice)?;
    let request = bench.question()?;
    for method in bench.methods()? {
        let stage = bench.serve([form.reply()]).await?;
        let error = stage.refused(method, &request).await?;
        let at = judge::at(method, "");
        Expected::answered(&[ErrorKind::Empty]).judge(&at, &stage, &error).await?;
        ensure!(error.billed() != Billed::No, "{at}: the service did its work, and it is told to be free");
    }
    Ok(())
}

/// What is done to a reply.
type Change = fn(Reply) -> Reply;

pub(crate) async fn a_broken_error_body_keeps_its_status(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let page = "<html><head><title>Bad gateway</title></head></html>";
    let bodies: [(&str, Change); 6] = [
        ("empty", |reply| reply),
        ("a page", |reply| reply.header("content-type", "text/html")),
        ("not UTF-8", |reply| reply.body(&b"{\"error\": \"\xff\"}"[..])),
        ("another shape", |reply| reply.body("[{\"error\": [1, null]}]")),
        ("cut", |reply| reply.framing(Framing::Claimed(1000))),
        ("compressed", |reply| reply.header("content-encoding", "gzip").body(gzip(b"{\"error\": \"x\"}"))),
    ];
    for (status, kind) in [
        (401, ErrorKind::Auth),
        (403, ErrorKind::Permission),
        (404, ErrorKind::NotFound),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (503, ErrorKind::Overloaded),
    ] {
        for (name, change) in bodies {
            let plain = if name == "empty" { Reply::new(status) } else { Reply::new(status).body(page) };
            let stage =
                bench.serve_with([change(plain)], |endpoint| endpoint.retry = endpoint.retry.max_attempts(1)).await?;
            let error = stage.refused(Method::Generate, &request).await?;
            let at = format!("status {status}, body {name}");
            Expected::answered(&[kind]).judge(&at, &stage, &error).await?;
            ensure!(error.status() == Some(status), "{at}: the status is told as {:?}", error.status());
        }
    }
    Ok(())
}

pub(crate) async fn an_unexpected_success_is_no_answer(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let form = bench.form(&Scene::Answer(Answer::of(["fine"])))?;
    for status in [204, 206, 304] {
        for method in bench.methods()? {
            let reply = Reply::new(status).header("content-type", &form.content_type);
            let reply = if matches!(status, 204 | 304) { reply } else { reply.body(form.body()) };
            let stage = bench.serve([reply]).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, &format!("status {status}"));
            Expected::answered(&[ErrorKind::Protocol]).judge(&at, &stage, &error).await?;
        }
    }
    Ok(())
}

pub(crate) async fn redirects_are_not_followed(bench: &Bench) -> Checked {
    let request = bench.question()?;
    for status in [301, 302, 303, 307, 308] {
        for method in bench.methods()? {
            let elsewhere = Server::start([Turn::close()]).await;
            let Ok(elsewhere) = elsewhere else { fail!("no second server can be started") };
            let target = format!("{}/stolen?token=planted", elsewhere.url());
            let stage = bench.serve([Reply::new(status).header("location", &target)]).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, &format!("status {status}"));
            Expected::answered(&[ErrorKind::Redirected]).judge(&at, &stage, &error).await?;
            ensure!(elsewhere.connections() == 0, "{at}: the redirect was followed");
            ensure!(!format!("{error:?}").contains("planted"), "{at}: the target is shown with its query: {error:?}");
        }
    }
    Ok(())
}

/// A reply of status 200 that is none.
struct Nonsense<'a> {
    name: &'a str,
    body: Vec<u8>,
    kinds: &'a [ErrorKind],
}

pub(crate) async fn nonsense_is_no_answer(bench: &Bench) -> Checked {
    use ErrorKind::{Empty, Protocol, Truncated};
    let request = bench.question()?;
    let good = bench.form(&Scene::Answer(Answer::of(["MARK"])))?;
    let whole = good.body().to_vec();
    let bad_text = String::from_utf8_lossy(&whole).into_owned();
    let bad_text: Vec<u8> = match bad_text.split_once("MARK") {
        Some((before, after)) => [before.as_bytes(), b"\xff\xfe", after.as_bytes()].concat(),
        None => fail!("the text of an answer does not stand in its wire form"),
    };
    let nonsense = |name, body: &[u8], kinds| Nonsense { name, body: body.to_vec(), kinds };
    let cases = [
        nonsense("nothing", b"", &[Protocol]),
        nonsense("white space", b" \r\n", &[Protocol]),
        nonsense("a page", b"<html><body>Please log in</body></html>", &[Protocol]),
        nonsense("half an object", b"{\"id\": \"x\", ", &[Truncated]),
        nonsense("an answer with garbage after it", &[&whole[..], b"garbage"].concat(), &[Protocol]),
        nonsense("two answers", &[&whole[..], &whole[..]].concat(), &[Protocol]),
        nonsense("text that is not UTF-8", &bad_text, &[Protocol]),
        nonsense("a bomb of brackets", "[".repeat(100_000).as_bytes(), &[Protocol, Truncated]),
        nonsense("an empty object", b"{}", &[Protocol, Empty]),
        nonsense("a list", b"[]", &[Protocol, Empty]),
        nonsense("null", b"null", &[Protocol, Empty]),
        nonsense("a number", b"42", &[Protocol, Empty]),
        nonsense("a word", b"\"fine\"", &[Protocol, Empty]),
    ];
    for Nonsense { name, body, kinds } in cases {
        for method in bench.methods()? {
            let one_attempt = |endpoint: &mut super::Endpoint| endpoint.retry = endpoint.retry.max_attempts(1);
            let stage = bench.serve_with([Reply::json(body.clone())], one_attempt).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, name);
            Expected::answered(kinds).delivery(Delivery::Answered).judge(&at, &stage, &error).await?;
            ensure!(error.billed() != Billed::No, "{at}: nobody knows whether it was billed, it is told not to be");
        }
    }
    Ok(())
}

pub(crate) async fn errors_say_what_they_are_about(bench: &Bench) -> Checked {
    let request = bench.question()?;
    let form = bench.refusal(ErrorKind::Auth)?;
    let body = String::from_utf8_lossy(&form.body()).into_owned();
    let refusal = form.reply().header("x-request-id", "id-of-the-call");
    let broken = bench.form(&Scene::Answer(Answer::of(["fine"])))?.reply().cut_at(10);
    for (name, reply) in [("a refusal", refusal), ("a reply that breaks off", broken)] {
        for method in bench.methods()? {
            let stage = bench.serve([reply.clone()]).await?;
            let error = stage.refused(method, &request).await?;
            let at = judge::at(method, name);
            let id = stage.provider.id();
            ensure!(error.provider() == Some(id), "{at}: the provider is told as {:?}, not {id:?}", error.provider());
            ensure!(error.model() == Some(bench.model()), "{at}: the model is told as {:?}", error.model());
            ensure!(error.operation().is_some(), "{at}: the error does not say what was being done");
            ensure!(error.elapsed().is_some(), "{at}: the error does not say how long it took");
            ensure!(!error.advice().trim().is_empty(), "{at}: the error gives no advice");
            ensure!(!error.message().trim().is_empty(), "{at}: the error does not say what happened");
            ensure!(!error.to_string().contains('\n'), "{at}: the error takes more than one line: {error}");
            // A body that has an id of its own may be believed rather than the header.
            let told = error.request_id();
            let right = told.is_some_and(|id| id == "id-of-the-call" || !id.is_empty() && body.contains(id));
            ensure!(name != "a refusal" || right, "{at}: the call's id is told as {told:?}");
        }
    }
    Ok(())
}
