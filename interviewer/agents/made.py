"""What made a step, with what it used."""

from __future__ import annotations

from interviewer.domain import Made
from interviewer.llm import Usage


def counted(made: Made, usage: Usage) -> Made:
    """`made` with the use of one more call added."""
    return made.model_copy(
        update={
            "tokens_in": made.tokens_in + usage.tokens_in,
            "tokens_out": made.tokens_out + usage.tokens_out,
            "cost": made.cost if usage.cost is None else (made.cost or 0.0) + usage.cost,
            "seconds": made.seconds + usage.seconds,
        }
    )
