"""What a message asks, as pieces that each ask for one thing: questions, requests, terse keywords; and of what kind.

A statement asks nothing, an assumption neither, unless it is put as a question ("can I assume 100 million users?").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from interviewer.agents.matching.kept import begs, is_kept
from interviewer.agents.matching.words import words
from interviewer.rules.evidence import sentences

Kind = Literal["fact", "method", "kept"]
"""About the situation; how to build it, which is the candidate's to decide; or what an interviewer keeps to "
"itself."""

TERSE: Final = 6
"""Words up to which a message without a verb of the candidate's own is taken for a question: "latency budget"."""

LONGER: Final = 14
"""Words up to which such a message may be one."""

SHORT: Final = 8
"""Words up to which what begins like a question is one without its mark; a longer one has to have its word order."""


@dataclass(frozen=True)
class Ask:
    """One question of a message."""

    kind: Kind
    whole: str
    """Its words, without what leads up to it."""
    pieces: tuple[str, ...]
    """Its parts, where it joins several questions; `whole` alone otherwise."""
    is_answered: bool = False
    """Whether the candidate goes on to answer it: then it may have been said to think aloud."""
    is_guess: bool = False
    """Whether it is taken for a question only because it tells nothing: "latency budget of the first screen"."""


_I: Final = re.IGNORECASE
_LEAD = re.compile(
    r"^\W*(?:(?:so|ok|okay|and|also|first|firstly|second|next|then|well|now|great|thanks|thank you|sure|alright|"
    r"right|"
    r"got it|good|cool|hi|hello|hmm|um|sorry|just|quick question|one (?:more|other)? ?(?:question|thing)|another one|"
    r"maybe|finally|lastly|before i (?:start|begin)|to clarify|for clarity|clarification|"
    r"regarding that)\b[\s,.:;!–-]*)+",
    _I,
)
_REQUEST = re.compile(
    r"^\W*(?:(?:please )?(?:tell|give) me(?: more| a bit| something)*(?: about| on)?|(?:i(?:'d| would) (?:like|"
    r"love|want) "
    r"(?:to )?(?:know|understand|clarify|ask|hear|learn|get a (?:sense|feel|idea) (?:of|for))|i (?:want|need|have) "
    r"to "
    r"(?:know|understand|clarify|ask)|let me (?:ask|clarify|understand)|let's (?:clarify|talk about)|"
    r"help me understand|"
    r"i(?:'m| am) (?:wondering|curious|interested in)|i wonder|i am asking myself|clarify|please clarify)(?: about|"
    r" if| "
    r"whether)?|(?:can|could|would|will) you (?:please |maybe |quickly )?(?:tell me|share|say|give me|clarify|"
    r"explain|"
    r"confirm|describe|elaborate on|talk about|walk me through|remind me(?: of)?)(?: more| something| anything| a "
    r"bit)?"
    r"(?: about| on| of| if| whether| that)?|do (?:you|we) (?:happen to )?(?:know|have (?:a number|numbers|data|"
    r"an idea|"
    r"any (?:idea|numbers?|data|information|details)|information|figures) (?:on|for|about|of))(?: about| if| "
    r"whether)?|"
    r"any (?:idea|info|information|details|numbers|constraints) (?:on|about|of|for)|(?:what|how) about|is (?:it|"
    r"there) "
    r"known|is anything known about)\b[\s,:]*",
    _I,
)
_HOW_MUCH = r"(?:(?:quite|entirely|really|completely|fully|yet|so|very|too|totally|at all|exactly|absolutely) )*"
_LACKING = re.compile(
    # "I'm not sure how …", "it isn't clear to me whether …", "I have no idea about …"
    rf"^\W*(?:(?:(?:i(?:'m| am)|it(?:'s| is)|that(?:'s| is)|this is|what(?:'s| is)) )?(?:still |just |a bit |a "
    rf"little |also |"
    rf"quite |currently |rather |somewhat )*(?:not {_HOW_MUCH}(?:sure|certain|clear|obvious|aware)|unsure|uncertain|"
    rf"unclear|"
    rf"curious|confused|in the dark|missing|wondering|interested)(?: here| yet| (?:to|for) me| from (?:the|your) [\w "
    rf"]{{3,20}}?)?|"
    rf"(?:it|that|this) (?:isn't|is not|wasn't|was not) {_HOW_MUCH}(?:clear|obvious)(?: (?:to|for) me)?|"
    r"(?:i(?:'ve)? |i have |we have )?(?:(?:really |still |honestly |actually )*(?:got |have )?no (?:(?:good|clear|"
    r"real|rough) )?"
    r"(?:idea|clue|feeling|feel|sense|information|info)|(?:don't|do not|can't|cannot) (?:really |yet |actually |"
    r"quite )*(?:know|"
    r"see|tell|have (?:a|an|any) (?:(?:good|clear|real|rough) )?(?:idea|clue|feeling|feel|sense|information|number|"
    r"figure))(?: yet)?)|"
    # "you didn't mention …", "the brief says nothing about …"
    r"(?:you|we|it|nobody|(?:the|your) (?:brief|task|problem|prompt|description|statement|question|text)(?: "
    r"statement| description)?)"
    r"(?:'ve)? (?:(?:haven't|hasn't|didn't|did not|have not|has not|doesn't|does not|never|don't|not) (?:really |"
    r"actually |yet |"
    r"explicitly )*(?:mention|say|said|tell|told|specif|stat|giv|gave|shar|defin|describ|talk|spoke|cover|touch|"
    r"discuss|provide)\w*|"
    r"(?:says?|said|mentions?|mentioned|told) nothing|left (?:out|open))(?: me| us)?(?: anything| something| much)?)"
    r"(?: about| on| of| for| as to| with respect to| regarding| in)?(?: if| whether| that)?\b[\s,:]*",
    _I,
)
_NEEDED = re.compile(
    # "I'd need a rough number for …", "it would help to know …"
    r"^\W*(?:to [\w ]{3,40},? )?(?:i(?:'d| would)? (?:(?:first|also|just|really|still) )*(?:like|love|want|need|"
    r"appreciate|be "
    r"(?:interested|curious|keen|glad|happy|grateful))|(?:it |that )?(?:would|'d) (?:be|help)|it(?:'d| would) (?:be|"
    r"help)|"
    r"(?:is it|would it be) possible)\b(?: (?:(?:good|useful|helpful|nice|great|interesting|important|handy)|me|us|"
    r"if i could|"
    r"if you could|also|more|some|a|an|any|rough|better|good|exact|idea|sense|feeling|number|numbers|figures?|"
    r"information|"
    r"details|data|estimate|order of magnitude|to|know|knew|hear|have|get|see|learn|understand|find out|ask|clarify|"
    r"tell|share|"
    r"about|on|of|for|in|if|whether))+\b[\s,:]*",
    _I,
)
_UNLESS = re.compile(
    r"[,;:.–-]?\s*\b(?:unless (?:you|that|this|it|there)\b.*|(?:please )?(?:correct|stop) me if\b.*|(?:tell|let) me "
    r"(?:know )?if "
    r"(?:that|this|it|i)\b.*|or (?:is it|am i|are they|is that|do they|does it)\b.*)$",
    _I,
)
"""What turns an assumption into a question: "… unless you tell me otherwise"."""
_PLEASE = re.compile(r"[\s,;–-]+please\W*$", _I)
_OWN_PLAN = re.compile(
    r"\b(?:so|but|hence|therefore|which is why|and|then|because)\b,? (?:for now,? )?(?:i|we|my|let's|let me|the "
    r"model|a )\b|\bi(?:'d| would) "
    r"(?:use|train|start|build|add|take|pick|choose|go|try|measure|test|run|begin|keep|log|store|split)\b",
    _I,
)
"""A candidate who goes on to a decision of their own thinks aloud about what is not known."""
_ASSUMED = re.compile(
    r"^\W*(?:(?:can|could|may|should|shall) (?:i|we) (?:safely |just |also )*(?:assume|take (?:it|for granted)|"
    r"suppose|"
    r"expect|presume)|(?:is it|would it be) (?:fair|safe|ok|okay|fine|reasonable|right|correct) (?:to assume|"
    r"if i assume|"
    r"to say|to expect)|do (?:i|we) (?:assume|take it))(?: that| something like| about| roughly| around| "
    r"say)*[\s,:]*",
    _I,
)
_STATED = re.compile(
    r"^\W*(?:i(?:'ll| will|'d| would| am going to|'m going to)? (?:just )?(?:assum|suppos|presum|take it)\w*|"
    r"let(?:'s| me| "
    r"us) (?:just )?(?:assume|say|suppose)|assum\w+|suppose|say)\b",
    _I,
)
_CONFIRM = re.compile(
    r"[,;:.–-]\s*(?:right|correct|ok|okay|yes|no|is (?:that|this) (?:right|correct|ok|okay|fair|fine|reasonable)|"
    r"does that "
    r"(?:work|sound right|hold)|or not|is it|isn't it|aren't we|don't we)\s*\?\W*$",
    _I,
)
_INTERROGATIVE = re.compile(
    r"^\W*(?:what|which|who|whom|whose|where|when|why|how|is|are|was|were|do|does|did|can|could|may|must|has|have|"
    r"had|"
    r"will|would|any)\b(?! i(?:'d| would| will| am)\b)",
    _I,
)
_INVERTED = re.compile(
    r"^\W*(?:(?:is|are|was|were|do|does|did|can|could|may|must|has|have|will)\b|(?:what|which|who|where|when|why|"
    r"how)(?: \w+)"
    r"{0,3}?(?:'s| (?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have|would)) (?:the|an?|one|"
    r"we|i|you|"
    r"there|it|they|our|my|your|users|people|customers|this|that|these|those)\b)",
    _I,
)
_WISH = re.compile(
    r"\b(?:(?:it would|it'd|would) (?:help|be (?:good|useful|helpful|nice|great|interesting))\b.{0,60}\b(?:know|"
    r"knew|have|hear|tell|"
    r"learn)|if i (?:only )?knew|i(?:'d| would) (?:need|appreciate)|i (?:don't|do not) (?:yet )?know (?:how|what|"
    r"which|where|who|"
    r"whether|if)|i need (?:a|the|some) (?:number|figure|idea|rough))\b",
    _I,
)
_OWN = re.compile(r"\b(?:i|i'd|i'll|i'm|i've|my|we'd|we'll|let's|let me|would|should|will|because|then)\b", _I)
_METHOD = re.compile(
    r"^\W*(?:(?:can|may|could) (?:i|we) (?:also |just )?(?:go (?:with|for)|pick|train|build|choose|model|frame|"
    r"optimi[sz]e|"
    r"rank|predict|start with)\b|(?:should|shall) (?:i|we|it) (?:also |just |better )?(?:use|take|pick|go (?:with|"
    r"for)|"
    r"start with|"
    r"train|build|add|apply|choose|treat|model|frame|optimi[sz]e|rank|predict|cache|store|split|sample|include)\b|"
    r"(?:would|"
    r"do|did) you (?:rather |also )?(?:use|prefer|go (?:with|for)|choose|pick|recommend|suggest|favou?r|like me to "
    r"use|"
    r"want me to use)\b|(?:which|what) (?:\w+ )?(?:model|loss|algorithm|architecture|method|approach|technique|"
    r"optimi[sz]er)"
    r"s? (?:should|would|do you|shall|could|can|is best)\b|is it (?:better|best|fine|ok|okay) to use\b|"
    r"how (?:should|would|"
    r"could|can|do) (?:i|we|one) (?:best )?(?:model|train|build|design|solve|implement|architect|rank|split|"
    r"evaluate|frame|"
    r"handle|scale|deploy|approach)\b)",
    _I,
)
_PROCESS = re.compile(
    r"\b(?:(?:does|did) (?:that|this|it) (?:make sense|sound|answer|help|work for you|look)|(?:is|was) (?:that|"
    r"this) (?:ok|"
    r"okay|clear|fine|alright|all right|enough|what you|good|the right (?:direction|track))|(?:should|shall|can|"
    r"may|could) i "
    r"(?:go on|go ahead|continue|proceed|draw|sketch|start|begin|move on|stop|elaborate|dive|go (?:deeper|into)|"
    r"skip|ask (?:you )?"
    r"(?:some|a few|a couple|questions)|have a (?:minute|moment|second)|take a (?:minute|moment|second)|think|"
    r"share|use the "
    r"(?:board|whiteboard))|shall we (?:go|move|continue|start|begin|dive)|(?:do you want|would you like) me to|"
    r"are you "
    r"(?:there|still there|ok|a (?:bot|human|person|model))|(?:can|could) you (?:please )?(?:repeat|rephrase|"
    r"say that again|"
    r"hear me)|what do you mean|how (?:much time|long) (?:do i have|do we have|have i got|"
    r"have we got|is left|is there)(?: left| remaining| for (?:this|that|it|the interview|the round))?\W*$|time "
    r"(?:is )?left|"
    r"(?:one|a|another) (?:moment|second|minute|sec)(?:,? please)?\W*$|"
    r"how are you|where (?:should|shall|do) i (?:start|begin)|any (?:questions|concerns|objections|preference)|"
    r"(?:what|which) "
    r"(?:part|area|topic)s? (?:should|would|do) (?:i|you) (?:like|want|focus|start|prefer)|you know\W*$|"
    r"who am i (?:talking|"
    r"speaking)|(?:a )?few (?:clarifying )?questions\W*$)",
    _I,
)
_JOINT = re.compile(
    r"\s*[;?]\s*(?:and\s+|or\s+)?|\s*,\s*(?:and\s+|as well as\s+|plus\s+)?|\s+(?:and|as well as|plus|"
    r"&)\s+(?:also\s+)?",
    _I,
)
_CLAUSE = re.compile(
    r"(?:\s*[,;]\s*|\s+)(?:and|but|as well as|plus)\s+(?:also\s+)?(?=(?:what|which|who|where|when|how|is|are|do|"
    r"does|can|"
    r"could|may|has|have|at what|in which|by how)\b)|\s*[,;]\s*(?=(?:what|which|who|where|when|how|is there|"
    r"are there|do we)\b)",
    _I,
)

