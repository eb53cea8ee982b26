//! What the emulator answers: a true sentence about what came in, or JSON that fits the schema given, and its usage.

use crate::MARK;
use crate::doc::Doc;
use crate::family::Family;
use crate::media::{self, Home, Media};
use crate::plan::Plan;
use crate::request::{Call, Format, MediaKind};
use crate::schema;
use crate::slip;
use crate::tokens;

/// Characters of a prompt that an answer repeats.
const PROMPT_SHOWN: usize = 300;

/// Everything a reply is made of.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) family: Family,
    /// The id without its prefix.
    pub(crate) id: String,
    pub(crate) stream: bool,
    pub(crate) choices: Vec<Choice>,
    pub(crate) usage: Option<Usage>,
    /// The tool that the text is the input of, when it shall come as a tool call.
    pub(crate) tool: Option<String>,
}

/// One choice.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) text: String,
    /// Whether `max_tokens` or an order cut it off.
    pub(crate) cut: bool,
}

/// Token counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) input: u64,
    pub(crate) output: u64,
}

/// Opens the media of `call` and answers it; the error is what the service says of media that it cannot use.
pub(crate) fn compose(call: &Call<'_>, home: &Home, plan: &Plan) -> Result<Answer, String> {
    let mut opened = Vec::new();
    let mut input = tokens::overhead(call.family, call.messages.len());
    for message in &call.messages {
        input += message.texts.iter().map(|text| tokens::text_tokens(text)).sum::<u64>();
        for attachment in &message.media {
            let media = media::open(attachment, home)?;
            input += count(call, &media).map_err(|why| format!("{}: {why}", attachment.path))?;
            opened.push((attachment.kind, media));
        }
    }
    let sentence = sentence(call, &opened);
    let choices: Vec<_> = (0..call.choices).map(|at| choice(call, plan, &sentence, at)).collect();
    let output = choices.iter().map(|choice| tokens::text_tokens(unmarked(&choice.text))).sum();
    let tool = match call.format {
        Format::Tool { name, .. } if plan.tool_calls && !plan.prose && plan.text.is_none() => Some(name.to_owned()),
        _ => None,
    };
    Ok(Answer {
        family: call.family,
        id: call.id.to_owned(),
        stream: call.stream,
        choices: if plan.empty_choices { Vec::new() } else { choices },
        usage: (!plan.no_usage).then_some(Usage { input, output }),
        tool,
    })
}

fn count(call: &Call<'_>, media: &Media) -> Result<u64, String> {
    match media {
        Media::Picture { width, height, .. } => tokens::picture(call.family, call.id, *width, *height),
        Media::Film { facts, .. } => tokens::film(call.family, call.id, facts),
    }
}

fn choice(call: &Call<'_>, plan: &Plan, sentence: &str, at: usize) -> Choice {
    if plan.empty_text {
        return Choice { text: String::new(), cut: false };
    }
    let Body { marked, text: body, truncated } = match &plan.text {
        Some(text) => ordered_body(call, plan, text),
        None => own_body(call, plan, sentence),
    };
    let body = if at > 0 && marked { format!("{body} (Choice {} of {}.)", at + 1, call.choices) } else { body };
    let stopped = call.stop.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| body.find(stop)).min();
    let body = &body[..stopped.unwrap_or(body.len())];
    // The mark is the emulator's own and neither counted nor cut: no setting can take it off.
    let (body, cut) = call.max_tokens.map_or((body, false), |most| tokens::cut(body, most));
    let text = if marked { format!("{MARK}{body}") } else { body.to_owned() };
    Choice { text, cut: cut || (truncated && stopped.is_none()) }
}

/// A text before `stop` and `max_tokens` are kept to.
struct Body {
    /// Whether the mark comes before it.
    marked: bool,
    text: String,
    /// Whether its end was left out on order.
    truncated: bool,
}

impl Body {
    fn plain(marked: bool, text: impl Into<String>) -> Self {
        Self { marked, text: text.into(), truncated: false }
    }

    fn json((text, truncated): (String, bool)) -> Self {
        Self { marked: false, text, truncated }
    }
}

