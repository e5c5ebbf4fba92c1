"""What a message asks, as pieces that each ask for one thing: questions, requests, terse keywords; and of what kind.

A statement asks nothing, an assumption neither, unless it is put as a question ("can I assume 100 million users?").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interviewer.agents.matching.words import words
from interviewer.rules.evidence import sentences

Kind = Literal["fact", "method", "kept"]
"""About the situation; how to build it, which is the candidate's to decide; or what an interviewer keeps to itself."""

TERSE: Final = 6
"""Words up to which a message without a verb of the candidate's own is taken for a question: "latency budget"."""

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


_I: Final = re.IGNORECASE
_LEAD = re.compile(
    r"^\W*(?:(?:so|ok|okay|and|also|first|firstly|second|next|then|well|now|great|thanks|thank you|sure|alright|right|"
    r"got it|good|cool|hi|hello|hmm|um|sorry|just|quick question|one (?:more|other)? ?(?:question|thing)|another one|"
    r"maybe|finally|lastly|before i (?:start|begin)|to clarify|for clarity|clarification|"
    r"regarding that)\b[\s,.:;!–-]*)+",
    _I,
)
_REQUEST = re.compile(
    r"^\W*(?:(?:please )?(?:tell|give) me(?: more| a bit| something)*(?: about| on)?|(?:i(?:'d| would) (?:like|"
    r"love|want) "
    r"(?:to )?(?:know|understand|clarify|ask|hear|learn|get a (?:sense|feel|idea) (?:of|for))|i (?:want|need|have) to "
    r"(?:know|understand|clarify|ask)|let me (?:ask|clarify|understand)|let's (?:clarify|talk about)|"
    r"help me understand|"
    r"i(?:'m| am) (?:wondering|curious|interested in)|i wonder|i am asking myself|clarify|please clarify)(?: about|"
    r" if| "
    r"whether)?|(?:can|could|would|will) you (?:please |maybe |quickly )?(?:tell me|share|say|give me|clarify|explain|"
    r"confirm|describe|elaborate on|talk about|walk me through|remind me(?: of)?)(?: more| something| anything| a bit)?"
    r"(?: about| on| of| if| whether| that)?|do (?:you|we) (?:happen to )?(?:know|have (?:a number|numbers|data|"
    r"an idea|"
    r"any (?:idea|numbers?|data|information|details)|information|figures) (?:on|for|about|of))(?: about| if| whether)?|"
    r"any (?:idea|info|information|details|numbers|constraints) (?:on|about|of|for)|(?:what|how) about|is (?:it|there) "
    r"known|is anything known about)\b[\s,:]*",
    _I,
)
_ASSUMED = re.compile(
    r"^\W*(?:(?:can|could|may|should|shall) (?:i|we) (?:safely |just |also )*(?:assume|take (?:it|for granted)|suppose|"
    r"expect|presume)|(?:is it|would it be) (?:fair|safe|ok|okay|fine|reasonable|right|correct) (?:to assume|"
    r"if i assume|"
    r"to say|to expect)|do (?:i|we) (?:assume|take it))(?: that| something like| about| roughly| around| say)*[\s,:]*",
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
    r"^\W*(?:what|which|who|whom|whose|where|when|why|how|is|are|was|were|do|does|did|can|could|may|must|has|have|had|"
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
    r"^\W*(?:(?:should|shall|could|can|may) (?:i|we|it) (?:also |just |better )?(?:use|take|pick|go (?:with|for)|"
    r"start with|"
    r"train|build|add|apply|choose|treat|model|frame|optimi[sz]e|rank|predict|cache|store|split|sample|include)\b|"
    r"(?:would|"
    r"do|did) you (?:rather |also )?(?:use|prefer|go (?:with|for)|choose|pick|recommend|suggest|favou?r|like me to use|"
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
    r"hear me)|what do you mean|how (?:much time|long) (?:do i|have i|is left|is there left|have we got left)|"
    r"time (?:is )?left|"
    r"how are you|where (?:should|shall|do) i (?:start|begin)|any (?:questions|concerns|objections|preference)|"
    r"(?:what|which) "
    r"(?:part|area|topic)s? (?:should|would|do) (?:i|you) (?:like|want|focus|start|prefer)|you know\W*$|"
    r"who am i (?:talking|"
    r"speaking)|(?:a )?few (?:clarifying )?questions\W*$)",
    _I,
)
_KEPT = re.compile(
    r"\b(?:(?:right|correct|ideal|expected|model|reference|sample|official|perfect|full|actual|real|"
    r"best possible) (?:answer|solution|design|architecture|approach|response)s?|(?:what(?:'s| is| are|s)|tell me|"
    r"give me|show me|reveal|just say|share|know|see|read|have|list|spoil|leak|paste|print) (?:just |me )?(?:the|"
    r"your|all the) (?:answers?(?!\s+(?:length|quality|size))|solutions?)\b(?! (?:length|quality|look|be|cost|"
    r"like))|rubrics?|grader|(?:i|me|my|this|am|be|being|get|you) (?:\w+ )?(?:graded?|scored|grading|scoring)|"
    r"grading (?:scheme|criteria|guide|here)|my grades?|marking scheme|key points?|my (?:score|rating|marks?|"
    r"result|level|performance|verdict|evaluation|feedback)|scor(?:e|ing) (?:me|am i|so far|do i|sheet|guide|"
    r"criteria|will i)|how am i (?:doing|scored)|(?:did|will|would|do|have) i (?:pass|passed|fail|get hired|"
    r"get the job)|hire or|hiring (?:decision|bar)|points (?:do|will|did|have) i|what (?:earns|gets|gives|"
    r"scores?) (?:me )?(?:points|marks|credit|full)|(?:judge|evaluate|assess|rate|rating|judging|evaluating|"
    r"assessing) (?:me|my|this answer|candidates)|am i (?:being )?(?:judged|evaluated|assessed|rated)|twists?|"
    r"curve ?balls?|surprises?|trick question|gotcha|plot|what (?:will|are you going to|do you plan to) (?:change|"
    r"throw|ask)|(?:next|later|upcoming|coming|following) (?:question|constraint|complication|change)s?|(?:what|"
    r"which)\b.{0,30}\b(?:are you|do you|you're|you are|were you|would you) (?:looking|want|expect|hop|wait|"
    r"fish)\w*(?: for| to hear| me to| from me| to see)?|want(?:ed)? (?:me )?to (?:hear|say|mention)|system prompt|"
    r"your (?:prompt|instructions|notes|script|sheet|answer|solution|opinion|key)|hidden|secret|fact sheet|cheat|"
    r"how would you (?:solve|design|do|approach|build|answer|tackle|go about|structure)|what would you (?:do|say|"
    r"answer|design|build|choose|use)|what (?:should|must|shall|do|have|would) i (?:need to |have to )?(?:say|"
    r"mention|answer|cover|missed|forgotten|be saying|improve|change|add)|(?:did|do|have|am) i (?:miss|forg[eo]t|"
    r"missing|missed|forgotten|close)|a hint|hints|senior (?:candidate|engineer)s? (?:would|do|say)|"
    r"strong candidates?|good candidates?|do it for me|solve it for me|answer (?:it )?for me|other candidates|"
    r"checklist|(?:on|from) (?:a|the) scale (?:of|from)|where would you (?:put|place|rank) (?:me|my)|how (?:good|"
    r"well|bad|strong) (?:was|is|am|did|were) (?:my|i|that answer)|walk me through (?:the|your|a)|what(?:'s|"
    r" is) the (?:trick|catch)|change (?:the |a )?requirements?|am i (?:passing|failing|ahead|behind|on track)|"
    r"what level am i|strong hire|i give up|your (?:own )?(?:version|take|design|view))\b|^\W*(?:and |so )?(?:my |"
    r"the )?(?:score|grade|rating|verdict|marks?|answer|solution|hint)s?(?: so far| please| now)?\W*$",
    _I,
)
_BEGS = re.compile(
    r"\b(?:tell me|give me|show me|reveal|share|spoil|(?:can|could|would|will) you|i give up|please|what(?:'s|"
    r" is) (?:the|my|your))\b",
    _I,
)
_JOINT = re.compile(
    r"\s*[;?]\s*(?:and\s+|or\s+)?|\s*,\s*(?:and\s+|as well as\s+|plus\s+)?|\s+(?:and|as well as|plus|&)\s+(?:also\s+)?",
    _I,
)
_CLAUSE = re.compile(
    r"(?:\s*[,;]\s*|\s+)(?:and|or|but|as well as|plus)\s+(?:also\s+)?(?=(?:what|which|who|where|when|how|is|are|do|"
    r"does|can|"
    r"could|may|has|have|at what|in which|by how)\b)|\s*[,;]\s*(?=(?:what|which|who|where|when|how|is there|"
    r"are there|do we)\b)",
    _I,
)


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
        if not _asks(bare, alone=alone) and not (_BEGS.search(sentence) and _KEPT.search(sentence)):
            continue
        following = said[place + 1] if place + 1 < len(said) else ""
        yield from _of(bare, is_answered=bool(following) and _is_telling(following))


