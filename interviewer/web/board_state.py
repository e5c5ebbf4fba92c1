"""What the board's panel knows and sends, without gradio: messages of the editor, and the line that answers them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final, NamedTuple

from pydantic import Field, ValidationError

from interviewer.domain import Value
from interviewer.domain.board import Board
from interviewer.errors import BadMessage
from interviewer.rules.board import received
from interviewer.web.kept import answer

SAVED: Final = "Saved"
LOST: Final = "Another window changed this diagram: reload the page to go on from there."
LONGEST_MESSAGE: Final = 400_000
"""Characters of a message; the largest diagram needs about half."""


class Sent(Value):
    """One message of the page: a whole diagram, drawn on top of `revision`."""

    key: str = Field(max_length=200)
    """Whose diagram it is, as `BoardPanel.show` said it."""
    revision: int = Field(ge=0)
    number: int = Field(default=0, ge=0)
    """Counts the messages of one page, from 1; the answer carries it."""
    board: Any
    """Not looked at yet: `received` does that."""


def sent(text: str) -> Sent:
    """The message in the hidden field. Raises BadMessage for anything that is none."""
    if len(text) <= LONGEST_MESSAGE:
        with suppress(ValidationError):
            return Sent.model_validate_json(text, strict=True)
    raise BadMessage("The diagram did not arrive whole. Reload the page and draw the last change again.")


class Held(NamedTuple):
    """What a page shows now: kept in a hidden field of it, so that two windows know which revision each has."""

    key: str
    revision: int
    board: Board

    def text(self) -> str:
        """For the hidden field."""
        return json.dumps({"key": self.key, "revision": self.revision, "board": self.board.model_dump(mode="json")})


def held(text: str) -> Held:
    """What `Held.text` wrote. Raises BadMessage if the page lost it."""
    found = sent(text)
    return Held(found.key, found.revision, received(found.board).board)


def line(
    key: str,
    revision: int,
    board: Board | None,
    *,
    said: str = "",
    number: int = 0,
    editable: bool = True,
    problem: bool = False,
    lost: bool = False,
) -> str:
    """The line below the editor, as HTML: a sentence to read, and in its data what the page's script has to know.

    Args:
        board: the diagram to show, None if the page has it already.
        number: that of the message which this answers; 0 if it answers none.
        problem: whether it was not kept: the page sends it again, with what is drawn until then.
        lost: whether another window was first, so that nothing drawn here can be kept.
    """
    data = {
        "revision": revision,
        "number": number,
        "editable": editable,
        "board": None if board is None else board.model_dump(mode="json"),
    }
    return answer("board", key, data, said=said, problem=problem, lost=lost)
