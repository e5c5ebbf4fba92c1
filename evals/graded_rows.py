"""Rows of graded answers, and the question that a row becomes by rule.

A row has an answer, a human score, and a reference answer or a rubric. The reference's sentences become key points;
with `||` between them they are alternatives and become one. A rubric's lines become key points when there is no
reference; lines worth more than the mean are musts. Rows with neither take the references in evals/references/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from interviewer.agents.matching.words import content_stems
from interviewer.domain import Importance, KeyPoint, Question
from interviewer.errors import InterviewerError
from interviewer.rules.evidence import sentences

FEWEST_WORDS = 3
"""Content words below which a piece of a reference is joined to its neighbour."""

_SHORTEST_TEXT = 20
_POINTS = re.compile(r"\(\s*(?:\+\s*)?(\d+(?:\.\d+)?)\s*(?:points?|pts?|marks?|p)\b\.?\s*\)", re.IGNORECASE)
_NUMBERING = re.compile(r"^\s*(?:[-*•●○]|\(?\d{1,2}[.)]|\(?[a-h][.)])\s*")


class DataError(InterviewerError):
    """The file of graded answers is missing or is not what it should be."""


class Row(BaseModel):
    """One graded answer, as in ../shared/data/grading; other fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question_id: str
    question: str
    answer: str
    gold: float
    max_score: float
    dataset: str = ""
    split: str = ""
    reference: str | None = None
    rubric: str | None = None

    @property
    def score(self) -> float:
        """The human score on 0–1."""
        return self.gold / self.max_score if self.max_score else 0.0

    @property
    def words(self) -> int:
        """How many words the answer has."""
        return len(self.answer.split())


def rows(path: Path, *, split: str = "", min_words: int = 0, limit: int = 0) -> list[Row]:
    """The rows of a JSONL file, in order; `limit` 0 means all. Raises DataError with the line that cannot be read."""
    return list(_some(_read(path), split=split, min_words=min_words, limit=limit))


def question(row: Row) -> Question:
    """The question that this row becomes. Raises DataError if nothing says what a right answer is."""
    points = _from_reference(row.reference) or _from_rubric(row.rubric) or _written(row)
    if not points:
        raise DataError(f"Row {row.id!r} has no reference and no rubric, and evals/references/ has none for it.")
    opener = " ".join(row.question.split())
    return Question(
        id=_slug(row.question_id),
        round="breadth",
        area="graded",
        topics=("graded",),
        tier="C",
        opener=_padded(opener),
        minutes=5,
        key_points=tuple(points),
    )


def pieces(reference: str) -> list[str]:
    """The statements of a reference answer: its sentences, very short ones joined to the next."""
    joined: list[str] = []
    waiting = ""
    for sentence in sentences(reference):
        waiting = f"{waiting} {_NUMBERING.sub('', sentence)}".strip()
        if len(content_stems(waiting)) >= FEWEST_WORDS:
            joined.append(waiting)
            waiting = ""
    if waiting and joined:
        joined[-1] = f"{joined[-1]} {waiting}"
    elif waiting:
        joined.append(waiting)
    return joined


def _read(path: Path) -> Iterator[Row]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise DataError(f"The graded answers {str(path)!r} cannot be read: {reason}.") from error
    # Not splitlines(): answers may hold characters that it takes for line ends.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield Row.model_validate(json.loads(line))
            except (json.JSONDecodeError, ValidationError) as error:
                raise DataError(f"{path}:{number}: this line is not a graded answer.") from error


def _some(found: Iterator[Row], *, split: str, min_words: int, limit: int) -> Iterator[Row]:
    taken = 0
    for row in found:
        if (split and row.split != split) or row.words < min_words:
            continue
        if limit and taken >= limit:
            return
        taken += 1
        yield row


def _from_reference(reference: str | None) -> list[KeyPoint]:
    if not reference or not reference.strip():
        return []
    alternatives = [part.strip() for part in reference.split("||") if part.strip()]
    if len(alternatives) > 1:
        return [_point(1, alternatives, "must")]
    return [_point(number, [piece], "must") for number, piece in enumerate(pieces(reference), 1)]


def _from_rubric(rubric: str | None) -> list[KeyPoint]:
    lines = [line for line in (rubric or "").splitlines() if line.strip()]
    found: list[tuple[str, float | None]] = []
    for line in lines:
        points = _POINTS.search(line)
        text = _NUMBERING.sub("", _POINTS.sub("", line)).strip()
        if len(content_stems(text)) >= FEWEST_WORDS:
            found.append((text, float(points[1]) if points else None))
    if any(points is not None for _, points in found):
        # A line without points beside lines with them is a heading.
        found = [(text, points) for text, points in found if points is not None]
    mean = sum(points or 0.0 for _, points in found) / len(found) if found else 0.0
    return [
        _point(number, [text], "must" if (points or 0.0) >= mean else "should")
        for number, (text, points) in enumerate(found, 1)
    ]


def _written(row: Row) -> list[KeyPoint]:
    known = references().get(_set_of(row), {})
    return [_point(number, [text], "must") for number, text in enumerate(known.get(row.question_id, ()), 1)]


def _set_of(row: Row) -> str:
    return "nn_exam" if row.dataset == "digiklausur_nn" else row.dataset


@cache
def references() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Written references: file stem → question id → key points."""
    folder = resources.files("evals").joinpath("references")
    return {
        entry.name.removesuffix(".yaml"): yaml.safe_load(entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }


def _point(number: int, wordings: Sequence[str], importance: Importance) -> KeyPoint:
    texts = [_padded(" ".join(wording.split())) for wording in wordings]
    # The data have no cues. A key point needs one: the other wordings, or its own words, all of them.
    return KeyPoint(id=f"p{number}", importance=importance, text=texts[0], cues=tuple(texts[1:]) or (texts[0],))


def _padded(text: str) -> str:
    # Content values have a least length; these words carry no content, so nothing is matched by them.
    return text if len(text) >= _SHORTEST_TEXT else f"It is just like this: {text}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "row"
