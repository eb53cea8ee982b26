//! Which service a question goes to: memories.ai as flags and environment say, or the emulator inside this process.

use std::path::Path;

use vlm_core::{Error, ErrorKind, PriceList};
use vlm_emulator::Emulator;
use vlm_layers::Budgeted;
use vlm_memories::{AuthScheme, Memories};

use crate::args::{CallArgs, DEFAULT_MODEL};
use crate::exit::Failure;
use crate::input;
use crate::report::Report;
use crate::spending::Spending;

const KEY_VARIABLES: [&str; 2] = ["MEMORIES_API_KEY", "MEMORIES_AI_API_KEY"];
const HOST_VARIABLE: &str = "MEMORIES_VLM_HOST";
const MODEL_VARIABLE: &str = "VLM_MODEL";

/// A key that no service issues.
const NO_KEY: &str = "offline-key";

/// A service to ask, behind the budget of this command, and the emulator behind it, which stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) provider: Budgeted<Memories>,
    _emulator: Option<Emulator>,
}

/// memories.ai. Flags go before the environment; a key is looked for only where the flags name none.
pub(crate) fn online(
    args: &CallArgs,
    spending: &Spending,
    model: &str,
    report: &mut Report,
) -> Result<Service, Failure> {
    let key = match &args.key_file {
        Some(path) => input::key(path, report)?,
        None => key_from_env()?,
    };
    let mut builder = Memories::builder(key).auth(scheme(args)).prices(spending.prices.clone());
    if let Some(url) = args.base_url.clone().or_else(|| from_env(HOST_VARIABLE)) {
        builder = builder.base_url(url);
    }
    let memories = builder.build().map_err(Failure::call)?;
    Ok(Service { provider: spending.limit(memories, model)?, _emulator: None })
}

/// The built-in emulator on a free loopback port. No key is read.
pub(crate) async fn offline(args: &CallArgs, spending: &Spending, model: &str) -> Result<Service, Failure> {
    let hint = "--offline needs a free port on 127.0.0.1";
    let started = Emulator::builder().start().await;
    let emulator = started.map_err(|error| Failure::setup(error.to_string(), hint))?;
    let builder = Memories::builder(NO_KEY).base_url(emulator.base_url()).auth(scheme(args));
    let memories = builder.prices(spending.prices.clone()).build().map_err(Failure::call)?;
    Ok(Service { provider: spending.limit(memories, model)?, _emulator: Some(emulator) })
}

/// A provider that is only asked about its models.
pub(crate) fn catalogue(prices: PriceList) -> Result<Memories, Failure> {
    Memories::builder(NO_KEY).prices(prices).build().map_err(Failure::call)
}

/// The model as named by the flag, else by the environment, else the default.
pub(crate) fn model(named: Option<&str>) -> String {
    named.map(str::to_owned).or_else(|| from_env(MODEL_VARIABLE)).unwrap_or_else(|| DEFAULT_MODEL.to_owned())
}

/// True where `-` names standard input as the source of the key.
pub(crate) fn key_is_stdin(args: &CallArgs) -> bool {
    args.key_file.as_deref() == Some(Path::new("-"))
}

fn scheme(args: &CallArgs) -> AuthScheme {
    if args.bearer { AuthScheme::Bearer } else { AuthScheme::RawKey }
}

fn key_from_env() -> Result<String, Failure> {
    KEY_VARIABLES.into_iter().find_map(from_env).ok_or_else(|| {
        let error = Error::new(ErrorKind::Configuration, format!("there is no key: {} is not set", KEY_VARIABLES[0]));
        Failure::call(error.with_advice(format!(
            "set {} to your memories.ai key or give --key-file FILE; or try it without one: add --offline",
            KEY_VARIABLES[0]
        )))
    })
}

/// A variable without the white space around it; empty counts as unset.
#[expect(clippy::disallowed_methods, reason = "the one place where this program reads its environment")]
pub(crate) fn from_env(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
