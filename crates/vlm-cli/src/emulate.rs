//! `vlm emulate`: the emulator as a server of its own, until Ctrl-C.

use vlm_emulator::{Emulator, EmulatorError, Script, StreamShape};

use crate::args::EmulateArgs;
use crate::exit::Failure;
use crate::report::Report;
use crate::{input, runtime};

pub(crate) fn run(args: &EmulateArgs, report: &mut Report) -> Result<(), Failure> {
    if !args.addr.ip().is_loopback() && !args.allow_non_loopback {
        let message = format!("{} can be reached from other machines", args.addr);
        return Err(Failure::setup(message, "use 127.0.0.1, or add --allow-non-loopback if that is meant"));
    }
    let mut builder = Emulator::builder().address(args.addr).allow_non_loopback(args.allow_non_loopback);
    if let Some(folder) = &args.media {
        builder = builder.media_root(folder);
    }
    if let Some(path) = &args.script {
        builder = builder.script(Script::from_json(input::script(path)?).map_err(refused)?);
    }
    if let Some(shape) = StreamShape::from_name(&args.stream_shape) {
        builder = builder.stream_shape(shape);
    }
    // The handle outlives the runtime's work, so that Ctrl-C leaves something to count.
    let mut running = None;
    let ended = runtime::run(async {
        let emulator = running.insert(builder.start().await.map_err(refused)?);
        introduce(emulator, args, report);
        std::future::pending::<Result<(), Failure>>().await
    });
    match (ended, running) {
        // Ctrl-C is how a server is meant to end.
        (Err(Failure::Interrupted { .. }), Some(emulator)) => {
            report.note(&format!("stopped after {} requests", emulator.journal().len()));
            Ok(())
        }
        (ended, _) => ended,
    }
}

/// How to point clients at it.
fn introduce(emulator: &Emulator, args: &EmulateArgs, report: &mut Report) {
    let url = emulator.base_url();
    report.note(&format!("a local memories.ai at {url} (no model runs here; Ctrl-C ends it)"));
    if let Some(folder) = &args.media {
        report.note(&format!("files of {} at {}", folder.display(), emulator.media_url("")));
    }
    report.note("to ask it, in another shell:");
    report.note(&format!("  export MEMORIES_VLM_HOST={url}"));
    report.note("  export MEMORIES_API_KEY=any-invented-key");
    report.note("  vlm ask \"What is in this picture?\" --attach photo.jpg");
    report.note("any OpenAI client can, too: its base URL is the one above with /vu or /iu behind it");
}

fn refused(error: EmulatorError) -> Failure {
    let hint = match &error {
        EmulatorError::Bind { .. } => "give another address: --addr 127.0.0.1:0 takes any free port",
        EmulatorError::MediaRoot { .. } => "give a folder that exists: --media FOLDER",
        EmulatorError::Order(_) | EmulatorError::Script { .. } => "see --script in `vlm emulate --help`",
        _ => "see `vlm emulate --help`",
    };
    let message = match error {
        // It is not about a step.
        EmulatorError::Script { step: 0, why } => why,
        error => error.to_string(),
    };
    Failure::setup(message, hint)
}
