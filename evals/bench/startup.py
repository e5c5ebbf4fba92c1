"""How long the program takes to its first served page, beside `import gradio` alone in a process as fresh."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from typing import Any

from evals.bench.figures import machine, percentile, spread
from evals.bench.model import ROOT
from evals.bench.seats import home
from evals.bench.serving import served

ROUNDS, QUICK_ROUNDS = 7, 1
IMPORTS = {
    "gradio": "import gradio",
    "app": "import interviewer.program, interviewer.web.app",
    "cli": "import interviewer.cli",
}


def run(*, quick: bool = False) -> dict[str, Any]:
    """Seconds of each kind of start, taken in turns; and the medians' ratios to `import gradio`."""
    seconds: dict[str, list[float]] = {name: [] for name in (*IMPORTS, "page")}
    for number in range((QUICK_ROUNDS if quick else ROUNDS) + 1):
        for name, statement in IMPORTS.items():
            took = _import(statement)
            if number:
                seconds[name].append(took)
        took = _page()
        if number:
            seconds["page"].append(took)
    medians = {name: percentile(values, 0.5) for name, values in seconds.items()}
    return {
        "seconds": {name: spread(values, digits=3) for name, values in seconds.items()},
        "ratio_import": round(medians["app"] / medians["gradio"], 3),
        "ratio_page": round(medians["page"] / medians["gradio"], 3),
        **machine(),
    }


def _import(statement: str) -> float:
    """Seconds of a fresh process that runs a statement and ends."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], cwd=ROOT, check=True, timeout=120)  # noqa: S603 - our own program
    return time.perf_counter() - began


def _page() -> float:
    """Seconds from starting the program with an empty data folder to having its page."""
    with home() as folder:
        began = time.perf_counter()
        with served(folder) as program:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(program.address, timeout=60) as page:
                page.read()
            return time.perf_counter() - began
