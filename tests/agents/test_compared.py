"""What drafts are compared with is embedded once for an installation, and nothing of a document is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from interviewer.agents import compared
from interviewer.agents.compared import FILE
from interviewer.content import shipped
from interviewer.llm.embed import embedder

BANK = ("Why do we hold out a test set?", "A test set shows how it does on data that it was not fitted to.")
OTHER = "The ranking service of Acme keeps two towers apart."


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A small bank; every text that the model is run on."""
    monkeypatch.setattr(compared, "_shipped", lambda: {text: f"{n:064x}" for n, text in enumerate(BANK)})
    seen: list[str] = []
    run = embedder().vectors

    def counted(texts: Sequence[str], **more: Any) -> Any:
        seen.extend(texts)
        return run(texts, **more)

    monkeypatch.setattr(embedder(), "vectors", counted)
    return seen


def process(home: Path | None) -> Any:
    """What a process that has just begun has."""
    found = compared._Vectors()
    if home is not None:
        found.keep_in(home)
    return found


def test_the_next_process_finds_the_bank_in_the_data_folder(tmp_path: Path, embedded: list[str]) -> None:
    first = process(tmp_path).of(BANK)
    assert embedded == list(BANK)
    second = process(tmp_path).of((BANK[1], OTHER, BANK[0], OTHER))
    assert embedded == [*BANK, OTHER]
    assert np.array_equal(second[[2, 0]], first) and np.array_equal(second[1], second[3])
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_only_a_text_that_has_changed_is_embedded_anew(
    tmp_path: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    process(tmp_path).of(BANK)
    changed = {BANK[0]: f"{0:064x}", OTHER: "f" * 64}
    monkeypatch.setattr(compared, "_shipped", lambda: changed)
    embedded.clear()
    process(tmp_path).of((BANK[0], OTHER))
    process(tmp_path).of((BANK[0], OTHER))
    assert embedded == [OTHER]
    with np.load(tmp_path / FILE) as file:
        assert set(file["keys"].tolist()) == set(changed.values())


def test_nothing_of_a_document_is_kept(tmp_path: Path, embedded: list[str]) -> None:
    process(tmp_path).of((OTHER, BANK[0]))
    with np.load(tmp_path / FILE) as file:
        assert file["keys"].tolist() == [f"{0:064x}"] and file["vectors"].shape == (1, 384)
    embedded.clear()
    process(tmp_path).of((OTHER,))
    assert embedded == [OTHER]


@pytest.mark.parametrize("damage", [b"", b"PK nothing", None])
def test_a_damaged_file_is_made_anew(tmp_path: Path, embedded: list[str], damage: bytes | None) -> None:
    right = process(tmp_path).of(BANK)
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + whole[len(whole) // 2 + 9 :] if damage is None else damage)
    assert np.array_equal(process(tmp_path).of(BANK), right)
    embedded.clear()
    process(tmp_path).of(BANK)
    assert embedded == []


def test_a_folder_that_cannot_be_written_to_costs_time_only(tmp_path: Path, embedded: list[str]) -> None:
    assert process(tmp_path / "none").of(BANK).shape == (2, 384)
    assert process(None).of(BANK).shape == (2, 384)
    assert embedded == [*BANK, *BANK]


def test_the_whole_bank_is_compared_with(embedded: list[str]) -> None:
    names, openers, points = compared.known_texts()
    assert len(openers) == len(shipped().questions) and len(points) > len(openers) > 9 < len(names)
    assert compared.similarity(BANK[0], [BANK[0], OTHER])[0] == pytest.approx(1)
    assert compared.similarity(BANK[0], [BANK[1]])[0] > compared.similarity(BANK[0], [OTHER])[0] + 0.2
