//! Who the provider is, and what it says of its models.

use vlm_core::{ErrorKind, Request};

use crate::conformance::bench::Bench;
use crate::conformance::check::{Checked, ensure, fail};

pub(crate) async fn id_is_short_and_stable(bench: &Bench) -> Checked {
    let provider = bench.idle_provider();
    let id = provider.id();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    ensure!((1..=32).contains(&id.len()) && id.bytes().all(plain), "the id {id:?} is not short and lower case");
    ensure!(bench.idle_provider().id() == id, "two providers of one service have two ids");
    let Err(error) = provider.generate(&Request::new(bench.model())).await else {
        fail!("a request without messages is answered");
    };
    ensure!(error.provider() == Some(id), "an error names the provider {:?}, not {id:?}", error.provider());
    Ok(())
}

pub(crate) async fn capabilities_are_pure(bench: &Bench) -> Checked {
    let stage = bench.serve::<crate::server::Turn>([]).await?;
    let (provider, model) = (stage.provider.clone(), bench.model().to_owned());
    // A thread of its own has no runtime.
    let asked = std::thread::spawn(move || (provider.capabilities(&model), provider.capabilities(&model))).join();
    match asked {
        Ok((Ok(one), Ok(other))) => ensure!(one == other, "two questions, two descriptions: {one:?} and {other:?}"),
        Ok((Err(error), _) | (_, Err(error))) => fail!("the model under test is unknown: {error}"),
        Err(_) => fail!("asking without a runtime panics"),
    }
    ensure!(stage.server.connections() == 0, "asking for capabilities opens a connection");
    Ok(())
}

pub(crate) async fn the_model_is_listed(bench: &Bench) -> Checked {
    let capabilities = bench.capabilities()?;
    ensure!(capabilities.listed, "the model under test is not listed");
    ensure!(capabilities.model == bench.model(), "it is described under the name {:?}", capabilities.model);
    for impossible in ["", " ", "\n"] {
        match bench.idle_provider().capabilities(impossible) {
            Ok(_) => fail!("the name {impossible:?} has capabilities"),
            Err(error) => ensure!(error.kind() == ErrorKind::InvalidRequest, "{impossible:?}: {error:?}"),
        }
    }
    Ok(())
}
