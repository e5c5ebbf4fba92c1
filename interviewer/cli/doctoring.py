"""`doctor`: whether everything that the program stands on is in order; one line each, with what to do."""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import interviewer
from interviewer import sandbox
from interviewer import settings as settings_file
from interviewer.cli import output
from interviewer.content import shipped
from interviewer.errors import ContentError, InterviewerError
from interviewer.llm.embed import MODEL_NAME, embedder
from interviewer.program import Program
from interviewer.store import Store

PACKAGES = ("gradio", "fastapi", "langchain", "langchain-openai", "openai", "sqlalchemy", "onnxruntime")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Line:
    """What one look showed."""

    name: str
    status: Literal["ok", "note", "needs attention"]
    """`note`: something is missing that this installation does not need."""
    text: str


def doctor(*, as_json: bool) -> int:
    """Print the lines; 1 if any needs attention."""
    lines = [_line(name, look) for name, look in LOOKS.items()]
    sound = all(line.status != "needs attention" for line in lines)
    if as_json:
        output.print_json({"ok": sound, "checks": [asdict(line) for line in lines]})
    else:
        for line in lines:
            sys.stdout.write(output.plain(f"{line.name:<16} {line.status:<16} {line.text}") + "\n")
    return 0 if sound else 1


def _line(name: str, look: Callable[[], str | Line]) -> Line:
    """A look as a line. Any error is a finding: a doctor that falls over helps nobody."""
    try:
        found = look()
    except ContentError as error:
        return Line(name, "needs attention", f"{len(error.faults)} faults: `interviewer check` lists them.")
    except InterviewerError as error:
        return Line(name, "needs attention", str(error))
    except Exception as error:  # noqa: BLE001
        return Line(name, "needs attention", f"It cannot be looked at ({type(error).__name__}: {error}).")
    return found if isinstance(found, Line) else Line(name, "ok", found)


def _python() -> str:
    return f"Python {platform.python_version()} on {platform.system()} {platform.machine()}."


def _packages() -> str | Line:
    found: list[str] = []
    missing: list[str] = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Line("packages", "needs attention", f"Not installed: {', '.join(missing)}. Run `make run` once.")
    return f"interviewer {interviewer.__version__}, {', '.join(found)}."


def _settings() -> str | Line:
    home = settings_file.home()
    loaded = settings_file.load(home)
    file = home / settings_file.FILE
    if file.exists() and file.stat().st_mode & 0o077:
        text = f"Others on this machine can read {str(file)!r}, which may hold a key: run chmod 600 on it."
        return Line("settings", "needs attention", text)
    fixed = (
        f" The environment decides: {', '.join(sorted(loaded.from_environment))}." if loaded.from_environment else ""
    )
    return f"Everything is kept in {str(home)!r}.{fixed}"


def _content() -> str:
    content = shipped()
    return "; ".join(f"round {id!r} with {len(content.bank(id))} questions" for id in content.rounds) + "."


def _store() -> str:
    store = Store.open(settings_file.home())
    try:
        return store.check()
    finally:
        store.dispose()


def _model() -> str | Line:
    program = Program(settings_file.home())
    try:
        settings = program.settings
        if not settings.model:
            return (
                "No model is set, so the built-in interviewer does every step. Settings or INTERVIEWER_MODEL set one."
            )
        result = asyncio.run(program.test_model(settings))
        text = f"{program.answering()}. {result.sentence}"
        return Line("model", "ok" if result.ok else "needs attention", text)
    finally:
        program.store.dispose()


def _embedding() -> str:
    begun = time.monotonic()
    embedder().load()
    embedder().tokens(["Ready."])
    return f"{MODEL_NAME} loads and runs ({time.monotonic() - begun:.1f} s)."


def _chromium() -> str | Line:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        return Line("chromium", "note", "Not found; only the browser tests need it (apt-get install chromium).")
    return f"{Path(found).name} is there for the browser tests."


def _sandbox() -> str | Line:
    """Which tier runs candidates' code, and why no stronger one does."""
    tried = sandbox.trials()
    chosen = sandbox.tier()
    if chosen is sandbox.Tier.none:
        return Line("sandbox", "note", f"{sandbox.reason()} The other rounds do not need it.")
    failed = "; ".join(f"{each.tier} does not: {each.reason}" for each in tried if not each.holds)
    text = f"Candidates' code is run with {chosen}, which stood {len(sandbox.ATTACKS) + 1} hostile programs."
    return Line("sandbox", "note", f"{text} The stronger {failed}.") if failed else text


LOOKS: dict[str, Callable[[], str | Line]] = {
    "python": _python,
    "packages": _packages,
    "settings": _settings,
    "content": _content,
    "store": _store,
    "model": _model,
    "embedding model": _embedding,
    "chromium": _chromium,
    "sandbox": _sandbox,
}
"""The looks in the order in which they are printed; each stands by itself, so that one fault hides no other."""
