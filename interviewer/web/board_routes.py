"""The files of the diagram editor: ours and JointJS, from this package and from nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, PlainTextResponse, Response

PAGE: Final = "/board/board.html"
"""What the frame shows."""

_HERE: Final = Path(__file__).parent / "board"
_TYPES: Final = {
    "board.html": "text/html",
    "board.css": "text/css",
    "board.js": "text/javascript",
    "shapes.js": "text/javascript",
    "joint.min.js": "text/javascript",
}


def router() -> APIRouter:
    """The route; the guard gives what is under it a policy of its own, so that it may stand in a frame of ours."""
    routes = APIRouter()

    @routes.get("/board/{name}")
    async def file(name: str) -> Response:
        if name not in _TYPES:
            return PlainTextResponse("There is nothing at this address.", status_code=404)
        return FileResponse(_HERE / name, media_type=_TYPES[name])

    return routes