def _of(bare: str, *, is_answered: bool) -> Iterator[Ask]:
    if _KEPT.search(bare):
        yield Ask("kept", bare, (bare,))
        return
    if _PROCESS.search(bare):
        return
    if _METHOD.search(bare):
        yield Ask("method", bare, (bare,), is_answered)
        return
    for clause in filter(None, (piece.strip() for piece in _CLAUSE.split(bare))):
        core = _core(clause)
        if not core:
            continue
        pieces = tuple(filter(_says_something, (_core(piece) for piece in _JOINT.split(core))))
        yield Ask("fact", core, pieces if len(pieces) > 1 else (core,), is_answered)


def _core(text: str) -> str:
    """The question without its leads: "could you tell me about" and "can I assume that"."""
    for lead in (_LEAD, _REQUEST, _ASSUMED, _STATED):
        text = _without(lead, text)
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
    if _STATED.search(bare):
        return False
    if _REQUEST.search(bare) or _WISH.search(bare):
        return True
    # "before I pick a chunk size, how long is a page": the question comes behind a clause of its own.
    if any(_INTERROGATIVE.search(part) and _INVERTED.search(part) for part in bare.split(",")[1:]):
        return True
    if _INTERROGATIVE.search(bare) and (len(words(bare)) <= SHORT or _INVERTED.search(bare)):
        return True
    return alone and len(words(bare)) <= TERSE and not _OWN.search(bare) and not bare.endswith((".", "!"))


def _is_telling(sentence: str) -> bool:
    """Whether a sentence goes on in the candidate's own words, as after a question that was meant rhetorically."""
    return not sentence.rstrip().endswith("?") and bool(
        re.match(
            r"\W*(?:i(?:'d| would|'ll| will| think)|we (?:can|could|should|would|will)|my |let's |maybe |probably )",
            sentence,
            _I,
        )
    )