_LEANS = re.compile(
    r"\b(?:it|its|they|them|their|that|those|these|this one|one|some|which ones?)\b(?![^?]*\bper\b)", _I
)
"""A clause that speaks of something by a pronoun goes with the one that names it."""
_ADVERBIAL = re.compile(
    r"^\W*(?:besides|apart|other than|out of|of|for|before|after|on|within|at|given|since|as|if|when|once|to|in|from|"
    r"under|"
    r"during|per|regarding|concerning|with|false)\b(?!.*\?)",
    _I,
)
"""What comes before the question that it belongs to."""

_RATE = r"(?:qps|rps|tps|(?:requests?|queries|calls|transactions|events) (?:per|a|/) ?s(?:ec(?:ond)?)?)"
_RATE_AT_PEAK = re.compile(rf"\bpeak {_RATE}\b|\b{_RATE} (?:at|in|during) (?:the )?peak\b", _I)
"""Takes two facts: the amount a day, and how far the peak is above it."""


def asks(text: str) -> tuple[Ask, ...]:
    """The questions of a message, in order; none for a message that only tells something."""
    said = [piece for sentence in sentences(text) for piece in _sentences_within(sentence)]
    alone = len(said) == 1
    return tuple(_found(said, alone=alone))


def _sentences_within(sentence: str) -> Iterator[str]:
    """A sentence cut behind question marks that no space follows."""
    yield from filter(None, (piece.strip() for piece in re.split(r"(?<=\?)(?=\w)", sentence)))


