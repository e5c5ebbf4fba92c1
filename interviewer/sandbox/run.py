"""The command: runs one program as a task would run it, so that anybody can throw a hostile one at the sandbox.

    python -m interviewer.sandbox.run --entry NAME --calls CALLS.json [--tier bwrap|landlock|none] FILE.py

CALLS.json is a list of argument lists. The last line of the output is one JSON object: `status`, `results` (for each
call the value as plain JSON, or an object with the one key `error`) and `tier`; the sentence for the candidate goes to
standard error. Arrays and tuples become lists, NaN and infinities the strings "NaN", "Infinity", "-Infinity", complex
numbers [real, imaginary], keys of objects strings. Exit status: 0 if the program was judged or refused, 2 for a wrong
command line.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from interviewer import sandbox
from interviewer.sandbox.verdicts import Limits, Outcome, Ran, Tier, Value

_LEAST: Final = Limits().cpu + 0.5
"""Seconds that a program has in any case: enough for all its processor time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it, and print the line."""
    parser = argparse.ArgumentParser(prog="python -m interviewer.sandbox.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--entry", required=True, metavar="NAME", help="the function that is called")
    parser.add_argument("--calls", required=True, type=Path, metavar="CALLS.json", help="a list of argument lists")
    parser.add_argument("--tier", type=Tier, choices=list(Tier), help="run on this tier, not on the one chosen here")
    parser.add_argument("file", type=Path, metavar="FILE.py")
    options = parser.parse_args(arguments)
    try:
        source = options.file.read_bytes()
        calls = json.loads(options.calls.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        print(f"It cannot be read: {error}", file=sys.stderr)  # noqa: T201
        return 2
    if not isinstance(calls, list) or not all(isinstance(each, list) for each in calls):
        print(f"{options.calls} is not a list of argument lists.", file=sys.stderr)  # noqa: T201
        return 2
    tier = options.tier or sandbox.tier()
    # Whoever waits for the command waits for its start and the self-test too.
    wall = max(_LEAST, Limits().wall - _age())
    ran = sandbox.execute(source, options.entry, calls, tier=tier, limits=Limits(wall=wall))
    if ran.sentence:
        print(_plain_text(ran.sentence), file=sys.stderr)  # noqa: T201
    line = {"status": ran.status, "results": [_result(outcome, ran) for outcome in ran.outcomes], "tier": ran.tier}
    print(json.dumps(line, allow_nan=False))  # noqa: T201
    return 0


def _age() -> float:
    """Seconds since this process was started; 0 where the system does not say."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _plain_text(text: str) -> str:
    """Without what would move the cursor of a terminal or break a line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _result(outcome: Outcome, ran: Ran) -> object:
    if outcome.status == "returned":
        return _plain(outcome.value)
    return {"error": outcome.error or ran.sentence or "not run"}


def _plain(value: Value) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, complex):
        return [_plain(value.real), _plain(value.imag)]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): _plain(item) for key, item in value.items()}
    return _plain(value.tolist())


if __name__ == "__main__":
    sys.exit(main())
