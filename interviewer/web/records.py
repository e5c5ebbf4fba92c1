"""The look of the pages of what is kept (Library, Transcripts, Progress, Settings), beyond what every page has."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


@cache
def style(*more: str) -> str:
    """The style element of these pages; its colours and sizes are the tokens of style.css. `more`: names of files."""
    here = Path(__file__).parent
    text = "".join((here / name).read_text(encoding="utf-8") for name in ("records.css", *more))
    return f"<style>{re.sub(r'/[*].*?[*]/', '', text, flags=re.DOTALL)}</style>"
