"""The queries, every one bound to one user: somebody else's interview is NotFound, like one that never was.

All of it blocks (a commit waits for the disk), so asynchronous code calls it through `asyncio.to_thread`. Methods may
be called from many threads. Any of them raises StoreUnavailable when the database cannot be read or written; then
nothing of that call is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from interviewer.domain import Event, Verdict, Weakness
from interviewer.errors import NotFound, OutOfStep
from interviewer.store.sqlite import Database
from interviewer.store.tables import events as event_rows
from interviewer.store.tables import interviews, spending, users
from interviewer.store.tables import weaknesses as weakness_rows

Status = Literal["open", "paused", "closed"]

_STANDING: dict[str, Status] = {"paused": "paused", "resumed": "open", "closed": "closed"}
"""The kinds of event that change an interview's status."""


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One line of the list of interviews; score, verdict and status are projections of its log."""

    id: str
    round: str
    title: str
    created_at: datetime
    closed_at: datetime | None
    score: float | None
    verdict: Verdict | None
    threads: int
    status: Status


class Repository:
    """What one user has in the store."""

    def __init__(self, database: Database, user_id: int) -> None:
        self._database = database
        self._user = user_id

    def create(self, interview_id: str, round: str, events: Sequence[Event], title: str) -> None:
        """Begin an interview with its first events, in one transaction.

        Raises OutOfStep if the id or a key is taken, NotFound if there is no such user, ValueError without events.
        """
        if not events:
            raise ValueError("an interview begins with an event")
        row = {
            "id": interview_id,
            "user_id": self._user,
            "round": round,
            "created_at": events[0].at,
            "title": title,
            "threads": 0,
            "status": "open",
        }
        with self._database.writing() as connection:
            if connection.scalar(select(users.c.id).where(users.c.id == self._user)) is None:
                raise NotFound("There is no such user here.")
            try:
                connection.execute(insert(interviews).values(row))
            except IntegrityError as error:
                raise OutOfStep("This interview has begun already: reload the page.") from error
            self._record(connection, interview_id, events)

    def append(self, interview_id: str, events: Sequence[Event]) -> None:
        """Add events, all or none, on the disk when this returns.

        Raises OutOfStep if a key is taken, NotFound for an interview that this user does not have.
        """
        with self._database.writing() as connection:
            self._own(connection, interview_id)
            self._record(connection, interview_id, events)

    def events(self, interview_id: str, *, skip: int = 0) -> tuple[Event, ...]:
        """The log from event number `skip` on, in the order in which it was written.

        NotFound if this user has no such interview.
        """
        columns = (event_rows.c[name] for name in ("kind", "key", "at", "version", "payload"))
        query = select(*columns).where(*self._of(event_rows, interview_id)).order_by(event_rows.c.id).offset(skip)
        with self._database.reading() as connection:
            self._own(connection, interview_id)
            return tuple(Event.model_validate(dict(row)) for row in connection.execute(query).mappings())

    def close(
        self,
        interview_id: str,
        events: Sequence[Event],
        *,
        score: float | None,
        verdict: Verdict | None,
        threads: int,
        weaknesses: Sequence[Weakness],
    ) -> None:
        """Add the last events and everything that is computed from the log, in one transaction.

        Raises OutOfStep if a key is taken, NotFound, and ValueError for a weakness of another interview.
        """
        with self._database.writing() as connection:
            self._own(connection, interview_id)
            self._record(connection, interview_id, events)
            self._results(connection, interview_id, score=score, verdict=verdict, threads=threads)
            self._track(connection, interview_id, weaknesses)

    def project(
        self,
        interview_id: str,
        *,
        score: float | None,
        verdict: Verdict | None,
        threads: int,
        weaknesses: Sequence[Weakness],
    ) -> None:
        """Replace everything that is computed from the log; what the user dismissed stays dismissed.

        Status and end are read from the log again. Raises NotFound, and ValueError for a weakness of another interview.
        """
        query = (
            select(event_rows.c.kind, event_rows.c.at)
            .where(*self._of(event_rows, interview_id), event_rows.c.kind.in_(_STANDING))
            .order_by(event_rows.c.id)
        )
        with self._database.writing() as connection:
            self._own(connection, interview_id)
            standing = _standing([(row.kind, row.at) for row in connection.execute(query)])
            self._update(connection, interview_id, {"status": "open", "closed_at": None, **standing})
            self._results(connection, interview_id, score=score, verdict=verdict, threads=threads)
            self._track(connection, interview_id, weaknesses)

    def seen(self, interview_id: str, at: datetime) -> None:
        """Note that the page gave a sign of life; NotFound if this user has no such interview."""
        with self._database.writing() as connection:
            self._update(connection, interview_id, {"seen_at": at})

    def seen_at(self, interview_id: str) -> datetime | None:
        """When the page last gave a sign of life, None for never; NotFound if this user has no such interview."""
        with self._database.reading() as connection:
            self._own(connection, interview_id)
            query = select(interviews.c.seen_at).where(*self._of(interviews, interview_id))
            return connection.scalar(query)

    def draft(self, interview_id: str) -> tuple[int, str]:
        """How often what is being typed was saved, and its last state ("" before the first time). Raises NotFound."""
        with self._database.reading() as connection:
            self._own(connection, interview_id)
            query = select(interviews.c.drafted, interviews.c.draft).where(*self._of(interviews, interview_id))
            row = connection.execute(query).one()
            return int(row.drafted), str(row.draft)

    def keep_draft(self, interview_id: str, revision: int, text: str) -> int:
        """Save what is being typed; the number that the next one must carry. Raises NotFound, and OutOfStep when
        another window has saved since.
        """
        mine = (*self._of(interviews, interview_id), interviews.c.drafted == revision)
        with self._database.writing() as connection:
            self._own(connection, interview_id)
            change = update(interviews).where(*mine).values(draft=text, drafted=revision + 1)
            if not connection.execute(change).rowcount:
                raise OutOfStep("Another window has changed the code since. Reload the page to see it.")
        return revision + 1

    def interviews(self) -> tuple[InterviewRow, ...]:
        """All interviews of this user, newest first."""
        return self._rows()

    def unfinished(self) -> tuple[InterviewRow, ...]:
        """Those that have not been closed, newest first."""
        return self._rows(interviews.c.status != "closed")

    def delete(self, interview_id: str) -> None:
        """Remove every trace of an interview: its log, its results, its tracker rows, and their bytes in the files.

        Raises NotFound; StoreUnavailable also if another program's reading keeps bytes in the log file for now.
        """
        with self._database.writing() as connection:
            found = connection.execute(interviews.delete().where(*self._of(interviews, interview_id)))
            if not found.rowcount:
                raise _missing(interview_id)
        self._database.empty_log()

    def weaknesses(self) -> tuple[Weakness, ...]:
        """The tracker rows that were not dismissed, newest first."""
        table = weakness_rows
        columns = [table.c.interview_id.label("interview"), *(table.c[name] for name in _WEAKNESS_COLUMNS)]
        query = (
            select(*columns)
            .where(table.c.user_id == self._user, table.c.dismissed.is_(False))
            .order_by(table.c.seen_at.desc(), table.c.id)
        )
        with self._database.reading() as connection:
            return tuple(Weakness.model_validate(dict(row)) for row in connection.execute(query).mappings())

    def dismiss(self, weakness_id: str) -> None:
        """Take a row off the tracker's list; NotFound if this user has no such row."""
        self._set_dismissed(weakness_id, True)

    def restore(self, weakness_id: str) -> None:
        """Put a row back that was taken off; NotFound if this user has no such row."""
        self._set_dismissed(weakness_id, False)

    def _set_dismissed(self, weakness_id: str, dismissed: bool) -> None:
        mine = (weakness_rows.c.user_id == self._user, weakness_rows.c.id == weakness_id)
        with self._database.writing() as connection:
            if not connection.execute(update(weakness_rows).where(*mine).values(dismissed=dismissed)).rowcount:
                raise NotFound("There is no such weak area: reload the page.")

    def spent(self, month: str) -> float:
        """What this user spent in a calendar month ("2026-11"), in the currency of the settings."""
        query = select(spending.c.amount).where(spending.c.user_id == self._user, spending.c.month == month)
        with self._database.reading() as connection:
            return float(connection.scalar(query) or 0.0)

    def add_spending(self, month: str, amount: float) -> None:
        """Add to a month's spending; ValueError for an amount below 0 or not finite."""
        if not (math.isfinite(amount) and amount >= 0):
            raise ValueError("spending is a finite number of at least 0")
        mine = (spending.c.user_id == self._user, spending.c.month == month)
        with self._database.writing() as connection:
            more = update(spending).where(*mine).values(amount=spending.c.amount + amount)
            if not connection.execute(more).rowcount:
                row = {"user_id": self._user, "month": month, "amount": amount}
                connection.execute(insert(spending).values(row))

    def _of(self, table: Table, interview_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The two conditions that every query about one interview has."""
        name = "id" if table is interviews else "interview_id"
        return table.c[name] == interview_id, table.c.user_id == self._user

    def _own(self, connection: Connection, interview_id: str) -> None:
        query = select(interviews.c.id).where(*self._of(interviews, interview_id))
        if connection.scalar(query) is None:
            raise _missing(interview_id)

    def _record(self, connection: Connection, interview_id: str, events: Sequence[Event]) -> None:
        owner = {"interview_id": interview_id, "user_id": self._user}
        rows = [{**owner, **{name: getattr(event, name) for name in _EVENT_COLUMNS}} for event in events]
        if not rows:
            return
        try:
            connection.execute(insert(event_rows), rows)
        except IntegrityError as error:
            # The interview is there and every column is filled, so only the unique key can object.
            raise OutOfStep("This was answered already, in another tab or by a double click: reload.") from error
        if standing := _standing([(event.kind, event.at) for event in events]):
            not_closed = interviews.c.status != "closed"
            connection.execute(
                update(interviews).where(*self._of(interviews, interview_id), not_closed).values(standing)
            )

    def _update(self, connection: Connection, interview_id: str, values: dict[str, Any]) -> None:
        change = update(interviews).where(*self._of(interviews, interview_id)).values(values)
        if not connection.execute(change).rowcount:
            raise _missing(interview_id)

    def _results(
        self, connection: Connection, interview_id: str, *, score: float | None, verdict: str | None, threads: int
    ) -> None:
        self._update(connection, interview_id, {"score": score, "verdict": verdict, "threads": threads})

    def _track(self, connection: Connection, interview_id: str, weaknesses: Sequence[Weakness]) -> None:
        if any(weakness.interview != interview_id for weakness in weaknesses):
            raise ValueError("a weakness belongs to the interview that showed it")
        table = weakness_rows
        mine = self._of(table, interview_id)
        dismissed = set(connection.scalars(select(table.c.id).where(*mine, table.c.dismissed.is_(True))))
        connection.execute(table.delete().where(*mine))
        owner = {"interview_id": interview_id, "user_id": self._user}
        for weakness in weaknesses:
            row = {name: getattr(weakness, name) for name in _WEAKNESS_COLUMNS}
            connection.execute(insert(table).values({**owner, **row, "dismissed": weakness.id in dismissed}))

    def _rows(self, *conditions: ColumnElement[bool]) -> tuple[InterviewRow, ...]:
        query = (
            select(*(interviews.c[name] for name in InterviewRow.__slots__))
            .where(interviews.c.user_id == self._user, *conditions)
            .order_by(interviews.c.created_at.desc(), interviews.c.id)
        )
        with self._database.reading() as connection:
            return tuple(_interview_row(row) for row in connection.execute(query))


_EVENT_COLUMNS = ("kind", "key", "at", "version", "payload")
_WEAKNESS_COLUMNS = ("id", "thread", "area", "topic", "code", "sentence", "turn", "seen_at")


def _interview_row(row: Row[Any]) -> InterviewRow:
    return InterviewRow(**row._asdict())


def _standing(kinds: Sequence[tuple[str, datetime]]) -> dict[str, Any]:
    """What events say about the status: the columns to change. An end is final."""
    changes: dict[str, Any] = {}
    for kind, at in kinds:
        if kind in _STANDING and changes.get("status") != "closed":
            changes["status"] = _STANDING[kind]
            if kind == "closed":
                changes["closed_at"] = at
    return changes


def _missing(interview_id: str) -> NotFound:
    return NotFound(f"There is no interview {interview_id[:64]!r} here: look in the list of transcripts.")
