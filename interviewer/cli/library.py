"""`library`: documents in, documents out, search, and the questions that come from them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final, Literal

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from interviewer.authoring import Writing
from interviewer.cli import output, reading
from interviewer.cli.reading import SHORT
from interviewer.domain import Authored, Document, Passage
from interviewer.errors import CandidateError, NotFound
from interviewer.library import Hit, Library, Progress
from interviewer.library.sources import is_address
from interviewer.program import Program

Tell = Callable[[Progress], None]

_WHOLE: Final = 32
"""Characters of a whole id."""
_DOING: Final = {
    "fetching": "getting it",
    "reading": "reading",
    "embedding": "embedding",
    "indexing": "indexing",
}


@contextmanager
def opened(*, model: str | None = None) -> Iterator[Program]:
    """The program on the user's data folder; it and the files of its indexes are closed afterwards."""
    with reading.opened(model=model) as program:
        try:
            yield program
        finally:
            program.library.close()


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Shows one changing line on standard error while work goes on; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    terminal = Console(stderr=True, markup=False, highlight=False, emoji=False)
    with terminal.status("") as status:
        yield lambda line: status.update(Text(output.plain(line), no_wrap=True, overflow="ellipsis"))


def step(progress: Progress) -> str:
    """A step in one line."""
    count = f" {progress.done}/{progress.total}" if progress.total else ""
    return f"{_DOING.get(progress.step, progress.step)}{count}: {progress.name}"


def add(items: Sequence[str], *, company: str, newest: int, as_json: bool) -> int:
    """Add files and addresses and print how each document ended; 2 if any failed."""
    wanted = [item if is_address(item) else Path(item).expanduser() for item in items]
    with opened() as program, telling() as tell:
        ended = program.library.add(
            wanted, company=_named(company), newest=newest, progress=lambda progress: tell(step(progress))
        )
    failed = any(progress.step == "failed" for progress in ended)
    if as_json:
        output.print_json([asdict(progress) for progress in ended])
    else:
        output.print_table(
            ("Document", "Result", "Passages", "Name", *(["Why"] if failed else [])),
            [
                (
                    one.document[:SHORT] or "-",
                    one.step,
                    str(one.total or "-"),
                    one.name,
                    *([one.sentence] if failed else []),
                )
                for one in ended
            ],
        )
    return 2 if failed else 0


def list_documents(*, company: str | None, as_json: bool) -> None:
    """Print the documents, newest first."""
    with opened() as program:
        found, notice = program.library.documents(company=company), program.library.notice()
    if as_json:
        output.print_json([document.model_dump(mode="json") for document in found])
    elif not found:
        whose = f" of {output.plain(company)!r}" if company else ""
        sys.stdout.write(f"There is no document{whose} yet: `interviewer library add` adds files and addresses.\n")
    else:
        output.print_table(
            ("Id", "Added", "Company", "Kind", "Passages", "Title"),
            [
                (
                    document.id[:SHORT],
                    output.when(document.added_at),
                    document.company or "-",
                    document.kind,
                    str(document.passages),
                    document.title,
                )
                for document in found
            ],
        )
    _notice(notice)


def search(
    query: str, *, company: str | None, mode: Literal["dense", "words", "hybrid"], limit: int, as_json: bool
) -> None:
    """Print the passages that fit best, best first."""
    if not query.strip():
        raise CandidateError("There is nothing to search for: give a few words.")
    with opened() as program:
        hits = program.library.search(query, company=company, limit=limit, mode=mode)
        notice = program.library.notice()
    if as_json:
        output.print_json([_hit(hit) for hit in hits])
    elif not hits:
        sys.stdout.write("Nothing fits: try other words, or `interviewer library list` to see what is there.\n")
    else:
        console = output.console()
        for number, hit in enumerate(hits, start=1):
            console.print(Text(output.plain(f"{number}. {hit.document.title}"), style="bold"))
            console.print(Text(output.plain(f"   {_place(hit.passage, hit.page)}")))
            console.print(Padding(_marked(hit.passage.text, hit.highlights), (0, 0, 1, 3)))
    _notice(notice)


def show(id: str, *, as_json: bool) -> None:
    """Print a document with its passages, or one passage. Raises NotFound."""
    with opened() as program:
        document, passages, alone = _found(program.library, id)
    if as_json:
        parts = [passage.model_dump(mode="json") for passage in passages]
        whole = document.model_dump(mode="json")
        output.print_json({**parts[0], "of": whole} if alone else {**whole, "passages": parts})
        return
    console = output.console()
    console.print(Text(output.plain(document.title), style="bold"))
    for name, value in _facts(document):
        console.print(Text(output.plain(f"{name}: {value}")))
    for passage in passages:
        console.print()
        console.print(Text(output.plain(_place(passage, passage.page)), style="bold"))
        console.print(Text(output.plain(passage.text)))


