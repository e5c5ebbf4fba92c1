"""What the editor's panel knows and sends, without gradio: messages of the page, and the line that answers them."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from pydantic import Field, ValidationError

from interviewer.coding import MOST_CODE
from interviewer.domain import Value
from interviewer.errors import BadMessage
from interviewer.web.kept import answer

SAVED: Final = "Saved"
LOST: Final = "Another window changed this code: reload the page to go on from there."
LONGEST_MESSAGE: Final = 900_000
"""Characters of a message; no more gets through the guard."""


class Sent(Value):
    """One message of the page: the whole code, written on top of `revision`."""

    key: str = Field(max_length=200)
    """The interview, as the line said it."""
    revision: int = Field(ge=0)
    number: int = Field(ge=1)
    """Counts the messages of one page; the answer carries it."""
    code: str


def sent(text: str) -> Sent:
    """The message in the hidden field. Raises BadMessage for anything that is none."""
    if len(text) <= LONGEST_MESSAGE:
        with suppress(ValidationError):
            return Sent.model_validate_json(text, strict=True)
    raise BadMessage("The code did not arrive whole. Reload the page and go on from there.")


def line(
    key: str,
    revision: int,
    code: str | None = None,
    *,
    said: str = "",
    number: int = 0,
    editable: bool = True,
    problem: bool = False,
    lost: bool = False,
) -> str:
    """The line below the editor, as HTML: a sentence to read, and in its data what the page's script has to know.

    Args:
        key: the interview.
        revision: the number that the next message must carry.
        code: what the editor is to hold; None if it has it already.
        said: the sentence.
        number: that of the message which this answers; 0 if it answers none.
        editable: False: the code can be looked at and copied.
        problem: whether it was not kept: the page sends it again, with what is written until then.
        lost: whether another window was first, so that nothing written here can be kept.
    """
    data = {"revision": revision, "number": number, "editable": editable, "most": MOST_CODE, "code": code}
    return answer("code", key, data, said=said, problem=problem, lost=lost)
