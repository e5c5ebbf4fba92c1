"""`check`: every fault of the rounds and their questions, and of the company packs, with file and line."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from interviewer.cli import output
from interviewer.content import load
from interviewer.content.load import root
from interviewer.content.packs import load_corpus
from interviewer.errors import CandidateError, ContentError

_FAULT = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<fault>.*)", re.DOTALL)


def check(folder: Path | None, *, as_json: bool) -> int:
    """Print the faults of `folder`, or of all content in use; 1 if there are any.

    A folder with packs/ in it is checked as corpus/ is, any other as prompts/ is.
    Raises CandidateError if there is no such folder.
    """
    chosen = [root(), root("corpus")] if folder is None else [folder]
    for path in chosen:
        if not path.is_dir():
            raise CandidateError(
                f"There is no folder {str(path)!r}: give one that holds <round>/round.yaml, or packs/<company>.yaml."
            )
    counts: dict[str, Any] = {}
    faults: list[str] = []
    for path in chosen:
        try:
            counts |= _counts(path)
        except ContentError as error:
            faults += error.faults
    if as_json:
        found = {"ok": not faults, "folder": str(chosen[0]), "faults": [_fields(fault) for fault in faults]}
        output.print_json(found if faults else found | counts)
        return 1 if faults else 0
    if faults:
        for fault in faults:
            sys.stdout.write(f"{output.plain(fault)}\n")
        sys.stdout.flush()
        where = "the content in use" if folder is None else repr(str(folder))
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        return output.complain(f"{count} in {where}; mend them, and check again.", 1)
    sys.stdout.write(f"No faults. {'; '.join(_in_words(counts))}.\n")
    return 0


def _counts(folder: Path) -> dict[str, Any]:
    """How much there is in a folder. Raises ContentError."""
    if (folder / "packs").is_dir():
        corpus = load_corpus(folder)
        return {"packs": len(corpus.packs), "samples": len(corpus.samples)}
    content = load(folder)
    return {"rounds": {id: len(content.bank(id)) for id in content.rounds}}


def _in_words(counts: dict[str, Any]) -> list[str]:
    rounds = [f"{id}: {count} questions" for id, count in counts.get("rounds", {}).items()]
    corpus = [f"company packs: {counts['packs']}; samples: {counts['samples']}"] if "packs" in counts else []
    return rounds + corpus


def _fields(fault: str) -> dict[str, str | int]:
    found = _FAULT.fullmatch(fault)
    if found is None:
        return {"file": "", "line": 0, "fault": fault}
    return {"file": found["file"], "line": int(found["line"]), "fault": found["fault"]}
