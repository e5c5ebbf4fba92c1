"""What is wrong with a question that was written from documents: every fault has a stable code.

A question must stand on its own for somebody who has not read the document, must be answerable by thinking, and each of
its key points must rest on words that stand in a passage. Pure: stems and similarities come in as functions.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from interviewer.domain import Excerpt, KeyPoint, Question
from interviewer.rules.addressed import addressed, blanked, obedient
from interviewer.rules.cues import LIGHT

Stems = Callable[[str], Collection[str]]
"""The stems of the words of a text that carry content."""
Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""The cosine of a text with each of the others."""

SHORTEST_OPENER, LONGEST_OPENER = 12, 60
LONGEST_TURN = 40
"""Words of a probe or hint (domain.md §2.0)."""
FEWEST_POINTS, MOST_POINTS = 3, 6
FEWEST_PROBES = 2
SHORTEST_QUOTE, LONGEST_QUOTE = 4, 60
GIVEN_AWAY = 0.65
"""Share of a key point's content words in the opener from which the opener holds its own answer; in the bank 0.6."""
LED = 0.5
"""The same for a probe or an early hint, the opener's words not counted."""
FEWEST_STEMS = 4
"""Content words from which such a share says anything."""
FEWEST_LIGHT = 0.12
"""Share of articles, auxiliaries and the like in English prose; the bank has 0.2 at least."""
RELATED = 0.13
"""Cosine of a key point with its quote or passage: of 95 good pairs none is below, of random pairs every other one."""
ALIKE = 0.6
"""Share of common content words (of all in both) from which two key points are one."""
SAME = 0.84
"""Cosine of two openers from which they are one question. In the bank the two nearest have less than 0.7."""
SAME_POINT = 0.8
"""Cosine of two key points from which they are one."""

REASONS = {
    "opener_not_a_question": "the opener asks nothing",
    "opener_too_short": f"the opener has fewer than {SHORTEST_OPENER} words: it gives no situation",
    "opener_too_long": f"the opener has more than {LONGEST_OPENER} words",
    "asks_what_it_says": "it asks what a document says instead of why, what breaks, or how one would know",
    "deictic": "it points at something that only a reader sees: this paper, Figure 2, the proposed method, they",
    "needs_the_page": "the answer, or a must or should, is a figure, a name or a choice that only the document knows",
    "answer_in_opener": "the opener contains a key point",
    "gives_away": "a probe or one of the first two hints contains the key point that it leads to",
    "too_few_points": f"fewer than {FEWEST_POINTS} key points",
    "too_many_points": f"more than {MOST_POINTS} key points",
    "no_must": "no key point is a must",
    "point_repeated": "two key points say the same",
    "quote_not_found": "a quote does not stand in its passage word for word",
    "quote_too_short": f"a quote has fewer than {SHORTEST_QUOTE} words",
    "quote_too_long": f"a quote has more than {LONGEST_QUOTE} words",
    "quote_unrelated": "a key point has nothing to do with its quote and passage",
    "same_quote_twice": "two key points rest on the same words",
    "instruction": "it holds an instruction to a program, or speaks about grading",
    "markup": "it holds an address, a placeholder, markup or code",
    "language": "it is not in English",
    "turn_too_long": f"a probe or hint has more than {LONGEST_TURN} words, or a last hint more than {LONGEST_OPENER}",
    "too_few_probes": f"fewer than {FEWEST_PROBES} probes that lead to a key point",
    "no_ladder": "no ladder of hints",
    "leads_nowhere": "a probe or ladder names a key point that does not exist",
    "unknown_topic": "its topic is none of those that were given",
    "off_topic": "it is not about machine learning, statistics or the systems around them",
    "incoherent": "a part of it has nothing to do with the rest",
    "duplicate": "it asks what another question asks",
    "malformed": "it is not a complete question",
}
"""Every reason, in words that its author can act on."""

