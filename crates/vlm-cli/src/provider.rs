//! Which service a question goes to: the one that its model names, as flags and environment say, or the emulator inside
//! this process.

use std::path::Path;
use std::sync::Arc;

use vlm_core::{Error, ErrorKind, VisionProvider};
use vlm_emulator::Emulator;
use vlm_layers::Budgeted;

use crate::args::{CallArgs, DEFAULT_MODEL};
use crate::environment::variable;
use crate::exit::Failure;
use crate::input;
use crate::registry::{NamedModel, Way};
use crate::report::Report;
use crate::spending::Spending;

const MODEL_VARIABLE: &str = "VLM_MODEL";

/// A key that no service issues.
const NO_KEY: &str = "offline-key";

/// A service to ask, behind the budget of this command, and the emulator behind it, which stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) provider: Budgeted<Arc<dyn VisionProvider>>,
    _emulator: Option<Emulator>,
}

/// The provider of the model. Flags go before the environment; a key is looked for only where the flags name none.
pub(crate) fn online(
    args: &CallArgs,
    spending: &Spending,
    named: &NamedModel,
    report: &mut Report,
) -> Result<Service, Failure> {
    check_flags(args, named)?;
    let backend = &*named.backend;
    let key = match &args.key_file {
        Some(path) => Some(input::key(path, report)?),
        None => key_from_env(named)?,
    };
    let base_url = args.base_url.clone().or_else(|| backend.url_variable().and_then(|name| variable(&name)));
    if backend.needs_url() && base_url.is_none() {
        let hint = "give --base-url URL, such as http://127.0.0.1:8000/v1";
        return Err(Failure::setup(format!("`{}` has no address of its own", backend.name()), hint));
    }
    let way = Way { key, base_url, bearer: args.bearer, prices: spending.prices.clone() };
    let provider = backend.connect(way).map_err(Failure::call)?.provider;
    Ok(Service { provider: spending.limit(provider, &named.model)?, _emulator: None })
}

/// The built-in emulator on a free loopback port. No key is read.
pub(crate) async fn offline(args: &CallArgs, spending: &Spending, named: &NamedModel) -> Result<Service, Failure> {
    if !named.is_of_memories() {
        let message = format!("--offline stands in for memories.ai only, not for `{}`", named.backend.name());
        return Err(Failure::setup(message, "leave --offline out, or name a model of memories.ai"));
    }
    let hint = "--offline needs a free port on 127.0.0.1";
    let started = Emulator::builder().start().await;
    let emulator = started.map_err(|error| Failure::setup(error.to_string(), hint))?;
    let way = Way {
        key: Some(NO_KEY.to_owned()),
        base_url: Some(emulator.base_url()),
        bearer: args.bearer,
        prices: spending.prices.clone(),
    };
    let provider = named.backend.connect(way).map_err(Failure::call)?.provider;
    Ok(Service { provider: spending.limit(provider, &named.model)?, _emulator: Some(emulator) })
}

/// The model as named by the flag, else by the environment, else the default.
pub(crate) fn model(named: Option<&str>) -> Result<NamedModel, Failure> {
    let named = named.map(str::to_owned).or_else(|| variable(MODEL_VARIABLE));
    NamedModel::read(named.as_deref().unwrap_or(DEFAULT_MODEL))
}

/// True where `-` names standard input as the source of the key.
pub(crate) fn key_is_stdin(args: &CallArgs) -> bool {
    args.key_file.as_deref() == Some(Path::new("-"))
}

/// Flags that only memories.ai understands.
fn check_flags(args: &CallArgs, named: &NamedModel) -> Result<(), Failure> {
    let given = [("--bearer", args.bearer), ("--endpoint", args.endpoint.is_some())];
    match given.into_iter().find(|(_, given)| *given).filter(|_| !named.is_of_memories()) {
        Some((flag, _)) => {
            let message = format!("{flag} is for memories.ai, not for `{}`", named.backend.name());
            Err(Failure::setup(message, "leave it out"))
        }
        None => Ok(()),
    }
}

fn key_from_env(named: &NamedModel) -> Result<Option<String>, Failure> {
    let backend = &*named.backend;
    let variables = backend.key_variables();
    let key = variables.iter().find_map(|name| variable(name));
    if key.is_some() || !backend.needs_key() {
        return Ok(key);
    }
    let wanted = variables.first().map_or("its variable", String::as_str);
    let name = backend.name();
    let (service, offline) = match named.is_of_memories() {
        true => ("memories.ai", "; or try it without one: add --offline"),
        false => (name.as_str(), ""),
    };
    let error = Error::new(ErrorKind::Configuration, format!("there is no key: {wanted} is not set"));
    Err(Failure::call(
        error.with_advice(format!("set {wanted} to your {service} key or give --key-file FILE{offline}")),
    ))
}
