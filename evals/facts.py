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
from interviewer.agents.facts import asked, prepare, replied
from interviewer.domain import Question

GOLDEN = Path(__file__).parent / "golden"


def wordings(problem: str) -> list[tuple[str, str | None]]:
    """The golden wordings of a problem with the fact that each asks for, None where the sheet is silent."""
    given = yaml.safe_load((GOLDEN / "design_facts.yaml").read_text(encoding="utf-8"))
    return [(wording, one["fact"]) for one in given[problem] for wording in one["wordings"]]


FACT = ("right", "right after asking back", "asked back beside it", "other", "more", "missed")
SILENCE = ("silent", "told", "asked back in vain")
OUTCOMES = (*FACT, *SILENCE)
"""For a fact: told at once and nothing else; told once its name was given among those offered; others were offered;
another one was told; more were told; none. For silence: nothing told, something told, something offered.
"""


def outcome(question: Question, wording: str, fact: str | None) -> str:
    """What becomes of a question: one of OUTCOMES; an ask back is answered with the name of the fact that is meant."""
    found = asked(question, wording)
    if fact is None:
        return "told" if found.facts else "asked back in vain" if found.unsure else "silent"
    if found.facts:
        return "right" if found.facts == (fact,) else "more" if fact in found.facts else "other"
    if fact not in found.unsure:
        return "asked back beside it" if found.unsure else "missed"
    assert question.brief is not None
    name = next(one.name for one in question.brief.facts if one.id == fact)
    after = replied(question, found.unsure, name).facts
    return "right after asking back" if after == (fact,) else "other"


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
            if options.errors and result not in ("right", "right after asking back", "silent"):
                print(f"  {result}: {wording!r} wants {fact}, gets {asked(question, wording)}")
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
    return "; ".join(
        f"{of} {sum(counts[name] for name in names)}: "
        + ", ".join(f"{name} {counts[name]} = {counts[name] / sum(counts[n] for n in names):.3f}" for name in names)
        for of, names in (("facts", FACT), ("silence", SILENCE))
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
