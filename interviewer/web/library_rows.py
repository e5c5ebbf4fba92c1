"""What is being added to the library, as HTML: one row for each file or address. No gradio here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interviewer.library import Progress
from interviewer.web.library_jobs import REBUILD, Result, Row
from interviewer.web.library_state import document_link
from interviewer.web.safe import html

_DOING: Final = {"fetching": "Fetching…", "reading": "Reading…", "embedding": "Embedding", "indexing": "Indexing…"}
_DID: Final = {"added": "Added", "replaced": "Replaced the earlier version", "unchanged": "Already there, unchanged"}


def rows(found: Sequence[Row]) -> str:
    """All rows; empty if there are none."""
    if not found:
        return ""
    items = "".join(_row(row) for row in found)
    return f'{_said(found)}<ul class="list jobs" aria-label="Being added">{items}</ul>'


def _said(found: Sequence[Row]) -> str:
    """For readers of screens: only what is final, so that it is not said anew with every passage."""
    done = [result.progress for row in found for result in row.results]
    failed = sum(progress.step == "failed" for progress in done)
    going = sum(row.stage in ("queued", "working") for row in found)
    words = [f"{len(done) - failed} done"] if len(done) > failed else []
    words += [f"{failed} failed"] if failed else []
    words += [f"{going} to go"] if going else []
    return f'<p class="unseen" role="status">{", ".join(words)}</p>'


def _row(row: Row) -> str:
    if row.stage == "done" and len(row.results) == 1:
        return f'<li class="job">{_name(row.name)}{_result(row.results[0], rebuilt=row.name == REBUILD)}</li>'
    each = "".join(f"<li>{_name(found.progress.name)}{_result(found)}</li>" for found in row.results)
    parts = f'<ul class="parts">{each}</ul>' if each else ""
    return f'<li class="job">{_name(row.name)}{_stage(row)}{parts}</li>'


def _stage(row: Row) -> str:
    if row.stage == "working" and row.now is not None:
        return _doing(row.now, row.name)
    words = {
        "waiting": f"{_size(row.size)}, ready to add",
        "queued": "Waits for its turn",
        "working": "Working…",
        "done": "" if row.results else "There was nothing in it to add.",
    }[row.stage]
    return f'<span class="did quiet small">{words}</span>' if words else ""


def _name(name: str) -> str:
    return f'<span class="name" dir="auto">{html(name)}</span>'


def _doing(now: Progress, name: str) -> str:
    words = _DOING[now.step]
    inside = f"{html(now.name)}: " if now.name not in ("", name) else ""
    if not now.total:
        spin = '<span class="spin" aria-hidden="true"></span>'
        return f'<span class="did quiet small" dir="auto">{spin} {inside}{words}</span>'
    share = min(100, max(0, round(100 * now.done / now.total)))
    return (
        f'<span class="did quiet small" dir="auto">{inside}{words} {now.done} of {now.total}</span>'
        f'<span class="meter" role="progressbar" aria-label="{html(name)}" aria-valuemin="0" '
        f'aria-valuemax="{now.total}" aria-valuenow="{now.done}"><i style="width:{share}%"></i></span>'
    )


def _result(result: Result, *, rebuilt: bool = False) -> str:
    progress, document = result.progress, result.document
    if progress.step == "failed":
        return f'<span class="did fault small">{html(progress.sentence or "It could not be added.")}</span>'
    if rebuilt:
        return '<span class="did small">Embedded anew with the current model.</span>'
    words = _DID.get(progress.step, "Done")
    if document is None:
        return f'<span class="did small">{words}.</span>'
    facts = [f"{document.passages:,} passage{'s' if document.passages != 1 else ''}"]
    if document.pages:
        facts.append(f"{document.pages:,} page{'s' if document.pages != 1 else ''}")
    return (
        f'<span class="did small">{words}: {", ".join(facts)}. '
        f'<a href="{html(document_link(document.id))}" dir="auto">{html(document.title)}</a></span>'
    )


def _size(count: int) -> str:
    """Bytes in words."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.1f} MB"
    return f"{max(1, round(count / 1000))} KB"
