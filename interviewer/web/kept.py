"""What a panel whose content is kept as it changes (the board, the editor) answers to the page's script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from interviewer.web.safe import html


def answer(name: str, key: str, data: Mapping[str, Any], *, said: str, problem: bool, lost: bool) -> str:
    """The line below panel `name` as HTML: a sentence to read, and in its data what the script has to know.

    Args:
        name: of the panel, in its classes and attributes: "board" or "code".
        key: the interview, which is loaded anew by a link where `lost`.
        data: what only this panel tells its script, to which the rest is added.
        said: the sentence.
        problem: whether something was not kept.
        lost: whether another window was first.
    """
    whole = json.dumps({"key": key, "problem": problem, "lost": lost, **data})
    link = f' <a href="/?interview={html(key)}">Reload</a>' if lost else ""
    return (
        f'<div data-{name}="{html(whole)}" class="{name}-said{" problem" if problem else ""}">'
        f'<span data-{name}-said="" role="{"alert" if problem else "status"}">{html(said)}</span>{link}</div>'
    )
