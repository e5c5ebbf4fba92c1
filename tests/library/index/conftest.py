"""Libraries in temporary folders, on real SQLite and real Chroma, with an embedding that needs no model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.library import Library
from interviewer.store import Shelf, Store
from tests.library.index.hashed import Hashed


@pytest.fixture
def embedding() -> Hashed:
    return Hashed()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.dispose()


@pytest.fixture
def shelf(store: Store) -> Shelf:
    return store.shelf(store.local_user())


@pytest.fixture
def library(shelf: Shelf, tmp_path: Path, embedding: Hashed) -> Iterator[Library]:
    opened = Library(shelf, tmp_path, lambda: embedding)
    yield opened
    opened.close()
