"""What this process knows about each endpoint: is it up, how fast is it, what does it understand; and the retry budget.

This is the only state of the seam that outlives a call. It is keyed by address and model name, so every user of one
server shares one circuit, and a corrected address starts with a fresh one.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from interviewer.errors import ModelUnavailable
from interviewer.llm.endpoint import OPENAI_ADDRESS, Deadlines, Endpoint

OPENS_AFTER = 5
"""Consecutive failures that open a circuit."""

PROBE_AFTER = 30.0
"""Seconds until an open circuit lets one call through."""

LONGER_AT_MOST = 6.0
"""How far a slow model may stretch its deadlines."""

_MARGIN = 3.0
"""A slow model gets this many times what its measured speed predicts: other work may share its processor."""


class Permit:
    """Leave to make one attempt; tell it how that went, or `release` it if nobody knows."""

    def __init__(self, circuit: Circuit, *, probe: bool) -> None:
        self._circuit = circuit
        self.probe = probe
        """True: the circuit is open and this attempt decides whether it closes; it must not be retried."""
        self._open = True

    def settle(self, *, up: bool) -> None:
        """`up`: the server answered, whatever it said."""
        self._open = False
        self._circuit.record(up=up)

    def release(self) -> None:
        """The attempt was abandoned; does nothing after `settle`."""
        if self._open:
            self._open = False
            self._circuit.abandon(probe=self.probe)


class Circuit:
    """Closed until `OPENS_AFTER` failures in a row; then one probe every `PROBE_AFTER` seconds until one succeeds.

    The seconds run from where a probe begins: if they ran from where it ends, a server that heals while one hangs would
    be found out a deadline later.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._waits_from: float | None = None
        """When it opened, or when the last probe began; None while it is closed."""

    @property
    def steady(self) -> bool:
        """Whether the last outcome, if there was one, was good."""
        return self._failures == 0

    def enter(self, *, force: bool = False) -> Permit:
        """Leave for one attempt; ModelUnavailable at once while open. `force` makes a probe of it (the Test button)."""
        with self._lock:
            if self._waits_from is None:
                return Permit(self, probe=False)
            now = self._clock()
            wait = PROBE_AFTER - (now - self._waits_from)
            if not force and wait > 0:
                raise ModelUnavailable(
                    f"The model's server failed {OPENS_AFTER} times in a row and is tried again in "
                    f"{max(1, round(wait))} s. Wait, or choose another model in Settings."
                )
            if wait <= 0:
                self._waits_from = now
            return Permit(self, probe=True)

    def record(self, *, up: bool) -> None:
        """Count the outcome of an attempt."""
        with self._lock:
            if up:
                self._failures, self._waits_from = 0, None
                return
            self._failures += 1
            if self._failures >= OPENS_AFTER and self._waits_from is None:
                self._waits_from = self._clock()

    def abandon(self, *, probe: bool) -> None:
        """A probe ended without an outcome: the next caller may probe."""
        with self._lock:
            if probe and self._waits_from is not None:
                self._waits_from = self._clock() - PROBE_AFTER


class RetryBudget:
    """At most one retry in ten calls, over a small reserve, for the whole process.

    So that an outage is not made worse by everybody asking three times (SRE practice, security.md §5).
    """

    def __init__(self, *, share: float = 0.1, reserve: float = 10.0) -> None:
        self._share = share
        self._reserve = reserve
        self._tokens = reserve
        self._lock = threading.Lock()

    def earn(self) -> None:
        """A first attempt was made."""
        with self._lock:
            self._tokens = min(self._reserve, self._tokens + self._share)

    def take(self) -> bool:
        """Whether one more retry may be made; counts it."""
        with self._lock:
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


@dataclass(frozen=True)
class Speed:
    """Tokens a second, reading and writing; smoothed over calls."""

    reading: float
    writing: float | None

    def blend(self, newer: Speed) -> Speed:
        """Half the old, half the new; a missing writing speed keeps the old one.

        Reading gets faster by an eighth only: a server that had the start of the prompt in its cache looks faster than
        it is, and a limit that is too short loses an answer.
        """
        if self.writing is None or newer.writing is None:
            writing = newer.writing or self.writing
        else:
            writing = (self.writing + newer.writing) / 2
        share = 1 / 2 if newer.reading < self.reading else 1 / 8
        return Speed(self.reading + share * (newer.reading - self.reading), writing)


@dataclass
class Known:
    """What is known about one endpoint. Assignments are single and idempotent, so tasks may race for them."""

    circuit: Circuit
    speed: Speed | None = None
    mode: Literal["json_schema", "tools", "text"] | None = None
    """The structured mode that worked."""
    usage_option: bool | None = None
    """False: the server refuses `stream_options`; None: not known yet."""
    completion_limit: bool = False
    """True: the server calls the limit `max_completion_tokens` (OpenAI itself does), else `max_tokens`."""
    streams: bool = True
    """False: the server answers in one piece even if asked to stream."""

    def measured(self, tokens: tuple[int, int], first_token: float, writing: float) -> None:
        """Take the speed of one answer: tokens in and out, seconds to the first token and of writing after it."""
        speed = Speed(
            reading=max(1, tokens[0]) / max(first_token, 0.001),
            writing=tokens[1] / writing if tokens[1] >= 8 and writing > 0.01 else None,
        )
        self.speed = self.speed.blend(speed) if self.speed else speed

    def deadlines(self, plain: Deadlines, *, tokens_in: int, max_tokens: int) -> Deadlines:
        """`plain`, stretched for a slow model: what its speed predicts for this call, with a margin, up to ×6."""
        if self.speed is None:
            return plain
        reading = _MARGIN * tokens_in / self.speed.reading
        writing = _MARGIN * max_tokens / self.speed.writing if self.speed.writing else 0.0
        between = _MARGIN / self.speed.writing if self.speed.writing else 0.0
        return Deadlines(
            total=_stretch(plain.total, reading + writing),
            first_token=_stretch(plain.first_token, reading),
            idle=_stretch(plain.idle, between),
        )


def _stretch(limit: float, predicted: float) -> float:
    return min(max(limit, predicted), limit * LONGER_AT_MOST)


@dataclass
class Shared:
    """The registry of one process, and the clock, waits and dice that tests replace."""

    clock: Callable[[], float] = time.monotonic
    backoff: float = 0.5
    """Seconds; the first wait is drawn from 0 to this, the second from 0 to twice this."""
    draw: Callable[[float, float], float] = random.uniform
    retries: RetryBudget = field(default_factory=RetryBudget)
    _known: dict[tuple[str, str], Known] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, endpoint: Endpoint) -> Known:
        """The one record of this address and model."""
        key = (endpoint.address, endpoint.model)
        with self._lock:
            known = Known(Circuit(self.clock), completion_limit=endpoint.address == OPENAI_ADDRESS)
            return self._known.setdefault(key, known)


SHARED = Shared()
"""The registry of this process."""