fn ordered_body(call: &Call<'_>, plan: &Plan, text: &str) -> Body {
    if !text.trim_start().starts_with(['{', '[', '`']) {
        return Body::plain(true, text);
    }
    match Doc::parse(text.as_bytes()) {
        Ok(value) if !plan.json.is_empty() => {
            let schema = schema_of(call);
            Body::json(slip::written(value.into_owned(), schema.as_deref(), Some(text.trim()), &plan.json))
        }
        _ => Body::plain(false, text),
    }
}

fn own_body(call: &Call<'_>, plan: &Plan, sentence: &str) -> Body {
    let schema = schema_of(call);
    let value = match (&call.format, schema.as_deref()) {
        _ if plan.prose => None,
        (Format::Text, _) => None,
        (_, Some(schema)) => Some(schema::generate(schema, MARK.trim_end())),
        (_, None) => {
            let text = Doc::from_text(format!("{MARK}{sentence}"));
            Some(Doc::Object(vec![("answer".into(), text)]))
        }
    };
    match value {
        None => Body::plain(true, sentence),
        Some(value) => Body::json(slip::written(value, schema.as_deref(), None, &plan.json)),
    }
}

/// A schema from the request's settings, or from its prompt.
enum Known<'a> {
    Given(&'a Doc<'a>),
    Asked(Doc<'a>),
}

impl<'a> std::ops::Deref for Known<'a> {
    type Target = Doc<'a>;

    fn deref(&self) -> &Doc<'a> {
        match self {
            Self::Given(schema) => schema,
            Self::Asked(schema) => schema,
        }
    }
}

fn schema_of<'a>(call: &'a Call<'a>) -> Option<Known<'a>> {
    match call.format {
        Format::Schema(schema) | Format::Tool { schema, .. } => Some(Known::Given(schema)),
        Format::Json => schema_in_prompt(call).map(Known::Asked),
        Format::Text => None,
    }
}

/// In JSON mode models keep to a schema in the question: here, one that stands on a line of its own.
fn schema_in_prompt<'a>(call: &'a Call<'a>) -> Option<Doc<'a>> {
    let question = call.messages.iter().rev().find(|message| message.role == "user")?;
    let lines = question.texts.iter().flat_map(|text| text.lines());
    let mut schemas = lines.filter(|line| line.starts_with('{')).filter_map(|line| Doc::parse(line.as_bytes()).ok());
    schemas.rfind(|doc| doc.get("properties").is_some_and(|named| matches!(named, Doc::Object(_))))
}

fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// One sentence that says what came in.
fn sentence(call: &Call<'_>, media: &[(MediaKind, Media)]) -> String {
    let mut said = format!("{} would answer", call.id);
    let asked = call.messages.iter().rev().find(|message| message.role == "user");
    let prompt = asked.map(|message| message.texts.join(" ")).unwrap_or_default();
    if !prompt.trim().is_empty() {
        said.push_str(&format!(" \"{}\"", shortened(prompt.trim())));
    }
    let turns = call.messages.iter().filter(|message| message.role != "system").count();
    if turns > 1 {
        said.push_str(&format!(" after {}", counted(turns - 1, "earlier message")));
    }
    said.push_str(&about(media));
    let system: usize = call
        .messages
        .iter()
        .filter(|message| message.role == "system")
        .flat_map(|message| &message.texts)
        .map(|text| text.chars().count())
        .sum();
    if system > 0 {
        said.push_str(&format!(" It was told how by a system prompt of {}.", counted(system, "character")));
    }
    said
}

fn about(media: &[(MediaKind, Media)]) -> String {
    let of = |kind| media.iter().filter(|(known, _)| *known == kind).count();
    let (pictures, films) = (of(MediaKind::Picture), of(MediaKind::Film));
    let what = match (pictures, films) {
        (0, 0) => return " from its text alone.".to_owned(),
        (pictures, 0) => counted(pictures, "picture"),
        (0, films) => counted(films, "film"),
        (pictures, films) => format!("{} and {}", counted(pictures, "picture"), counted(films, "film")),
    };
    let [(_, only)] = media else {
        let each: Vec<_> =
            media.iter().enumerate().map(|(at, (_, media))| format!("({}) {}", at + 1, media.describe())).collect();
        return format!(" about {what}: {}.", each.join("; "));
    };
    format!(" about {what}: {}.", only.describe())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn shortened(prompt: &str) -> String {
    match prompt.char_indices().nth(PROMPT_SHOWN) {
        Some((end, _)) => format!("{}…", &prompt[..end]),
        None => prompt.to_owned(),
    }
}
