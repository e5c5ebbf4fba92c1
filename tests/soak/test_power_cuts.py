"""200 power cuts under the real store, schema, migrations and pragmas: nothing acknowledged is lost, nothing is half.

Only the driver and the file system beneath SQLAlchemy are ours: see `apsw_driver` and `disk`. After each cut the real
`sqlite3` opens what is left. The same run with synchronous=NORMAL has to lose commits, which shows that the disk bites.
"""

from __future__ import annotations

import random
import shutil
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from interviewer.domain import Event, EventKind, Weakness
from interviewer.errors import StoreUnavailable
from interviewer.store import Repository, Store
from interviewer.store import sqlite as store_sqlite
from tests.soak import apsw_driver
from tests.soak.disk import Disk
from tests.soak.ledger import MONTH, Findings, Ledger

CUTS = 200
CUTS_IN_A_ROW = 10
"""Cuts that one database goes through, one after another."""
CUTS_WITH_NORMAL = 24
WORDS = "I split by time first and resample only the training part. " * 150
AT = datetime(2026, 11, 22, tzinfo=UTC)
WEAKNESS = Weakness(
    id="", interview="", thread=0, area="Data", topic="leakage", code="leak", sentence="I scale.", turn=1, seen_at=AT
)


class Candidate(threading.Thread):
    """Somebody who takes interview after interview, written as the room writes them, until the power is out."""

    def __init__(self, repository: Repository, ledger: Ledger, disk: Disk, draw: random.Random, *, name: str) -> None:
        super().__init__(name=name)
        self.repository, self.ledger, self.disk, self.draw = repository, ledger, disk, draw
        self.failed: Exception | None = None

    def run(self) -> None:
        """Interviews without end; what is no fault of the disk is kept in `failed`."""
        number = 0
        try:
            while True:
                self.interview(f"{self.name}-{number}")
                number += 1
        except StoreUnavailable as error:
            if not self.disk.dead:
                self.failed = error
        except Exception as error:
            self.failed = error

    def interview(self, id: str) -> None:
        """One interview, from its first event to its end, and sometimes to its deletion."""
        begins = (self.event("opened", "opened"), self.event("act", "act:0"))
        number = self.ledger.trying(id, begins)
        self.repository.create(id, "breadth", begins, "Breadth")
        self.ledger.done(id, number)
        for act in range(self.draw.randrange(1, 8)):
            self.append(id, *(self.event(kind, f"{kind}:{act}") for kind in ("observed", "decided", "spoken")))
            self.repository.seen(id, AT)
            self.append(id, self.event("act", f"act:{act + 1}"))
            if self.draw.random() < 0.3:
                self.append(id, self.event("graded", f"graded:{act}:0"))
            amount = self.draw.random()
            self.ledger.pay(amount)
            self.repository.add_spending(MONTH, amount)
            self.ledger.paid(amount)
        end = (self.event("closed", "closed"),)
        weak = WEAKNESS.model_copy(update={"id": f"{id}:leak", "interview": id})
        number = self.ledger.trying(id, end)
        self.repository.close(id, end, score=2.5, verdict=None, threads=3, weaknesses=[weak])
        self.ledger.done(id, number)
        if self.draw.random() < 0.2:
            self.ledger.interviews[id].deleting = True
            self.repository.delete(id)
            self.ledger.interviews[id].deleted = True

    def append(self, id: str, *events: Event) -> None:
        """Add events as the room does."""
        number = self.ledger.trying(id, events)
        self.repository.append(id, events)
        self.ledger.done(id, number)

    def event(self, kind: EventKind, key: str) -> Event:
        """An event with a few words or with a very long answer."""
        return Event(kind=kind, key=key, at=AT, payload={"text": WORDS[: int(self.draw.paretovariate(0.6) * 20)]})


@dataclass
class Trial:
    """A database that goes through cuts."""

    folder: Path
    draw: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    cuts: int = 0

    def cut(self) -> Findings:
        """Run until the power goes out; what the real store finds afterwards. Raises StoreUnavailable for damage."""
        home = self._folder("home") if not self.cuts else self.folder / f"after-{self.cuts - 1}"
        with Disk(home) as disk:
            # Some cuts hit migrating and recovering, the others anything up to the log file's second time round.
            most = 90 if self.draw.random() < 0.25 else 10 ** self.draw.uniform(2, 3.6)
            disk.cut_after(self.draw.randrange(1, int(most)))
            apsw_driver.disks[home] = disk.vfs
            try:
                self._live(home, disk)
            finally:
                del apsw_driver.disks[home]
            assert disk.dead
            disk.image(self._folder(f"after-{self.cuts}"), self.draw)
        shutil.rmtree(home)
        return self._look(self.folder / f"after-{self.cuts}")

    def _folder(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir()
        return made

    def _live(self, home: Path, disk: Disk) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SQLiteDialect_pysqlite, "import_dbapi", classmethod(lambda _: apsw_driver))
            try:
                store = Store.open(home)
            except StoreUnavailable:
                assert disk.dead
                return
        self._take_interviews(store, disk)

    def _take_interviews(self, store: Store, disk: Disk) -> None:
        try:
            repository = store.repository(store.local_user())
        except StoreUnavailable:
            assert disk.dead
            store.dispose()
            return
        count = self.draw.choice((1, 1, 3))
        candidates = [
            Candidate(repository, self.ledger, disk, random.Random(self.draw.random()), name=f"{self.cuts}-{number}")
            for number in range(count)
        ]
        for candidate in candidates:
            candidate.start()
        while any(candidate.is_alive() for candidate in candidates):
            candidates[0].join(0.05)
            # Closing the last connection writes the log into the database and deletes it.
            if self.draw.random() < 0.3:
                store.dispose()
        store.dispose()
        assert [candidate.failed for candidate in candidates] == [None] * count

    def _look(self, left: Path) -> Findings:
        looked = shutil.copytree(left, self.folder / "looked")
        store = Store.open(looked)
        try:
            assert "whole" in store.check()
            return self.ledger.compare(store)
        finally:
            store.dispose()
            shutil.rmtree(looked)
            self.cuts += 1


@pytest.mark.soak
def test_no_power_cut_loses_what_was_acknowledged(tmp_path: Path) -> None:
    acknowledged = 0
    for number in range(CUTS // CUTS_IN_A_ROW):
        folder = tmp_path / str(number)
        folder.mkdir()
        trial = Trial(folder, random.Random(number))
        found = Findings((), (), 0)
        for _ in range(CUTS_IN_A_ROW):
            found = trial.cut()
            assert (found.lost, found.halves) == ((), ()), f"database {number}, cut {trial.cuts}"
        acknowledged += found.acknowledged
        shutil.rmtree(folder)
    assert acknowledged > 10 * CUTS


@pytest.mark.soak
def test_the_same_cuts_lose_commits_without_a_sync_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pragmas = store_sqlite._pragmas

    def normal(busy_timeout: float) -> dict[str, tuple[str, object]]:
        return {**pragmas(busy_timeout), "synchronous": ("NORMAL", 1)}

    monkeypatch.setattr(store_sqlite, "_pragmas", normal)
    losses = 0
    for number in range(CUTS_WITH_NORMAL):
        folder = tmp_path / str(number)
        folder.mkdir()
        losses += bool(Trial(folder, random.Random(number)).cut().lost)
    assert losses >= 3
