//! The four model families of the service and what the contract says of each as plain facts: names, endpoints, roles
//! and the dated ids that GPT names resolve to.

/// `/vu` or `/iu`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// Video understanding.
    Vu,
    /// Image understanding.
    Iu,
}

impl Endpoint {
    /// The path segment.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Vu => "vu",
            Self::Iu => "iu",
        }
    }
}

/// A family, named by the prefix of a model id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Qwen,
    Gemini,
    Nova,
    Gpt,
}

impl Family {
    /// The family with this prefix.
    pub(crate) fn from_prefix(prefix: &str) -> Option<Self> {
        match prefix {
            "qwen" => Some(Self::Qwen),
            "gemini" => Some(Self::Gemini),
            "nova" => Some(Self::Nova),
            "gpt" => Some(Self::Gpt),
            _ => None,
        }
    }

    /// The family that a bare id most likely belongs to, for a hint in an error.
    pub(crate) fn guess(bare: &str) -> Option<Self> {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| bare.starts_with(prefix));
        if starts(&["qwen", "vl-"]) {
            Some(Self::Qwen)
        } else if starts(&["gemini"]) {
            Some(Self::Gemini)
        } else if bare.contains("nova") {
            Some(Self::Nova)
        } else if starts(&["gpt", "o1", "o3", "o4", "chatgpt"]) {
            Some(Self::Gpt)
        } else {
            None
        }
    }

    /// The prefix, without the colon.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Qwen => "qwen",
            Self::Gemini => "gemini",
            Self::Nova => "nova",
            Self::Gpt => "gpt",
        }
    }

    /// The roles of the message schema.
    pub(crate) fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Qwen => &["system", "user"],
            Self::Gemini | Self::Nova | Self::Gpt => &["system", "user", "assistant"],
        }
    }

    /// Whether replies carry `choices[].text` and `status` rather than OpenAI's chat completion.
    pub(crate) fn answers_in_text(self) -> bool {
        matches!(self, Self::Qwen | Self::Gemini)
    }
}

/// The dated id that the service echoes for a GPT name; an id without one comes back as it is.
pub(crate) fn dated_gpt(id: &str) -> &str {
    match id {
        "gpt-5.2" => "gpt-5.2-2025-12-11",
        "gpt-5.1" => "gpt-5.1-2025-11-13",
        "gpt-5" => "gpt-5-2025-08-07",
        "gpt-5-mini" => "gpt-5-mini-2025-08-07",
        "gpt-5-nano" => "gpt-5-nano-2025-08-07",
        "o1" => "o1-2024-12-17",
        "o3" => "o3-2025-04-16",
        "o4-mini" => "o4-mini-2025-04-16",
        "gpt-4.1" => "gpt-4.1-2025-04-14",
        "gpt-4.1-mini" => "gpt-4.1-mini-2025-04-14",
        "gpt-4.1-nano" => "gpt-4.1-nano-2025-04-14",
        "gpt-4o" => "gpt-4o-2024-08-06",
        "gpt-4o-mini" => "gpt-4o-mini-2024-07-18",
        "gpt-4-turbo" => "gpt-4-turbo-2024-04-09",
        other => other,
    }
}
