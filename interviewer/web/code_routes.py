"""The editor of the coding round: CodeMirror, from this package and from nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

EDITOR: Final = "/code/codemirror.min.js"
"""What the page's script loads when there is code to write."""

_FILE: Final = Path(__file__).parent / "code" / "codemirror.min.js"


def router() -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get(EDITOR)
    async def file() -> Response:
        return FileResponse(_FILE, media_type="text/javascript")

    return routes
