"""From the files of prompts/ to frozen values, or to every fault in them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from interviewer.content.checks import prompt_faults, question_faults, round_faults
from interviewer.content.tasks import with_brief
from interviewer.content.yaml_lines import value_in
from interviewer.domain import Prompt, Question, Round
from interviewer.errors import ContentError, NotFound

STEPS = ("observe", "speak", "grade")
"""The prompts that every round has; `close` comes with dimensions that are judged over the whole round."""


@dataclass(frozen=True)
class Content:
    """Everything that prompts/ holds."""

    rounds: dict[str, Round]
    questions: tuple[Question, ...]
    """Sorted by area and id."""
    prompts: dict[str, dict[str, Prompt]]
    """Round id → file stem ("observe") → prompt."""

    def round(self, id: str) -> Round:
        """The round with this id. Raises NotFound."""
        if id not in self.rounds:
            raise NotFound(f"There is no round called {id!r}; there are: {', '.join(sorted(self.rounds))}.")
        return self.rounds[id]

    def bank(self, round_id: str) -> tuple[Question, ...]:
        """The questions of one round."""
        return tuple(question for question in self.questions if question.round == round_id)

    def question(self, id: str) -> Question:
        """The question with this id. Raises NotFound."""
        for question in self.questions:
            if question.id == id:
                return question
        raise NotFound(f"There is no question called {id!r}.")


def root(name: str = "prompts") -> Path:
    """The folder prompts/ or corpus/: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped" / name
    return installed if installed.is_dir() else package.parent / name


@cache
def shipped() -> Content:
    """The content that comes with the program, read once per process. Raises ContentError."""
    return load(root())


def load(folder: Path) -> Content:
    """Everything under `folder`. Raises ContentError with all faults, each `path:line: what is wrong`."""
    faults: list[str] = []
    if not folder.is_dir():
        raise ContentError((f"{folder}:0: there is no such folder",))
    rounds = _rounds(folder, faults)
    prompts = _prompts(folder, rounds, faults)
    questions = _questions(folder, rounds, faults)
    if not rounds and not faults:
        faults.append(f"{folder}:0: there is no <round>/round.yaml in it")
    if faults:
        raise ContentError(tuple(faults))
    return Content(rounds, tuple(sorted(questions, key=lambda q: (q.area, q.id))), prompts)


def _rounds(folder: Path, faults: list[str]) -> dict[str, Round]:
    rounds: dict[str, Round] = {}
    for path in sorted(folder.glob("*/round.yaml")):
        round_ = value_in(path, Round, faults)
        if round_ is not None:
            rounds[round_.id] = round_
            faults += (f"{path}:{line}: {fault}" for line, fault in round_faults(round_, path))
    return rounds


def _prompts(folder: Path, rounds: dict[str, Round], faults: list[str]) -> dict[str, dict[str, Prompt]]:
    prompts: dict[str, dict[str, Prompt]] = {}
    for path in sorted(folder.glob("*/*.md")):
        prompt = _prompt(path, rounds.get(path.parent.name), faults)
        if prompt is not None:
            prompts.setdefault(path.parent.name, {})[path.stem] = prompt
    wanted = (folder / id / f"{step}.md" for id, round_ in rounds.items() for step in _steps(round_))
    faults += (f"{path}:0: the round {path.parent.name!r} has no such prompt" for path in wanted if not path.exists())
    return prompts


def _steps(round_: Round) -> tuple[str, ...]:
    return (*STEPS, "close") if any(dim.scope == "round" and dim.judged for dim in round_.dimensions) else STEPS


def _questions(folder: Path, rounds: dict[str, Round], faults: list[str]) -> list[Question]:
    questions: list[Question] = []
    places: dict[str, Path] = {}
    # Problems of a round that is not there yet (no round.yaml) wait for it.
    here = [path for path in sorted(folder.glob("*/bank/*.yaml")) if (path.parents[1] / "round.yaml").exists()]
    for path in here:
        question = value_in(path, Question, faults)
        if question is None:
            continue
        faults += (f"{path}:{line}: {fault}" for line, fault in question_faults(question, rounds, path))
        if question.id in places:
            faults.append(f"{path}:1: the id {question.id!r} is taken by {places[question.id]}")
        places[question.id] = path
        questions.append(with_brief(question))
    return questions


def _prompt(path: Path, round_: Round | None, faults: list[str]) -> Prompt | None:
    try:
        text = path.read_text(encoding="utf-8")
        _, head, body = text.split("---\n", 2)
        front = yaml.safe_load(head)
        prompt = Prompt(
            name=path.stem,
            purpose=front["purpose"],
            inputs=tuple(front["inputs"]),
            output=front["output"],
            parts=_parts(body),
            notes=front.get("notes", {}),
            version=hashlib.sha256(text.encode()).hexdigest()[:12],
        )
    except (ValueError, KeyError, TypeError, yaml.YAMLError, OSError) as error:
        faults.append(f"{path}:1: no front matter with purpose, inputs and output, or no '## system' part ({error})")
        return None
    faults += (f"{path}:{line}: {fault}" for line, fault in prompt_faults(prompt, text, round_))
    return prompt


def _parts(body: str) -> tuple[tuple[Any, str], ...]:
    parts: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        if line in ("## system", "## user"):
            parts.append((line[3:], []))
        elif parts:
            parts[-1][1].append(line)
        elif line.strip():
            raise ValueError(f"text before the first part: {line!r}")
    if not parts:
        raise ValueError("no part")
    return tuple((role, "\n".join(lines).strip()) for role, lines in parts)
