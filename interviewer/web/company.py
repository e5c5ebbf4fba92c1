"""What is known about a company, as HTML: what the round will ask, and what it has published."""

from __future__ import annotations

from urllib.parse import quote

from interviewer.domain import Landmark, Pack
from interviewer.web.practice_state import Company
from interviewer.web.safe import html


def about_company(company: Company) -> str:
    """The lines under the field in which a company is chosen; empty without one."""
    if not company.name:
        return ""
    to_library = f'<a href="/library?company={quote(company.name)}">Add documents to the library</a>'
    more = "" if company.questions else f" {to_library} to get questions about them."
    return f'<p class="quiet">{html(company.sentence())}{more}</p>{published(company.pack) if company.pack else ""}'


def published(pack: Pack) -> str:
    """What a company has published, folded; below it what its rounds are called."""
    names = ", ".join(f"{html(name.round)}: “{html(name.called)}”" for name in pack.rounds)
    called = f'<p class="small">Its rounds are called: {names}.</p>' if names else ""
    return (
        f'<details class="published"><summary>What {html(pack.company)} has published</summary>'
        f"{landmarks(pack)}{called}</details>"
    )


def landmarks(pack: Pack, *, summaries: bool = True) -> str:
    """Papers, posts and the blog as links that are opened by hand: nothing of it is fetched by itself."""
    items = "".join(f"<li>{_landmark(mark, summaries)}</li>" for mark in pack.landmarks)
    return (
        f'<p class="small quiet">{html(pack.note)} As of {html(pack.as_of)}.</p><ul class="plain">{items}</ul>'
        f'<p class="small">Blog: {_link(pack.blog, pack.blog)}</p>'
    )


def _landmark(mark: Landmark, summary: bool) -> str:
    title = f"{_link(mark.link, mark.title)} ({mark.year})"
    return f"{title}. {html(mark.summary)}" if summary else title


def _link(address: str, name: str) -> str:
    return f'<a href="{html(address)}" target="_blank" rel="noreferrer noopener">{html(name)}</a>'
