"""Every error this program raises on purpose, named by who can act on it.

    InterviewerError
    ├── CandidateError            the candidate can mend it
    │   ├── BadMessage            empty, too long, or nothing but control characters
    │   ├── NotFound              no such interview, question or tracker row for this user
    │   ├── InterviewOver         an act after the end
    │   ├── DocumentRefused       a file or an address that cannot become a document
    │   ├── Busy                  all places are taken: try again in a few minutes
    │   └── OutOfStep             another tab, or a double click, was first: reload
    ├── ContentError              the author of prompts/ or corpus/ can mend it: all faults at once
    ├── OperatorError             whoever runs the program can mend it
    │   ├── SettingsError         a setting that cannot be used
    │   ├── StoreUnavailable      the database is locked, full, read-only or damaged
    │   └── BudgetExhausted       the spend cap is reached; no call was made
    └── ModelError                the model provider has to mend it, or time will
        ├── ModelUnavailable      refused connection, 5xx, circuit open
        ├── ModelTimeout          a deadline of ours passed
        ├── ModelRateLimited      429, or Retry-After longer than we wait
        ├── ModelRejected         401, 403, 404, 400: key, model name or request refused
        ├── ModelRefused          the model declined to answer
        ├── ModelContextOverflow  the request is longer than the model takes
        └── ModelNonsense         empty, cut off, off-schema after one repair, or evidence that does not hold

`str(error)` is one sentence for the person who reads it, with what to do; it never holds a key or an answer.
"""


class InterviewerError(Exception):
    """Anything this program raises on purpose; `str()` is a sentence that may be shown."""


class CandidateError(InterviewerError):
    """The candidate can mend it."""


class BadMessage(CandidateError):
    """The message cannot be taken as it is."""


class NotFound(CandidateError):
    """This user has nothing under that id (somebody else's counts as nothing)."""


class InterviewOver(CandidateError):
    """The interview has ended; it takes no more acts."""


class DocumentRefused(CandidateError):
    """A file or an address that cannot become a document; nothing was added."""


class Busy(CandidateError):
    """As many interviews run as this installation carries; nothing was taken."""


class OutOfStep(CandidateError):
    """The act's number is taken: another tab or a double click was first."""


class ContentError(InterviewerError):
    """Faults in prompts/ or corpus/, all of them, each with its place.

    `faults` is a tuple of sentences `path:line: what is wrong`.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class OperatorError(InterviewerError):
    """Whoever runs the program can mend it."""


class SettingsError(OperatorError):
    """A setting that cannot be used."""


class StoreUnavailable(OperatorError):
    """The database cannot be written or read now; what was not acknowledged is not kept."""


class BudgetExhausted(OperatorError):
    """The next call could pass the spend cap, so it was not made."""


class ModelError(InterviewerError):
    """A call to the model did not give a usable answer; the built-in step can carry on."""


class ModelUnavailable(ModelError):
    """No connection, a server error, or the circuit is open."""


class ModelTimeout(ModelError):
    """The call passed its total, first-token or idle deadline."""


class ModelRateLimited(ModelError):
    """The provider asks us to wait longer than a candidate should."""


class ModelRejected(ModelError):
    """The provider refuses the request as it is: key, model name or parameters."""


class ModelRefused(ModelError):
    """The model declined to answer."""


class ModelContextOverflow(ModelError):
    """The request is longer than the model takes."""


class ModelNonsense(ModelError):
    """Empty, cut off, off-schema after one repair, or citing evidence that does not hold."""
