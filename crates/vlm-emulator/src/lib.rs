//! A local memories.ai on loopback: the chat API of its contract, answered without the service.
//!
//! For tests, examples and first steps. It reads requests as strictly as the contract states them and says what is
//! wrong with one; it opens the media it is sent, so that its answers say truly what came in; it counts tokens by the
//! published rules of each model family; and it fails on order, in every way a client must survive. No model runs here:
//! every text begins with [`MARK`].
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use vlm_emulator::{Emulator, Fault, Script};
//!
//! let emulator = Emulator::builder()
//!     .script(Script::new([vec![Fault::Status(429)]])) // the first request is refused, the rest are answered
//!     .start()
//!     .await?;
//! assert!(emulator.base_url().ends_with("/serve/api/v2"));
//!
//! // … point a client at emulator.base_url(), then look at what it sent:
//! assert!(emulator.journal().is_empty());
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! This crate shares no code with the client crates of the project. It is a second, independent reading of the same
//! contract, so that a misreading shows as a disagreement.
//!
//! # What it serves
//!
//! | path | what |
//! |---|---|
//! | `POST /serve/api/v2/vu/chat/completions` | pictures and films |
//! | `POST /serve/api/v2/iu/chat/completions` | pictures |
//! | `POST /vu/chat/completions`, `POST /iu/chat/completions` | the same, for a base URL without the prefix |
//! | `GET /media/<path>` | files of [`EmulatorBuilder::media_root`], with single ranges |
//!
//! Any other path is a 404 in Spring's form, any other verb a 405 envelope. A key must come in `Authorization`, raw or
//! after `Bearer`; any key will do unless [`EmulatorBuilder::api_key`] names one.
//!
//! # What it refuses
//!
//! HTTP 400 with `{"code": 400, "msg": "…", "data": null}`; the message lists every problem with the path of its field.
//! Besides what the contract states, it takes at most 128 choices, and bodies up to [`EmulatorBuilder::body_limit`]
//! (413 beyond). Ids that no price table lists are answered, as the service passes them on.
//!
//! Media that are well-formed but of no use get HTTP 200 with `status: "errored"`: a URL that is not the emulator's own
//! (it opens no outbound connections), bytes that are no picture or film, a picture that the model's rules refuse.
//!
//! # What it answers
//!
//! One sentence about the prompt and the media, or JSON that fits the schema of the request (in JSON mode also one that
//! stands in the question, on a line of its own); `max_tokens`, `stop` and
//! `n` are kept to. The mark is the emulator's own: it is neither counted nor cut. JSON carries the mark in its strings,
//! and what an order puts around JSON carries none: before it, the bracket of the mark could pass for an array.
//! The times in replies come from [`EmulatorBuilder::clock`], ids from [`EmulatorBuilder::seed`] and a counter.
//!
//! # Faults on order
//!
//! An order is a list of parts between semicolons, in the header `x-emulate` of a request or as a step of a [`Script`]:
//! `x-emulate: status=429; retry-after=2`. Every chat request takes one step of the script; its own header comes on top.
//! Faults apply to requests that are otherwise right, so that a fault never hides a mistake.
//!
//! | part | effect |
//! |---|---|
//! | `status=429` | this HTTP status, with its documented body |
//! | `body=envelope`, `spring`, `html`, `empty` | the body of that status |
//! | `envelope=0429` | HTTP 200 with this code in the envelope |
//! | `errored=INVALID_ARGUMENT` | HTTP 200 with `status: "errored"` and this code |
//! | `message=…` | the message of any of these; `%XX` stands for a byte |
//! | `retry-after=2` | a `Retry-After` header |
//! | `header=name:value` | any header |
//! | `delay=250ms` | a wait before the head |
//! | `event-delay=50ms` | a wait before each event, or each piece of a split body |
//! | `cut=120` | the connection breaks after so many bytes of the body, of which more were announced |
//! | `stall=40` | nothing comes after so many bytes, until the client or the emulator goes |
//! | `split=7` | the body comes in pieces of so many bytes |
//! | `shape=text-deltas` | a stream in this [`StreamShape`]: `openai-chunks`, `text-deltas`, `text-cumulative`, `named-events`, `token-lines`, `json-body`, `unmarked` |
//! | `double-end` | the end marker of a stream comes twice (where its shape has one) |
//! | `stream-error` | an error event after some text, then the end |
//! | `malformed-json` | a reply that is no JSON, or such an event in the middle of a stream |
//! | `empty-choices` | `choices: []` |
//! | `empty-text` | an empty text, and `usage: null` |
//! | `no-usage` | `usage: null` |
//! | `text=…` | this text, `%XX` for a byte; the mark comes first unless it begins like JSON or a code fence |
//! | `json=…` | JSON in one of the forms below |
//! | `prose`, `fenced` | the same as `json=prose` and `json=fenced` |
//! | `tool-calls` | Nova: a tool answered as `tool_calls` instead of in `content` |
//!
//! # JSON as models write it
//!
//! Where JSON is answered, `json=` says how it comes, streamed or not. It may stand several times in an order:
//! `json=fenced; json=trailing-comma` does both. Without a schema, as in JSON mode, the right answer is the measure of
//! what is wrong. A `text={…}` or `text=[…]` that is JSON comes in these forms, too, `prose` apart; that way a schema
//! that only the prompt has can be answered.
//!
//! | form | effect |
//! |---|---|
//! | `valid` | as it should be; takes back the forms before it |
//! | `fenced` | inside a Markdown code fence |
//! | `wrapped` | between `Sure! Here is the JSON:` and `Let me know …` |
//! | `truncated`, `truncated:120`, `truncated:60%` | cut off after so much of the JSON (60% unless told), with `finish_reason: length` where the family gives a reason |
//! | `wrong-types` | one value of another type than its schema has, a string only where nothing else can be wrong |
//! | `missing-field` | one required property left out |
//! | `extra-field` | one property, `note`, that the schema does not declare |
//! | `single-quotes` | names and strings in `'` |
//! | `trailing-comma` | a comma after the last entry of every array and object |
//! | `comments` | a `//` and a `/* */` comment |
//! | `python` | `True`, `False`, `None`; in single quotes where the answer has none of these words |
//! | `twice` | an example of the answer first, its strings marked as one, then the answer |
//! | `prose` | a sentence and no JSON |
//!
//! `wrong-types`, `missing-field` and `extra-field` change the first place where the schema refuses it. Where the schema
//! allows any such answer, they change the first place there is: its sender may know more than it says.

mod answer;
mod builder;
mod doc;
mod error;
mod family;
mod fault;
mod handler;
mod journal;
mod json_form;
mod media;
mod pace;
mod plan;
mod reply;
mod request;
mod schema;
mod server;
mod slip;
mod stream;
mod tokens;

pub use builder::EmulatorBuilder;
pub use error::EmulatorError;
pub use fault::{ErrorBody, Fault, Script, StreamShape};
pub use journal::{KeyForm, Recorded};
pub use json_form::{CutAt, JsonForm};
pub use server::Emulator;

/// What every text of the emulator begins with; where it is JSON, its strings do.
pub const MARK: &str = "[emulated] ";

/// The path under which the service is mounted.
pub(crate) const PREFIX: &str = "/serve/api/v2";
