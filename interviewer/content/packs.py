"""Loads and checks corpus/: what is publicly known about companies, and the documents of an invented one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from interviewer.content.load import root
from interviewer.content.yaml_lines import line_of, value_in
from interviewer.domain import Landmark, Pack, Topics
from interviewer.errors import ContentError

Fault = tuple[int, str]
"""Line and sentence."""
Known = Mapping[str, str]
"""Name in lower case → the pack that has it."""

SAMPLE_COMPANY = "Brackenloom"
"""The invented company of corpus/samples."""
HEAD = ("title", "authors", "date", "company", "licence")
"""What stands in front of every sample."""
DISCLAIMER = "is an invented company"
"""Every sample says this of its company before anything else."""
ARXIV = re.compile(r"\d{4}\.\d{4,5}(v\d+)?")
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
EARLIEST = 1990
LONGEST_SUMMARY = 40
"""Words of a landmark's summary: one line."""


@dataclass(frozen=True)
class Corpus:
    """Everything that corpus/ holds."""

    topics: Topics
    packs: tuple[Pack, ...]
    """Sorted by company."""
    samples: tuple[Path, ...]
    """Sorted by name."""


def packs() -> tuple[Pack, ...]:
    """The packs that come with the program, by company. Raises ContentError."""
    return shipped_corpus().packs


def pack_for(name: str) -> Pack | None:
    """The pack of a company by its id or any of its names, in whatever case; None if there is none.

    Raises ContentError.
    """
    wanted = _key(name)
    return next((pack for pack in packs() if wanted in map(_key, _names(pack))), None)


def landmarks(company: str) -> tuple[Landmark, ...]:
    """The published work that a company's pack names; none for a company without a pack. Raises ContentError."""
    pack = pack_for(company)
    return pack.landmarks if pack is not None else ()


def topics() -> Topics:
    """The topics and design problems that there are. Raises ContentError."""
    return shipped_corpus().topics


def sample_files() -> tuple[Path, ...]:
    """The documents of SAMPLE_COMPANY, ready to be added to a library. Raises ContentError."""
    return shipped_corpus().samples


@cache
def shipped_corpus() -> Corpus:
    """The corpus that comes with the program, read once per process. Raises ContentError."""
    return load_corpus(root("corpus"))


def load_corpus(folder: Path) -> Corpus:
    """Everything under `folder`. Raises ContentError with all faults, each `path:line: what is wrong`."""
    faults: list[str] = []
    path = folder / "topics.yaml"
    topics = value_in(path, Topics, faults)
    if topics is not None:
        faults += (f"{path}:{line}: {fault}" for line, fault in _topic_faults(topics, path))
    packs = _packs(folder / "packs", topics, faults)
    samples = tuple(sorted(path for path in folder.glob("samples/*") if path.suffix in {".md", ".pdf"}))
    for path in samples:
        if path.suffix == ".md":
            faults += (f"{path}:{line}: {fault}" for line, fault in _sample_faults(path))
    if faults or topics is None:
        raise ContentError(tuple(faults))
    return Corpus(topics, packs, samples)


def _packs(folder: Path, topics: Topics | None, faults: list[str]) -> tuple[Pack, ...]:
    found: list[Pack] = []
    known: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        pack = value_in(path, Pack, faults)
        if pack is None:
            continue
        faults += (f"{path}:{line}: {fault}" for line, fault in pack_faults(pack, topics, path, known=known))
        known |= {_key(name): pack.id for name in _names(pack)}
        found.append(pack)
    return tuple(sorted(found, key=lambda pack: pack.company.casefold()))


