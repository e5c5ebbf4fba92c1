"""`library packs` and `library fetch`: what is known about a company, and the documents behind it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from interviewer.cli import output
from interviewer.cli.library import opened, step, telling
from interviewer.content.packs import pack_for, packs
from interviewer.domain import Pack
from interviewer.errors import NotFound
from interviewer.library import Library
from interviewer.library.addresses import STRICT, Policy
from interviewer.library.feeds import ARXIV, Arxiv
from interviewer.library.sources import Failure, Source, fetched


@dataclass(frozen=True)
class Got:
    """How it went with one landmark or post."""

    title: str
    link: str
    """To open by hand."""
    step: str
    """As a document's end: added, unchanged, replaced or failed."""
    sentence: str = ""
    document: str = ""


def list_packs(*, as_json: bool) -> None:
    """Print what is known about companies."""
    known = packs()
    if as_json:
        output.print_json([pack.model_dump(mode="json") for pack in known])
        return
    output.print_table(
        ("Company", "As of", "Feed", "Papers and posts", "Known for"),
        [
            (pack.company, pack.as_of, "yes" if pack.feed else "no", str(len(pack.landmarks)), "; ".join(pack.systems))
            for pack in known
        ],
    )


def fetch(company: str, *, newest: int, as_json: bool) -> int:
    """Add what a company's pack names and can be reached, and say what cannot; 1 if nothing could.

    Raises NotFound for a company without a pack.
    """
    pack = pack_for(company)
    if pack is None:
        known = ", ".join(pack.company for pack in packs())
        raise NotFound(f"There is no pack for {company[:64]!r}; there is one for each of {known}.")
    with opened() as program, telling() as tell:
        ended = list(gathered(program.library, pack, newest=newest, tell=tell))
    reached = [got for got in ended if got.step != "failed"]
    missing = [got for got in ended if got.step == "failed"]
    if as_json:
        output.print_json({"company": pack.company, "note": pack.note, "items": [asdict(got) for got in ended]})
        return 0 if reached else 1
    if reached:
        sys.stdout.write(f"In the library: {len(reached)}\n")
        for got in reached:
            _write(f"{got.title} ({got.step})", got.link)
    if missing:
        sys.stdout.write(f"Not reached: {len(missing)}\n")
        for got in missing:
            _write(got.title, got.link, got.sentence)
        sys.stdout.write("Open these addresses in a browser, save them, and add the files with `library add`.\n")
    sys.stdout.write(output.plain(f"{pack.note} As of {pack.as_of}.\n"))
    return 0 if reached else 1


def gathered(
    library: Library,
    pack: Pack,
    *,
    newest: int,
    tell: Callable[[str], None],
    policy: Policy = STRICT,
    arxiv: Arxiv = ARXIV,
) -> Iterator[Got]:
    """Add the pack's landmarks and its feed's newest posts, one after the other; never raises for one of them."""
    for mark in pack.landmarks:
        tell(f"getting it: {mark.title}")
        for found in fetched(mark.arxiv or mark.address, policy=policy, arxiv=arxiv, newest=0):
            yield _kept(library, pack, found, title=mark.title, link=mark.link, tell=tell)
    if not pack.feed:
        return
    tell(f"getting it: {pack.feed}")
    for found in fetched(pack.feed, newest=newest, policy=policy, arxiv=arxiv):
        if isinstance(found, Source) and found.name == pack.feed:
            yield Got("The newest posts", pack.blog, "failed", "The blog's feed is a page now, not a feed.")
        elif found.name == pack.feed:
            yield _kept(library, pack, found, title="The newest posts", link=pack.blog, tell=tell)
        else:
            title = found.title if isinstance(found, Source) else ""
            yield _kept(library, pack, found, title=title or found.name, link=found.name, tell=tell)


def _kept(
    library: Library, pack: Pack, found: Source | Failure, *, title: str, link: str, tell: Callable[[str], None]
) -> Got:
    if isinstance(found, Failure):
        return Got(title, link, "failed", found.sentence)
    ended = library.add([found], company=pack.company, progress=lambda progress: tell(step(progress)))
    worst = next((one for one in ended if one.step == "failed"), ended[0])
    return Got(title, link, worst.step, worst.sentence, worst.document)


def _write(title: str, *lines: str) -> None:
    """A title with lines under it, none of them broken: addresses are there to be copied."""
    for line in (f"  {title}", *(f"    {line}" for line in lines)):
        sys.stdout.write(" ".join(output.plain(line).splitlines()) + "\n")
