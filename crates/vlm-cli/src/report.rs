//! The two outputs: answers to standard output, talk to standard error. The only place that writes to either.

use std::io::{self, IsTerminal as _, Write};

use serde::Serialize;

use crate::exit::Failure;
use crate::explain;
use crate::terminal::{TerminalFilter, escape_json};

/// Where everything that a command says goes.
pub(crate) struct Report {
    out: Sink,
    err: Sink,
    quiet: bool,
}

struct Sink {
    writer: Box<dyn Write>,
    /// There on a terminal, where foreign text is filtered; anything else gets exact bytes.
    filter: Option<TerminalFilter>,
    mid_line: bool,
}

impl Sink {
    fn new(writer: impl Write + 'static, terminal: bool) -> Self {
        Self { writer: Box::new(writer), filter: terminal.then(TerminalFilter::default), mid_line: false }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let filtered;
        let text = match &mut self.filter {
            Some(filter) => {
                filtered = filter.piece(text);
                &filtered
            }
            None => text,
        };
        if text.is_empty() {
            return Ok(());
        }
        self.mid_line = !text.ends_with('\n');
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }

    /// Ends the line that is under way; what a sequence has begun ends, too.
    fn end_line(&mut self) -> io::Result<()> {
        if let Some(filter) = &mut self.filter {
            *filter = TerminalFilter::default();
        }
        if self.mid_line { self.write("\n") } else { Ok(()) }
    }
}

impl Report {
    /// The process's own outputs.
    pub(crate) fn standard() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let (out_is_terminal, err_is_terminal) = (out.is_terminal(), err.is_terminal());
        Self { out: Sink::new(out, out_is_terminal), err: Sink::new(err, err_is_terminal), quiet: false }
    }

    /// Says nothing but answers and errors from now on.
    pub(crate) fn set_quiet(&mut self, quiet: bool) {
        self.quiet = quiet;
    }

    /// True where a person may be watching the talk.
    pub(crate) fn is_watched(&self) -> bool {
        self.err.filter.is_some() && !self.quiet
    }

    /// A piece of an answer.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write(text).map_err(output_failed)
    }

    /// Ends an answer: with a newline, where it has none of its own.
    pub(crate) fn end_text(&mut self) -> Result<(), Failure> {
        self.out.end_line().map_err(output_failed)
    }

    /// A value as JSON on one line.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.json(serde_json::to_string(value))
    }

    /// A value as JSON on many lines, for people to read as well.
    pub(crate) fn json_pretty(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.json(serde_json::to_string_pretty(value))
    }

    /// A value as JSON: on many lines on a terminal, on one line for programs.
    pub(crate) fn value(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        if self.out.filter.is_some() { self.json_pretty(value) } else { self.json_line(value) }
    }

    fn json(&mut self, json: serde_json::Result<String>) -> Result<(), Failure> {
        let json = json.map_err(|error| output_failed(error.into()))?;
        self.text(&format!("{}\n", escape_json(&json)))
    }

    /// A line of talk.
    pub(crate) fn note(&mut self, line: &str) {
        if !self.quiet {
            self.say(line);
        }
    }

    /// A line about something that is odd.
    pub(crate) fn warning(&mut self, line: &str) {
        self.note(&format!("warning: {line}"));
    }

    /// Why the command failed.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        for line in explain::failure(failure) {
            self.say(&line);
        }
    }

    /// One line on standard error, filtered wherever it goes. Nobody can be told when that fails.
    fn say(&mut self, line: &str) {
        if self.out.filter.is_some() {
            let _ = self.out.end_line();
        }
        let _ = self.err.write(&format!("{}\n", TerminalFilter::whole(line)));
    }
}

fn output_failed(source: io::Error) -> Failure {
    match source.kind() {
        io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Local { what: "the output cannot be written", source },
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Rc<RefCell<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What a command that does `work` writes, both outputs in their order.
    fn written(terminal: bool, work: impl FnOnce(&mut Report)) -> String {
        let captured = Captured::default();
        let (out, err) = (Sink::new(captured.clone(), terminal), Sink::new(captured.clone(), terminal));
        work(&mut Report { out, err, quiet: false });
        let bytes = captured.0.take();
        String::from_utf8(bytes).unwrap()
    }

    fn a_cut_answer(report: &mut Report) {
        for piece in ["red\x1B[3", "1m text\x07", " \u{1b}]0;title"] {
            report.text(piece).unwrap();
        }
        report.note("a service's \x1B[2Jwords");
        report.text("on\n").unwrap();
    }

    #[test]
    fn a_terminal_gets_harmless_text_on_lines_of_their_own() {
        assert_eq!(written(true, a_cut_answer), "red text \na service's words\non\n");
    }

    #[test]
    fn a_pipe_gets_the_answer_as_it_is() {
        let expected = "red\x1B[31m text\x07 \x1B]0;titlea service's words\non\n";
        assert_eq!(written(false, a_cut_answer), expected);
    }

    #[test]
    fn json_is_harmless_everywhere() {
        let text = written(false, |report| report.json_line(&"\x1B\u{9B}\u{202E}").unwrap());
        assert_eq!(text, "\"\\u001b\\u009b\\u202e\"\n");
    }

    #[test]
    fn a_terminal_gets_json_on_many_lines() {
        let json = |terminal| written(terminal, |report| report.value(&[1]).unwrap());
        assert_eq!((json(true).as_str(), json(false).as_str()), ("[\n  1\n]\n", "[1]\n"));
    }

    #[test]
    fn an_answer_ends_with_a_newline_once() {
        let ended = |text: &'static str| {
            written(false, move |report| {
                report.text(text).unwrap();
                report.end_text().unwrap();
            })
        };
        assert_eq!(ended("a"), "a\n");
        assert_eq!(ended("a\n"), "a\n");
        assert_eq!(ended(""), "");
    }
}
