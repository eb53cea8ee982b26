//! A request, with what is known of its media, to input tokens part by part. Pure: nothing is opened here.

use vlm_core::{Capabilities, Media, MediaKind, Output, Part, Problem, ProblemKind, Request};
use vlm_tokens::{Clip, RuleError, Rules, Size, text};

use crate::estimate::{PartEstimate, Unknown, What};
use crate::rules;
use crate::tokens::TokenRange;

/// About what a picture takes with most models, where the rules of a model are not known.
const PICTURE: u64 = 1000;
/// About what a second of film takes with most models.
const SECOND: u64 = 300;

/// The input of a request, counted.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) parts: Vec<PartEstimate>,
    pub(crate) unknown: Vec<Unknown>,
    /// What the model's rules refuse.
    pub(crate) problems: Vec<Problem>,
}

/// Counts every part of a request to a provider with this id.
pub(crate) fn count(capabilities: &Capabilities, request: &Request, provider: &str) -> Counted {
    let rules = rules::of_model(capabilities, request, provider);
    let mut counted = Counted::default();
    if rules.is_none() {
        counted.unknown.push(Unknown::new("no token rules are known for this model: media are a rule of thumb"));
    }
    for (turn, message) in request.messages.iter().enumerate() {
        for (at, part) in message.parts.iter().enumerate() {
            let path = format!("messages[{turn}].parts[{at}]");
            match part {
                Part::Media(media) => counted.media(rules, path, media),
                Part::Text { text } => counted.add(path, What::Text, words(rules, text)),
                _ => {}
            }
        }
    }
    if let Output::JsonSchema(schema) = &request.output {
        // Whether a service bills the schema, and in which words, is not published.
        let mut tokens = words(rules, &schema.schema.to_string());
        tokens.low = 0;
        tokens.high = tokens.high.map(|high| high.saturating_mul(2));
        counted.add("output".to_owned(), What::Schema, tokens);
    }
    counted.add("messages".to_owned(), What::Overhead, overhead(rules, request.messages.len() as u64));
    counted
}

fn words(rules: Option<Rules>, words: &str) -> TokenRange {
    rules.map_or_else(|| text::estimate(words), |rules| rules.text(words)).into()
}

/// Where no rules are known, that of most services: 3 to 8 tokens a message.
fn overhead(rules: Option<Rules>, messages: u64) -> TokenRange {
    match rules {
        Some(rules) => rules.message_overhead(messages).into(),
        None => TokenRange { high: Some(messages * 8 + 3), ..TokenRange::unknown(messages * 3 + 3) },
    }
}

impl Counted {
    fn add(&mut self, path: String, what: What, tokens: TokenRange) {
        self.parts.push(PartEstimate { path, what, tokens, sound: None, resized: None, frames: None });
    }

    fn media(&mut self, rules: Option<Rules>, path: String, media: &Media) {
        let kind = media.kind().unwrap_or(MediaKind::Image);
        let part = match rules.map(|rules| rules::with_options(rules, media.options())) {
            None => Ok(rough(&path, kind, media)),
            Some(rules) if kind == MediaKind::Video => self.film(rules, &path, media),
            Some(rules) => self.picture(rules, &path, media),
        };
        match part {
            Ok(part) => self.parts.push(part),
            Err(error) => self.problems.push(Problem::new(ProblemKind::Media, path, error.to_string())),
        }
    }

    fn picture(&mut self, rules: Rules, path: &str, media: &Media) -> Result<PartEstimate, RuleError> {
        let Some(size) = rules::size(media.facts()) else {
            self.not_known(path, "the picture's size is not known: the range holds any picture that the model takes");
            return Ok(part(path, MediaKind::Image, rules.any_image().into()));
        };
        let picture = rules.image(size)?;
        let resized = picture.resized.map(pair);
        Ok(PartEstimate { resized, ..part(path, MediaKind::Image, picture.tokens.into()) })
    }

    fn film(&mut self, rules: Rules, path: &str, media: &Media) -> Result<PartEstimate, RuleError> {
        let known = rules::clip(media.facts(), media.options());
        if let Some(clip) = known.known() {
            match rules.video(&clip) {
                Ok(film) => {
                    let (tokens, sound) = self.with_sound(rules, clip, known.sound, film.tokens.into(), path)?;
                    let (resized, frames) = (film.resized.map(pair), Some(film.frames));
                    return Ok(PartEstimate { sound, resized, frames, ..part(path, MediaKind::Video, tokens) });
                }
                Err(RuleError::NoRule { what }) => {
                    self.not_known(path, &format!("no rule is published for {what}: taken as the model before it"));
                }
                Err(error) => return Err(error),
            }
        } else {
            let missing = match (known.size, known.length()) {
                (None, None) => "size and length are",
                (None, Some(_)) => "size is",
                _ => "length is",
            };
            let message = format!("the film's {missing} not known: the range holds any film that the model takes");
            self.not_known(path, &message);
        }
        let tokens: TokenRange = rules.any_video(&known)?.into();
        let mut silent = known;
        silent.sound = Some(false);
        let silent = rules.any_video(&silent)?;
        let sound = tokens.beyond(silent.into());
        Ok(PartEstimate { sound, ..part(path, MediaKind::Video, tokens) })
    }

    /// Widens the range by the sound that a film may have, where sound takes tokens. Gives those of the sound as well.
    fn with_sound(
        &mut self,
        rules: Rules,
        clip: Clip,
        sound: Option<bool>,
        tokens: TokenRange,
        path: &str,
    ) -> Result<(TokenRange, Option<TokenRange>), RuleError> {
        let silent: TokenRange = rules.video(&clip.silent())?.tokens.into();
        let of_sound = tokens.beyond(silent);
        match (of_sound, sound) {
            (Some(of_sound), None) => {
                self.not_known(path, "whether the film has sound is not known: the range holds both");
                Ok((TokenRange { low: silent.low, ..tokens }, Some(TokenRange { low: 0, ..of_sound })))
            }
            (of_sound, _) => Ok((tokens, of_sound)),
        }
    }

    fn not_known(&mut self, path: &str, message: &str) {
        self.unknown.push(Unknown::new(message).at(path));
    }
}

fn part(path: &str, kind: MediaKind, tokens: TokenRange) -> PartEstimate {
    PartEstimate { path: path.to_owned(), what: kind.into(), tokens, sound: None, resized: None, frames: None }
}

/// Of a model whose rules are not known.
fn rough(path: &str, kind: MediaKind, media: &Media) -> PartEstimate {
    let seconds = media.facts().and_then(|facts| facts.duration).map_or(60, |duration| duration.as_secs().max(1));
    let film = kind == MediaKind::Video;
    let likely = if film { SECOND.saturating_mul(seconds) } else { PICTURE };
    let sound = film.then(|| TokenRange::unknown(0));
    PartEstimate { sound, ..part(path, kind, TokenRange::unknown(likely)) }
}

fn pair(size: Size) -> (u32, u32) {
    (size.width, size.height)
}
