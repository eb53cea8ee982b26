"""The service's own documented calls, made with OpenAI's Python client against the emulator.

Usage: openai_client.py BASE_URL FILM_URL. Fails by an exception.
"""

import base64
import pathlib
import sys

from openai import BadRequestError, OpenAI

BASE_URL, FILM_URL = sys.argv[1:]
MEDIA = pathlib.Path(__file__).parent.parent / "media"
PICTURE = "data:image/png;base64," + base64.b64encode((MEDIA / "coffee.png").read_bytes()).decode()
SAMPLING = dict(temperature=0.7, max_tokens=1024, top_p=0.9, frequency_penalty=0.0, presence_penalty=0.0, n=1)
SCHEMA = {"type": "object", "properties": {"objects": {"type": "array", "items": {"type": "string"}}}}


def client(endpoint):
    return OpenAI(api_key="any-key", base_url=f"{BASE_URL}/{endpoint}", max_retries=0)


def ask(endpoint, model, content, **settings):
    messages = [{"role": "system", "content": "You are a multimodal assistant."}, {"role": "user", "content": content}]
    return client(endpoint).chat.completions.create(model=model, messages=messages, **settings)


def check(text, *parts):
    assert text.startswith("[emulated] "), text
    for part in parts:
        assert part in text, text


# Qwen: items without a type; the client merges `extra_body` into the body.
qwen = ask(
    "vu",
    "qwen:qwen3-vl-flash",
    [{"image": PICTURE}, {"video": FILM_URL}, {"text": "Summarize the content."}],
    extra_body={"metadata": {"enable_thinking": True, "thinking_budget": 1024}},
    stream=False,
    stop=None,
    **SAMPLING,
)
check(qwen.choices[0].text, "600x400", "640x426")
assert qwen.usage.input_tokens > 500, qwen.usage

# Gemini: `input_file`, a schema in Google's form.
schema = {"type": "OBJECT", "properties": {"name": {"type": "STRING"}}, "required": ["name"]}
gemini = ask(
    "iu",
    "gemini:gemini-2.5-flash",
    [{"type": "text", "text": "Name it."}, {"type": "input_file", "file_uri": PICTURE, "mime_type": "image/png"}],
    extra_body={"metadata": {"response_mime_type": "application/json", "responseSchema": schema}},
    **SAMPLING,
)
assert '"name"' in gemini.choices[0].text, gemini

# Nova: OpenAI's items and a film.
nova = ask(
    "vu",
    "nova:us.amazon.nova-lite-v1:0",
    [{"type": "text", "text": "What happens?"}, {"type": "video_url", "video_url": {"url": FILM_URL}}],
    **SAMPLING,
)
check(nova.choices[0].message.content, "640x426")

# GPT: plain OpenAI, streamed.
picture = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PICTURE}}]
stream = ask("iu", "gpt:gpt-4o", picture, stream=True)
check("".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices), "600x400")

# A violation is refused with the documented envelope.
try:
    ask("iu", "gpt-4o", picture)
except BadRequestError as error:
    envelope = error.response.json()
    assert envelope["code"] == 400 and "gpt-4o" in envelope["msg"], envelope
else:
    raise AssertionError("a bare model id was answered")

print("5 calls of OpenAI's client answered as documented")
