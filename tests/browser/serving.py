"""`app.py`, but the texts of a question are embedded when it is asked and not beforehand.

The whole bank takes half a minute of processor, a dozen apps are started here, and most are left before that is over.
The benches of evals.bench do it as the app does.
"""

from __future__ import annotations

from interviewer import program
from interviewer.cli import main

if __name__ == "__main__":
    vars(program)["prepare"] = lambda question: None
    main(["serve"])
