"""The command: `python -m evals.bench [NAME …] [--quick]`; prints one JSON object, a key for each bench."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

NAMES: Final = (
    "startup",
    "memory",
    "overhead",
    "builtin",
    "opening",
    "first_words",
    "calls",
    "rooms",
    "crowd",
    "library",
    "sandbox",
)


def measure(name: str, *, quick: bool = False) -> dict[str, Any]:
    """What one bench measured, with the seconds it took."""
    bench = importlib.import_module(f"evals.bench.{name}")
    began = time.monotonic()
    found: dict[str, Any] = bench.run(quick=quick)
    return {**found, "seconds_taken": round(time.monotonic() - began, 1)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches that are named, or all; the exit status is 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="a few seconds each, to see that they run")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(NAMES)
    if unknown:
        print(f"There is no bench {min(unknown)!r}; there are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    print(json.dumps({name: measure(name, quick=options.quick) for name in options.names or NAMES}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
