"""Questions from documents, and how many drafts pass the checks: `python -m evals.questions DIR [--model NAME]`.

Every document below DIR (at any depth; archives too) is read by the library's own loader and given to the author, with
the bank and the questions so far as what is not to be asked again. Whether a question that passes is one to ask in an
interview, only a reader can say: they are printed for one. The last line is one JSON object; see `figures`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from evals.golden_run import installation
from evals.uploads import located
from interviewer.agents.author import with_model
from interviewer.agents.builtin_author import built_in_questions
from interviewer.agents.tally import Tally
from interviewer.authoring import A_DOCUMENT, PROMPT
from interviewer.content import shipped
from interviewer.domain import Document, Excerpt, Question
from interviewer.errors import DocumentRefused, InterviewerError
from interviewer.library import reading
from interviewer.library.passages import passages
from interviewer.llm import Model

WIDTH: Final = 110


def excerpts(name: str, data: bytes, *, company: str) -> tuple[Excerpt, ...]:
    """The passages of one document. Raises DocumentRefused."""
    parsed = reading.parse(data, name=name)
    digest = hashlib.sha256(data).hexdigest()
    document = Document(
        id=digest[:32],
        source=name,
        sha256=digest,
        kind=parsed.kind,
        title=parsed.title or Path(name).stem,
        company=company,
        pages=parsed.pages,
        added_at=datetime.now(UTC),
    )
    return tuple(Excerpt(document=document, passage=passage) for passage in passages(parsed, document=document.id))


def documents(folder: Path, *, company: str) -> Iterator[tuple[Excerpt, ...]]:
    """The passages of each document below a folder, in the order of their names; what is refused is told on stderr."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in reading.SUFFIXES):
        try:
            for name, data in reading.unpacked(path.read_bytes(), name=path.name):
                yield excerpts(name, data, company=company)
        except DocumentRefused as error:
            print(error, file=sys.stderr)


async def write(
    material: Sequence[Excerpt],
    *,
    company: str,
    bank: Sequence[Question],
    wanted: int,
    model: Model | None,
    tally: Tally,
) -> tuple[Question, ...]:
    """At most `wanted` questions from one document. Raises ModelError, BudgetExhausted."""
    if model is None:
        found = await asyncio.to_thread(built_in_questions, material, company=company, bank=bank, tally=tally)
        return found[:wanted]
    prompt = shipped().prompts[PROMPT[0]][PROMPT[1]]
    questions, _ = await with_model(
        material, company=company, bank=bank, wanted=wanted, prompt=prompt, model=model, tally=tally
    )
    return questions


def figures(tally: Tally, *, documents: int, by: str) -> dict[str, object]:
    """The result: `share` of the drafts that passed (0–1; None without any), `rejects` by reason, most frequent first.

    A draft may have several reasons, and one that was written again counts twice.
    """
    share = tally.passed / tally.drafted if tally.drafted else None
    return {
        "documents": documents,
        "drafted": tally.drafted,
        "passed": tally.passed,
        "share": None if share is None else round(share, 3),
        "rejects": dict(tally.rejects.most_common()),
        "by": by,
    }


async def run(folder: Path, *, company: str, wanted: int, model: Model | None, quiet: bool) -> dict[str, object]:
    """Write questions from every document of a folder, print them unless `quiet`, and return the figures."""
    tally, count = Tally(), 0
    known = list(shipped().bank("breadth"))
    for material in documents(folder, company=company):
        count += 1
        written = await write(material, company=company, bank=known, wanted=wanted, model=model, tally=tally)
        known += written
        if not quiet and material:
            print(f"\n{material[0].document.title}: {len(written)}")
            print("\n".join(readable(question) for question in written))
    return figures(tally, documents=count, by="built-in" if model is None else model.name)


def readable(question: Question) -> str:
    """A question as somebody would read it who decides whether to ask it."""
    lines = [f"[{question.area} {question.topics[0]}, {question.tier}] {question.opener}"]
    for point in question.key_points:
        page = f", p. {point.citation.page}" if point.citation is not None and point.citation.page else ""
        quote = f' — "{point.citation.quote}"{page}' if point.citation is not None else ""
        lines.append(f"  {point.importance}: {point.text}{quote}")
    lines += [f"  probe ({probe.angle}): {probe.text}" for probe in question.probes]
    lines += [f"  trap: {trap.says}" for trap in question.traps]
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="      ") for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code: 2 without documents, or if the model or the settings cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evals.questions", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("folder", help="of documents; looked for here, then under $INTERVIEWER_DATA")
    parser.add_argument("--model", default="none", metavar="NAME", help="a model of the settings' address, or none")
    parser.add_argument("--company", default="", metavar="NAME", help="whose documents they are")
    parser.add_argument("-n", type=int, default=A_DOCUMENT, metavar="N", help="most questions of a document")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    options = parser.parse_args(arguments)
    folder = located(options.folder)
    if not folder.is_dir():
        print(f"There is no folder {options.folder!r}: nothing was read. Set INTERVIEWER_DATA.", file=sys.stderr)
        return 2
    try:
        with installation(options.model) as program:
            work = run(
                folder,
                company=options.company,
                wanted=options.n,
                model=program.model("author"),
                quiet=options.json,
            )
            found = asyncio.run(work)
    except (InterviewerError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if not found["documents"]:
        print(f"There is no document in {options.folder!r} that can be read.", file=sys.stderr)
        return 2
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
