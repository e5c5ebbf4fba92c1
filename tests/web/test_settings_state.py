"""What the Settings page does, against a real server on loopback."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interviewer.errors import InterviewerError, ModelError, ModelRejected, SettingsError
from interviewer.program import Program
from interviewer.web import settings_state as state
from interviewer.web.settings_state import Form
from tests.wire.openai_server import Fault, OpenAIServer, Reply

KEY = "sk-planted-9f8e7d6c5b4a"
COUNTING = " ".join(str(number) for number in range(1, 31))


def save(program: Program, form: Form) -> state.Outcome:
    return asyncio.run(state.save(program, form))


def stored(program: Program) -> dict[str, object]:
    found: dict[str, object] = json.loads((program.home / "settings.json").read_text())
    return found


# ---------------------------------------------------------------- saving, and the key


def test_saving_and_showing_again(program: Program) -> None:
    form = Form("http://127.0.0.1:11434/v1/", KEY, " m ", 1.5, 6.0, 20.0, " EUR ", ("observe", "speak"))
    assert save(program, form).ok
    shown = state.form_of(program)
    assert shown == Form("http://127.0.0.1:11434/v1", "", "m", 1.5, 6.0, 20.0, "EUR", ("observe", "speak"))
    assert stat.S_IMODE((program.home / "settings.json").stat().st_mode) == 0o600
    assert KEY not in repr(shown) + state.key_line(program)
    assert "127.0.0.1:11434" in state.key_line(program)


def test_an_empty_key_keeps_the_saved_one(program: Program) -> None:
    form = Form("http://127.0.0.1:11434/v1", KEY, "m")
    save(program, form)
    save(program, replace(form, api_key="", model="n"))
    assert stored(program)["api_key"] == KEY
    assert state.candidate(program, replace(form, api_key="", model="other")).api_key is not None


@pytest.mark.parametrize(
    "elsewhere", ["http://127.0.0.1:1/v1", "https://127.0.0.1:11434/v1", "http://evil.example", ""]
)
def test_the_saved_key_goes_to_no_other_server(program: Program, elsewhere: str) -> None:
    save(program, Form("http://127.0.0.1:11434/v1", KEY, "m"))
    moved = Form(elsewhere, "", "m")
    assert state.candidate(program, moved).api_key is None
    said = save(program, moved)
    assert "127.0.0.1:11434" in said.sentence
    assert "removed" in said.sentence
    assert "api_key" not in stored(program)


def test_forgetting_the_key(program: Program) -> None:
    save(program, Form("http://127.0.0.1:11434/v1", KEY, "m"))
    assert asyncio.run(state.forget_key(program)).ok
    assert KEY not in (program.home / "settings.json").read_text()
    assert "No key" in state.key_line(program)


def test_built_in_only_keeps_the_rest(program: Program) -> None:
    save(program, Form("http://127.0.0.1:11434/v1", KEY, "m"))
    assert asyncio.run(state.use_builtin(program)).ok
    assert program.settings.model == ""
    assert stored(program)["api_key"] == KEY
    assert "Built-in" in program.answering()


def test_an_address_without_a_model_is_said_to_do_nothing(program: Program) -> None:
    assert "no model is chosen" in save(program, Form("http://127.0.0.1:11434/v1")).sentence


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"base_url": "not a url"}, "http://"),
        ({"base_url": "ftp://host/v1"}, "http://"),
        ({"base_url": "http://user:pass@host/v1"}, "http://"),
        ({"api_key": "two words"}, "key"),
        ({"api_key": "schlüssel"}, "key"),
        ({"model": "a\nb"}, "name"),
        ({"price_in": -1.0}, "input price"),
        ({"price_out": float("nan")}, "output price"),
        ({"cap": float("inf")}, "cap"),
        ({"currency": "  "}, "currency"),
        ({"builtin_steps": ("dance",)}, "steps"),
        ({"cap": 5.0}, "both prices"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_changes_nothing(
    program: Program, change: dict[str, object], word: str
) -> None:
    save(program, Form("http://127.0.0.1:11434/v1", KEY, "m"))
    before = stored(program)
    with pytest.raises(SettingsError) as raised:
        save(program, replace(Form("http://127.0.0.1:11434/v1", "", "m"), **change))  # type: ignore[arg-type]
    assert word.lower() in str(raised.value).lower()
    assert "\n" not in str(raised.value)
    assert all(str(value) not in str(raised.value) for value in ("pass@", "schlüssel", "two words"))
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    assert stored(program) == before


def test_a_damaged_file_is_said_and_left_alone(program: Program) -> None:
    (program.home / "settings.json").write_text('{"api_key": "' + KEY)
    with pytest.raises(SettingsError, match="damaged") as raised:
        save(program, Form("http://127.0.0.1:11434/v1", "", "m"))
    assert KEY not in str(raised.value)
    assert KEY in (program.home / "settings.json").read_text()


# ---------------------------------------------------------------- what the environment fixes


def test_fields_of_the_environment_are_named_and_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_MODEL", "fixed-model")
    monkeypatch.setenv("INTERVIEWER_API_KEY", KEY)
    program = Program(tmp_path)
    assert "INTERVIEWER_MODEL" in state.fixed(program, "model")
    assert state.fixed(program, "base_url") == ""
    assert KEY not in state.key_line(program)
    assert state.candidate(program, Form("http://127.0.0.1:5/v1", "other", "other")).model == "fixed-model"
    save(program, Form("http://127.0.0.1:5/v1", "other", "other"))
    written = {"base_url": "http://127.0.0.1:5/v1", "builtin_steps": [], "currency": "USD"}
    assert stored(program) == written | {"embedding_base_url": "", "embedding_model": ""}
    with pytest.raises(SettingsError, match="INTERVIEWER_MODEL"):
        asyncio.run(state.use_builtin(program))
    program.store.dispose()


# ---------------------------------------------------------------- asking the server


def test_models_are_listed_with_the_key_of_the_form(program: Program) -> None:
    with OpenAIServer(models=["b-model", "a-model"]) as server:
        names, said = asyncio.run(state.load_models(program, Form(server.base_url, KEY)))
    assert names == ("a-model", "b-model")
    assert said.ok
    assert "2 models" in said.sentence
    assert state.choices(names, "mine") == ["mine", "a-model", "b-model"]
    assert state.choices(names, "a-model") == ["a-model", "b-model"]
    assert not (program.home / "settings.json").exists()


def test_an_empty_list_is_said(program: Program) -> None:
    with OpenAIServer(models=[]) as server:
        names, said = asyncio.run(state.load_models(program, Form(server.base_url)))
    assert names == ()
    assert not said.ok
    assert "no models" in said.sentence


def test_the_speed_is_measured(program: Program) -> None:
    with OpenAIServer([Reply(COUNTING, first_token=0.3, rate=60, usage=(200, 60))]) as server:
        said = asyncio.run(state.test(program, Form(server.base_url, KEY, "test-model")))
    assert said.ok
    assert "tokens a second" in said.sentence
    assert server.requests[0].key == KEY


def test_without_a_model_there_is_nothing_to_test(program: Program) -> None:
    said = asyncio.run(state.test(program, Form("http://127.0.0.1:1/v1")))
    assert not said.ok
    assert "Choose a model" in said.sentence


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(status=401, message="bad key {key}"), "key is not valid"),
        (Fault(status=404, message="The model does not exist", code="model_not_found"), "does not know this model"),
        (Fault(status=500), "has a fault"),
        (Fault(body="<html>hello</html>", content_type="text/html"), "."),
    ],
)
def test_a_failing_test_is_one_clear_sentence(program: Program, fault: Fault, words: str) -> None:
    with OpenAIServer([fault] * 3) as server:
        said = asyncio.run(state.test(program, Form(server.base_url, KEY, "nope")))
        server.replies = []
    assert not said.ok
    assert words in said.sentence
    assert KEY not in said.sentence
    assert "\n" not in said.sentence


def test_a_wrong_key_for_the_list(program: Program) -> None:
    with OpenAIServer(models=Fault(status=401)) as server, pytest.raises(ModelRejected, match="key is not valid"):
        asyncio.run(state.load_models(program, Form(server.base_url, KEY)))


def test_nobody_at_the_address(program: Program) -> None:
    form = Form("http://127.0.0.1:1/v1", "", "m")
    assert "127.0.0.1:1" in asyncio.run(state.test(program, form)).sentence
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:1"):
        asyncio.run(state.load_models(program, form))


@pytest.mark.parametrize("ask", [state.test, state.load_models])
def test_no_url_is_said_before_anything_is_sent(program: Program, ask: Callable[..., object]) -> None:
    with pytest.raises(InterviewerError, match="has to begin with http"):
        asyncio.run(ask(program, Form("my server", "", "m")))  # type: ignore[arg-type]


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (Form(), "Nothing leaves this machine. The built-in"),
        (Form("http://localhost:11434/v1", "", "m"), "which is this machine"),
        (Form("http://[::1]:8080/v1", "", "m"), "which is this machine"),
        (Form("https://models.example/v1", "", "m"), "are sent to models.example as you talk"),
        (Form("http://models.example/v1", "", "m"), "unencrypted"),
        (Form("", "", "gpt-x"), "api.openai.com"),
        (Form("", "", "m"), "and passages of your library when questions are written from them"),
        (Form("", "", "m", builtin_steps=("author",)), "as you talk. Earlier"),
        (Form("", "", "m", builtin_steps=("observe", "speak", "grade", "author")), "keeps every step"),
        (Form("not an address", "", "m"), "not complete"),
    ],
)
def test_what_leaves_the_machine(program: Program, form: Form, words: str) -> None:
    said = state.leaves(program, form)
    assert words in said
    assert said.count(". ") == 1, "two sentences"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (Form(embedding_model="e"), "sent to api.openai.com to be embedded"),
        (Form(embedding_model="e"), "Nothing of an interview leaves this machine."),
        (Form(embedding_model="e", embedding_base_url="http://vectors.example/v1"), "vectors.example, unencrypted"),
        (Form(embedding_model="e", embedding_base_url="http://127.0.0.1:5/v1"), "127.0.0.1:5 on this machine"),
        (Form("http://127.0.0.1:5/v1", "", "m", embedding_model="e"), "sent to the program at 127.0.0.1:5"),
        (
            Form("http://127.0.0.1:5/v1", "", "m", embedding_model="e", embedding_base_url="https://vectors.example"),
            "Nothing of an interview leaves it, unless",
        ),
        (Form("https://models.example/v1", "", "m", embedding_model="e"), "sent to models.example to be embedded"),
    ],
)
def test_that_passages_leave_the_machine(program: Program, form: Form, words: str) -> None:
    said = state.leaves(program, form)
    assert words in said
    assert "All passages of your library, and what you search for, are sent to" in said


@pytest.mark.parametrize("form", [Form(), Form(embedding_base_url="https://vectors.example/v1")])
def test_with_the_packaged_model_no_passage_is_sent(program: Program, form: Form) -> None:
    assert state.leaves(program, form).startswith("Nothing leaves this machine.")


# ---------------------------------------------------------------- embeddings

VECTORS = Form(embedding_base_url="http://127.0.0.1:5/v1", embedding_api_key=KEY, embedding_model="embed-small")


def test_the_embedding_model_is_saved_and_its_key_not_shown(program: Program) -> None:
    said = save(program, VECTORS)
    assert said.sentence.endswith("have to be embedded again: press Rebuild there.")
    assert state.form_of(program) == replace(VECTORS, embedding_api_key="")
    assert KEY not in repr(state.form_of(program)) + state.key_line(program, "embedding_api_key")
    assert "127.0.0.1:5" in state.key_line(program, "embedding_api_key")
    assert "No key" in state.key_line(program)
    assert stored(program)["embedding_api_key"] == KEY
    assert "Rebuild" not in save(program, replace(VECTORS, embedding_api_key="")).sentence
    assert stored(program)["embedding_api_key"] == KEY


@pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:6/v1", "https://127.0.0.1:5/v1", ""])
def test_its_key_goes_to_no_other_server(program: Program, elsewhere: str) -> None:
    save(program, replace(VECTORS, base_url="http://127.0.0.1:7/v1", api_key="chat-key", model="m"))
    moved = Form("http://127.0.0.1:7/v1", "", "m", embedding_base_url=elsewhere, embedding_model="embed-small")
    assert state.candidate(program, moved).embedding_api_key is None
    assert "127.0.0.1:5 and is removed" in save(program, moved).sentence
    assert "embedding_api_key" not in stored(program)
    assert stored(program)["api_key"] == "chat-key"


def test_its_key_does_not_follow_the_models_address(program: Program) -> None:
    save(program, Form("http://127.0.0.1:5/v1", "", "m", embedding_api_key=KEY, embedding_model="embed-small"))
    moved = Form("http://127.0.0.1:6/v1", "", "m", embedding_model="embed-small")
    assert state.candidate(program, moved).embedding_api_key is None


def test_forgetting_its_key(program: Program) -> None:
    save(program, replace(VECTORS, base_url="http://127.0.0.1:7/v1", api_key="chat-key", model="m"))
    assert asyncio.run(state.forget_key(program, "embedding_api_key")).ok
    assert KEY not in (program.home / "settings.json").read_text()
    assert stored(program)["api_key"] == "chat-key"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"embedding_base_url": "not a url"}, "address for embeddings"),
        ({"embedding_base_url": "http://user:pass@host/v1"}, "address for embeddings"),
        ({"embedding_api_key": "two words"}, "key for embeddings"),
        ({"embedding_model": "a\nb"}, "embedding model"),
        ({"embedding_base_url": "", "embedding_model": "cohere:embed"}, "needs the address"),
    ],
)
def test_what_cannot_be_used_for_embeddings(program: Program, change: dict[str, str], word: str) -> None:
    save(program, VECTORS)
    before = stored(program)
    with pytest.raises(SettingsError, match=word) as raised:
        save(program, replace(VECTORS, **{"embedding_api_key": "", **change}))  # type: ignore[arg-type]
    assert all(secret not in str(raised.value) for secret in ("pass@", "two words", KEY))
    assert raised.value.__context__ is None
    assert stored(program) == before


def test_what_the_environment_says_of_embeddings_is_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_EMBEDDING_MODEL", "fixed")
    monkeypatch.setenv("INTERVIEWER_EMBEDDING_API_KEY", KEY)
    program = Program(tmp_path)
    assert "INTERVIEWER_EMBEDDING_MODEL" in state.fixed(program, "embedding_model")
    assert "INTERVIEWER_EMBEDDING_API_KEY" in state.key_line(program, "embedding_api_key")
    save(program, replace(VECTORS, embedding_api_key="other", embedding_model="other"))
    assert "embedding_model" not in stored(program) and "embedding_api_key" not in stored(program)
    program.store.dispose()


def test_an_embedding_server_is_tried_with_what_stands_in_the_form(program: Program) -> None:
    with OpenAIServer(embed=lambda _: [3.0, 4.0]) as server:
        form = replace(VECTORS, embedding_base_url=server.base_url)
        said = asyncio.run(state.test_embedding(program, form))
    assert said.ok and "2 numbers" in said.sentence
    assert (server.others[0].key, server.others[0].body["model"]) == (KEY, "embed-small")
    assert not (program.home / "settings.json").exists()


def test_a_failing_embedding_server_and_none(program: Program) -> None:
    with OpenAIServer(embed=lambda _: [1.0], embed_faults=[Fault(status=401, message="bad {key}")]) as server:
        said = asyncio.run(state.test_embedding(program, replace(VECTORS, embedding_base_url=server.base_url)))
    assert not said.ok and "key is not valid" in said.sentence and KEY not in said.sentence
    assert "Enter an embedding model" in asyncio.run(state.test_embedding(program, Form())).sentence


def test_what_was_spent(program: Program) -> None:
    assert "there is no cap" in state.spending(program).sentence
    save(program, Form("http://127.0.0.1:1/v1", "", "m", 1.0, 2.0, 4.0, "EUR"))
    month = datetime.now(UTC).strftime("%Y-%m")
    program.repository.add_spending(month, 1.0)
    found = state.spending(program)
    assert found.sentence.startswith("1.00 EUR of 4.00 EUR spent in ")
    assert found.share == 0.25
    program.repository.add_spending(month, 30.0)
    assert state.spending(program).share == 1
    assert "cap is reached" in state.spending(program).sentence
    assert state.money(0.00042, "USD") == "0.0004 USD"