def pack_faults(pack: Pack, topics: Topics | None, path: Path, *, known: Known) -> Iterator[Fault]:
    """Faults of a pack: unknown topics, names that are taken, addresses and ids that are none.

    Args:
        topics: what there is to refer to; None if it could not be read, so that references are not checked.
        known: the names of the packs read before.
    """
    text = path.read_text(encoding="utf-8")

    def at(*loc: int | str) -> int:
        return line_of(text, loc)

    if pack.id != path.stem:
        yield at("id"), f"the id {pack.id!r} is not the file's name {path.stem!r}"
    for name in sorted({_key(name) for name in _names(pack)} & known.keys()):
        yield at("company"), f"the name {name!r} is taken by the pack {known[name]!r}"
    month = MONTH.fullmatch(pack.as_of)
    if month is None:
        yield at("as_of"), f"{pack.as_of!r} is not a month such as '2026-11'"
    if "unofficial" not in pack.note.casefold():
        yield at("note"), "the note does not say that the pack is unofficial"
    for loc, address in {"blog": pack.blog, "feed": pack.feed}.items():
        if address and not _is_address(address):
            yield at(loc), f"{address!r} is not an https address"
    for n, mark in enumerate(pack.landmarks):
        latest = int(month[1]) if month else 9999
        yield from ((at("landmarks", n, part), fault) for part, fault in _landmark_faults(mark, latest, topics))
    if topics is not None:
        yield from ((at(part, n), fault) for part, n, fault in _unknown(pack, topics))


def _landmark_faults(mark: Landmark, latest: int, topics: Topics | None) -> Iterator[tuple[str, str]]:
    if bool(mark.address) == bool(mark.arxiv):
        yield "title", "it needs either an address or an arXiv id"
    if mark.address and not _is_address(mark.address):
        yield "address", f"{mark.address!r} is not an https address"
    if mark.arxiv and not ARXIV.fullmatch(mark.arxiv):
        yield "arxiv", f"{mark.arxiv!r} is not an arXiv id such as '1906.00091'"
    if not EARLIEST <= mark.year <= latest:
        yield "year", f"{mark.year} is not between {EARLIEST} and the pack's own year"
    if "\n" in mark.summary.strip() or not 0 < len(mark.summary.split()) <= LONGEST_SUMMARY:
        yield "summary", f"it should be one line of at most {LONGEST_SUMMARY} words"
    if topics is not None and not topics.name_of(mark.supports):
        yield "supports", f"there is no topic or design problem {mark.supports!r}"


def _unknown(pack: Pack, topics: Topics) -> Iterator[tuple[str, int, str]]:
    """References to areas and topics that are not there, and topics of areas that the pack does not name."""
    for n, area in enumerate(pack.areas):
        if area not in topics.areas:
            yield "areas", n, f"there is no area {area!r}"
    for n, slug in enumerate(pack.topics):
        area = topics.area_of(slug)
        if not area:
            yield "topics", n, f"there is no topic {slug!r}"
        elif area not in pack.areas:
            yield "topics", n, f"the topic {slug!r} belongs to {area}, which is not among the areas"


def _topic_faults(topics: Topics, path: Path) -> Iterator[Fault]:
    text = path.read_text(encoding="utf-8")
    seen: dict[str, str] = {}
    for area, slugs in topics.areas.items():
        for slug in slugs:
            if slug in seen:
                yield line_of(text, ("areas", area, slug)), f"the topic {slug!r} is in {seen[slug]} already"
            seen[slug] = area


def _sample_faults(path: Path) -> Iterator[Fault]:
    """Faults of a Markdown sample: its front matter, and the sentence that its company is invented."""
    try:
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        front = yaml.safe_load(head)
        missing = [name for name in HEAD if not front.get(name)]
    except (ValueError, AttributeError, yaml.YAMLError, OSError) as error:
        yield 1, f"no front matter with {', '.join(HEAD)} ({error})"
        return
    if missing:
        yield 1, f"the front matter has no {', '.join(missing)}"
    elif front["company"] != SAMPLE_COMPANY:
        yield 1, f"the company is {front['company']!r}, not {SAMPLE_COMPANY!r}"
    first = body.strip().split("\n\n", 1)[0]
    if f"{SAMPLE_COMPANY} {DISCLAIMER}" not in " ".join(first.replace("\n>", " ").split()):
        line = head.count("\n") + 3
        yield line, f"the first paragraph does not say that {SAMPLE_COMPANY} {DISCLAIMER}"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in (parts.hostname or "") and not any(c.isspace() for c in text)


def _names(pack: Pack) -> tuple[str, ...]:
    return (pack.id, pack.company, *pack.also)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
