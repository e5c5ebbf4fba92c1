"""Vectors of texts for search: from the packaged model, or from any server with OpenAI's embeddings endpoint.

Which of them, the settings say. Calls block and may come from any thread but that of an event loop. Importing this
module loads nothing heavy.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from interviewer.errors import InterviewerError, ModelContextOverflow, ModelError, ModelNonsense, SettingsError
from interviewer.llm.budget import Budget
from interviewer.llm.call import Call, Seam
from interviewer.llm.chat import NEVER, Received, Request, http_client, is_loopback
from interviewer.llm.circuit import SHARED, Shared
from interviewer.llm.embed import DIMENSIONS, MODEL_NAME, embedder
from interviewer.llm.endpoint import Deadlines, Endpoint, Message, TestResult
from interviewer.llm.faults import Failed, Late
from interviewer.llm.listing import Refused
from interviewer.llm.model import check_address
from interviewer.llm.redact import quiet
from interviewer.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from openai import AsyncOpenAI

    Floats = NDArray[np.float32]

TEXTS_A_CALL: Final = 64

PASSAGES: Final = Deadlines(total=90, first_token=90, idle=90)
"""Of one call with up to `TEXTS_A_CALL` passages; only `total` counts, as the answer comes in one piece."""

QUERY: Final = Deadlines(total=20, first_token=20, idle=20)
"""Somebody waits for what is found."""

_LARGEST = 64_000_000
"""Bytes of an answer: vectors of 16,000 numbers for every text of a call, generously written."""

_WHAT_NOW = "Try again, or choose another embedding model in Settings."


class Embedding(Protocol):
    """Turns texts into vectors that can be compared by their product. Threads may share it."""

    @property
    def name(self) -> str:
        """Of the model and where it is, never a key: vectors with different names cannot be compared."""

    def passages(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Floats:
        """One normalised vector for each text, (n, d) float32; (0, 0) or (0, d) for none.

        Args:
            texts: none of them empty.
            done: called now and then with how many of the texts are embedded.

        Raises:
            ModelError: a server did not give them.
            OperatorError: the packaged model is damaged, or the settings cannot be used.
        """

    def query(self, text: str) -> Floats:
        """The normalised vector of what is looked for, (d,) float32. Raises as `passages` does."""


def embedding(settings: Settings) -> Embedding:
    """What the settings name; nothing is loaded or called yet. Raises SettingsError."""
    where = endpoint(settings)
    return packaged() if where is None else remote(where)


def endpoint(settings: Settings) -> Endpoint | None:
    """Where texts are sent to be embedded; None for the packaged model.

    Without an address of its own it is where the interviewer's model is. Without a key of its own it takes that
    model's, at the same server only.
    """
    if not settings.embedding_model:
        return None
    address = settings.embedding_base_url or settings.base_url
    found = Endpoint(model=settings.embedding_model, base_url=address)
    key = settings.embedding_api_key
    if key is None and settings.model and _server(found.address) == _server(_chat_address(settings)):
        key = settings.api_key
    return found.model_copy(update={"api_key": key or SecretStr("")})


def _chat_address(settings: Settings) -> str:
    return Endpoint(model=settings.model, base_url=settings.base_url).address


def _server(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()


def packaged() -> Packaged:
    """The model that comes with the package."""
    return Packaged()


class Packaged:
    """The packaged model; implements `Embedding`. Passages take all cores, with the interviewer's own copy of it."""

    @property
    def name(self) -> str:
        """The model's name."""
        return MODEL_NAME

    def passages(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Floats:
        """(n, 384); what is past 256 tokens is not read."""
        return embedder().vectors(texts, threads=os.cpu_count() or 1, done=done)

    def query(self, text: str) -> Floats:
        """(384,)."""
        found: Floats = embedder().vectors([text])[0]
        return found


assert DIMENSIONS == 384, "as the docstrings of `Packaged` say"


def remote(where: Endpoint, *, shared: Shared = SHARED) -> Remote:
    """The embedding model at an OpenAI-compatible address; nothing is imported or called yet.

    Args:
        where: model, address and key. Prices are not looked at.
        shared: what is known about endpoints; one per process, replaced only by tests.

    Raises:
        SettingsError: there is no address, or it cannot be used.
    """
    if not where.address:
        raise SettingsError(
            f"The embedding model {where.model!r} needs the address of an OpenAI-compatible server: set it in Settings."
        )
    check_address(where)
    return Remote(Seam(where, Budget(), shared, shared.known(where), _Wire(where)))


class Remote:
    """An embedding model on a server; implements `Embedding`."""

    def __init__(self, seam: Seam) -> None:
        """Make it with `remote`."""
        self._seam = seam

    @property
    def name(self) -> str:
        """Model and server, such as `text-embedding-3-small@api.openai.com`."""
        return f"{self._seam.endpoint.name}@{self._seam.endpoint.place}"

    def passages(
        self, texts: Sequence[str], *, done: Callable[[int], None] | None = None, limits: Deadlines = PASSAGES
    ) -> Floats:
        """(n, d), (0, 0) for no texts; asked for in groups, each within `limits`."""
        import numpy as np

        groups: list[Floats] = []
        for start in range(0, len(texts), TEXTS_A_CALL):
            groups.append(self._vectors(texts[start : start + TEXTS_A_CALL], limits))
            if groups[-1].shape[1] != groups[0].shape[1]:
                raise ModelNonsense(f"The embedding server gave vectors of different lengths. {_WHAT_NOW}")
            if done is not None:
                done(min(start + TEXTS_A_CALL, len(texts)))
        return np.concatenate(groups) if groups else np.zeros((0, 0), np.float32)

    def query(self, text: str, *, limits: Deadlines = QUERY) -> Floats:
        """(d,), within `limits`."""
        found: Floats = self._vectors([text], limits)[0]
        return found

    def test(self, *, limits: Deadlines = QUERY) -> TestResult:
        """Embed one sentence, even while the circuit is open. Never raises: the result says what is wrong."""
        start = time.monotonic()
        try:
            found = self._vectors(["This is a test of the connection."], limits, force=True)
        except InterviewerError as error:
            return TestResult(ok=False, sentence=str(error))
        seconds = time.monotonic() - start
        sentence = f"The embedding model answers after {seconds:.1f} s, with {found.shape[1]} numbers for a text."
        return TestResult(ok=True, sentence=sentence)

    def _vectors(self, texts: Sequence[str], limits: Deadlines, *, force: bool = False) -> Floats:
        answer = asyncio.run_coroutine_threadsafe(self._asked(texts, limits, force=force), _loop()).result()
        return _checked(answer, len(texts))

    async def _asked(self, texts: Sequence[str], limits: Deadlines, *, force: bool) -> str:
        """The server's answer, not looked into."""
        await self._seam.ready()
        call = Call(self._seam, "embed", limits, force=force, attempts_left=1 if force else 3)
        try:
            await call.drain(Request(tuple(Message(role="user", text=text) for text in texts), 0))
        except Failed as failed:
            error: ModelError = failed.fault.error
        else:
            call.note_success()
            return call.received.text
        if isinstance(error, ModelContextOverflow):
            error = ModelContextOverflow(
                "A passage is longer than the embedding model takes. Choose one that takes 512 tokens or more."
            )
        raise error


class _Wire:
    """Sends texts to one endpoint; implements `call.Wire`. The answer's text is the JSON that came back."""

    def __init__(self, where: Endpoint) -> None:
        self._endpoint = where
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = weakref.WeakKeyDictionary()

    async def ready(self) -> None:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            client = await http_client(direct=is_loopback(self._endpoint.address))
            self._clients[loop] = await asyncio.to_thread(_client, self._endpoint, client)

    async def read(
        self, request: Request, received: Received, limits: Deadlines, *, end: float, whole: bool
    ) -> AsyncGenerator[str]:
        if not whole:
            raise ValueError("embeddings come in one piece")
        try:
            async with asyncio.timeout_at(end):
                await self._receive(request, received)
        except TimeoutError:
            raise Late("total", limits.total) from None
        received.finish = "stop"
        yield received.text

    async def _receive(self, request: Request, received: Received) -> None:
        client = self._clients[asyncio.get_running_loop()]
        body = bytearray()
        async with client.embeddings.with_streaming_response.create(
            # Said outright, because the SDK asks for base64 otherwise, which not every server knows.
            input=[message.text for message in request.messages],
            model=self._endpoint.name,
            encoding_format="float",
        ) as response:
            received.began = True
            received.tokens = (request.tokens_in, 0)
            if "html" in response.headers.get("content-type", ""):
                raise Refused(response, None)
            async for part in response.iter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise ValueError("too long")
        received.text = body.decode("utf-8", "replace")


def _client(where: Endpoint, client: Any) -> AsyncOpenAI:
    from openai import AsyncOpenAI

    quiet()
    key = where.api_key.get_secret_value() or "none"
    return AsyncOpenAI(api_key=key, base_url=where.address, max_retries=0, timeout=NEVER, http_client=client)


def _checked(answer: str, count: int) -> Floats:
    """The vectors of an answer in the order of the texts, normalised, (count, d). Raises ModelNonsense."""
    import numpy as np

    try:
        rows = json.loads(answer)["data"]
        if all("index" in row for row in rows):
            rows = sorted(rows, key=lambda row: row["index"])
        given = [row["embedding"] for row in rows]
        lengths = {len(vector) for vector in given}
        table = np.array(given, np.float64) if len(lengths) == 1 else np.zeros((0, 0))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        table = None
    # Raised outside the handler: the parser's error holds the answer.
    if table is None or (table.size and table.ndim != 2):
        raise ModelNonsense(f"The embedding server's answer cannot be read. {_WHAT_NOW}")
    if len(given) != count:
        raise ModelNonsense(f"The embedding server gave {len(given)} vectors for {count} texts. {_WHAT_NOW}")
    if len(lengths) != 1:
        raise ModelNonsense(f"The embedding server gave vectors of different lengths. {_WHAT_NOW}")
    greatest = np.abs(table).max(axis=1, initial=0.0, keepdims=True)
    if not np.isfinite(greatest).all() or not greatest.all():
        raise ModelNonsense(f"The embedding server gave a vector that points nowhere. {_WHAT_NOW}")
    # The greatest is taken out first, so that no square is too large or too small.
    scaled = table / greatest
    return np.asarray(scaled / np.linalg.norm(scaled, axis=1, keepdims=True), np.float32)


@cache
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="embedding-calls", daemon=True).start()
    return loop


_lock = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    """The event loop of all these calls, in a thread of its own, so that connections outlive a call."""
    with _lock:
        return _started()
