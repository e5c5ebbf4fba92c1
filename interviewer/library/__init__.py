"""The library: documents a user has brought, cut into passages, embedded, and found again.

    library = Library(store.shelf(user), home, embedding)
    library.add(["paper.pdf", "https://example.com/blog"], company="Example")
    library.search("why two towers", company="Example")

The database is the truth: Chroma and the word index are caches of it, and the only ones who see them are in here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interviewer.library.library import Library
    from interviewer.library.progress import Progress
    from interviewer.library.search import Hit, Mode
    from interviewer.library.sources import Failure, Source, is_address

__all__ = ["Failure", "Hit", "Library", "Mode", "Progress", "Source", "is_address"]

_HOMES = {"Hit": "search", "Library": "library", "Mode": "search", "Progress": "progress"}


def __getattr__(name: str) -> object:
    # Loaded when asked for, because a child process that parses a document imports this package too, and starts often.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'sources')}"), name)
