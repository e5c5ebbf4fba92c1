"""What the Library page needs beyond Gradio: files that are brought, and the pages of a PDF as images.

Files come in through a route of ours and stay in memory until they are added: they never lie in Gradio's upload folder,
which everybody who knows a path can read, and Gradio's own upload route stays hidden (security.md D3).
"""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from interviewer.errors import CandidateError, InterviewerError, NotFound
from interviewer.program import Program
from interviewer.web.layout import told
from interviewer.web.library_jobs import jobs_of

FILES: Final = "/library/files"
"""Where a page sends files: one a request, as the body, its name in the query."""
PAGES: Final = "/library/pages/{document}/{page}.png"
DRAWING: Final = 2
"""Pages that are drawn at once; each has a process of its own."""


def router(program: Program) -> APIRouter:
    """The routes; the guard stands in front of them, and the user's own library behind them."""
    routes = APIRouter()
    jobs = jobs_of(program, told=told)
    drawing = asyncio.Semaphore(DRAWING)

    @routes.post(FILES)
    async def file(request: Request, name: str = "") -> Response:
        """204 if it was taken; else 200 with the sentence that says why not, which is an answer and no fault."""
        try:
            jobs.wait(name, await request.body())
        except CandidateError as error:
            return PlainTextResponse(str(error))
        return Response(status_code=204)

    @routes.get(PAGES)
    async def page(document: str, page: str) -> Response:
        if not (page.isascii() and page.isdigit() and len(page) < 6):
            return PlainTextResponse("There is no such page.", status_code=404)
        try:
            async with drawing:
                image = await asyncio.to_thread(program.library.page_image, document, int(page))
        except NotFound as error:
            return PlainTextResponse(str(error), status_code=404)
        except InterviewerError as error:
            return PlainTextResponse(str(error), status_code=422)
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return PlainTextResponse(told(error), status_code=500)
        return Response(image, media_type="image/png")

    return routes
