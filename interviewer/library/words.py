"""Search by words: BM25 over the stems of the passages, with their titles and headings; a cache of the database."""

from __future__ import annotations

import json
import logging
import re
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, overload
from weakref import WeakKeyDictionary

from interviewer.library.caches import Alone, Ids, empty, read_manifest, write_manifest

if TYPE_CHECKING:
    import bm25s
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

log = logging.getLogger("interviewer.library")

FORMAT: Final = 1
"""Of the files of the cache, and of how texts become stems: another number makes every cache be built anew."""

K1, B = 1.5, 0.75
"""Saturation of a word's count, and share of the correction for length: bm25s's defaults, tuned to no data of ours."""

_AT_ONCE = 1000
"""Texts that are read at a time."""

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")
_WHITE = re.compile(r"\s+")
_STOP_WORDS = frozenset(
    _WHITE.split(
        """a about above after again all also am an and any are as at be because been before being below between both
        but by can could did do does doing down during each few for from further had has have having he her here
        hers him his how i if in into is it its itself just me more most my no nor not now of off on once only or
        other our ours out over own s same she should so some such t than that the their theirs them then there
        these they this those through to too under until up very was we were what when where which while who whom
        why will with would you your yours"""
    )
)
_stemming = threading.local()
"""A stemmer for each thread: it keeps the word it works on in itself."""


def stems(text: str) -> Iterator[tuple[str, int, int]]:
    """The stem, start and end of the words of a text but stop words; numbers and the parts of compounds are words."""
    for found in _WORD.finditer(text):
        word = found[0].lower()
        if word not in _STOP_WORDS:
            yield _stem(word), found.start(), found.end()


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    if not hasattr(_stemming, "stemmer"):
        import snowballstemmer

        _stemming.stemmer = snowballstemmer.stemmer("english")
    return str(_stemming.stemmer.stemWord(word))


@dataclass
class _Texts:
    """Texts as numbers of stems: what is kept, so that a change reads only what is new."""

    vocabulary: dict[str, int] = field(default_factory=dict)
    """Stem → number; every number is used."""
    tokens: dict[str, Ints] = field(default_factory=dict)
    """Id → the numbers of its stems, in order."""

    def add(self, id: str, text: str) -> None:
        """Take a text in."""
        import numpy as np

        numbers = [self.vocabulary.setdefault(stem, len(self.vocabulary)) for stem, _, _ in stems(text)]
        self.tokens[id] = np.array(numbers, np.int32)

    def without(self, gone: Set[str]) -> _Texts:
        """The same without these texts, and without words that only they had."""
        import numpy as np

        tokens = {id: numbers for id, numbers in self.tokens.items() if id not in gone}
        used = np.unique(np.concatenate([np.zeros(0, np.int32), *tokens.values()]))
        new = np.zeros(len(self.vocabulary), np.int32)
        new[used] = np.arange(len(used), dtype=np.int32)
        kept = set(used.tolist())
        vocabulary = {stem: int(new[number]) for stem, number in self.vocabulary.items() if number in kept}
        return _Texts(vocabulary, {id: new[numbers] for id, numbers in tokens.items()})

    def index(self) -> bm25s.BM25 | None:
        """A BM25 index with a row for each text, in the order of their ids; None if no text has a word."""
        import bm25s

        if not self.vocabulary:
            return None
        index = bm25s.BM25(method="lucene", k1=K1, b=B, backend="numpy")
        corpus = SimpleNamespace(
            ids=_Lists([self.tokens[id] for id in sorted(self.tokens)]), vocab=dict(self.vocabulary)
        )
        index.index(corpus, create_empty_token=False, show_progress=False)
        return index


class _Lists(Sequence[list[int]]):
    """Arrays as the lists that bm25s counts in, made one at a time: all at once they take eight times the memory."""

    def __init__(self, arrays: Sequence[Ints]) -> None:
        self._arrays = arrays

    def __len__(self) -> int:
        return len(self._arrays)

    @overload
    def __getitem__(self, place: int) -> list[int]: ...

    @overload
    def __getitem__(self, place: slice) -> list[list[int]]: ...

    def __getitem__(self, place: int | slice) -> list[int] | list[list[int]]:
        if isinstance(place, slice):
            return [array.tolist() for array in self._arrays[place]]
        numbers: list[int] = self._arrays[place].tolist()
        return numbers


