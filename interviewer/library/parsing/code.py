"""Program text among prose: it is left out when it is long, for nobody can be asked about it without the page."""

from __future__ import annotations

import re
from typing import Final

SHORT: Final = 3
"""Lines that stay."""
_SIGNS = re.compile(
    r"[;{}]\s*$|^\s*(?:[$>#@]|//|/\*|<\/?\w|\w+\s*[:=]=?\s*\S|import |from |def |class |return\b|if\b.*[:{]|"
    r"for\b.*[:{]|const |let |var |func |fn |public |private |SELECT |FROM )|\w\(.*\)\s*[:;,]?\s*$"
)


def is_long(text: str) -> bool:
    """Whether text that is said to be code is longer than a few lines."""
    return len(_lines(text)) > SHORT


def is_code(text: str) -> bool:
    """Whether text set as code is longer than a few lines and indeed code, rather than prose in a fixed type."""
    lines = _lines(text)
    return len(lines) > SHORT and sum(_SIGNS.search(line) is not None for line in lines) >= 0.3 * len(lines)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