def _found(said: Sequence[str], *, alone: bool) -> Iterator[Ask]:
    for place, sentence in enumerate(said):
        bare = _without(_LEAD, sentence)
        if not _asks(bare, alone=alone) and not (begs(sentence) and is_kept(sentence)):
            if alone and len(words(bare)) <= LONGER and not _tells(bare):
                yield from (replace(ask, is_guess=True) for ask in _of(bare, is_answered=True) if ask.kind == "fact")
            continue
        following = said[place + 1] if place + 1 < len(said) else ""
        yield from _of(bare, is_answered=bool(following) and _is_telling(following))


def _of(bare: str, *, is_answered: bool) -> Iterator[Ask]:
    if is_kept(bare):
        yield Ask("kept", bare, (bare,))
        return
    if _PROCESS.search(bare):
        return
    if _METHOD.search(bare):
        yield Ask("method", bare, (bare,), is_answered)
        return
    for clause in _clauses(bare):
        core = _core(clause)
        if not core:
            continue
        joined = ("peak load", "QPS") if _RATE_AT_PEAK.search(core) else _JOINT.split(core)
        pieces = tuple(filter(_says_something, (_core(piece) for piece in joined)))
        yield Ask("fact", core, pieces if len(pieces) > 1 else (core,), is_answered)


