//! What can be wrong with a provider, one thing at a time.

use vlm_core::{Media, MediaOptions, Part, Request, Source};

/// One thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    None,
    HasALoudId,
    ChangesItsCapabilities,
    DropsTheLastPart,
    ShowsPicturesFirst,
    JoinsTexts,
    SendsEachPictureOnce,
    CutsLargePictures,
    LosesOptions,
    UnescapesUrls,
    ForgetsTheTemperature,
    SetsWhatNobodySet,
    LosesTheSchema,
    SortsTheSchema,
    ForgetsToAskForAStream,
    PutsTheKeyIntoTheBody,
    SendsTheExtrasOfOthers,
    SendsBeforeItRefuses,
    TellsOneProblemAtATime,
    StreamsWhatItRefuses,
    IgnoresStrict,
    KeepsWarningsToItself,
    RepeatsUncertainCalls,
    RepeatsAfterTheFirstEvent,
    IgnoresDelays,
    IgnoresDelaysInBodies,
    SaysNotSent,
    MiscountsAttempts,
    ForgetsTheModel,
    TakesAuthForAFailure,
    TakesQuotaForARateLimit,
    TakesErrorsForAnswers,
    AnswersWithoutAChoice,
    ReadsLossily,
    IgnoresWhatFollows,
    DeniesUnknownFields,
    CountsMissingUsageAsZero,
    ForgetsThePriceOfInput,
    LosesTheUsageOfStreams,
    DropsTheRawReply,
    TrimsTexts,
    ReadsOneChoice,
    AlwaysStops,
    PanicsWithoutText,
    SwallowsCuts,
    ForgetsWhatABrokenStreamCost,
    ReadsPastTheEnd,
    IgnoresErrorsInStreams,
    DiesOfUnknownEvents,
    ForgetsTheDeadlineOfACall,
    GoesOnWhenDropped,
    MixesCalls,
    PrintsTheKey,
    QuotesThePrompt,
    LogsTheBody,
    KeepsTheKeyInWords,
    SaysItsThoughts,
    HidesLostCharacters,
    MakesUpCounts,
    DiesOfOddUsage,
    IgnoresDeadlines,
    IgnoresLimits,
    FollowsRedirects,
    ReadsStreamsToTheirEnd,
}

impl Defect {
    /// What a defect does to a request that was admitted.
    pub(crate) fn spoil_request(self, request: &mut Request) {
        for message in &mut request.messages {
            match self {
                Self::ShowsPicturesFirst => message.parts.sort_by_key(|part| part.as_media().is_none()),
                Self::JoinsTexts => message.parts = joined(std::mem::take(&mut message.parts)),
                _ => {}
            }
        }
        match self {
            Self::DropsTheLastPart => {
                if let Some(message) = request.messages.last_mut().filter(|message| message.parts.len() > 1) {
                    message.parts.pop();
                }
            }
            Self::SendsEachPictureOnce => once(request),
            Self::CutsLargePictures => request.map_media(|_, media| {
                if let Source::Bytes(content) = media.source() {
                    let cut = Media::bytes(content.slice(..content.len().min(8192)));
                    *media = cut.with_options(media.options().clone());
                }
            }),
            Self::LosesOptions => request.map_media(|_, media| {
                *media = media.clone().with_options(MediaOptions::default());
            }),
            Self::UnescapesUrls => request.map_media(|_, media| {
                if let Source::Url(url) = media.source() {
                    *media = Media::url(url.replace("%2F", "/"));
                }
            }),
            Self::ForgetsTheTemperature => request.sampling.temperature = None,
            Self::SetsWhatNobodySet => {
                request.sampling.temperature.get_or_insert(1.0);
            }
            _ => {}
        }
    }
}

/// Texts that stand side by side become one.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in parts {
        match (all.last_mut(), &part) {
            (Some(Part::Text { text: before }), Part::Text { text }) => before.push_str(text),
            _ => all.push(part),
        }
    }
    all
}

/// Each picture is kept where it stands first.
fn once(request: &mut Request) {
    let mut seen: Vec<Part> = Vec::new();
    for message in &mut request.messages {
        message.parts.retain(|part| {
            let again = part.as_media().is_some() && seen.contains(part);
            seen.push(part.clone());
            !again
        });
    }
}
