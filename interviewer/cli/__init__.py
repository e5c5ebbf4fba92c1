"""The command line: `interviewer serve | check | doctor | transcripts | tracker | play`.

Tables for people, `--json` for programs. Errors are one sentence on standard error, with status 2 for what the user can
mend and 1 for what the program, the content or the model provider has to; never a traceback, unless `--trace` asks.
"""

from interviewer.cli.commands import main, run

__all__ = ["main", "run"]
