"""The packaged embedding model: shapes, agreement of its two calls, long and empty texts, threads, late loading."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from interviewer.llm import embed
from interviewer.llm.embed import DIMENSIONS, Embedder, embedder


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, interviewer.llm.embed; "
        "print([name for name in ('onnxruntime', 'tokenizers', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_vectors_are_normalised_and_near_for_a_paraphrase() -> None:
    found = embedder().vectors(
        ["The learning rate is too high.", "The step size is too large.", "I had soup for lunch."]
    )
    assert found.shape == (3, DIMENSIONS)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.2


def test_the_order_and_the_company_of_texts_change_nothing() -> None:
    texts = ["Dropout.", "A much longer sentence about the variance of an estimator over many samples.", "Bias?"]
    together = embedder().vectors(texts)
    alone = np.concatenate([embedder().vectors([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-4)


def test_tokens_agree_with_vectors() -> None:
    text = "BatchNorm normalises activations."
    (found,) = embedder().tokens([text])
    assert len(found.ids) == len(found.pieces) == len(found.spans) == len(found.words) == len(found.vectors)
    assert "".join(text[start:end] for start, end in found.spans) == text.replace(" ", "")
    assert np.allclose(found.pooled, embedder().vectors([text])[0], atol=1e-4)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_gives_no_tokens(text: str) -> None:
    (found,) = embedder().tokens([text])
    assert found.vectors.shape == (0, DIMENSIONS)
    assert not found.pooled.any()


def test_no_texts_give_no_vectors() -> None:
    assert embedder().tokens([]) == []
    assert embedder().vectors([]).shape == (0, DIMENSIONS)


def test_a_text_longer_than_the_model_is_read_in_windows() -> None:
    (found,) = embedder().tokens(["gradient " * 700])
    assert found.vectors.shape == (700, DIMENSIONS)
    assert np.isclose(np.linalg.norm(found.pooled), 1.0, atol=1e-5)
    assert embedder().vectors(["gradient " * 700]).shape == (1, DIMENSIONS)


def test_the_cache_returns_the_same_value_and_stays_small() -> None:
    own = Embedder(cached_texts=2)
    first = own.tokens(["one"])[0]
    assert own.tokens(["one"])[0] is first
    own.tokens(["two", "three"])
    assert own.tokens(["one"])[0] is not first


def test_threads_share_one_model() -> None:
    texts = [f"Sentence number {number} about learning rates." for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: embedder(), range(8)))
        found = list(pool.map(lambda text: embedder().vectors([text])[0], texts))
    assert len({id(model) for model in models}) == 1
    assert np.allclose(np.stack(found), embedder().vectors(texts), atol=1e-4)


def test_warm_loads_off_the_event_loop() -> None:
    asyncio.run(embed.warm())