class Words:
    """A BM25 index of texts, kept in a folder if this process may write there, else in memory. Threads may share it."""

    def __init__(self, folder: Path, alone: Alone) -> None:
        """Nothing is read yet."""
        self._folder, self._alone = folder, alone
        self._lock = threading.Lock()
        self._texts = _Texts()
        self._rows: tuple[str, ...] = ()
        self._bm25: bm25s.BM25 | None = None
        self._version: int | None = None
        self._masks: WeakKeyDictionary[Ids, NDArray[np.bool_]] = WeakKeyDictionary()

    def bring_up(
        self, version: int, ids: Callable[[], Iterable[str]], texts: Callable[[Sequence[str]], Mapping[str, str]]
    ) -> None:
        """Make the index that of a version of the library: what it has not seen is read, the rest is kept.

        Args:
            version: of the library; nothing is done if it is the index's own.
            ids: gives those of all passages.
            texts: gives id → text of the passages with these ids.
        """
        with self._lock:
            if self._version == version:
                return
            wanted = dict.fromkeys(ids())
            if self._version is None and self._load(version) and self._texts.tokens.keys() == wanted.keys():
                self._version = version
                return
            self._build(wanted, texts)
            self._version = version
            if self._alone.held():
                self._save(version)

    def search(self, query: str, limit: int, *, only: Ids | None = None, also: Iterable[str] = ()) -> dict[str, float]:
        """Id → BM25 score of the best passages that have a word of the query, best first; then of others.

        Args:
            query: in any words.
            limit: how many at most.
            only: the passages to look among; None for all.
            also: ids whose scores are wanted whatever they are, 0 too.
        """
        import numpy as np

        with self._lock:
            bm25, rows = self._bm25, self._rows
            mask = None if only is None else self._mask(only)
        if bm25 is None:
            return {}
        known = [bm25.vocab_dict[stem] for stem, _, _ in stems(query) if stem in bm25.vocab_dict]
        if not known or limit < 1:
            return {}
        scores = bm25.get_scores_from_ids(known)
        if mask is not None:
            scores = np.where(mask, scores, 0)
        best = np.argpartition(-scores, min(limit, len(scores)) - 1)[:limit]
        best = best[np.argsort(-scores[best], kind="stable")]
        found = {rows[row]: float(scores[row]) for row in best if scores[row] > 0}
        for id in also:
            row = bisect_left(rows, id)
            if id not in found and row < len(rows) and rows[row] == id:
                found[id] = float(scores[row])
        return found

    def forget(self) -> None:
        """Drop the index, here and on the disk; it is built anew when it is needed."""
        with self._lock:
            self._take(_Texts(), None)
            self._version = None
            if self._alone.held():
                empty(self._folder)

    def _mask(self, only: Ids) -> NDArray[np.bool_]:
        import numpy as np

        found = self._masks.get(only)
        if found is None or len(found) != len(self._rows):
            found = self._masks[only] = np.fromiter((id in only.ids for id in self._rows), np.bool_, len(self._rows))
        return found

    def _build(self, wanted: Mapping[str, None], texts: Callable[[Sequence[str]], Mapping[str, str]]) -> None:
        found = self._texts
        if gone := found.tokens.keys() - wanted.keys():
            found = found.without(gone)
        new = [id for id in wanted if id not in found.tokens]
        for start in range(0, len(new), _AT_ONCE):
            for id, text in texts(new[start : start + _AT_ONCE]).items():
                found.add(id, text)
        self._take(found, found.index())

    def _take(self, texts: _Texts, index: bm25s.BM25 | None) -> None:
        self._texts, self._bm25, self._rows = texts, index, tuple(sorted(texts.tokens))
        self._masks = WeakKeyDictionary()

    def _save(self, version: int) -> None:
        import numpy as np

        try:
            empty(self._folder)
            self._folder.mkdir(mode=0o700, parents=True)
            arrays = [self._texts.tokens[id] for id in self._rows]
            np.save(self._folder / "tokens.npy", np.concatenate([np.zeros(0, np.int32), *arrays]), allow_pickle=False)
            np.save(self._folder / "lengths.npy", np.array([len(a) for a in arrays], np.int64), allow_pickle=False)
            about = {"ids": self._rows, "vocabulary": self._texts.vocabulary}
            (self._folder / "texts.json").write_text(json.dumps(about, separators=(",", ":")), encoding="utf-8")
            if self._bm25 is not None:
                self._bm25.save(self._folder / "bm25", show_progress=False)
            write_manifest(self._folder, {"format": FORMAT, "version": version, "k1": K1, "b": B})
        except OSError as error:
            # A full disk costs the next start some seconds; the index itself is there.
            log.warning("the word index could not be saved: %s", error.strerror)

    def _load(self, version: int) -> bool:
        """Take in what is kept in the folder; whether it is of this version."""
        import bm25s
        import numpy as np

        if not self._alone.held():
            return False
        about = read_manifest(self._folder)
        if about is None or (about.get("format"), about.get("k1"), about.get("b")) != (FORMAT, K1, B):
            return False
        try:
            kept = json.loads((self._folder / "texts.json").read_text(encoding="utf-8"))
            tokens = np.load(self._folder / "tokens.npy", allow_pickle=False)
            lengths = np.load(self._folder / "lengths.npy", allow_pickle=False)
            parts = np.split(tokens, np.cumsum(lengths)[:-1]) if len(lengths) else []
            texts = _Texts(kept["vocabulary"], dict(zip(kept["ids"], parts, strict=True)))
            has_words = (self._folder / "bm25").is_dir()
            index = bm25s.BM25.load(self._folder / "bm25", show_progress=False, verbosity=0) if has_words else None
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            log.warning("the word index is damaged and built anew: %s", type(error).__name__)
            return False
        self._take(texts, index)
        return bool(about.get("version") == version)
