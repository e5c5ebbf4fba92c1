"""The commands with their options, and the one place where an error becomes a sentence and a status.

What a command needs is imported when it runs, so that `--help` and `check` do not wait for the database or for numpy.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

import interviewer
from interviewer.cli import output
from interviewer.domain import Level, Strictness
from interviewer.errors import (
    CandidateError,
    ContentError,
    InterviewerError,
    OperatorError,
    StoreUnavailable,
)

log = logging.getLogger("interviewer.cli")

USER, PROGRAM, STOPPED = 2, 1, 130
"""Exit statuses: the user's to mend, the program's (or the provider's), and stopped by the keyboard."""

app = typer.Typer(
    name="interviewer",
    help="A self-hosted mock interviewer for machine-learning roles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
transcripts = typer.Typer(help="Read and delete the interviews that are kept.", no_args_is_help=True)
tracker = typer.Typer(help="What the interviews left to work on.", no_args_is_help=True)
app.add_typer(transcripts, name="transcripts")
app.add_typer(tracker, name="tracker")
library = typer.Typer(
    help="Papers and posts of a company, and the questions that come from them.", no_args_is_help=True
)
app.add_typer(library, name="library")

Json = Annotated[bool, typer.Option("--json", help="One JSON value on standard output, for programs.")]
Model = Annotated[
    str | None,
    typer.Option(help="The model for this run instead of the one in the settings; 'none': built-in.", metavar="NAME"),
]

Company = Annotated[str, typer.Option(metavar="NAME", help="Whose documents they are.")]
OfCompany = Annotated[str | None, typer.Option("--company", metavar="NAME", help="Only of this company.")]
Newest = Annotated[int, typer.Option(min=1, max=50, metavar="N", help="Posts to take of a feed.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its status."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit status. Whatever goes wrong becomes one sentence on standard error."""
    trace = "--trace" in arguments[:1]
    # What a server logs is for its operator, who wants to see where.
    output.quiet_logs(trace=trace or "serve" in arguments[:1])
    try:
        return int(app(list(arguments), prog_name="interviewer", standalone_mode=False) or 0)
    except typer.TyperException as error:
        return output.complain(error.format_message() or "See interviewer --help.", error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return output.complain("Stopped.", STOPPED)
    except BrokenPipeError:
        output.forget_output()
        return PROGRAM
    except ContentError as error:
        sentence = f"The content has {len(error.faults)} faults; `interviewer check` lists them."
        return output.complain(sentence, PROGRAM)
    except InterviewerError as error:
        return output.complain(str(error), status(error))
    except Exception as error:
        if trace:
            raise
        return output.complain(
            f"Something went wrong here ({type(error).__name__}); what was recorded is kept. "
            "Run `interviewer --trace …` with the same command to see where.",
            PROGRAM,
        )


def status(error: InterviewerError) -> int:
    """The exit status that says who can mend an error."""
    mine = isinstance(error, CandidateError | OperatorError) and not isinstance(error, StoreUnavailable)
    return USER if mine else PROGRAM


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"interviewer {interviewer.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    trace: Annotated[
        bool, typer.Option("--trace", help="Must come first: show where in the program an error arises.")
    ] = False,
) -> None:
    """A self-hosted mock interviewer for machine-learning roles."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; this machine only, for now.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one.")] = None,
) -> None:
    """Start the pages and print their address."""
    from interviewer.program import Program
    from interviewer.settings import home
    from interviewer.web.app import serve as serve_pages

    program = Program(home())
    try:
        settings = program.settings
        serve_pages(program, host or settings.host, settings.port if port is None else port)
    finally:
        program.store.dispose()


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="A prompts folder; without it, the one in use.")] = None,
    as_json: Json = False,
) -> None:
    """Check the rounds, questions and prompts, and list every fault with its file and line."""
    from interviewer.cli import checking

    raise typer.Exit(checking.check(folder, as_json=as_json))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at settings, model, store, content and versions: one line each, with what to do."""
    from interviewer.cli import doctoring

    raise typer.Exit(doctoring.doctor(as_json=as_json))


@transcripts.command("list")
def list_transcripts(as_json: Json = False) -> None:
    """List the interviews, newest first."""
    from interviewer.cli import reading

    reading.list_interviews(as_json=as_json)


@transcripts.command("show")
def show_transcript(
    id: Annotated[str, typer.Argument(help="The id, or how it begins.")], as_json: Json = False
) -> None:
    """Print an interview: what was said, the marks and the sentences they rest on."""
    from interviewer.cli import reading

    reading.show(id, as_json=as_json)


@transcripts.command("delete")
def delete_transcript(
    id: Annotated[str, typer.Argument(help="The id, or how it begins.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete every trace of an interview; there is no way back."""
    from interviewer.cli import reading

    reading.delete(id, yes=yes, as_json=as_json)


