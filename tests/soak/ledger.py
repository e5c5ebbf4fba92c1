"""What a store was asked to keep, what it acknowledged, and whether what is found agrees."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interviewer.domain import Event
from interviewer.store import Store

MONTH = "2026-11"
"""The month of all spending."""


@dataclass
class Kept:
    """One interview: the calls that wrote events, each acknowledged or not."""

    calls: list[tuple[tuple[Event, ...], bool]] = field(default_factory=list)
    deleting: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Findings:
    """What is wrong, as short texts, by kind."""

    lost: tuple[str, ...]
    halves: tuple[str, ...]
    acknowledged: int


class Ledger:
    """Written by many threads."""

    def __init__(self) -> None:
        self.interviews: dict[str, Kept] = {}
        self.spent = 0.0
        self.spent_at_most = 0.0
        self._lock = threading.Lock()

    def trying(self, id: str, events: Sequence[Event]) -> int:
        """A call is about to be made; its number, for `done`."""
        with self._lock:
            calls = self.interviews.setdefault(id, Kept()).calls
            calls.append((tuple(events), False))
            return len(calls) - 1

    def done(self, id: str, number: int) -> None:
        """The call has returned."""
        with self._lock:
            calls = self.interviews[id].calls
            calls[number] = (calls[number][0], True)

    def pay(self, amount: float) -> None:
        """Spending is about to be added."""
        with self._lock:
            self.spent_at_most += amount

    def paid(self, amount: float) -> None:
        """The spending was acknowledged."""
        with self._lock:
            self.spent += amount

    def compare(self, store: Store) -> Findings:
        """Compare with a store that was opened again, and take over what was kept without an acknowledgement."""
        repository = store.repository(store.local_user())
        rows = {row.id: row for row in repository.interviews()}
        found = {id: repository.events(id) for id in rows}
        lost, halves = self._compare_events(found)
        ends = {id for id, events in found.items() if any(event.kind == "closed" for event in events)}
        if ends != {id for id, row in rows.items() if row.status == "closed" and row.score is not None}:
            halves.append("an end without its status and score")
        if ends != {weakness.interview for weakness in repository.weaknesses()}:
            halves.append("an end without its tracker rows")
        spent = repository.spent(MONTH)
        if spent < self.spent - 1e-6:
            lost.append("spending")
        if spent > self.spent_at_most + 1e-6:
            halves.append("spending twice")
        self.spent = self.spent_at_most = spent
        acknowledged = sum(done for kept in self.interviews.values() for _, done in kept.calls)
        return Findings(tuple(lost), tuple(halves), acknowledged)

    def _compare_events(self, found: Mapping[str, tuple[Event, ...]]) -> tuple[list[str], list[str]]:
        """What is lost and what is half there, of the logs that were found."""
        lost: list[str] = []
        halves = ["interviews from nowhere"] if found.keys() - self.interviews.keys() else []
        for id, kept in self.interviews.items():
            events = found.get(id, ())
            if kept.deleted and events:
                lost.append(f"{id}: its deletion")
            if kept.deleted or (kept.deleting and not events):
                kept.deleted = True
                continue
            for number, (written, done) in enumerate(kept.calls):
                there = sum(event in events for event in written)
                if done and not there:
                    lost.append(f"{id}: {written[-1].key}")
                elif there not in (0, len(written)):
                    halves.append(f"{id}: {there} of {len(written)} up to {written[-1].key}")
                kept.calls[number] = (written, there > 0)
            if tuple(event for written, there in kept.calls if there for event in written) != events:
                halves.append(f"{id}: another order, or something twice")
        return lost, halves
