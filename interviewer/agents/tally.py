"""What became of the drafts of an author, for the evals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Tally:
    """How many drafts there were, how many were kept, and why the others were not: each reason once a draft."""

    drafted: int = 0
    passed: int = 0
    rejects: Counter[str] = field(default_factory=Counter)

    def note(self, faults: Iterable[str]) -> None:
        """Count one draft with what was wrong with it; nothing, if it was kept."""
        codes = set(faults)
        self.drafted += 1
        self.passed += not codes
        self.rejects.update(codes)
