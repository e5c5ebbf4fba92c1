"""The look of the pages of what is kept (Transcripts, Progress, Settings), beyond what every page has."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


@cache
def style() -> str:
    """The style element that stands at the top of these pages; its colours and sizes are the tokens of style.css."""
    text = Path(__file__).with_name("records.css").read_text(encoding="utf-8")
    return f"<style>{re.sub(r'/[*].*?[*]/', '', text, flags=re.DOTALL)}</style>"