def _clauses(bare: str) -> Iterator[str]:
    """The questions that a sentence joins; one that only means something with its neighbour stays with it."""
    held, end = "", 0
    for cut in (*_CLAUSE.finditer(bare), None):
        clause = bare[end : cut.start() if cut else len(bare)].strip()
        held = f"{held}, {clause}" if held and clause else held or clause
        end = cut.end() if cut else end
        rest = bare[end:] if cut else ""
        if held and not (rest and (_LEANS.search(rest) or _ADVERBIAL.search(held))):
            yield held
            held = ""


def _core(text: str) -> str:
    """The question without its leads: "could you tell me about" and "can I assume that"."""
    for lead in (_LEAD, _LACKING, _REQUEST, _NEEDED, _ASSUMED, _STATED):
        text = _without(lead, text)
    for end in (_UNLESS, _PLEASE):
        text = _without(end, text)
    text = _CONFIRM.sub("?", text)
    return text.strip(" ,;:.–-")


def _without(lead: re.Pattern[str], text: str) -> str:
    rest = lead.sub("", text, count=1)
    return rest if _says_something(rest) else text


def _says_something(text: str) -> bool:
    return any(word.is_content for word in words(text)) or bool(
        re.search(r"\bwho\b|\bhow many\b|\bhow much\b", text, _I)
    )


