//! What the service says about a file.

use std::borrow::Cow;

use vlm_http::{Fault, RawJson, Reply};

use crate::error::{Ground, ReplyError};
use crate::reply::classify;

/// A file as the service describes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct File {
    /// `files/abc-123`.
    pub(super) name: String,
    pub(super) uri: Option<String>,
    pub(super) state: State,
    pub(super) expires: Option<String>,
}

/// How far the service is with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Processing,
    Active,
}

impl File {
    /// Reads a description, bare or as the `file` of an upload's reply.
    ///
    /// # Errors
    /// No description, and one of a file that could not be processed.
    pub(super) fn parse(body: &[u8]) -> Result<Self, ReplyError> {
        let json = RawJson::parse(body).map_err(|error| classify::not_json(body, &error))?;
        let reply = json.root();
        let file = reply.object("file").unwrap_or(reply);
        let name = file.text("name").filter(|name| super::name(name).is_ok());
        let name = name.ok_or_else(|| ReplyError::new(Ground::Unexpected("a file without a name")))?;
        let state = match file.text("state").as_deref() {
            Some("FAILED") => {
                let words = file.object("error").and_then(|error| error.text("message")).unwrap_or_default();
                return Err(ReplyError::new(Ground::FileFailed).with_words(words));
            }
            // A service that says nothing about it has nothing to process.
            None | Some("ACTIVE") => State::Active,
            Some(_) => State::Processing,
        };
        Ok(Self {
            name: name.into_owned(),
            uri: file.text("uri").filter(|uri| !uri.is_empty()).map(Cow::into_owned),
            state,
            expires: file.text("expirationTime").map(Cow::into_owned),
        })
    }

    /// Judges a reply that describes a file.
    pub(super) fn judge(reply: &Reply) -> Result<Self, Fault> {
        accepted(reply)?;
        Ok(Self::parse(reply.body())?)
    }
}

/// The reply of a call that worked.
pub(super) fn accepted(reply: &Reply) -> Result<&Reply, Fault> {
    match reply.status() {
        200 => Ok(reply),
        status => Err(classify::failed(status, reply.body()).into()),
    }
}