_ASKING = re.compile(
    r"\?|\b(?:walk me through|explain|describe how|compare|sketch|tell me|talk me through|argue|estimate|discuss)\b",
    re.IGNORECASE,
)
_DOCUMENT = (
    r"(?:papers?|articles?|posts?|blogs?|documents?|documentation|authors?|researchers|write-?ups?|passages?|excerpts?)"
)
_SAYS = (
    r"(?:say|said|claim|state|report|find|found|propose|mention|describe|conclude|argue|show|discuss|present|suggest|"
    r"recommend|list|outline|introduce)(?:s|d|ed)?"
)
_ASKS_CONTENT = re.compile(
    "|".join(
        (
            r"\b(?:according to|in the words of)\b",
            rf"\b(?:the|this|that|their|its) {_DOCUMENT}\b.{{0,30}}\b{_SAYS}\b",
            r"\bwhat (?:are|were|is|was) the (?:\w+ ){0,2}(?:findings?|contributions?|conclusions?|takeaways?)\b",
            rf"\b(?:in|from|by|of) (?:this|that|the (?:given|provided|above)) {_DOCUMENT}\b",
            r"\bin (?:the|their) (?:paper|article|post|blog|write-?up|excerpt|passage)\b",
            r"\bas (?:described|reported|stated|mentioned|presented|proposed|noted|explained) (?:in|by|here|above)\b",
            r"\bsummari[sz]e (?:this|their)\b|\b(?:recall|remember) (?:what|how|which|that) (?:they|the authors?)\b",
        )
    ),
    re.IGNORECASE,
)
_DEICTIC = re.compile(
    "|".join(
        (
            r"\b(?:this|these|the same|aforementioned) (?:papers?|articles?|posts?|blogs?|stud(?:y|ies)|sections?)\b",
            r"\b(?:in|of|from) this work\b|\bthe authors?\b|\bet al\b|\[\d+(?:[,\s-]+\d+)*\]",
            r"\bour (?:approach|method|experiments?|framework|work)\b",
            r"\b(?:fig(?:ure|\.)|tables?|sections?|sec\.|eq(?:uation|\.)|appendix|algorithm|listing|chapter)\s?\d+",
            r"\b(?:the|our|their|this) (?:proposed|presented|described|aforementioned|said) \w+",
            r"\b(?:as|mentioned|described|shown|discussed|defined|introduced) (?:above|below|earlier|previously)\b",
            r"\bthe (?:above|following|preceding)\b",
        )
    ),
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"^\W*(?:they|it|this|these|those|he|she|such|here|their|its|his|her)\b", re.IGNORECASE)
_DID = (
    r"(?:use|choose|chose|chosen|pick|achiev|report|obtain|train|evaluat|collect|get|got|contain|consist|buil[dt]|call|"
    r"nam|reach|propos|introduc|creat)(?:e|s|d|ed)?"
)
_TRIVIA = re.compile(
    r"(?:^|[.?!,;:]\s+|\b(?:and|so|but) )(?:in )?(?:how many|how much (?:of an? )?(?:improvement|gain|better|faster)|"
    r"what (?:percentage|percent|share|fraction|number|accuracy|score|value|size)|"
    r"(?:which|what) (?:\w+ )?(?:datasets?|corpus|corpora|librar(?:y|ies)|frameworks?|versions?|languages?|years?|"
    r"tools?|baselines?|hyper-?parameters?|layers|products?|teams?|technolog(?:y|ies))|who|in what year|by what name) "
    rf"(?:\w+ ){{0,3}}?(?:did|was|were|does|is|are|has|have|had)\b[^?]{{0,60}}\b{_DID}\b",
    re.IGNORECASE,
)
_THEIR_CHOICE = re.compile(
    r"\b(?:the|their) (?:authors?|researchers|paper|article|post|company)\b|"
    rf"^\W*(?:they|the team|the company) {_DID}\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_MARKUP = re.compile(
    "|".join(
        (
            r"https?://|www\.|\b[\w.-]+@[\w-]+\.\w|\b[a-z0-9-]+\.(?:com|xyz|net|org)\b",
            r"</?[a-z][^>]*>|!?\[[^\]]*\]\(|```|\{[a-z_ ]*\}|\\[a-z]{3,}|\[left out\]",
            "[\U000e0000-\U000e007f\u200b-\u200f\u202a-\u202e]",
        )
    ),
    re.IGNORECASE,
)
_ABOUT_GRADING = re.compile(
    r"\b(?:full|maximum|perfect|top) (?:marks?|credit|grades?)\b|\b(?:the grader|rubric|key points?|any answer|"
    r"regardless of (?:the|what (?:the|is|they)) (?:answer|candidate|said)|always (?:pass|accept)|counts? as correct|"
    r"strong hire)\b|"
    r"\bthe candidate(?:'s)? (?:answer|should|must|is|has|gets?|deserves?|passes)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HYPHENS = "-‐‑‒–—−"
_QUOTES = "\"'‘’‚‛“”„‟`´«»"
_EDGES = _QUOTES + "….,;: \t\n"


def located(quote: str, text: str) -> str:
    """The words of the text that a quote gives, exactly as they stand there; empty if they do not.

    White space, hyphens and quotation marks may differ; letters, their case and all else may not.
    """
    for wanted in (quote.strip(), quote.strip(_EDGES)):
        pattern = r"\s+".join("".join(map(_letter, word)) for word in wanted.split())
        found = re.search(rf"(?<!\w){pattern}(?!\w)", text) if pattern else None
        if found is not None:
            return found.group()
    return ""


def _letter(letter: str) -> str:
    if letter in _HYPHENS:
        return f"[{re.escape(_HYPHENS)}]"
    return f"[{re.escape(_QUOTES)}]" if letter in _QUOTES else re.escape(letter)


def identity(company: str, opener: str, *, kind: str = "lib") -> str:
    """The id of a question from the library: the same opener about the same company has the same."""
    folded = "\n".join((company.strip().casefold(), " ".join(opener.split())))
    return f"{kind}-{hashlib.blake2s(folded.encode(), digest_size=6).hexdigest()}"


def faults(
    question: Question, excerpts: Iterable[Excerpt], *, stems: Stems, similarity: Similarity | None = None
) -> tuple[str, ...]:
    """The codes (`REASONS`) of all that is wrong with a question, in a fixed order; empty if it may be asked.

    Args:
        excerpts: the passages that it was written from; a citation counts only if it is found in one of them.
        stems: content stems of a text, such as `agents.matching.words.content_stems`.
        similarity: for whether a quote has to do with its key point; None: not looked at.
    """
    passages = {excerpt.passage.id: excerpt.passage.text for excerpt in excerpts}
    found = {
        *opener_faults(question),
        *_points(question, stems),
        *quote_faults(question, passages, similarity),
        *turn_faults(question, stems),
        *(code for text in texts(question) for code in text_faults(text)),
    }
    # Openers alone and points together are long enough to tell.
    if not (is_english(question.opener) and is_english(" ".join(point.text for point in question.key_points))):
        found.add("language")
    return tuple(code for code in REASONS if code in found)


def point_faults(
    question: Question, excerpts: Iterable[Excerpt], *, stems: Stems, similarity: Similarity | None = None
) -> dict[int, tuple[str, ...]]:
    """Which key points (numbers from 1) have a fault of their own, so that their author knows where to look."""
    passages = {excerpt.passage.id: excerpt.passage.text for excerpt in excerpts}
    found = {
        number: tuple(dict.fromkeys((*_point(point, question, stems), *_quote(point, passages, similarity))))
        for number, point in enumerate(question.key_points, 1)
    }
    return {number: codes for number, codes in found.items() if codes}


def duplicates(questions: Sequence[Question], bank: Sequence[Question], *, similarity: Similarity) -> tuple[bool, ...]:
    """For each question whether it asks what one of the bank, or one before it in the list, asks.

    It does if the openers are alike, or if half of its key points are key points of the other.
    """
    seen = list(bank)
    repeated: list[bool] = []
    for question in questions:
        repeated.append(_repeats(question, seen, similarity))
        if not repeated[-1]:
            seen.append(question)
    return tuple(repeated)


def _repeats(question: Question, others: Sequence[Question], similarity: Similarity) -> bool:
    if not others:
        return False
    if max(similarity(question.opener, [other.opener for other in others])) >= SAME:
        return True
    owners = [n for n, other in enumerate(others) for _ in other.key_points]
    texts = [point.text for other in others for point in other.key_points]
    shared: Counter[int] = Counter()
    for point in question.key_points:
        near = zip(owners, similarity(point.text, texts), strict=True)
        shared.update({owner for owner, cosine in near if cosine >= SAME_POINT})
    return any(2 * count >= len(question.key_points) for count in shared.values())


def gives_away(question: Question, key_point: str, text: str, *, stems: Stems) -> bool:
    """Whether a probe or hint contains half of the key point that it leads to, the opener's words not counted."""
    return _share(question.key_point(key_point).text, text, stems, without=question.opener) >= LED


def opener_faults(question: Question) -> Iterator[str]:
    """What is wrong with an opener by itself."""
    opener, count = question.opener, len(question.opener.split())
    if not is_question(opener):
        yield "opener_not_a_question"
    if count < SHORTEST_OPENER:
        yield "opener_too_short"
    if count > LONGEST_OPENER:
        yield "opener_too_long"
    if _UNNAMED.search(opener):
        yield "deictic"
    if _TRIVIA.search(opener):
        yield "needs_the_page"


def _points(question: Question, stems: Stems) -> Iterator[str]:
    points = question.key_points
    if len(points) < FEWEST_POINTS:
        yield "too_few_points"
    if len(points) > MOST_POINTS:
        yield "too_many_points"
    if all(point.importance != "must" for point in points):
        yield "no_must"
    for point in points:
        yield from _point(point, question, stems)
    for one, other in combinations((frozenset(stems(point.text)) for point in points), 2):
        if len(one & other) >= ALIKE * len(one | other):
            yield "point_repeated"


def _point(point: KeyPoint, question: Question, stems: Stems) -> Iterator[str]:
    if point.importance != "exceptional" and _only_there(point, question):
        yield "needs_the_page"
    if _share(point.text, question.opener, stems) >= GIVEN_AWAY:
        yield "answer_in_opener"


def _only_there(point: KeyPoint, question: Question) -> bool:
    """Whether a point is a figure from the document, or says what its company or authors chose."""
    quote = point.citation.quote if point.citation is not None else ""
    figures = set(_FIGURE.findall(point.text)) - set(_FIGURE.findall(question.opener))
    if figures & set(_FIGURE.findall(quote)) or _THEIR_CHOICE.search(point.text):
        return True
    company = question.company.strip()
    return bool(company and re.search(rf"(?<!\w){re.escape(company)}(?!\w)", point.text, re.IGNORECASE))


def quote_faults(question: Question, passages: Mapping[str, str], similarity: Similarity | None) -> Iterator[str]:
    """What is wrong with the citations, given the passages' texts by id."""
    for point in question.key_points:
        yield from _quote(point, passages, similarity)
    cited = [point.citation for point in question.key_points if point.citation is not None]
    for one, other in combinations(cited, 2):
        if one.passage == other.passage and (one.quote in other.quote or other.quote in one.quote):
            yield "same_quote_twice"


def _quote(point: KeyPoint, passages: Mapping[str, str], similarity: Similarity | None) -> Iterator[str]:
    citation = point.citation
    if citation is None or citation.quote not in passages.get(citation.passage, ""):
        yield "quote_not_found"
        return
    text, count = passages[citation.passage], len(citation.quote.split())
    if count < SHORTEST_QUOTE:
        yield "quote_too_short"
    if count > LONGEST_QUOTE:
        yield "quote_too_long"
    if similarity is not None and max(similarity(point.text, [citation.quote, text])) < RELATED:
        yield "quote_unrelated"
    if addressed(citation.quote) or citation.quote not in blanked(text):
        yield "instruction"


def turn_faults(question: Question, stems: Stems) -> Iterator[str]:
    """What is wrong with what the interviewer may say after the opener."""
    turns = [(probe.key_point, probe.text) for probe in question.probes]
    turns += [(ladder.key_point, hint) for ladder in question.ladders for hint in ladder.rungs[:2]]
    known = {point.id for point in question.key_points}
    for id, text in turns:
        if id not in known:
            yield "leads_nowhere"
        elif gives_away(question, id, text, stems=stems):
            yield "gives_away"
    if len(question.probes) < FEWEST_PROBES:
        yield "too_few_probes"
    if not question.ladders:
        yield "no_ladder"
    limits = [(text, LONGEST_TURN) for _, text in turns]
    limits += [(trap.probe, LONGEST_TURN) for trap in question.traps]
    limits += [(ladder.rungs[2], LONGEST_TURN) for ladder in question.ladders]
    limits += [(ladder.rungs[3], LONGEST_OPENER) for ladder in question.ladders]
    if any(len(text.split()) > most for text, most in limits):
        yield "turn_too_long"
    spoken = [question.opener, *(text for text, _ in limits)]
    spoken += [rung.ask for rung in question.brief.rungs] if question.brief is not None else []
    if any(_ASKS_CONTENT.search(text) for text in spoken):
        yield "asks_what_it_says"
    if any(_DEICTIC.search(text) for text in spoken):
        yield "deictic"


def _share(wanted: str, text: str, stems: Stems, *, without: str = "") -> float:
    """Share (0–1) of the content words of a statement that stand in a text; 0 if it has too few to say."""
    asked = set(stems(wanted)) - set(stems(without))
    return len(asked & set(stems(text))) / len(asked) if len(asked) >= FEWEST_STEMS else 0.0


def texts(question: Question) -> Iterator[str]:
    """Everything in a question that somebody may come to see, or that a model grades by."""
    yield question.opener
    for point in question.key_points:
        yield from (point.text, *point.cues)
    for probe in question.probes:
        yield probe.text
    for ladder in question.ladders:
        yield from ladder.rungs
    for trap in question.traps:
        yield from (trap.says, trap.probe, *trap.cues)
    if question.anchors is not None:
        yield from (question.anchors.two, question.anchors.three, question.anchors.four)
    yield from question.outline
    if question.drill:
        yield question.drill


def text_faults(text: str) -> Iterator[str]:
    """What no text of a question may hold, wherever it stands."""
    if obedient(text) or _ABOUT_GRADING.search(text):
        yield "instruction"
    if _MARKUP.search(text):
        yield "markup"


def is_english(text: str) -> bool:
    """Whether a text has the light words of English in it, which other languages and scrambled letters lack."""
    words = [word.lower() for word in _WORD.findall(text)]
    return sum(word in LIGHT for word in words) >= FEWEST_LIGHT * len(words)


def is_question(text: str) -> bool:
    """Whether a text asks for something."""
    return bool(_ASKING.search(text))
