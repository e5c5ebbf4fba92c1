"""No key, and none of anybody's words, in sentences, logs or tracebacks."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from interviewer.errors import ModelError
from interviewer.llm import Budget, Endpoint, list_models, open_model
from interviewer.llm.redact import LONGEST, copies, redact, secrets_of
from tests.llm.asking import GOOD, HELLO, KEY, QUICK, Seen, ask, model_at, quick_shared, say
from tests.wire.openai_server import Fault, OpenAIServer

ECHOES = [
    Fault(status=status, message="Incorrect API key provided: {key}. You sent Bearer {key}.")
    for status in (400, 401, 403, 404, 422, 429, 500)
] + [
    Fault(status=400, message="x" * 190 + " {key}"),
    Fault(status=400, body='{"detail": "Bearer ' + KEY + '"}'),
    Fault(error_event={"message": f"bad {KEY}"}),
    Fault(body=f"<html>{KEY}</html>", content_type="text/html"),
    Fault(body=f'{{"error": {{"message": "no {KEY}"}}}}'),
    Fault(body=f'data: {{"broken {KEY}\n\n'),
]


def texts(error: BaseException) -> str:
    """All that a log could make of an exception."""
    stream = io.StringIO()
    logger = logging.Logger("elsewhere")
    logger.addHandler(logging.StreamHandler(stream))
    try:
        raise error
    except BaseException:
        logger.exception("failed")
    return stream.getvalue() + "".join(traceback.format_exception(error)) + repr(error) + str(error)


@pytest.mark.parametrize("fault", ECHOES)
@pytest.mark.parametrize("call", [ask, say])
def test_a_planted_key_is_in_no_sentence_log_or_traceback(
    fault: Fault, call: Callable[..., Any], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), OpenAIServer(lambda _: fault) as server:
        try:
            _, _, error = call(model_at(server))
        except ModelError as caught:
            error = caught
    assert isinstance(error, ModelError)
    out = capsys.readouterr()
    for text in (texts(error), caplog.text, out.out, out.err):
        assert KEY not in text
        assert KEY[:14] not in text
    assert "Traceback" not in caplog.text


def test_the_prompt_is_not_repeated_in_a_sentence() -> None:
    with (
        OpenAIServer(lambda _: Fault(status=400, message="Invalid input: {prompt}")) as server,
        pytest.raises(ModelError) as caught,
    ):
        ask(model_at(server))
    assert "Dropout" not in str(caught.value)
    assert str(caught.value) == "The server refuses the request (400). Check the model in Settings."


def test_a_key_in_the_address_is_hidden() -> None:
    endpoint = Endpoint(model="m", base_url="http://someone:s3cr3t-word@127.0.0.1:1/v1", api_key=SecretStr(KEY))
    model = open_model(endpoint, budget=Budget(), shared=quick_shared())
    with pytest.raises(ModelError) as caught:
        ask(model)
    assert "s3cr3t" not in texts(caught.value)
    assert "127.0.0.1:1 " in str(caught.value)
    assert "s3cr3t" not in repr(model)
    assert KEY not in repr(endpoint)


def test_a_key_in_the_list_of_models_is_hidden(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), OpenAIServer(models=Fault(status=403, message="no: {key}")) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, api_key=SecretStr(KEY))
        with pytest.raises(ModelError, match=r"no: \[hidden\]") as caught:
            asyncio.run(list_models(endpoint))
    assert KEY not in texts(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key sk-abc123 is bad", "key [hidden] is bad"),
        ("key sk-proj-ab***yz.", "key [hidden]"),
        ("Bearer abc.def is bad", "Bearer [hidden] is bad"),
        ("see https://me:pw@host/x", "see https://[hidden]@host/x"),
        ('{"api_key": "abcdef"}', '{"api_key": "[hidden]"}'),
        ("two\nlines\x07", "two lines"),
        ("my-own-key!", "[hidden]!"),
    ],
)
def test_redact(text: str, shown: str) -> None:
    assert redact(text, ["my-own-key"]) == shown


def test_a_long_text_is_shortened_after_its_secrets_are_hidden() -> None:
    text = redact("x" * (LONGEST - 5) + KEY, [KEY])
    assert len(text) <= LONGEST
    assert "sk-" not in text
    assert text.endswith("…")


def test_secrets_of_an_endpoint() -> None:
    assert secrets_of("abcdef", "http://us%40r:pass@h/") == ("abcdef", "us%40r", "pass", "us@r") or set(
        secrets_of("abcdef", "http://us%40r:pass@h/")
    ) >= {"abcdef", "pass", "us@r"}
    assert secrets_of("x", "http://h/") == ()
    assert secrets_of("abcdef", "http://[bad") == ("abcdef",)


def test_copies() -> None:
    assert copies("said: a b c d e f g h i j k l m n", "before a b c d e f g h i j k l m n after")
    assert not copies("said: something else entirely, and long", "before a b c d e f g h i j k l m n after")
    assert not copies("short", "short")


def test_a_good_call_logs_nothing_of_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("openai").setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG), OpenAIServer([GOOD, "Spoken words."]) as server:
        model = model_at(server)
        asyncio.run(model.ask(Seen, HELLO, purpose="observe", max_tokens=50, deadlines=QUICK))
        say(model)
    assert "Dropout" not in caplog.text
    assert "Spoken" not in caplog.text
    assert KEY not in caplog.text
