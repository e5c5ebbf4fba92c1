r"""What becomes of files that people may add: `python -m evals.uploads DIR [--json]`.

Every file below DIR goes through the library's own loader, each in its child process, and should end in passages or in
one sentence that refuses it. DIR is a folder with `pypdf/` (with `files.json`: how many pages each has), `pdfjs/` and
`pages/` (each with `source.html` and `expected.html`), or any of them; files that only say what is expected, notices
and hidden files are no documents. The last line of the output is one JSON object; see `figures`.

Similarity of a page: `difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()` of the words of our blocks, headings
too, and of the words of `expected.html`; a word is a run of letters and digits (`\w+`), in Chinese, Japanese and
Korean one character. A page that is refused counts as 0.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from statistics import fmean
from typing import Final, Literal

from lxml import html

from interviewer.domain.library import Parsed
from interviewer.errors import DocumentRefused
from interviewer.library import child, reading
from interviewer.library.passages import passages, text_of

SLACK: Final = 2.0
"""Seconds over the limit that starting and ending a child may take on a busy machine."""

_NO_DOCUMENTS: Final = frozenset(("expected.html", "expected-metadata.json", "files.json", "LICENSE", "README.md"))
_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\\w+")
_WORST: Final = 5


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    path: Path
    end: Literal["added", "refused", "crashed"]
    sentence: str = ""
    """Why it was refused, or what was wrong."""
    pages: int = 0
    seconds: float = 0.0
    peak: int = 0
    """Resident memory of the child in bytes, at most."""
    similarity: float | None = None
    """Of a page whose article is known."""


def documents(folder: Path) -> list[Path]:
    """The files below a folder that are to be added, in order."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in _NO_DOCUMENTS and not path.name.startswith(".")
    )


def outcome(path: Path) -> Outcome:
    """Add one file, as far as its passages."""
    try:
        reading.check_size(path.stat().st_size, name=path.name)
        answer = reading.asked(path.read_bytes(), name=path.name)
    except DocumentRefused as refused:
        return Outcome(path, "refused", str(refused))
    expected = path.with_name("expected.html")
    known = path.name == "source.html" and expected.is_file()
    found = Outcome(path, "added", seconds=answer.seconds, peak=answer.peak, similarity=0.0 if known else None)
    try:
        parsed = reading.understood(answer, name=path.name)
        if not passages(parsed, document="0" * 32):
            return replace(found, end="crashed", sentence="no passages and no refusal", pages=parsed.pages)
    except DocumentRefused as refused:
        return replace(found, end="refused", sentence=str(refused), pages=(answer.head or {}).get("pages", 0))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
        return replace(found, end="crashed", sentence=repr(error))
    return replace(found, pages=parsed.pages, similarity=similarity(parsed, expected) if known else None)


def similarity(parsed: Parsed, expected: Path) -> float:
    """How alike a document's words and those of an HTML file are, 0 to 1."""
    wanted = " ".join(html.fromstring(expected.read_text(encoding="utf-8")).itertext())
    return SequenceMatcher(None, _WORD.findall(wanted), _WORD.findall(text_of(parsed)), autojunk=False).ratio()


def mismatches(outcomes: Sequence[Outcome], listed: Path) -> list[str]:
    """Files of pypdf/files.json that are not encrypted and whose number of pages we have wrong."""
    ours = {outcome.path.resolve(): outcome.pages for outcome in outcomes}
    wrong = []
    for entry in json.loads(listed.read_text(encoding="utf-8"))["data"]:
        found = ours.get((listed.parent / entry["path"]).resolve())
        if not entry["encrypted"] and found is not None and found != entry["pages"]:
            wrong.append(f"{entry['path']}: {found} pages, {entry['pages']} expected")
    return wrong


def figures(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """Counts of files; `over_time` and `over_memory` passed the limits of a document.

    `mean_similarity` over the pages whose article is known, None without any; `max_seconds` of a document.
    """
    alike = [outcome.similarity for outcome in outcomes if outcome.similarity is not None]
    return {
        "files": len(outcomes),
        **{end: sum(outcome.end == end for outcome in outcomes) for end in ("added", "refused", "crashed")},
        "over_time": sum(outcome.seconds > reading.SECONDS + SLACK for outcome in outcomes),
        "over_memory": sum(outcome.peak > reading.MEMORY for outcome in outcomes),
        "mean_similarity": round(fmean(alike), 4) if alike else None,
        "max_seconds": round(max((outcome.seconds for outcome in outcomes), default=0.0), 2),
    }


def located(name: str) -> Path:
    """The folder: as given, or under $INTERVIEWER_DATA (default ../shared/data)."""
    data = Path(os.environ.get("INTERVIEWER_DATA") or "../shared/data")
    return next((place for place in (Path(name), data / name) if place.is_dir()), Path(name))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code: 2 without a folder, 1 if anything crashed or passed a limit."""
    parser = argparse.ArgumentParser(prog="python -m evals.uploads", description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="looked for here, then under $INTERVIEWER_DATA")
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON object")
    options = parser.parse_args(arguments)
    folder = located(options.folder)
    if not folder.is_dir():
        print(f"There is no folder {options.folder!r}: no file was tried. Set INTERVIEWER_DATA.", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(max_workers=child.AT_ONCE) as pool:
        outcomes = list(pool.map(outcome, documents(folder)))
    found = figures(outcomes)
    if not options.json:
        _print(outcomes, folder, found)
    print(json.dumps(found))
    return 1 if found["crashed"] or found["over_time"] or found["over_memory"] else 0


def _print(outcomes: Sequence[Outcome], folder: Path, found: Mapping[str, float | int | None]) -> None:
    for outcome in outcomes:
        if outcome.end != "added":
            print(f"{outcome.end}: {outcome.path.relative_to(folder)}: {outcome.sentence}")
    for part in ("pypdf", "pdfjs", "pages"):
        if not (folder / part).is_dir() and folder.name != part:
            print(f"left out: {part}/ is not there")
    for listed in sorted(folder.rglob("files.json")):
        wrong = mismatches(outcomes, listed)
        print("\n".join(wrong) or "page counts: all right")
    alike = sorted(
        (outcome for outcome in outcomes if outcome.similarity is not None), key=lambda outcome: outcome.similarity or 0
    )
    for outcome in alike[:_WORST]:
        print(f"{outcome.similarity:.3f} {outcome.path.parent.name}")
    for name, value in found.items():
        print(f"{name:<16} {'–' if value is None else value}")


if __name__ == "__main__":
    sys.exit(main())
