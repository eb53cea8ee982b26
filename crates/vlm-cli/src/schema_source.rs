//! The schema that a command line names: a file, standard input, or the text itself; JSON Schema or the short language.

use std::path::Path;

use vlm_schema::dsl;
use vlm_schema::schema::{Schema, SchemaError, Validator};

use crate::exit::Failure;
use crate::{declared, input};

/// Where a schema stands. What the name looks like decides, and nothing that happens to lie in a folder.
enum Source<'a> {
    Stdin,
    File(&'a Path),
    Text(&'a str),
}

impl<'a> Source<'a> {
    fn of(given: &'a str) -> Self {
        match given.strip_prefix('@') {
            Some(name) => Self::File(Path::new(name)),
            None if given == "-" => Self::Stdin,
            None if given.starts_with(['.', '/']) || is_named_json(Path::new(given)) => Self::File(Path::new(given)),
            None => Self::Text(given),
        }
    }
}

/// True where the schema is read from standard input.
pub(crate) fn is_stdin(given: &str) -> bool {
    matches!(Source::of(given), Source::Stdin)
}

/// The schema that `given` names or is.
pub(crate) fn read(given: &str, name: &str) -> Result<Schema, Failure> {
    let source = Source::of(given);
    let (text, what) = match source {
        Source::Stdin => (input::prompt()?, "the schema from standard input".to_owned()),
        Source::File(path) => (input::schema_text(path)?, format!("the schema {}", path.display())),
        Source::Text(text) => (text.to_owned(), "the schema".to_owned()),
    };
    let value = if matches!(source, Source::File(path) if is_named_json(path)) || text.trim_start().starts_with('{') {
        let refused = |error| Failure::setup(format!("{what} is not JSON: {error}"), "correct it");
        declared::schema(&text).map_err(refused)?
    } else {
        dsl::parse(&text).map_err(|error| misspelt(&error, &what, &source))?
    };
    let schema = Schema::from_value(name, value).map_err(|error| unusable(&error))?;
    // What cannot check an answer is known before anything is asked.
    Validator::new(&schema).map_err(|error| unusable(&error))?;
    Ok(schema)
}

fn misspelt(error: &dsl::DslError, what: &str, source: &Source<'_>) -> Failure {
    let hint = match source {
        Source::Text(text) if Path::new(text).is_file() => {
            format!("there is a file of this name: write @{text} to read it")
        }
        _ => "`vlm extract --help` shows the language; a JSON Schema begins with {".to_owned(),
    };
    // The first line of the report is the message again; under nothing there is nothing to point at.
    let report = error.report();
    let lines = report
        .lines()
        .skip(if report.contains("\n  \n") { 3 } else { 1 })
        .map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned());
    Failure::setup(format!("{what}: {error}"), hint).with_details(lines)
}

fn is_named_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
}

/// A schema that is none.
pub(crate) fn unusable(error: &SchemaError) -> Failure {
    let hint = match error {
        SchemaError::Name { .. } => "give another: --schema-name NAME",
        SchemaError::TooDeep { .. } | SchemaError::TooLarge { .. } => "ask for less at once",
        _ => "correct the schema: JSON Schema of draft 2020-12 is understood",
    };
    Failure::setup(error.to_string(), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(given: &str) -> &'static str {
        match Source::of(given) {
            Source::Stdin => "stdin",
            Source::File(_) => "file",
            Source::Text(_) => "text",
        }
    }

    #[test]
    fn the_form_decides() {
        for file in ["a.json", "A.JSON", "a/b c.json", "./a", "../a", "/dev/fd/63", "@a", "@-", "@"] {
            assert_eq!(kind(file), "file", "{file}");
        }
        for text in ["name", "a/b", "{}", "", "name, price: number", "json", "a: number(0..1)", "\"a.json\": string"] {
            assert_eq!(kind(text), "text", "{text}");
        }
        assert!(is_stdin("-") && !is_stdin("--"));
    }
}
