"""The board's panel alone behind the real guard, with a store of its own: `python -m tests.browser.board_app FOLDER`.

The diagram is in FOLDER/board.json. A file FOLDER/broken makes keeping it fail.
"""

from __future__ import annotations

import json
import socket
import sys
import warnings
from pathlib import Path

import fastapi
import gradio as gr
import uvicorn

from interviewer.domain.board import Board
from interviewer.errors import OutOfStep
from interviewer.web import board_routes, layout
from interviewer.web.board_drawing import board_figure
from interviewer.web.board_panel import BoardPanel, Updates
from interviewer.web.guard import Guard


class Kept:
    """A diagram with its revision in a file."""

    def __init__(self, folder: Path) -> None:
        self._file, self._broken = folder / "board.json", folder / "broken"

    def read(self) -> tuple[int, Board]:
        if not self._file.exists():
            return 0, Board()
        data = json.loads(self._file.read_text())
        return data["revision"], Board.model_validate(data["board"])

    async def keep(self, key: str, board: Board, revision: int) -> int:
        assert key == "one"
        if self._broken.exists():
            raise RuntimeError("the disk is full")
        if revision != self.read()[0]:
            raise OutOfStep("Somebody else was first.")
        # Whoever reads it meanwhile sees a whole file.
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps({"revision": revision + 1, "board": board.model_dump(mode="json")}))
        part.replace(self._file)
        return revision + 1


def head() -> str:
    """The application's own; its header is what makes its pages as wide as they may be."""
    return f"{layout.head()}<style>.gradio-container {{ width: 100%; }}</style>"


def page(kept: Kept) -> gr.Blocks:
    demo: gr.Blocks = gr.Blocks(title="Board", analytics_enabled=False)
    with demo:
        with gr.Column(elem_classes=["page"], elem_id="room"):
            panel = BoardPanel(kept.keep)
            gr.Textbox(label="Your answer", elem_id="answer")
            as_it_was = gr.Button("As it was")
            figure = layout.block(elem_id="figure")

        async def opened() -> Updates:
            revision, board = kept.read()
            return panel.show("one", revision, board)

        async def shown() -> str:
            return layout.wrapped(board_figure(kept.read()[1]))

        layout.on_load(opened, None, panel.outputs)
        as_it_was.click(shown, None, [figure], **layout.PRIVATE)
    return demo


def main(folder: Path) -> None:
    warnings.filterwarnings("ignore", message="SSR mode is not supported")
    app = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(board_routes.router())
    gr.mount_gradio_app(
        app, page(Kept(folder)), path="/", show_error=False, run_history=False, footer_links=[], allowed_paths=[],
        ssr_mode=False, mcp_server=False, pwa=False, theme=layout.theme(), head=head(),
    )  # fmt: skip
    app.add_middleware(Guard)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"Ready at http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201 - what the test waits for
        config = uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
