//! The Files API: uploading in a session that survives a broken connection, waiting until a file is processed, deleting.
//!
//! An upload belongs to one call of ours and is never repeated by the calls that follow it.

mod deadline;
mod resource;
mod upload;
mod wait;

use std::fmt;

use vlm_core::{Error, Media, MediaType, Result};
use vlm_http::{Call, Payload};

use crate::config::Config;
pub(crate) use deadline::Deadline;
use resource::{File, State};

/// A file that the service holds, ready to be asked about.
///
/// The service keeps it for 48 hours. It belongs to the project of the key; with another key it does not exist. `Debug`
/// shows name and type.
///
/// ```no_run
/// use vlm_core::{Media, VisionProviderExt};
/// use vlm_gemini::Gemini;
///
/// # async fn run() -> vlm_core::Result<()> {
/// let gemini = Gemini::from_env()?;
/// let film = gemini.upload(Media::path("film.mp4")).await?;
/// for question in ["Who speaks?", "What about?"] {
///     println!("{}", gemini.model("gemini-2.5-flash").ask(question).attach(&film).await?.text());
/// }
/// gemini.delete_file(film.name()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FileId {
    name: String,
    uri: String,
    media_type: MediaType,
    expires: Option<String>,
}

impl FileId {
    /// The name: `files/abc-123`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address that requests name it by.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// What it is.
    pub fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// When the service deletes it, as the service writes it: `2026-11-29T10:00:00Z`.
    pub fn expires(&self) -> Option<&str> {
        self.expires.as_deref()
    }

    /// The file as a picture or film of a request.
    pub fn media(&self) -> Media {
        Media::file_id(self.uri.clone()).with_media_type(self.media_type.clone())
    }
}

impl From<&FileId> for Media {
    fn from(file: &FileId) -> Self {
        file.media()
    }
}

impl From<FileId> for Media {
    fn from(file: FileId) -> Self {
        file.media()
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileId").field("name", &self.name).field("media_type", &self.media_type).finish_non_exhaustive()
    }
}

/// The address of a file by its id: `files/abc-123`, or the address itself; `files` is where files of this service are.
pub(crate) fn uri(id: &str, files: &str) -> std::result::Result<String, String> {
    let id = id.trim();
    if id.starts_with("https://") || id.strip_prefix(files).is_some_and(|rest| rest.starts_with('/')) {
        return Ok(id.to_owned());
    }
    name(id).map(|name| format!("{files}/{name}"))
}

/// The last segment of a file's name or address.
fn name(id: &str) -> std::result::Result<&str, String> {
    let name = id.rsplit_once("files/").map_or(id, |(_, name)| name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !name.is_empty() && name.bytes().all(plain) {
        return Ok(name);
    }
    Err("this is no id of a file; it looks like files/abc-123".to_owned())
}

/// The calls of one upload.
pub(crate) struct Uploader<'a> {
    pub(crate) config: &'a Config,
    pub(crate) deadline: &'a Deadline,
    /// Named in errors, where it is known.
    pub(crate) model: Option<&'a str>,
    /// Attempts of each wire call, where the request says.
    pub(crate) max_attempts: Option<u32>,
}

impl Uploader<'_> {
    /// Uploads content and waits until it can be asked about.
    pub(crate) async fn upload(&self, payload: Payload, media_type: &MediaType) -> Result<FileId> {
        let session = self.start(&payload, media_type).await?;
        let file = self.send(&session, payload).await?;
        let file = self.wait(file).await?;
        let uri = file.uri.unwrap_or_else(|| self.config.url(&file.name).into());
        Ok(FileId { name: file.name, uri, media_type: media_type.clone(), expires: file.expires })
    }

    /// A call of this upload: with its name, its model, and what is left of the time.
    fn call(&self, call: Call) -> Result<Call> {
        let left = self.deadline.left().map_err(|error| self.named(error))?;
        let call = call.operation(UPLOAD).total(left).max_attempts(self.max_attempts);
        Ok(match self.model {
            Some(model) => call.model(model),
            None => call,
        })
    }

    /// An error of ours, with what every error says.
    fn named(&self, error: Error) -> Error {
        let error = error.with_provider(crate::extras::ID).with_operation(UPLOAD);
        match self.model {
            Some(model) => error.with_model(model),
            None => error,
        }
    }
}

/// What uploads are called in errors.
const UPLOAD: &str = "upload";

/// Deletes a file by its name or address.
pub(crate) async fn delete(config: &Config, id: &str) -> Result<()> {
    let name = name(id.trim()).map_err(|message| {
        let problem = vlm_core::Problem::new(vlm_core::ProblemKind::Invalid, "file", message);
        Error::refused(vec![problem]).with_provider(crate::extras::ID).with_operation("delete")
    })?;
    let call = config.signed(Call::delete(config.url(&format!("files/{name}"))).operation("delete"));
    config.http.send(call, |reply| resource::accepted(reply).map(drop)).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
