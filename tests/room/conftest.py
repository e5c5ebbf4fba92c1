"""A place for rooms, in every test of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.room.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty one."""
    made = Place(tmp_path)
    yield made
    made.store.dispose()
