"""Traps told from their rejections: the features of a sentence on small alignments, and the coefficients file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from interviewer.agents.matching.alignment import Alignment, Floats
from interviewer.agents.matching.traps import NEAR, TRAP_NAMES, TrapCoefficients, trap_coefficients, trap_features
from interviewer.errors import OperatorError

TRAP = {1: "I tune on the test set."}
"""The one wording of a trap, in row 1; row 0 is a key point's."""


def aligned(*, point: float = 0.0, trap: float = 0.0, sentences: int = 1) -> Alignment:
    single = np.array([[point] * sentences, [trap] * sentences], np.float32)
    return Alignment(whole=single.max(axis=1, initial=0.0), single=single, cosines=single)


def features(said: str, *, point: float = 0.0, trap: float = 0.0, cues: tuple[str, ...] = ()) -> dict[str, float]:
    rows = trap_features(aligned(point=point, trap=trap), [said], wordings=TRAP, points=[0], cues=cues)
    assert rows.shape == (1, len(TRAP_NAMES))
    return dict(zip(TRAP_NAMES, map(float, rows[0]), strict=True))


def test_a_sentence_counts_by_how_much_nearer_it_is_to_the_trap_than_to_any_key_point() -> None:
    seen = features("Whatever.", point=0.3, trap=0.8)
    assert seen["similar"] == pytest.approx(0.8)
    assert seen["beyond_points"] == pytest.approx(0.5)
    assert seen["nearer_than_points"] == pytest.approx(0.5)
    assert features("Whatever.", point=0.8, trap=0.3)["beyond_points"] == pytest.approx(-0.5)


def test_a_cue_needs_all_its_words() -> None:
    assert features("I tune on the test set.", cues=("tune on test",))["cue"] == 1.0
    assert features("I tune on the training set.", cues=("tune on test",))["cue"] == 0.0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("I tune on the test set.", 0),
        ("It is tempting.", 1),
        ("You might tune there.", 1),
        ("One could tune there.", 1),
        ("Many think so.", 1),
        ("It sounds fine.", 1),
        ("I wouldn’t.", 1),
        ("It is tempting, but wrong, and I would not.", 2),
    ],
)
def test_words_of_distance_are_counted_up_to_two(said: str, words: int) -> None:
    assert features(said)["distance"] == words


def test_near_the_trap_a_negation_that_only_one_of_both_has_is_a_denial() -> None:
    near, far = NEAR + 0.1, NEAR - 0.1
    assert features("I tune on the test set.", trap=near)["denied"] == 0.0
    assert features("I never tune on the test set.", trap=near)["denied"] > 0.5
    assert features("I never tune on the test set.", trap=far)["denied"] == 0.0


def test_whoever_says_what_one_wording_says_denies_nothing() -> None:
    rows = np.full((3, 1), NEAR + 0.1, np.float32)
    alignment = Alignment(whole=rows[:, 0], single=rows, cosines=rows)
    both = {1: "Tuning on the test set is harmless.", 2: "Tuning on the test set does no harm."}
    said = ["Tuning on the test set does no harm."]

    def denied(wordings: dict[int, str]) -> float:
        found = trap_features(alignment, said, wordings=wordings, points=[0], cues=())
        return float(found[0, TRAP_NAMES.index("denied")])

    assert denied({1: both[1]}) > 0.0
    assert denied(both) == 0.0


def test_each_sentence_is_judged_alone() -> None:
    given: Floats = np.array([[0.2, 0.9], [0.7, 0.1]], np.float32)
    alignment = Alignment(whole=given.max(axis=1), single=given, cosines=given)
    rows = trap_features(alignment, ["One.", "Two."], wordings=TRAP, points=[0], cues=())
    beyond = rows[:, TRAP_NAMES.index("beyond_points")]
    assert beyond.tolist() == pytest.approx([0.5, -0.8])


def test_no_sentences_have_no_features() -> None:
    assert trap_features(aligned(sentences=0), [], wordings=TRAP, points=[0], cues=()).shape == (0, len(TRAP_NAMES))


# ------------------------------------------------------------------ the coefficients


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder read instead of the package, with the shipped coefficients in it."""
    path = tmp_path / "traps.json"
    path.write_text(json.dumps(trap_coefficients().model_dump(mode="json")), encoding="utf-8")
    trap_coefficients.cache_clear()
    monkeypatch.setattr("importlib.resources.files", lambda _package: tmp_path)
    yield path
    trap_coefficients.cache_clear()


def test_the_shipped_coefficients_point_the_right_way() -> None:
    fitted = trap_coefficients()
    weights = dict(zip(fitted.features, fitted.weights, strict=True))
    assert fitted.features == TRAP_NAMES
    assert min(weights["similar"], weights["beyond_points"], weights["nearer_than_points"], weights["cue"]) > 0.0
    assert max(weights["distance"], weights["denied"]) < 0.0


def test_a_probability_is_a_logistic_curve() -> None:
    given = TrapCoefficients(features=("x",), weights=(2.0,), intercept=-1.0, fitted="2026-11-22", figures={})
    assert given.probability([0.5]) == pytest.approx(0.5)
    assert 0.0 <= given.probability([-1e6]) < 0.5 < given.probability([1e6]) <= 1.0


def test_a_file_that_fits_is_read(file: Path) -> None:
    assert file.exists()
    assert trap_coefficients().features == TRAP_NAMES


def test_a_file_fitted_on_other_features_says_what_to_do(file: Path) -> None:
    given = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(given | {"features": [*given["features"], "length"]}), encoding="utf-8")
    with pytest.raises(OperatorError, match=r"evals\.fit_traps"):
        trap_coefficients()
