"""The bench of the library runs in a tiny setting and gives its fields."""

from __future__ import annotations

import pytest

from evals.bench import library


@pytest.mark.soak
@pytest.mark.alone
def test_adding_and_searching_are_measured() -> None:
    found = library.run(quick=True)
    assert found["adding"]["ratio"] > 0 and found["adding"]["passages_a_second"] > 0
    (size,) = map(str, library.QUICK_SIZES)
    kinds = found["searching"][size]["milliseconds"]
    assert kinds.keys() == {"all", "company"}
    assert all(kind["count"] == library.QUICK_SEARCHES and kind["median"] > 0 for kind in kinds.values())
    assert 50 < found["searching"][size]["resident_mb"] < 1500
