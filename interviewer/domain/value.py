"""What every value of the domain is: frozen, and picky about unknown fields."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
OptionalSlug = Annotated[str, Field(pattern=r"^([a-z0-9]+([-_][a-z0-9]+)*)?$")]


class Value(BaseModel):
    """A frozen value; unknown fields are an error, so a typing slip in a content file is found at load."""

    model_config = ConfigDict(frozen=True, extra="forbid")
