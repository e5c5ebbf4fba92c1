"""Which facts the built-in step tells for questions that it was not fitted on: `python -m evals.facts [--errors]`.

Data: golden/design_facts.yaml (40 questions a problem in three wordings, a fact or silence for each) and
golden/design_refusals.yaml (what an interviewer keeps, and statements that ask nothing).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import yaml

from evals.fit_facts import problems
from interviewer.agents.facts import asked, prepare
from interviewer.domain import Question

GOLDEN = Path(__file__).parent / "golden"


def wordings(problem: str) -> list[tuple[str, str | None]]:
    """The golden wordings of a problem with the fact that each asks for, None where the sheet is silent."""
    given = yaml.safe_load((GOLDEN / "design_facts.yaml").read_text(encoding="utf-8"))
    return [(wording, one["fact"]) for one in given[problem] for wording in one["wordings"]]


def outcome(question: Question, wording: str, fact: str | None) -> str:
    """`right` (the fact and nothing else), `told` (silence was right), `other`, `more`, `missed` or `silent`."""
    found = asked(question, wording).facts
    if fact is None:
        return "told" if found else "silent"
    if found == (fact,):
        return "right"
    return "missed" if not found else "more" if fact in found else "other"


def main(arguments: list[str]) -> int:
    """Print the figures of each problem and of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print each wording that goes wrong")
    options = parser.parse_args(arguments)
    total: Counter[str] = Counter()
    seconds: list[float] = []
    bank = problems()
    for name, question in bank.items():
        prepare(question)
        counts: Counter[str] = Counter()
        for wording, fact in wordings(name):
            start = time.perf_counter()
            result = outcome(question, wording, fact)
            seconds.append(time.perf_counter() - start)
            counts[result] += 1
            if options.errors and result not in ("right", "silent"):
                print(f"  {result}: {wording!r} wants {fact}, gets {asked(question, wording).facts}")
        print(name, _line(counts))
        total += counts
    print("all", _line(total))
    seconds.sort()
    median, slow = (1000 * seconds[int(share * len(seconds))] for share in (0.5, 0.95))
    print(f"milliseconds: median {median:.0f}, p95 {slow:.0f}")
    refusals = yaml.safe_load((GOLDEN / "design_refusals.yaml").read_text(encoding="utf-8"))
    told = [one["text"] for one in refusals["refusals"] for q in bank.values() if asked(q, one["text"]).facts]
    known = sum(asked(next(iter(bank.values())), one["text"]).kept for one in refusals["refusals"])
    print(
        f"kept: {known} of {len(refusals['refusals'])} known as such; facts told for {len(told)}: {sorted(set(told))}"
    )
    said = [(id, text) for id, texts in refusals["statements"].items() for text in texts]
    wrong = [
        (id, text, found) for id, text in said if (found := asked(bank[id], text)) and (found.facts or found.silent)
    ]
    print(f"statements: {len(said) - len(wrong)} of {len(said)} ask nothing; {wrong if options.errors else ''}")
    return 0


def _line(counts: Counter[str]) -> str:
    facts = sum(counts[name] for name in ("right", "other", "more", "missed"))
    none = counts["silent"] + counts["told"]
    others = ", ".join(f"{name} {counts[name]}" for name in ("other", "more", "missed", "told") if counts[name])
    told = f"fact {counts['right']}/{facts} = {counts['right'] / facts:.3f}"
    return f"{told}, silence {counts['silent']}/{none} = {counts['silent'] / none:.3f} ({others})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
