//! The limits of services, counted in the lowered schema.

use std::collections::HashMap;

use serde_json::{Map, Value};
use vlm_core::SchemaDialect;

use super::super::{MAX_DEPTH, walk};
use super::LoweringError;

/// What OpenAI documents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) dialect: SchemaDialect,
    /// Properties of all objects.
    pub(super) properties: usize,
    /// Objects and lists within each other.
    pub(super) levels: usize,
    /// Characters of property names, definition names and choices.
    pub(super) characters: usize,
    /// Choices of all lists of choices.
    pub(super) choices: usize,
    /// From how many choices on a list of texts is long.
    pub(super) long_choices: usize,
    /// Characters of a long list of texts.
    pub(super) long_characters: usize,
}

/// Refuses a schema that passes a limit.
pub(super) fn check(schema: &Value, limits: &Limits) -> Result<(), LoweringError> {
    Count { limits, properties: 0, characters: 0, choices: 0 }.schema(schema, "")?;
    Levels { limits, root: schema, met: HashMap::new(), followed: 0 }.schema(schema, "", 0)
}

struct Count<'a> {
    limits: &'a Limits,
    properties: usize,
    characters: usize,
    choices: usize,
}

impl Count<'_> {
    fn schema(&mut self, schema: &Value, path: &str) -> Result<(), LoweringError> {
        let Value::Object(node) = schema else { return Ok(()) };
        let limits = self.limits;
        let over = |what, found, limit| match found > limit {
            true => Err(LoweringError::Limit { dialect: limits.dialect, path: path.to_owned(), what, found, limit }),
            false => Ok(()),
        };
        for keyword in ["properties", "$defs"] {
            let names = node.get(keyword).and_then(Value::as_object);
            let letters = names.into_iter().flat_map(Map::keys).map(|name| name.chars().count()).sum::<usize>();
            self.characters += letters;
            if keyword == "properties" {
                self.properties += names.map_or(0, Map::len);
            }
        }
        let several = node.get("enum").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
        let letters = several.iter().map(length).sum::<usize>();
        self.characters += letters + node.get("const").map_or(0, length);
        self.choices += several.len();
        over("properties", self.properties, limits.properties)?;
        over("enum values", self.choices, limits.choices)?;
        over("characters of names and enum values", self.characters, limits.characters)?;
        if several.len() > limits.long_choices && several.iter().any(Value::is_string) {
            over("characters of the values of one long enum", letters, limits.long_characters)?;
        }
        for (step, child) in walk::children(node) {
            self.schema(child, &format!("{path}{step}"))?;
        }
        Ok(())
    }
}

fn length(choice: &Value) -> usize {
    match choice {
        Value::String(text) => text.chars().count(),
        other => other.to_string().len(),
    }
}

struct Levels<'a> {
    limits: &'a Limits,
    root: &'a Value,
    /// The deepest level at which each reference was followed.
    met: HashMap<&'a str, usize>,
    /// How many references are being followed just now.
    followed: usize,
}

impl<'a> Levels<'a> {
    fn schema(&mut self, schema: &'a Value, path: &str, above: usize) -> Result<(), LoweringError> {
        let Value::Object(node) = schema else { return Ok(()) };
        let is_level = match node.get("type") {
            Some(Value::Array(names)) => {
                names.iter().filter_map(Value::as_str).any(|name| name == "object" || name == "array")
            }
            Some(name) => matches!(name.as_str(), Some("object" | "array")),
            None => false,
        };
        let level = above + usize::from(is_level);
        if level > self.limits.levels {
            return Err(LoweringError::Limit {
                dialect: self.limits.dialect,
                path: path.to_owned(),
                what: "levels of objects and lists",
                found: level,
                limit: self.limits.levels,
            });
        }
        if let Some(Value::String(reference)) = node.get("$ref") {
            self.reference(reference, level)?;
        }
        for (step, child) in walk::children(node) {
            if !step.starts_with("/$defs/") {
                self.schema(child, &format!("{path}{step}"), level)?;
            }
        }
        Ok(())
    }

    /// A definition counts where it is used; one that contains itself is not followed again from within.
    fn reference(&mut self, reference: &'a str, level: usize) -> Result<(), LoweringError> {
        let Some(target) = walk::resolve(self.root, reference).filter(|target| !std::ptr::eq(*target, self.root))
        else {
            return Ok(());
        };
        match self.met.get(reference) {
            Some(&OPEN) => return Ok(()),
            Some(met) if *met > level => return Ok(()),
            _ => {}
        }
        let path = reference.trim_start_matches('#');
        if self.followed >= MAX_DEPTH {
            return Err(LoweringError::Limit {
                dialect: self.limits.dialect,
                path: path.to_owned(),
                what: "references within each other",
                found: self.followed + 1,
                limit: MAX_DEPTH,
            });
        }
        self.met.insert(reference, OPEN);
        self.followed += 1;
        let result = self.schema(target, path, level);
        self.followed -= 1;
        self.met.insert(reference, level + 1);
        result
    }
}

/// Marks a reference that is being followed.
const OPEN: usize = usize::MAX;

/// Refuses too many properties that may be left out.
pub(super) fn optional(schema: &Value, dialect: SchemaDialect, limit: usize) -> Result<(), LoweringError> {
    let mut found = 0;
    each(schema, "", &mut |node, path| {
        let required = walk::strings(node, "required");
        let names = node.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
        for name in names.filter(|name| !required.contains(&name.as_str())) {
            found += 1;
            if found > limit {
                let path = walk::join(&walk::join(path, "properties"), name);
                return Err(LoweringError::Limit {
                    dialect,
                    path,
                    what: "properties that may be left out",
                    found,
                    limit,
                });
            }
        }
        Ok(())
    })
}

/// Refuses too many schemas of several types.
pub(super) fn unions(schema: &Value, dialect: SchemaDialect, limit: usize) -> Result<(), LoweringError> {
    let mut found = 0;
    each(schema, "", &mut |node, path| {
        let is_union = node.contains_key("anyOf") || node.get("type").is_some_and(Value::is_array);
        found += usize::from(is_union);
        match found > limit {
            true => {
                let what = "schemas of several types (`null` included)";
                Err(LoweringError::Limit { dialect, path: path.to_owned(), what, found, limit })
            }
            false => Ok(()),
        }
    })
}

fn each(
    schema: &Value,
    path: &str,
    visit: &mut impl FnMut(&Map<String, Value>, &str) -> Result<(), LoweringError>,
) -> Result<(), LoweringError> {
    let Value::Object(node) = schema else { return Ok(()) };
    visit(node, path)?;
    for (step, child) in walk::children(node) {
        each(child, &format!("{path}{step}"), visit)?;
    }
    Ok(())
}
