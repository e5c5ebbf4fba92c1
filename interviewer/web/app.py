"""The pages together as one application, and the server that runs it."""

from __future__ import annotations

import asyncio
import copy
import gc
import importlib
import ipaddress
import logging
import socket
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import fastapi
import gradio as gr
import uvicorn

from interviewer.errors import SettingsError
from interviewer.library.reading import MOST_BYTES
from interviewer.program import Program
from interviewer.web import board_routes, code_routes, layout, library_routes
from interviewer.web.guard import Guard

log = logging.getLogger("interviewer.web")


class Pages(gr.Blocks):
    """Gradio's pages, but an output that a handler leaves out costs nothing.

    Gradio builds a new component for each output of an event, also for one that is to stay as it is: with a room's two
    dozen outputs that was two fifths of the event loop's time with many rooms at once.
    """

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """Gradio's own, for the outputs that a handler's dict names; the others stay as they are."""
        named = isinstance(predictions, dict) and predictions and predictions != gr.skip()
        outputs = [block for block in block_fn.outputs if block in predictions] if named else []
        if not outputs or len(outputs) != len(predictions) or len(block_fn.outputs) < 2:
            return list(await super().postprocess_data(block_fn, predictions, state))
        part = copy.copy(block_fn)
        part.outputs = outputs
        values = [predictions[block] for block in outputs]
        made = iter(await super().postprocess_data(part, values if len(values) > 1 else values[0], state))
        return [next(made) if block in predictions else {"__type__": "update"} for block in block_fn.outputs]


class Page(NamedTuple):
    """One page: its name in the navigation, its path, and the module whose `build(program)` fills it."""

    name: str
    path: str
    module: str


PAGES: Final = (
    Page("Practice", "", "practice"),
    Page("Library", "library", "library_page"),
    Page("Transcripts", "transcripts", "transcripts"),
    Page("Progress", "progress", "progress"),
    Page("Settings", "settings", "settings_page"),
)


def create_app(program: Program) -> fastapi.FastAPI:
    """The application with all pages, behind the guard."""
    # Gradio says so although we ask for none; whoever starts the program can do nothing about it.
    warnings.filterwarnings("ignore", message="SSR mode is not supported")

    @asynccontextmanager
    async def running(_: fastapi.FastAPI) -> AsyncIterator[None]:
        settling = asyncio.create_task(program.settle_in())
        yield
        settling.cancel()

    app = fastapi.FastAPI(title="Interviewer", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)
    # Before Gradio, which is mounted on everything.
    app.include_router(library_routes.router(program))
    app.include_router(board_routes.router())
    app.include_router(code_routes.router())
    gr.mount_gradio_app(
        app,
        pages(program),
        path="/",
        show_error=False,
        run_history=False,
        footer_links=[],
        max_file_size="1mb",
        allowed_paths=[],
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
        theme=layout.theme(),
        head=layout.head(),
    )
    app.add_middleware(Guard, larger={library_routes.FILES: MOST_BYTES})
    return app


def pages(program: Program) -> gr.Blocks:
    """All pages; each is built by the module of its name."""
    names = [(page.name, page.path) for page in PAGES]
    demo = Pages(title="Interviewer", analytics_enabled=False, delete_cache=(600, 600))
    for page in PAGES:
        module = importlib.import_module(f"interviewer.web.{page.module}")
        with demo if not page.path else demo.route(page.name, f"/{page.path}"):
            layout.header(program, names, current=page.name)
            module.build(program)
    demo.queue(default_concurrency_limit=64, max_size=256)
    return demo


def serve(program: Program, host: str, port: int) -> None:
    """Run until interrupted; prints the address. `port` 0 takes any free one.

    Raises SettingsError for an address that other machines can reach (there is no sign-in yet), and for a port that
    is taken.
    """
    if not _loopback(host):
        raise SettingsError(
            f"The host {host!r} can be reached by other machines, and there is no sign-in yet: use 127.0.0.1."
        )
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise SettingsError(f"Port {port} cannot be used ({reason}): set INTERVIEWER_PORT to another one.") from error
    with listening:
        address = f"http://{host}:{listening.getsockname()[1]}"
        print(f"Interviewer is ready at {address}  (Ctrl+C stops it)", flush=True)  # noqa: T201 - the one line it says
        # Nothing stands between the browser and this server, so headers that tell of a proxy are forged.
        config = uvicorn.Config(
            create_app(program), log_level="warning", access_log=False, proxy_headers=False, server_header=False
        )
        # A full collection goes through everything that Gradio keeps for each page: seldom, and without what stays.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        server = uvicorn.Server(config)
        server.run(sockets=[listening])


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