def remove(id: str, *, yes: bool, as_json: bool) -> None:
    """Remove a document, after asking. Raises NotFound, and CandidateError if the answer is no."""
    with opened() as program:
        document = program.library.document(id)
        if not yes and not _confirmed(document):
            raise CandidateError("Nothing was removed: answer y, or give --yes.")
        program.library.remove(document.id)
    if as_json:
        output.print_json({"removed": document.id})
    else:
        sys.stdout.write("Removed.\n")


def rebuild(*, as_json: bool) -> None:
    """Embed everything anew and build both indexes. Raises ModelError, OperatorError."""
    with opened() as program, telling() as tell:
        count = program.library.rebuild(progress=lambda progress: tell(step(progress)))
    if as_json:
        output.print_json({"passages": count})
    else:
        sys.stdout.write(f"{count} passages were embedded and indexed anew.\n")


def questions(company: str, *, wanted: int, model: str | None, as_json: bool) -> None:
    """Print questions about a company's documents, after writing those that are missing."""
    fell_back = ""

    def wrote(writing: Writing, tell: Callable[[str], None]) -> None:
        nonlocal fell_back
        fell_back = writing.fell_back or fell_back
        tell(f"writing questions {writing.done}/{writing.total}: {writing.title}")

    with opened(model=model) as program, telling() as tell:
        found = asyncio.run(program.authoring.questions(_named(company), wanted, progress=partial(wrote, tell=tell)))
    if as_json:
        output.print_json([authored.model_dump(mode="json") for authored in found])
    elif not found:
        sys.stdout.write("No question could be written from these documents: add some that say more.\n")
    else:
        for number, authored in enumerate(found, start=1):
            _print_question(output.console(), number, authored)
    _notice(fell_back)


def _named(company: str) -> str:
    if not company.strip():
        raise CandidateError("Give the company's name: --company NAME.")
    return company.strip()


def _notice(sentence: str) -> None:
    if sentence:
        output.complain(sentence, 0)


def _place(passage: Passage, number: int | None) -> str:
    """Where a passage stands, with the number of the page, and its id."""
    page = [f"p. {number}"] if number is not None else []
    return "  ".join((f"{passage.number}.", *page, " > ".join(passage.sections), f"[{passage.id}]")).replace(
        "    ", "  "
    )


def _facts(document: Document) -> Iterator[tuple[str, object]]:
    named = {
        "Company": document.company,
        "Authors": ", ".join(document.authors),
        "Date": document.date,
        "From": document.source,
        "Address": document.url if document.url != document.source else "",
        "Licence": document.licence,
        "Pages": document.pages or "",
        "Words": document.words,
        "Id": document.id,
    }
    return ((name, value) for name, value in named.items() if value != "")


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Text:
    """The text with these spans in bold."""
    marked, last = Text(), 0
    for start, end in spans:
        marked.append(output.plain(text[last:start]))
        marked.append(output.plain(text[start:end]), style="bold")
        last = end
    return marked.append(output.plain(text[last:]))


def _hit(hit: Hit) -> dict[str, object]:
    return {
        "score": hit.score,
        "page": hit.page,
        "document": hit.document.model_dump(mode="json"),
        "passage": hit.passage.model_dump(mode="json"),
        "highlights": [list(span) for span in hit.highlights],
    }


def _found(library: Library, id: str) -> tuple[Document, tuple[Passage, ...], bool]:
    """The document with its passages, or with the one passage that has this id, and whether it is that."""
    try:
        document = library.document(id)
    except NotFound as error:
        # How a passage's id begins names nothing: the ids of documents are those that are typed.
        if len(id) != _WHOLE:
            raise
        try:
            passage = library.passage(id.lower())
        except NotFound:
            raise error from None
        return library.document(passage.document), (passage,), True
    return document, library.passages(document.id), False


def _confirmed(document: Document) -> bool:
    question = f"Remove {document.title!r} with its passages and questions for good?"
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        # Standard input has ended, and the cursor still stands behind the question.
        sys.stderr.write("\n")
        return False


def _print_question(console: Console, number: int, authored: Authored) -> None:
    question = authored.question
    console.print(Text(output.plain(f"{number}. {question.opener}"), style="bold"))
    console.print(Text(output.plain(f"   {question.area}, {', '.join(question.topics)}; written by {authored.by}")))
    for point in question.key_points:
        console.print(Padding(Text(output.plain(f"{point.importance}: {point.text}")), (0, 0, 0, 3)))
        if (cited := point.citation) is not None:
            page = f", p. {cited.page}" if cited.page is not None else ""
            line = f'"{cited.quote}" ({cited.title}{page})'
            console.print(Padding(Text(output.plain(line), style="italic"), (0, 0, 0, 6)))
    console.print()
