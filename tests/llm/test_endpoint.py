"""Endpoints, providers, the list of models, and what importing the package costs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from interviewer.errors import ModelError, ModelNonsense, ModelRejected, ModelTimeout, ModelUnavailable, SettingsError
from interviewer.llm import Budget, Endpoint, list_models, open_model
from interviewer.llm.chat import is_loopback
from interviewer.llm.endpoint import OPENAI_ADDRESS, approximate_tokens
from tests.llm.asking import GOOD, KEY, SEEN, ask, model_at, quick_shared, say
from tests.wire.openai_server import Fault, OpenAIServer


@pytest.mark.parametrize(
    ("model", "provider", "name"),
    [
        ("gpt-x", "openai", "gpt-x"),
        ("openai:gpt-x", "openai", "gpt-x"),
        ("anthropic:claude-x", "anthropic", "claude-x"),
        ("llama3.2:3b", "openai", "llama3.2:3b"),
        ("openai:llama3.2:3b", "openai", "llama3.2:3b"),
    ],
)
def test_names(model: str, provider: str, name: str) -> None:
    endpoint = Endpoint(model=model)
    assert (endpoint.provider, endpoint.name) == (provider, name)


def test_addresses() -> None:
    assert Endpoint(model="m").address == OPENAI_ADDRESS
    assert Endpoint(model="m").place == "api.openai.com"
    assert Endpoint(model="m", base_url=" http://h:1/v1/ ").address == "http://h:1/v1"
    assert Endpoint(model="anthropic:m").address == ""
    assert Endpoint(model="anthropic:m").place == "anthropic"
    assert Endpoint(model="m", base_url="http://u:p@h:1/v1").place == "h:1"
    assert Endpoint(model="m", base_url="http://h:port/").place == "its address"
    with pytest.raises(ValidationError):
        Endpoint(model="")


def test_the_key_is_in_no_dump() -> None:
    endpoint = Endpoint(model="m", api_key=SecretStr(KEY))
    assert KEY not in repr(endpoint) + endpoint.model_dump_json()


def test_cost() -> None:
    assert Endpoint(model="m", price_in=1).cost(1, 1) is None
    assert Endpoint(model="m", price_in=1, price_out=2).cost(1_000_000, 500_000) == 2.0


def test_loopback() -> None:
    assert is_loopback("http://127.0.0.1:80/v1")
    assert is_loopback("http://localhost/v1")
    assert is_loopback("http://[::1]:80/")
    assert not is_loopback("https://api.openai.com/v1")


def test_tokens_are_estimated_at_four_characters() -> None:
    assert [approximate_tokens("x" * n) for n in (0, 1, 4, 5)] == [0, 1, 1, 2]


@pytest.mark.parametrize("address", ["ftp://h/v1", "localhost:8000/v1", "http://", "http://h:port/v1", "http://[x"])
def test_unusable_addresses(address: str) -> None:
    endpoint = Endpoint(model="m", base_url=address)
    with pytest.raises(SettingsError, match="http://"):
        open_model(endpoint, budget=Budget())
    with pytest.raises(SettingsError):
        asyncio.run(list_models(endpoint))


def test_a_provider_without_its_package_is_named() -> None:
    with pytest.raises(SettingsError, match="'langchain-anthropic'"):
        open_model(Endpoint(model="anthropic:claude-x"), budget=Budget())


PACKAGE = """
import httpx2
from langchain_openai import ChatOpenAI
from openai import DefaultAsyncHttpxClient

class ChatGroq(ChatOpenAI):
    def __init__(self, **kwargs):
        if kwargs["model"] == "broken":
            raise TypeError(kwargs["api_key"])
        once = DefaultAsyncHttpxClient(limits=httpx2.Limits(max_keepalive_connections=0))
        super().__init__(http_async_client=once, stream_usage=True, use_responses_api=False, **kwargs)
"""


@pytest.fixture
def groq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider's package: the real protocol under another name."""
    (tmp_path / "langchain_groq.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "langchain_groq", raising=False)


@pytest.mark.usefixtures("groq")
def test_another_provider_is_reached_through_its_package() -> None:
    with OpenAIServer([GOOD, "Hello."]) as server:
        model = model_at(server, model="groq:some-model")
        assert model.name == "groq:some-model"
        assert ask(model)[0] == SEEN
        assert "".join(say(model)[0]) == "Hello."
    assert server.requests[0].mode == "tools"
    assert server.requests[0].body["model"] == "some-model"
    assert server.requests[0].key == KEY


@pytest.mark.usefixtures("groq")
def test_a_provider_without_an_address_or_a_useful_answer() -> None:
    with OpenAIServer(lambda _: Fault(status=400)) as server, pytest.raises(ModelRejected):
        ask(model_at(server, model="groq:some-model"))
    assert len(server.requests) == 2


@pytest.mark.usefixtures("groq")
def test_a_provider_that_does_not_take_the_settings() -> None:
    model = open_model(Endpoint(model="groq:broken", api_key=SecretStr(KEY)), budget=Budget(), shared=quick_shared())
    with pytest.raises(SettingsError, match=r"cannot be set up \(TypeError\)") as caught:
        ask(model)
    assert caught.value.__context__ is None
    assert not asyncio.run(model.test()).ok


def test_no_key_is_a_placeholder() -> None:
    with OpenAIServer([GOOD]) as server:
        ask(model_at(server, api_key=SecretStr("")))
    assert server.requests[0].key == "none"


def names(server: OpenAIServer, key: str = KEY, **more: float) -> tuple[str, ...]:
    return asyncio.run(list_models(Endpoint(model="m", base_url=server.base_url, api_key=SecretStr(key)), **more))


def test_list_of_models() -> None:
    with OpenAIServer(models=["b", "a"]) as server:
        assert names(server) == ("a", "b")
        names(server, key="")
    assert server.others[0].path == "/v1/models"
    assert server.others[0].key == KEY
    assert "authorization" not in server.others[1].headers


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault(status=401), ModelRejected, "key is not valid"),
        (Fault(status=404, body="nope"), ModelRejected, "Check both"),
        (Fault(status=500), ModelUnavailable, "(500)"),
        (Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}), ModelRejected, "sends us on to another one"),
        (Fault(body="<html>", content_type="text/html"), ModelUnavailable, "ends in /v1"),
        (Fault(body="{}"), ModelNonsense, "does not list its models"),
        (Fault(body=" " * 5_000_000), ModelNonsense, "cannot be read"),
        (Fault(reset=True), ModelUnavailable, "connection"),
        (Fault(hang=True), ModelTimeout, "within 0.3 s"),
    ],
)
def test_list_of_models_that_fails(fault: Fault, error: type[ModelError], words: str) -> None:
    with OpenAIServer(models=fault) as server, pytest.raises(error) as caught:
        names(server, limit=0.3)
    assert words in str(caught.value)


def test_list_of_models_in_a_bare_array() -> None:
    with OpenAIServer(models=Fault(body='[{"id": "a"}, {"name": "b"}, 3]')) as server:
        assert names(server) == ("a",)


def test_other_providers_have_no_list() -> None:
    with pytest.raises(SettingsError, match="Type the model's name"):
        asyncio.run(list_models(Endpoint(model="anthropic:claude-x")))


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys, interviewer.llm; "
        "print([name for name in ('langchain', 'langchain_core', 'openai', 'httpx', 'numpy') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
