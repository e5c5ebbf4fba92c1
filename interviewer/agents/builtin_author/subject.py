"""Who works on what: the first sentence of an opener, from the document's title or what it speaks of most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from interviewer.agents.builtin_author.names import short_forms, spelled_out
from interviewer.domain import Excerpt
from interviewer.rules.addressed import addressed

FEWEST_WORDS, MOST_WORDS = 2, 11
"""Words of a subject: an opener has to have room for its question."""
OFTEN = 4
"""How often a spelled-out form, or a pair of words, must stand in a document to be its subject."""

_SENTENCE_LIKE = re.compile(
    r"\b(?:is|are|was|were|be|do|does|did|can|could|will|would|should|must|may|need|needs|needed|have|has|had|how|why|what|"
    r"when|where|which|who|whom|we|our|us|you|your|i|my|me|they|their|let|let's|vs|versus|part|intro|introduction|tips|"
    r"guide|tutorial|exploration|glossary|interviewing|launching|debugging|announcing|introducing|meet|welcome|best|"
    r"rethinking|revisiting|towards?|beyond|not|don't|this|that|these|it|its|lessons?|story|journey|future|20\d\d)\b|"
    r"[?!.,;…\"“”|/\\{}<>@#*_=$]|https?|\d{3,}",
    re.IGNORECASE,
)
_MEANS = re.compile(
    r"\s(?:via|by|using|through|based on|leveraging|with|from|under|without|that|which|while|when|trained)\s.*$",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^(?:using|learn|ask|attend|predict|train|think|look|read|write|tell|show|see|make|get|go|stop|speak|listen|say|know|teach|"
    r"generate|detect|build|use|choose|mind|pay|do|don't|beware|keep|find|close|bridge|adapt|on|by|in|from|to|for|at)\b(?!-)",
    re.IGNORECASE,
)
_WRAPPING = re.compile(
    r"^(?:(?:an?|the|new|novel|simple|improved?|improving|scalable|accurate|efficient|effective|fast|robust|better|deep|"
    r"neural|large-scale|data ?sets?|baselines?|benchmarks?|resources?|corpus|corpora|models?|approach(?:es)?|methods?|"
    r"framework|system|study|analysis|survey|overview|evaluation|and|&)\s+)*(?:data ?sets?|baselines?|benchmarks?|"
    r"resources?|corpus|corpora|approach(?:es)?|methods?|framework|study|survey|overview|evaluation)\s+(?:for|of|to|on)\s+"
    r"(?:the\s+)?|^(?:an?|the|new|novel|simple|improved|improving|scalable|accurate|efficient|effective|fast|robust|better|"
    r"and)\s+(?:(?:and|new|simple|scalable|accurate|efficient|effective|fast|robust|better)\s+)*",
    re.IGNORECASE,
)
"""What a title says of the document, and praise, before the thing itself."""

_PAIR = re.compile(r"(?=(?:\b(an?|the)\s)?\b([A-Za-z]{4,}) ([A-Za-z]{5,})\b)", re.IGNORECASE)
_COMMON = re.compile(
    r"\b(?:about|after|also|because|been|before|being|between|both|does|each|even|every|from|have|having|into|just|like|"
    r"make|making|many|more|most|much|need|needs|only|other|over|proposed|same|several|should|shown?|some|such|than|that|"
    r"their|them|then|these|they|this|those|through|under|used|using|want|well|were|what|when|where|which|while|will|with|"
    r"without|work|would|your|different|first|second|third|given)\b|"
    r"^(?:machine|deep|neural|training|test|previous|good|data)\s|\b\w+ly\b"
)
"""Pairs with one of these words name nothing, or what every document has."""


def lead(material: Sequence[Excerpt], *, company: str) -> str:
    """The sentence that says who works on what, such as "A team at X works on dialogue state tracking."."""
    at = f" at {company.strip()}" if company.strip() else ""
    about = subject(material, company=company)
    return f"A team{at} works on {about}." if about else f"Think of a system that a team{at} runs."


def subject(material: Sequence[Excerpt], *, company: str) -> str:
    """What the document is about, as a phrase that can follow "works on"; empty if none can be made."""
    texts = [excerpt.passage.text for excerpt in material]
    forms = short_forms(texts)
    title = material[0].document.title if material else ""
    phrases = (
        *_of_title(title, texts, company=company),
        *_of_forms(forms, texts),
        *_of_words(title, texts, company=company),
    )
    for phrase in phrases:
        said = spelled_out(phrase, forms)
        words = said.split()
        if FEWEST_WORDS <= len(words) <= MOST_WORDS and not addressed(said) and said.isprintable():
            return said
    return ""


def _of_title(title: str, texts: Sequence[str], *, company: str) -> list[str]:
    """What the parts of a title name, the longest part first; parts that are sentences or slogans name nothing."""
    whole = " ".join(title.replace("’", "'").split())
    if whole.isupper():
        whole = whole.lower()
    found = []
    for part in sorted(re.split(r":\s|\s[-–—]\s", whole), key=lambda part: -len(part.split())):
        whole_part = _MEANS.sub("", _without(company.strip(), part.strip()))
        bare = _WRAPPING.sub("", whole_part)
        phrase = bare if len(bare.split()) >= FEWEST_WORDS else whole_part
        if len(phrase.split()) < FEWEST_WORDS or not phrase.isascii() or _IMPERATIVE.search(phrase):
            continue
        if not _SENTENCE_LIKE.search(phrase) and not _names(company, phrase):
            found.append(_lowered(phrase, texts))
    return found


def _without(company: str, title: str) -> str:
    return (
        re.sub(rf"\s+(?:at|in|for|of)\s+{re.escape(company)}\b", "", title, flags=re.IGNORECASE) if company else title
    )


def _names(company: str, phrase: str) -> bool:
    return bool(company.strip()) and company.strip().casefold() in phrase.casefold()


def _of_forms(forms: dict[str, str], texts: Sequence[str]) -> list[str]:
    """Spelled-out names of tasks, the most frequent first."""
    counts = Counter(
        {
            long: sum(len(re.findall(rf"\b{re.escape(short)}\b", text)) for text in texts)
            for short, long in forms.items()
        }
    )
    return [
        long
        for long, count in counts.most_common(3)
        if count >= OFTEN and re.search(r"(?:ing|tion|sion|sis|ment|ery)$", long)
    ]


def _of_words(title: str, texts: Sequence[str], *, company: str) -> list[str]:
    """The pair of words with one of the title's that several passages use most, as in "the counter service"."""
    titled = {word.lower() for word in re.findall(r"[^\W\d_]{4,}", title)}
    counts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    articles: Counter[tuple[str, str]] = Counter()
    for text in texts:
        here = [(article.lower(), f"{one} {two}".lower()) for article, one, two in _PAIR.findall(text)]
        counts.update(pair for _, pair in here)
        places.update({pair for _, pair in here})
        articles.update((pair, article) for article, pair in here if article)
    named = [
        pair
        for pair, count in counts.most_common(20)
        if count >= OFTEN
        and places[pair] > 1
        and titled & set(pair.split())
        and not _COMMON.search(pair)
        and not _names(company, pair)
    ]
    found = []
    for pair in named[:1]:
        article = next((one for one in ("a", "an", "the") if 3 * articles[pair, one] >= counts[pair]), "")
        found.append(f"{article} {pair}".strip())
    return found


def _lowered(title: str, texts: Sequence[str]) -> str:
    """A title in lower case but for names: what the text writes with a capital only, or with capitals inside."""
    body = " ".join(texts)
    words = []
    for word in title.split():
        inner = any(letter.isupper() or letter.isdigit() for letter in word[1:])
        core = re.escape(word.strip("'"))
        named = re.search(rf"(?<=[a-z,] ){core}\b", body) and not re.search(rf"\b{core.lower()}\b", body)
        words.append(word if inner or named else word.lower())
    return " ".join(words)
