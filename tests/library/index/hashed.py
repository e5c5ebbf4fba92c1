"""An embedding of a few lines: every word adds or takes 1 at a few places of the vector that its hash names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelUnavailable

Floats = NDArray[np.float32]


class Hashed:
    """Implements `interviewer.llm.embedding.Embedding`; texts with the same words have a cosine near 1."""

    def __init__(self, name: str = "hashed-64", *, dimensions: int = 64) -> None:
        self.name, self._dimensions = name, dimensions
        self.down = False
        """Whether its server does not answer."""
        self.calls = 0

    def passages(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Floats:
        rows = []
        for count, text in enumerate(texts, start=1):
            rows.append(self.query(text))
            if done is not None:
                done(count)
        return np.array(rows, np.float32).reshape(len(texts), self._dimensions)

    def query(self, text: str) -> Floats:
        self.calls += 1
        if self.down:
            raise ModelUnavailable("The embedding server does not answer: start it and try again.")
        vector = np.full(self._dimensions, 1e-3, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            for place, sign in _places(word, self._dimensions):
                vector[place] += sign
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


@lru_cache(maxsize=100_000)
def _places(word: str, dimensions: int) -> tuple[tuple[int, int], ...]:
    digest = hashlib.sha256(word.encode()).digest()
    numbers = [int.from_bytes(digest[4 * n : 4 * n + 4], "little") for n in range(4)]
    return tuple((number // 2 % dimensions, 1 if number % 2 else -1) for number in numbers)
