//! The profiles that ship. What each says is what the server's own documentation said in November 2026.

use std::borrow::Cow;

use vlm_core::{Capabilities, MediaCapability, MediaOption, MediaType, SchemaDialect, Support};

use super::{Auth, ExtraForm, ExtraRule, OptionPlace, OptionRule, Profile, errors};
use crate::models;

/// The largest content that DashScope takes, before encoding: 10 MB of base64.
const DASHSCOPE_INLINE: u64 = 7_500_000;
/// The largest request that OpenAI takes is 512 MB, which is this much before encoding.
const OPENAI_INLINE: u64 = 384_000_000;

const NO_FILMS: &str = "this server takes no films: give frames of it as pictures, or use one that does";

impl Profile {
    /// The plain protocol, for a server of which nothing else is known: text and pictures, JSON, both names of the
    /// reasoning field. Keyless, at no address yet.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        let mut unlisted = Capabilities::text_only("");
        unlisted.listed = false;
        unlisted.image = pictures();
        unlisted.video = MediaCapability::none(NO_FILMS);
        unlisted.json = Support::Full;
        unlisted.json_schema =
            Support::doubtful("whether this server keeps to a schema is not known: check the answer");
        unlisted.schema_dialect = SchemaDialect::JsonSchema;
        let refused = || Support::none("this server has no control of thinking: leave it out");
        (unlisted.thinking_switch, unlisted.thinking_budget) = (refused(), refused());
        Self {
            id: id.into(),
            base_url: None,
            path: Cow::Borrowed("chat/completions"),
            key_variable: None,
            base_url_variable: None,
            auth: Auth::Bearer,
            keyless: true,
            max_tokens_field: Cow::Borrowed("max_tokens"),
            media_options: vec![OptionRule::new(MediaOption::Detail, OptionPlace::Inside)],
            frame_list: None,
            strict_schemas: false,
            json_needs_word: false,
            thinking_switch: None,
            thinking_budget: None,
            stream_usage: true,
            reasoning_fields: vec![Cow::Borrowed("reasoning_content"), Cow::Borrowed("reasoning")],
            partial_reply_header: None,
            extras: vec![whole("seed")],
            errors: errors::common(),
            models: Vec::new(),
            unlisted,
        }
    }

    /// OpenAI itself. Pictures by URL or as content; no films; strict schemas.
    pub fn openai() -> Self {
        let mut profile = Self::new("openai").at("https://api.openai.com/v1", "OPENAI_API_KEY");
        profile.base_url_variable = Some(Cow::Borrowed("OPENAI_BASE_URL"));
        profile.keyless = false;
        // The older name is refused by reasoning models, this one is taken by all.
        profile.max_tokens_field = Cow::Borrowed("max_completion_tokens");
        profile.strict_schemas = true;
        profile.json_needs_word = true;
        profile.reasoning_fields = Vec::new();
        profile.extras = vec![
            words("reasoning_effort", &["none", "minimal", "low", "medium", "high", "xhigh"]),
            words("verbosity", &["low", "medium", "high"]),
            words("service_tier", &["auto", "default", "flex", "priority"]),
            whole("seed"),
            ExtraRule::new("store", ExtraForm::Flag),
            ExtraRule::new("metadata", ExtraForm::Object),
            ExtraRule::new("logit_bias", ExtraForm::Object),
            text("prompt_cache_key"),
            text("safety_identifier"),
            text("user"),
        ];
        let model = &mut profile.unlisted;
        model.image = MediaCapability::url_and_inline(OPENAI_INLINE);
        model.image.media_types = vec![MediaType::PNG, MediaType::JPEG, MediaType::WEBP, MediaType::GIF];
        model.image.max_count = Some(1500);
        model.image.options = vec![MediaOption::Detail];
        model.video = MediaCapability::none("OpenAI's models see pictures only: give frames of the film as pictures");
        model.json_schema = Support::Full;
        model.schema_dialect = SchemaDialect::OpenAiStrict;
        let effort = || Support::none("set the extra `reasoning_effort` instead");
        (model.thinking_switch, model.thinking_budget) = (effort(), effort());
        model.sampling.n = Some(1..=128);
        model.sampling.stop = Some(4);
        profile.listing()
    }

    /// DashScope's compatible mode (Alibaba Cloud Model Studio, international region): Qwen models, films by URL or as
    /// content, films as lists of frames, thinking.
    ///
    /// Keys belong to one region; for another, set its base URL and your own prices.
    pub fn dashscope() -> Self {
        let mut profile =
            Self::new("dashscope").at("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY");
        profile.base_url_variable = Some(Cow::Borrowed("DASHSCOPE_BASE_URL"));
        profile.keyless = false;
        let beside = |option| OptionRule::new(option, OptionPlace::Beside);
        let sizes = [MediaOption::MinPixels, MediaOption::MaxPixels];
        let films = [MediaOption::MinPixels, MediaOption::MaxPixels, MediaOption::TotalPixels, MediaOption::Fps];
        profile.media_options = films.map(beside).into();
        profile.frame_list = Some(4..=2000);
        profile.strict_schemas = true;
        profile.json_needs_word = true;
        profile.thinking_switch = Some(Cow::Borrowed("enable_thinking"));
        profile.thinking_budget = Some(Cow::Borrowed("thinking_budget"));
        profile.reasoning_fields = vec![Cow::Borrowed("reasoning_content")];
        profile.partial_reply_header = Some(Cow::Borrowed("x-dashscope-partialresponse"));
        profile.extras = vec![
            whole("seed"),
            whole("top_k"),
            number("repetition_penalty"),
            ExtraRule::new("vl_high_resolution_images", ExtraForm::Flag),
        ];
        profile.errors = errors::dashscope();
        let model = &mut profile.unlisted;
        model.image = MediaCapability::url_and_inline(DASHSCOPE_INLINE);
        model.image.max_count = Some(256);
        model.image.options = sizes.into();
        model.image.limits.min_side = Some(10);
        model.image.limits.max_aspect_ratio = Some(200);
        model.video = MediaCapability::url_and_inline(DASHSCOPE_INLINE);
        model.video.max_count = Some(64);
        model.video.options = films.into();
        model.video.limits.max_aspect_ratio = Some(200);
        model.json = Support::doubtful("not every Qwen model takes it");
        model.json_schema =
            Support::doubtful("few Qwen models keep to a schema, and no qwen-vl does: check the answer");
        model.schema_dialect = SchemaDialect::JsonObject;
        let thinks = || Support::doubtful("not every Qwen model thinks");
        (model.thinking_switch, model.thinking_budget) = (thinks(), thinks());
        model.thinking_range = Some(1..=81_920);
        // `max_tokens` limits the answer without the text of the thinking.
        model.thinking_beyond_max_tokens = true;
        // Both ends are excluded; what lies between is no setting that anybody needs.
        model.sampling.temperature = Some(0.0..=1.999);
        model.sampling.top_p = Some(0.001..=1.0);
        model.sampling.frequency_penalty = None;
        model.sampling.n = Some(1..=4);
        profile.listing()
    }

    /// vLLM's server: pictures and films by URL or as content, any JSON Schema, thinking by the chat template.
    pub fn vllm() -> Self {
        let mut profile = Self::new("vllm").at("http://127.0.0.1:8000/v1", "VLLM_API_KEY");
        // Older versions call it `reasoning_content`.
        profile.reasoning_fields = vec![Cow::Borrowed("reasoning"), Cow::Borrowed("reasoning_content")];
        profile.media_options = Vec::new();
        profile.thinking_switch = Some(Cow::Borrowed("chat_template_kwargs.enable_thinking"));
        profile.extras = vec![
            whole("seed"),
            number("top_k"),
            number("min_p"),
            number("repetition_penalty"),
            text("reasoning_effort"),
            object("chat_template_kwargs"),
            object("mm_processor_kwargs"),
            object("media_io_kwargs"),
            object("structured_outputs"),
        ];
        profile.errors = errors::vllm();
        let model = &mut profile.unlisted;
        model.video = pictures();
        model.json_schema = Support::Full;
        model.thinking_switch = by_template();
        model.thinking_budget = Support::none("vLLM limits no thinking here: leave it out, or limit max_tokens");
        profile
    }

    /// The server of llama.cpp: pictures by URL or as content, any JSON Schema, thinking by the chat template.
    pub fn llama_cpp() -> Self {
        let mut profile = Self::new("llama_cpp").at("http://127.0.0.1:8080/v1", "LLAMA_API_KEY");
        profile.reasoning_fields = vec![Cow::Borrowed("reasoning_content")];
        profile.media_options = Vec::new();
        profile.thinking_switch = Some(Cow::Borrowed("chat_template_kwargs.enable_thinking"));
        profile.extras = vec![
            whole("seed"),
            number("top_k"),
            number("min_p"),
            number("repeat_penalty"),
            text("grammar"),
            ExtraRule::new("cache_prompt", ExtraForm::Flag),
            object("chat_template_kwargs"),
        ];
        profile.errors = errors::llama_cpp();
        profile.unlisted.json_schema = Support::Full;
        profile.unlisted.thinking_switch = by_template();
        profile
    }

    /// Ollama's compatible endpoint: pictures as content, any JSON Schema, one answer at a time.
    pub fn ollama() -> Self {
        let mut profile = Self::new("ollama").at("http://127.0.0.1:11434/v1", "OLLAMA_API_KEY");
        profile.reasoning_fields = vec![Cow::Borrowed("reasoning")];
        profile.media_options = Vec::new();
        profile.extras = vec![whole("seed"), text("reasoning_effort"), object("reasoning")];
        profile.errors = errors::ollama();
        let model = &mut profile.unlisted;
        model.image.url = Support::doubtful("older versions of Ollama take content only");
        model.json_schema = Support::Full;
        let effort = || Support::none("set the extra `reasoning_effort` instead: \"none\" switches thinking off");
        (model.thinking_switch, model.thinking_budget) = (effort(), effort());
        model.sampling.n = Some(1..=1);
        profile
    }

    /// OpenRouter: models of many makers under `maker/name`; what each takes differs, so much is warned of.
    pub fn openrouter() -> Self {
        let mut profile = Self::new("openrouter").at("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY");
        profile.keyless = false;
        profile.strict_schemas = true;
        profile.thinking_switch = Some(Cow::Borrowed("reasoning.enabled"));
        profile.thinking_budget = Some(Cow::Borrowed("reasoning.max_tokens"));
        profile.reasoning_fields = vec![Cow::Borrowed("reasoning"), Cow::Borrowed("reasoning_content")];
        profile.extras = vec![
            whole("seed"),
            whole("top_k"),
            number("min_p"),
            number("repetition_penalty"),
            object("provider"),
            object("reasoning"),
            ExtraRule::new("models", ExtraForm::List),
            ExtraRule::new("plugins", ExtraForm::List),
            ExtraRule::new("transforms", ExtraForm::List),
            text("user"),
        ];
        profile.errors = errors::openrouter();
        let by_model = || Support::doubtful("only some of the models there take it");
        let model = &mut profile.unlisted;
        model.image.options = vec![MediaOption::Detail];
        model.video = pictures();
        (model.video.url, model.video.inline) = (by_model(), by_model());
        model.json = by_model();
        model.json_schema = by_model();
        model.schema_dialect = SchemaDialect::OpenAiStrict;
        (model.thinking_switch, model.thinking_budget) = (by_model(), by_model());
        profile
    }

    fn at(mut self, base_url: &'static str, key_variable: &'static str) -> Self {
        self.base_url = Some(Cow::Borrowed(base_url));
        self.key_variable = Some(Cow::Borrowed(key_variable));
        self
    }

    /// Adds the models that this release lists for the profile.
    fn listing(mut self) -> Self {
        self.models = models::listed(&self.id, &self.unlisted);
        self
    }
}

/// By URL and as content of any size.
fn pictures() -> MediaCapability {
    let mut pictures = MediaCapability::url_and_inline(0);
    pictures.max_inline_bytes = None;
    pictures
}

fn by_template() -> Support {
    Support::doubtful("only models whose chat template knows `enable_thinking` take it")
}

fn words(name: &'static str, words: &[&'static str]) -> ExtraRule {
    ExtraRule::new(name, ExtraForm::Word(words.iter().map(|word| Cow::Borrowed(*word)).collect()))
}

fn whole(name: &'static str) -> ExtraRule {
    ExtraRule::new(name, ExtraForm::Whole)
}

fn number(name: &'static str) -> ExtraRule {
    ExtraRule::new(name, ExtraForm::Number)
}

fn text(name: &'static str) -> ExtraRule {
    ExtraRule::new(name, ExtraForm::Text)
}

fn object(name: &'static str) -> ExtraRule {
    ExtraRule::new(name, ExtraForm::Object)
}
