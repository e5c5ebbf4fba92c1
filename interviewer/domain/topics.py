"""What can be asked about: the topics of the breadth areas and the system-design problems, by their stable names."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from interviewer.domain.value import Value


class Topics(Value):
    """The slugs that questions, packs and weak areas refer to (corpus/topics.yaml)."""

    areas: dict[str, dict[str, str]] = Field(min_length=1)
    """Breadth area (`B08`) → topic slug → its short name."""
    designs: dict[str, str] = Field(min_length=1)
    """Design problem (`SD01`) → its short name."""

    def area_of(self, slug: str) -> str:
        """The area of a topic; empty if there is no such topic."""
        return next((area for area, topics in self.areas.items() if slug in topics), "")

    def name_of(self, id: str) -> str:
        """The short name of a topic slug or design problem; empty if there is none."""
        return self.designs.get(id) or self.areas.get(self.area_of(id), {}).get(id, "")

    def slugs(self) -> Iterator[str]:
        """Every topic slug, area by area."""
        for topics in self.areas.values():
            yield from topics
