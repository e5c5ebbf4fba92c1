"""What an interviewer keeps: whether a sentence asks for the answer, a judgement, what is to come, or its papers.

Words such as "answer", "score" or "candidate" also belong to the systems that are designed, so each pattern asks for
more than one of them: whose it is, or what is to be done with it.
"""

from __future__ import annotations

import re
from typing import Final

_I: Final = re.IGNORECASE
_MINE: Final = r"(?:my|this|that)(?: (?:own|last|whole|entire|current|previous))?"
_WORK: Final = r"(?:answer|design|approach|solution|work|proposal|idea|reasoning|estimate|interview|performance)s?"
_ENDS: Final = (
    r"(?=\W*$|[,.;!?]| (?:to (?:this|that|it)|please|now|then|already|here|be|look|for|of|is|are|would|will|so)\b)"
)
_EXPERT: Final = (
    r"(?:you|an? (?:senior|expert|strong|staff|good|excellent|great|top|real|typical)(?: (?:candidate|engineer|"
    r"person|"
    r"answer))?|somebody who knows|experts?|other candidates)"
)

_ANSWER: Final = (
    (
        rf"(?:the|an?|your|any) (?:right|correct|ideal|best|expected|perfect|model|sample|official|textbook) "
        rf"(?:possible "
        rf")?"
        rf"(?:answer|response|choice|decision){_ENDS}"
    ),
    (
        r"(?:right|correct|ideal|best|expected|perfect|model|reference|sample|official|full|optimal|textbook|"
        r"intended|"
        r"proper|finished|complete) (?:possible )?(?:solution|design|architecture|approach)s?\b(?! (?:team|space|"
        r"docs?)\b)"
    ),
    (
        rf"(?:what(?:'s| is)|tell me|give(?: me| away)?|show me|reveal|just say|share|spoil|leak|paste|print|"
        rf"write(?: "
        rf"down| out)?|"
        rf"read me|spell out|(?:may|can|could) i (?:see|have|read|know|get)) (?:just )?(?:the|your|all the) "
        rf"(?:answers?|solutions?|design){_ENDS}"
    ),
    r"what (?:the|your|a) (?:answer|solution) (?:is|looks?|would|should)",
    (
        r"(?:solve|answer|do|design|finish|write|build|draw|complete) (?:it|this|that|everything|the (?:design|"
        r"problem|"
        r"rest|"
        r"answer|solution|task))(?: \w+)? for me|(?:can|could|would|will) you (?:please |just )*(?:solve|finish|"
        r"answer) "
        r"(?:it|this|that|the (?:problem|design|rest|task))\b"
    ),
    (
        rf"how (?:would|do|might) {_EXPERT}(?: yourself)? (?:solve|design|do|approach|build|answer|tackle|go about|"
        rf"structure|"
        rf"handle|attack)"
    ),
    (
        rf"what (?:would|do|might) {_EXPERT}(?: yourself)? (?:do|say|answer|design|build|choose|use|pick|propose|"
        rf"write|"
        rf"draw|"
        rf"mention)\b"
    ),
    (
        r"what (?:should|must|ought|could) i (?:to )?(?:have )?(?:say|said|mention(?:ed)?|answer(?:ed)?|be saying|"
        r"talk(?:ed)? "
        r"about|do better|improve|add|change|cover(?:ed)?|propose[d]?)\b|what (?:i|one) (?:should|ought to|could) "
        r"have "
        r"(?:said|answered|mentioned|done)|what do i (?:have|need) to (?:say|mention|cover)"
    ),
    r"walk me through (?:the|your|a) (?:\w+ )?(?:solution|answer|design)",
    r"(?:the|a|any) (?:trick|catch|gotcha)\b(?! (?:rate|line))|trick question|i give up",
    (
        r"what (?:exactly |else )?(?:it is (?:that )?)?(?:are |were |do )?you(?:'re| are)? (?:\w+ )?(?:looking for|"
        r"hoping|"
        r"fishing|waiting for|listening for|after\b)|what (?:exactly |else )?(?:do )?you (?:expect|want)(?: to hear| "
        r"from me| "
        r"me|\W*$)|everything (?:that )?you (?:expect|want)|(?:you|interviewers?|examiners?|graders?)(?: \w+)? "
        r"want(?:ed)? "
        r"(?:me |us )?to (?:hear|say|mention)"
    ),
)
_JUDGEMENT: Final = (
    (
        r"rubrics?|the grader|(?:grading|marking|scoring) (?:scheme|criteria|guide|sheet|form|grid|here|works?)|"
        r"score "
        r"?sheet|"
        r"(?:evaluation|assessment) (?:form|sheet|grid)|grading here|key points?|checklist|cheat sheet"
    ),
    (
        r"(?:i|me|am i|i'm|i am) (?:\w+ ){0,2}(?:graded|scored|grading|scoring|marked|rated|judged|assessed|"
        r"evaluated)|"
        r"(?:grade|"
        r"judge|assess|rate|evaluate|score) (?:me|candidates)\b|this (?:interview |round |answer |part |talk )?(?:is "
        r"|"
        r"being |be "
        r"|gets? |will be )*(?:graded|marked|assessed)"
    ),
    (
        r"my (?:\w+ )?(?:score|rating|marks?|grades?|result|level|performance|verdict|evaluation|feedback|chances|"
        r"assessment)s?"
        r"\b|your (?:verdict|assessment|judge?ment|impression|opinion|rating)\b|(?:what|which) (?:grade|score|mark|"
        r"rating|level) "
        r"(?:would|do|will|did|am) (?:you|i)\b|scor(?:e|ing) (?:so far|do i|will i|would i|am i)"
    ),
    (
        rf"(?:rate|grade|mark|place|think of|like|find) (?:{_MINE} {_WORK}|what i)\b|(?:was|is|were|are|did|does|"
        rf"will|"
        rf"would) "
        rf"{_MINE} {_WORK} (?:\w+ ){{0,3}}(?:good|right|correct|ok|okay|fine|enough|wrong|bad|strong|weak|hit|pass|"
        rf"best|"
        rf"better|"
        rf"convinc\w+|sufficient|fail|what you)\b|my {_WORK} (?:is|was|are|were) (?:\w+ ){{0,2}}(?:good|right|"
        rf"correct|"
        rf"wrong|best|"
        rf"enough|ok|strong|weak)\b|how (?:good|well|bad|strong) (?:was|is|did|were|are) (?:my|what i|that answer)"
    ),
    (
        r"(?:was|is|were) (?:what i (?:just )?(?:said|have|wrote|drew|did)|my \w+) (?:right|correct|wrong)\b|am i "
        r"(?:\w+ "
        r")?"
        r"(?:passing|failing|ahead|behind|on (?:the right )?track|right|wrong|correct|close|doing)|how (?:well |good "
        r"|"
        r"bad )?(?:am i "
        r"(?:doing)|did i do|have i done|do i (?:do|compare|stand|rank)|far am i)|where do i (?:stand|lose|rank)|"
        r"where "
        r"would you "
        r"(?:put|place|rank) (?:me|my)|(?:on|from) (?:a|the) scale (?:of|from) \w+ to"
    ),
    (
        r"(?:did|will|would|do|have|can|could|if) i (?:still |already )?(?:pass|passed|fail|failed|get (?:hired|the "
        r"(?:job|offer|"
        r"point|credit)|an offer)|be hired|make it)\b|would (?:this|that|it|my \w+) (?:pass\b|impress|convince you|"
        r"get "
        r"me)|(?:strong|"
        r"no|lean|a) hire\b|hire or|hire me|hiring (?:decision|bar)|full (?:marks|points|credit)|(?:earns?|gets?|"
        r"gives|"
        r"scores?) me "
        r"(?:points|marks|credit)|points (?:do|will|did|have) i"
    ),
    (
        r"(?:do|am|have|did) i (?:get|got) (?:\w+ )*(?:right|wrong)|(?:mistakes?|errors?|points?|marks) (?:have|did|"
        r"do|"
        r"will|would|am) "
        r"i\b|have i (?:got|done|covered|said|addressed) (?:\w+ )*(?:wrong|right|enough|everything|all)|(?:did|do|"
        r"have|"
        r"am) i (?:miss|"
        r"forg[eo]t|missing|missed|forgotten|left out|leave out|overlook\w*)|what (?:did|have|am) i (?:\w+ "
        r")?(?:miss\w*|"
        r"forg\w+|"
        r"left|leave|overlook\w*|get wrong|gotten wrong)|(?:strong|good|senior|excellent|great|successful|previous|"
        r"earlier|other) "
        r"(?:candidate|interviewee)s? (?:would|do|did|say|said|answer|usually|typically|normally|get|got)"
    ),
)
_TO_COME: Final = (
    (
        r"(?:the|a|your|any|which|what|another) (?:\w+ )?(?:plot )?twists?|curve ?balls?|(?:a|any|the|what) "
        r"surprises?\b|"
        r"(?:hidden|"
        r"secret|unexpected|nasty|upcoming|later|next) (?:complications?|requirements?|constraints?|question|agenda|"
        r"criteria|trap)"
    ),
    (
        r"(?:what|which|how|when)\b.{0,30}\b(?:will|do|are|would) you(?: going)?(?: to)?(?: \w+){0,2} (?:throw|"
        r"spring|"
        r"ask|change|"
        r"surprise|bring up|hit me|confront|challenge|grill|quiz)|next question|(?:what|which)\b.{0,20} "
        r"follow-?ups?\b.{0,20} "
        r"(?:be|going|come|ask)|the follow-?up (?:going|will|be)"
    ),
    (
        r"what(?:'s| is| will be|'ll be) (?:coming|next|up next|to come|in store)|what comes (?:next|after this)|up "
        r"your "
        r"sleeve|"
        r"(?:in|on) front of you|(?:you|you'll|you will|interviews?|interviewers?) (?:\w+ )?change (?:the |a |any |"
        r"some |"
        r"my )?"
        r"(?:requirement|rule|constraint|problem|situation)s?"
    ),
)
_PAPERS: Final = (
    (
        r"(?:system|hidden|original) prompt|your (?:own |secret |hidden |ideal |reference |scoring )?(?:prompt|"
        r"instructions|notes|"
        r"script|sheet|answer|solution|take|view|approach|proposal|version|key|reference)s?\b|(?:ignore|forget|"
        r"disregard|"
        r"override) "
        r"(?:all |your |the |any |previous |earlier )+(?:instruction|rule|prompt)s?|everything above|fact sheet|(?:a|"
        r"any|"
        r"one|"
        r"another|some|your) hints?\b(?! (?:do|are|is) (?:we|users))"
    ),
)
_ALONE: Final = (
    (
        r"^\W*(?:and |so )?(?:(?:my|the) )?(?:score|grade|rating|verdict|marks?|answer|solution|hint)(?:s (?:so far|"
        r"please|now)|"
        r" so far|,? please| now)?\W*$"
    ),
    r"^\W*my (?:scores|grades|marks|answers|solutions|hints)\W*$",
)
_KEPT: Final = re.compile(rf"\b(?:{'|'.join((*_ANSWER, *_JUDGEMENT, *_TO_COME, *_PAPERS))})|{'|'.join(_ALONE)}", _I)
_BEGS: Final = re.compile(
    r"\b(?:tell me|give (?:me|away)|show me|let me (?:know|see|read|have)|reveal|share|spoil|print|read me|spare me|"
    r"ignore|"
    r"(?:can|could|would|will) you|i give up|please|what(?:'s| is) (?:the|my|your)|mind (?:telling|sharing)|just "
    r"(?:say|write|"
    r"do|solve)|(?:solve|finish|do|write|answer|design) (?:it|this|that|the \w+) (?:for me|yourself)|i(?:'d| would)? "
    r"(?:like|"
    r"love|want|wonder|need)|i(?:'m| am) (?:curious|wondering|not sure|unsure))\b",
    _I,
)


def is_kept(sentence: str) -> bool:
    """Whether the sentence, if it asks at all, asks for something that the interviewer keeps to itself."""
    return bool(_KEPT.search(sentence))


def begs(sentence: str) -> bool:
    """Whether it is put as a demand, which a question mark would make a question."""
    return bool(_BEGS.search(sentence))