@tracker.command("list")
def list_tracker(as_json: Json = False) -> None:
    """List the weak areas, newest first, with the sentence that showed each."""
    from interviewer.cli import reading

    reading.list_weaknesses(as_json=as_json)


@library.command("add")
def add_documents(
    what: Annotated[list[str], typer.Argument(metavar="PATH_OR_URL...", help="Files, zips, addresses, arXiv ids.")],
    company: Company,
    newest: Newest = 10,
    as_json: Json = False,
) -> None:
    """Add PDF, HTML, Markdown and text files, zips of them, web addresses, feeds and arXiv ids."""
    from interviewer.cli import library as documents

    raise typer.Exit(documents.add(what, company=company, newest=newest, as_json=as_json))


@library.command("list")
def list_documents(company: OfCompany = None, as_json: Json = False) -> None:
    """List the documents, newest first."""
    from interviewer.cli import library as documents

    documents.list_documents(company=company, as_json=as_json)


@library.command("search")
def search_documents(
    query: Annotated[str, typer.Argument(help="A question, or a few words.")],
    company: OfCompany = None,
    mode: Annotated[
        Literal["dense", "words", "hybrid"], typer.Option(help="By meaning, by words, or both.")
    ] = "hybrid",
    limit: Annotated[int, typer.Option("-n", min=1, max=100, metavar="N", help="How many passages.")] = 10,
    as_json: Json = False,
) -> None:
    """Find the passages that fit best."""
    from interviewer.cli import library as documents

    documents.search(query, company=company, mode=mode, limit=limit, as_json=as_json)


@library.command("show")
def show_document(
    id: Annotated[str, typer.Argument(help="A document's id, or how it begins; or a passage's.")], as_json: Json = False
) -> None:
    """Print a document with its passages, or one passage."""
    from interviewer.cli import library as documents

    documents.show(id, as_json=as_json)


@library.command("remove")
def remove_document(
    id: Annotated[str, typer.Argument(help="The document's id, or how it begins.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove every trace of a document; there is no way back."""
    from interviewer.cli import library as documents

    documents.remove(id, yes=yes, as_json=as_json)


@library.command("packs")
def list_packs(as_json: Json = False) -> None:
    """List the companies that something is known about."""
    from interviewer.cli import packs

    packs.list_packs(as_json=as_json)


@library.command("fetch")
def fetch_pack(
    company: Annotated[str, typer.Argument(help="The company, such as netflix.")],
    newest: Newest = 10,
    as_json: Json = False,
) -> None:
    """Get a known company's papers and newest posts, and say which cannot be reached."""
    from interviewer.cli import packs

    raise typer.Exit(packs.fetch(company, newest=newest, as_json=as_json))


@library.command("rebuild")
def rebuild_library(as_json: Json = False) -> None:
    """Embed everything anew, such as after a change of the embedding model."""
    from interviewer.cli import library as documents

    documents.rebuild(as_json=as_json)


@library.command("questions")
def write_questions(
    company: Company,
    wanted: Annotated[int, typer.Option("-n", min=1, max=100, metavar="N", help="At most so many.")] = 10,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Write questions from a company's documents and print them, each with what it rests on."""
    from interviewer.cli import library as documents

    documents.questions(company, wanted=wanted, model=model, as_json=as_json)


@app.command()
def play(
    round: Annotated[str, typer.Argument(help="The round, such as breadth.")],
    answers: Annotated[Path, typer.Option(help="JSON: a list of messages, or a map from question id or * to one.")],
    seed: Annotated[int, typer.Option(help="The same seed draws the same questions from the same answers.")] = 0,
    level: Annotated[Level, typer.Option(help="The level to be measured against.")] = "mid",
    minutes: Annotated[int, typer.Option(min=5, max=120, help="Length of the round.")] = 20,
    strictness: Annotated[Strictness, typer.Option(help="How soon the interviewer helps.")] = "standard",
    question: Annotated[str | None, typer.Option(metavar="ID", help="Ask only this question.")] = None,
    areas: Annotated[str, typer.Option(metavar="ID,ID", help="Areas to focus on, such as B03,B08.")] = "",
    company: Annotated[str, typer.Option(metavar="NAME", help="Ask about its documents in the library.")] = "",
    project: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Depth: a text about your own project, to be asked about.")
    ] = None,
    document: Annotated[
        str | None, typer.Option(metavar="ID", help="Depth: the document of the library to talk about.")
    ] = None,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Hold a whole interview with scripted answers, on a clock of its own; it is kept like any other.

    `/hint`, `/skip`, `/idk` and `/end` stand for the buttons. Each message takes 20 s and 0.4 s a word.
    """
    from interviewer.cli import playing

    chosen = playing.Choice(
        round, level, strictness, minutes, playing.split(areas), question, seed, company, project, document
    )
    playing.play_script(answers, chosen, model=model, as_json=as_json)
