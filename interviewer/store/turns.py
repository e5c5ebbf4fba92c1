"""Whose turn it is among threads: first come, first served."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator


class Turns:
    """A lock that is handed on in order; `threading.Lock` lets whoever has just released it take it again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextlib.contextmanager
    def mine(self, timeout: float) -> Iterator[None]:
        """Have the turn for a block; TimeoutError if it has not come after `timeout` seconds."""
        if not self._take(timeout):
            raise TimeoutError
        try:
            yield
        finally:
            self._hand_on()

    def _take(self, timeout: float) -> bool:
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return True
        with self._lock:
            # It may have come between the end of waiting and this line.
            if mine.is_set():
                return True
            self._waiting.remove(mine)
            return False

    def _hand_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
