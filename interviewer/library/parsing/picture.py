"""A page of a PDF as an image."""

from __future__ import annotations

import io
from typing import Final

import pypdfium2

from interviewer.library.parsing.pdf import opened
from interviewer.library.parsing.result import Refusal

_WIDEST: Final = 2_000
_HIGHEST: Final = 4_000
"""Pixels; both together bound the memory that a page of any shape takes."""


def picture(data: bytes, page: int, *, width: int) -> bytes:
    """PNG of a page, numbered from 1, `width` pixels wide (less for a very long page). Raises Refusal."""
    document = opened(data)
    if not 1 <= page <= len(document):
        raise Refusal(f"has no page {page}: it has {len(document)}")
    try:
        shown = document[page - 1]
        wide, high = shown.get_size()
        if min(wide, high) <= 0:
            raise Refusal(f"has no size on page {page}: it cannot be drawn")
        scale = min(max(1, min(width, _WIDEST)) / wide, _HIGHEST / high)
        image = shown.render(scale=scale, may_draw_forms=False).to_pil()
    except pypdfium2.PdfiumError as error:
        raise Refusal(f"cannot be drawn on page {page}: it is damaged there") from error
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
