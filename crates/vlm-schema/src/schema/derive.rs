//! The schema of a Rust type.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema as Generated};
use serde_json::Value;

use super::{Schema, SchemaError, limits, name};

/// A type, without asking it to be `'static`: its function tells types of the same name apart, the names tell types
/// apart whose functions the compiler found to be the same.
type Key = (usize, &'static str, String);

static KNOWN: LazyLock<Mutex<HashMap<Key, Result<Schema, SchemaError>>>> = LazyLock::new(Mutex::default);

/// The schema of `T`, made once.
pub(super) fn of<T: JsonSchema + ?Sized>() -> Result<Schema, SchemaError> {
    let make: fn(&mut SchemaGenerator) -> Generated = T::json_schema;
    let key = (make as usize, std::any::type_name::<T>(), T::schema_id().into_owned());
    if let Some(known) = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return known.clone();
    }
    // Not under the lock: the type's own code runs here.
    let made = make_schema::<T>();
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(made).clone()
}

fn make_schema<T: JsonSchema + ?Sized>() -> Result<Schema, SchemaError> {
    let settings = || SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    let read: Value = settings().for_deserialize().into_generator().into_root_schema_for::<T>().to_value();
    let written: Value = settings().for_serialize().into_generator().into_root_schema_for::<T>().to_value();
    limits::check(&read)?;
    Schema::assemble(&name::plain_name(&T::schema_name()), read, Some(&written))
}