def _asks(bare: str, *, alone: bool) -> bool:
    if bare.rstrip(" \"')").endswith("?"):
        return True
    if _UNLESS.search(bare) and not bare.lower().startswith("unless"):
        return True
    if _STATED.search(bare):
        return False
    if _REQUEST.search(bare):
        return True
    if _LACKING.search(bare) or _NEEDED.search(bare) or _WISH.search(bare):
        return not _OWN_PLAN.search(bare)
    if _PLEASE.search(bare) and not _OWN.search(bare):
        return True
    # "before I pick a chunk size, how long is a page": the question comes behind a clause of its own.
    if any(_INTERROGATIVE.search(part) and _INVERTED.search(part) for part in bare.split(",")[1:]):
        return True
    if _INTERROGATIVE.search(bare) and (len(words(bare)) <= SHORT or _INVERTED.search(bare)):
        return True
    return alone and len(words(bare)) <= TERSE and not _OWN.search(bare) and not bare.endswith((".", "!"))


def _tells(bare: str) -> bool:
    """Whether a sentence without a question in it states something: it ends with a stop, or has a verb of its own."""
    return bare.rstrip().endswith((".", "!")) or bool(_OWN.search(bare) or _STATED.search(bare))


def _is_telling(sentence: str) -> bool:
    """Whether a sentence goes on in the candidate's own words, as after a question that was meant rhetorically."""
    return not sentence.rstrip().endswith("?") and bool(
        re.match(
            r"\W*(?:i(?:'d| would|'ll| will| think)|we (?:can|could|should|would|will)|my |let's |maybe |probably )",
            sentence,
            _I,
        )
    )
