"""`check`: every fault of a prompts folder, with file and line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from interviewer.cli import output
from interviewer.content import load
from interviewer.content.load import root
from interviewer.errors import CandidateError, ContentError

_FAULT = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<fault>.*)", re.DOTALL)


def check(folder: Path | None, *, as_json: bool) -> int:
    """Print the faults of `folder`, or of the content in use; 1 if there are any.

    Raises CandidateError if there is no such folder.
    """
    chosen = root() if folder is None else folder
    if not chosen.is_dir():
        raise CandidateError(f"There is no folder {str(chosen)!r}: give the folder that holds <round>/round.yaml.")
    try:
        content = load(chosen)
    except ContentError as error:
        if as_json:
            output.print_json({"ok": False, "folder": str(chosen), "faults": [_fields(f) for f in error.faults]})
            return 1
        for fault in error.faults:
            sys.stdout.write(f"{output.plain(fault)}\n")
        sys.stdout.flush()
        count = f"{len(error.faults)} fault{'s' if len(error.faults) > 1 else ''}"
        return output.complain(f"{count} in {str(chosen)!r}; mend them, and check again.", 1)
    rounds = {id: len(content.bank(id)) for id in content.rounds}
    if as_json:
        output.print_json({"ok": True, "folder": str(chosen), "faults": [], "rounds": rounds})
    else:
        counts = "; ".join(f"{id}: {count} questions" for id, count in rounds.items())
        sys.stdout.write(f"No faults. {counts}.\n")
    return 0


def _fields(fault: str) -> dict[str, str | int]:
    found = _FAULT.fullmatch(fault)
    if found is None:
        return {"file": "", "line": 0, "fault": fault}
    return {"file": found["file"], "line": int(found["line"]), "fault": found["fault"]}
