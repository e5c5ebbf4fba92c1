"""Embeddings: the packaged model for many texts, and every way in which a server can fail to give vectors."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from interviewer.errors import (
    InterviewerError,
    ModelContextOverflow,
    ModelError,
    ModelNonsense,
    ModelRateLimited,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
    SettingsError,
)
from interviewer.llm import Deadlines, Endpoint, Shared
from interviewer.llm.circuit import OPENS_AFTER
from interviewer.llm.embed import MODEL_NAME, Embedder, embedder
from interviewer.llm.embedding import TEXTS_A_CALL, Remote, embedding, endpoint, packaged, remote
from interviewer.llm.endpoint import OPENAI_ADDRESS
from interviewer.settings import Settings
from tests.llm.asking import AMPLE, KEY, Watch, quick_shared
from tests.wire.openai_server import Fault, OpenAIServer

QUICK = Deadlines(total=0.5, first_token=0.5, idle=0.5)
TEXTS = [
    "Dropout zeroes units at random.",
    "The step size is too large.",
    "Bias?",
    "A longer sentence about the variance of an estimator that is averaged over many samples of the same size.",
]


def direction(text: str) -> list[float]:
    """A vector that tells texts apart: not normalised, three numbers."""
    return [float(len(text)), float(text.count("e")), 2.0]


def expected(texts: Sequence[str]) -> Any:
    rows = np.array([direction(text) for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def at(server: OpenAIServer | str, shared: Shared | None = None, *, model: str = "embed-small") -> Remote:
    address = server if isinstance(server, str) else server.base_url
    return remote(Endpoint(model=model, base_url=address, api_key=SecretStr(KEY)), shared=shared or quick_shared())


def body_of(vectors: Sequence[Any], **more: Any) -> str:
    """An answer as OpenAI words it."""
    rows = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    return json.dumps({"object": "list", "data": rows, "model": "m", **more})


def failure(server: OpenAIServer, *, limits: Deadlines = AMPLE, texts: Sequence[str] = ("One.", "Two.")) -> ModelError:
    with pytest.raises(ModelError) as raised:
        at(server).passages(texts, limits=limits)
    assert KEY not in str(raised.value) and "\n" not in str(raised.value)
    return raised.value


# ---------------------------------------------------------------- the packaged model


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, interviewer.llm.embedding; "
        "print([name for name in ('onnxruntime', 'tokenizers', 'numpy', 'openai', 'langchain') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_many_at_once_are_as_one_by_one() -> None:
    found = packaged().passages(TEXTS)
    assert found.shape == (4, 384) and found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert np.allclose(found, np.stack([packaged().query(text) for text in TEXTS]), atol=1e-4)
    assert packaged().name == MODEL_NAME
    assert packaged().passages([]).shape == (0, 384)


def test_texts_beyond_the_first_group_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.llm.embed._TEXTS_AT_ONCE", 3)
    texts = [*TEXTS, *(f"Number {number} of a list of words." for number in range(5))]
    counts: list[int] = []
    found = packaged().passages(texts, done=counts.append)
    assert np.allclose(found, np.stack([packaged().query(text) for text in texts]), atol=1e-4)
    assert counts == sorted(set(counts)) and counts[-1] == len(texts) and len(counts) >= 3


def test_many_are_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    both = threading.Barrier(2, timeout=20)
    run = Embedder._states
    met: list[str] = []

    def meeting(self: Embedder, *given: Any) -> Any:
        if len(met) < 2:
            both.wait()
            met.append(threading.current_thread().name)
        return run(self, *given)

    monkeypatch.setattr(Embedder, "_states", meeting)
    packaged().passages(["gradient " * 240] * 4)
    assert len(set(met)) == 2


def test_breaking_off_does_not_wait_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    runs: list[int] = []
    run = Embedder._states

    def counted(self: Embedder, inputs: Any, numbers: Any) -> Any:
        runs.append(len(numbers))
        time.sleep(0.01)
        return run(self, inputs, numbers)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Embedder, "_states", counted)
    # The exception is kept, and with it the frames that hold what was going on.
    with pytest.raises(KeyboardInterrupt) as raised:
        packaged().passages(["gradient " * 240] * 100, done=stop)
    ended = len(runs)
    time.sleep(1)
    assert len(runs) == ended < 25, raised


def test_the_interviewer_and_a_bulk_of_passages_share_one_model() -> None:
    packaged().passages(TEXTS)
    assert packaged().query("Bias?").tolist() == embedder().vectors(["Bias?"])[0].tolist()


# ---------------------------------------------------------------- a server that answers


def test_vectors_come_in_order_and_normalised() -> None:
    with OpenAIServer(embed=direction) as server:
        model = at(server)
        found, asked = model.passages(TEXTS, limits=AMPLE), model.query(TEXTS[0], limits=AMPLE)
    assert found.dtype == np.float32 and np.allclose(found, expected(TEXTS), atol=1e-6)
    assert np.allclose(asked, expected(TEXTS)[0], atol=1e-6)
    (sent, _) = server.others
    assert sent.key == KEY
    assert sent.body == {"input": TEXTS, "model": "embed-small", "encoding_format": "float"}


def test_an_answer_in_another_order_is_put_in_order() -> None:
    rows = [{"index": 1, "embedding": [0, 1]}, {"index": 0, "embedding": [3, 0]}]
    with OpenAIServer(embed=direction, embed_faults=[Fault(body=json.dumps({"data": rows}))]) as server:
        assert at(server).passages(["One.", "Two."]).tolist() == [[1, 0], [0, 1]]


def test_a_server_that_numbers_nothing_is_taken_in_its_order() -> None:
    rows = [{"embedding": [0, 2]}, {"embedding": [1e300, 0]}]
    with OpenAIServer(embed=direction, embed_faults=[Fault(body=json.dumps({"data": rows}))]) as server:
        assert at(server).passages(["One.", "Two."]).tolist() == [[0, 1], [1, 0]]


def test_many_texts_go_in_groups() -> None:
    texts = [f"Text {'e' * number}" for number in range(2 * TEXTS_A_CALL + 3)]
    counts: list[int] = []
    with OpenAIServer(embed=direction) as server:
        found = at(server).passages(texts, done=counts.append)
    assert np.allclose(found, expected(texts), atol=1e-6)
    assert [len(request.body["input"]) for request in server.others] == [TEXTS_A_CALL, TEXTS_A_CALL, 3]
    assert counts == [TEXTS_A_CALL, 2 * TEXTS_A_CALL, len(texts)]


def test_no_texts_need_no_server() -> None:
    assert at("http://127.0.0.1:1/v1").passages([]).shape == (0, 0)


def test_it_may_be_called_from_threads_and_from_a_running_loop() -> None:
    async def both() -> Any:
        with OpenAIServer(embed=direction) as server:
            model = at(server)
            return await asyncio.gather(*(asyncio.to_thread(model.query, text) for text in TEXTS)), model.query("One.")

    together, alone = asyncio.run(both())
    assert np.allclose(np.stack(together), expected(TEXTS), atol=1e-6)
    assert np.allclose(alone, expected(["One."])[0], atol=1e-6)


def test_names_say_model_and_server_and_no_key() -> None:
    assert at("http://127.0.0.1:11434/v1").name == "embed-small@127.0.0.1:11434"
    assert at("https://u:p@host/v1", model="openai:large").name == "large@host"
    assert remote(Endpoint(model="text-embedding-3-small")).name == "text-embedding-3-small@api.openai.com"


# ---------------------------------------------------------------- a server that fails

GOOD = body_of([[1, 2], [3, 4]])

FAULTS: list[tuple[str, Fault, type[ModelError], int, str]] = [
    # name, fault, error, requests, part of the sentence
    ("400", Fault(status=400), ModelRejected, 1, 'refuses the request (400): "planned fault"'),
    ("401", Fault(status=401, message="bad key {key}"), ModelRejected, 1, "the key is not valid"),
    ("404", Fault(status=404, message="no {key}"), ModelRejected, 1, "does not know this model or address"),
    ("429", Fault(status=429), ModelRateLimited, 3, "too many requests"),
    ("429 long", Fault(status=429, headers={"Retry-After": "3600"}), ModelRateLimited, 1, "wait 60 min"),
    ("500", Fault(status=500, message="{key}"), ModelUnavailable, 3, "has a fault (500)"),
    ("503 html", Fault(status=503, body="<h1>", content_type="text/html"), ModelUnavailable, 3, "has a fault (503)"),
    ("302", Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}), ModelRejected, 1, "sends us on"),
    ("reset", Fault(reset=True), ModelUnavailable, 3, "connection to the model's server at 127.0.0.1:"),
    ("html", Fault(body="<html>{key}</html>", content_type="text/html"), ModelUnavailable, 3, "usually ends in /v1"),
    ("too long", Fault(status=400, code="context_length_exceeded"), ModelContextOverflow, 1, "A passage is longer"),
    ("key", Fault(body=body_of([[1], [2]], note="{key}")), ModelNonsense, 1, "held your key"),
    ("empty", Fault(body=""), ModelNonsense, 3, "empty"),
    ("broken json", Fault(broken_json=True), ModelNonsense, 1, "cannot be read"),
    ("null", Fault(body="null"), ModelNonsense, 1, "cannot be read"),
    ("no data", Fault(body="{}"), ModelNonsense, 1, "cannot be read"),
    ("data of another kind", Fault(body='{"data": 3}'), ModelNonsense, 1, "cannot be read"),
    ("error with 200", Fault(body='{"error": {"message": "down {key}"}}'), ModelNonsense, 1, "key"),
    ("one too few", Fault(body=body_of([[1, 2]])), ModelNonsense, 1, "gave 1 vectors for 2 texts"),
    ("one too many", Fault(body=body_of([[1], [2], [3]])), ModelNonsense, 1, "gave 3 vectors for 2 texts"),
    ("two lengths", Fault(body=body_of([[1, 2], [1]])), ModelNonsense, 1, "different lengths"),
    ("nan", Fault(body=body_of([[1, 2], [float("nan"), 1]])), ModelNonsense, 1, "points nowhere"),
    ("infinite", Fault(body=body_of([[1, 2], [float("inf"), 1]])), ModelNonsense, 1, "points nowhere"),
    ("zero", Fault(body=body_of([[1, 2], [0, 0]])), ModelNonsense, 1, "points nowhere"),
    ("no numbers", Fault(body=body_of([[], []])), ModelNonsense, 1, "points nowhere"),
    ("base64", Fault(body=body_of(["AACAPwAAgD8=", "AACAPwAAgD8="])), ModelNonsense, 1, "cannot be read"),
    ("words", Fault(body=body_of([["a"], ["b"]])), ModelNonsense, 1, "cannot be read"),
    ("nested", Fault(body=body_of([[[1]], [[2]]])), ModelNonsense, 1, "cannot be read"),
    ("huge", Fault(body='{"data": [{"embedding": [1' + "0" * 400 + "]}]}"), ModelNonsense, 1, "cannot be read"),
    ("deep", Fault(body="[" * 100_000), ModelNonsense, 1, "cannot be read"),
]


@pytest.mark.parametrize(("fault", "error", "requests", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_one_sentence_of_ours(fault: Fault, error: type[ModelError], requests: int, words: str) -> None:
    with OpenAIServer(embed=direction, embed_faults=[fault] * 3) as server:
        found = failure(server)
    assert type(found) is error
    assert words in str(found)
    assert len(server.others) == requests
    assert found.__cause__ is None and found.__context__ is None


def test_a_fault_that_passes_is_not_noticed() -> None:
    with OpenAIServer(embed=direction, embed_faults=[Fault(status=500), Fault(status=429)]) as server:
        assert np.allclose(at(server).passages(TEXTS), expected(TEXTS), atol=1e-6)
    assert len(server.others) == 3


def test_a_hang_ends_with_its_limit() -> None:
    with OpenAIServer(embed=direction, embed_faults=[Fault(hang=True)]) as server, Watch() as watch:
        found = failure(server, limits=QUICK)
    assert isinstance(found, ModelTimeout) and "within 0.5 s" in str(found)
    assert watch.seconds < 5


def test_nobody_there() -> None:
    with pytest.raises(ModelUnavailable, match="Check that it is running"):
        at("http://127.0.0.1:1/v1").query("One.")


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.llm.embedding._LARGEST", 1000)
    with OpenAIServer(embed=direction, embed_faults=[Fault(body=" " * 2000 + GOOD)] * 3) as server:
        assert isinstance(failure(server), ModelNonsense)


def test_lengths_that_differ_from_call_to_call() -> None:
    first = body_of([[1.0, 2.0]] * TEXTS_A_CALL)
    with OpenAIServer(embed=direction, embed_faults=[Fault(body=first)]) as server:
        found = failure(server, texts=["One."] * (TEXTS_A_CALL + 1))
    assert isinstance(found, ModelNonsense) and "different lengths" in str(found)


def test_a_server_that_is_down_is_left_alone_for_a_while_but_not_by_the_test() -> None:
    shared = quick_shared()
    with OpenAIServer(embed=direction, embed_faults=[Fault(status=500)] * OPENS_AFTER) as server:
        model = at(server, shared)
        for _ in range(2):
            with pytest.raises(ModelUnavailable):
                model.query("One.")
        with pytest.raises(ModelUnavailable, match="failed 5 times in a row"):
            model.query("One.")
        assert len(server.others) == OPENS_AFTER
        assert model.test().ok
        assert np.allclose(model.query("One."), expected(["One."])[0], atol=1e-6)


def test_what_is_sent_and_the_key_are_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    faults = [Fault(status=500, message="{key} Dropout zeroes units at random."), Fault(body=GOOD)]
    with OpenAIServer(embed=direction, embed_faults=faults) as server:
        at(server).passages(["Dropout zeroes units at random.", "Two."])
    assert "embed" in caplog.text
    assert KEY not in caplog.text and "Dropout" not in caplog.text


def test_what_the_server_repeats_of_a_passage_is_not_shown() -> None:
    said = "The shard that holds the feature store is rebuilt every night."
    with OpenAIServer(embed=direction, embed_faults=[Fault(status=400, message=f"bad input: {said}")]) as server:
        found = failure(server, texts=[said])
    assert "shard" not in str(found)


# ---------------------------------------------------------------- the test button


def test_the_test_says_what_it_found() -> None:
    with OpenAIServer(embed=direction) as server:
        said = at(server).test()
    assert said.ok and "3 numbers" in said.sentence


@pytest.mark.parametrize(("fault", "words"), [(Fault(status=401), "key is not valid"), (Fault(body="{}"), "read")])
def test_a_failing_test_says_why_and_asks_once(fault: Fault, words: str) -> None:
    with OpenAIServer(embed=direction, embed_faults=[fault]) as server:
        said = at(server).test()
    assert not said.ok and words in said.sentence
    assert len(server.others) == 1


# ---------------------------------------------------------------- from the settings


def test_without_a_model_it_is_the_packaged_one() -> None:
    assert endpoint(Settings(embedding_base_url="http://127.0.0.1:1/v1")) is None
    assert embedding(Settings()).name == MODEL_NAME


@pytest.mark.parametrize(
    ("settings", "address", "key"),
    [
        ({}, OPENAI_ADDRESS, ""),
        ({"api_key": "chat", "model": "m"}, OPENAI_ADDRESS, "chat"),
        ({"api_key": "chat"}, OPENAI_ADDRESS, ""),
        ({"api_key": "chat", "model": "anthropic:m"}, OPENAI_ADDRESS, ""),
        ({"api_key": "chat", "model": "m", "base_url": "http://h:1/v1"}, "http://h:1/v1", "chat"),
        ({"api_key": "chat", "model": "m", "embedding_base_url": "http://h:2/v1"}, "http://h:2/v1", ""),
        (
            {"api_key": "chat", "model": "m", "base_url": "http://h:1/v1", "embedding_base_url": "http://H:1/other"},
            "http://H:1/other",
            "chat",
        ),
        (
            {"api_key": "chat", "model": "m", "base_url": "http://h:1/v1", "embedding_base_url": "https://h:1/v1"},
            "https://h:1/v1",
            "",
        ),
        ({"api_key": "chat", "model": "m", "embedding_api_key": "own"}, OPENAI_ADDRESS, "own"),
    ],
)
def test_where_it_goes_and_with_which_key(settings: dict[str, str], address: str, key: str) -> None:
    where = endpoint(Settings.model_validate({"embedding_model": "embed-small", **settings}))
    assert where is not None
    assert (where.address, where.api_key.get_secret_value()) == (address, key)
    assert isinstance(embedding(Settings.model_validate({"embedding_model": "embed-small", **settings})), Remote)


def test_a_provider_without_an_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="needs the address"):
        embedding(Settings(embedding_model="mistralai:mistral-embed"))
    with pytest.raises(InterviewerError, match="not usable"):
        remote(Endpoint(model="m", base_url="ftp://host"))
