"""What in a document speaks to whoever processes it instead of to its reader, and what is blank before a model sees it.

Written to catch more than it must: a sentence of a document that is left out costs nothing. It is still no gate, since
wordings are endless: what holds is that the checks of rules/authored.py refuse whatever obeyed one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from interviewer.rules.evidence import flagged, instruction_like, sentences

BLANK = "[left out]"
"""Stands where a sentence was left out."""

_REPLY = r"(?:repl(?:y|ies)|responses?|answers?|outputs?|summar(?:y|ies)|message)"
_MACHINE = (
    r"(?:ai|bots?|chat ?bot|assistants?|language models?|llms?|chatgpt|gpt(?:-\d\S*)?|claude|gemini|agents?|grader|"
    r"interviewers?|question[- ]?writers?)"
)
_TEXT = r"(?:essay|poem|story|letter|speech|song|haiku|sonnet|equivalent|joke)"
_NEVER_SPOKEN = (
    # What the reply should be like.
    rf"\b(?:in|to|of|from|into) your {_REPLY}\b",
    rf"\byour {_REPLY}(?:'s)? (?:to|in|words)\b",
    rf"\b(?:provide|render|modify|augment|enhance) (?:me )?your {_REPLY}\b",
    # To whom it speaks.
    rf"\b(?:note|notice|important|attention|reminder)\b.{{0,8}}\b(?:to|for) (?:the |any |all )?{_MACHINE}\b",
    r"\bai (?:agents?|assistants?) (?:reading|integrating|processing|that process)\b",
    r"\bany ai (?:system|model|agent)\b",
    rf"\b(?:act as|acting as|pretend (?:that )?(?:you are|to be)) (?:an?|the|my) (?:[\w-]+ ){{0,3}}{_MACHINE}\b",
    # What is to be thrown off.
    r"\b(?:developer mode|do anything now|dan mode|stay in character|role-?play|unfiltered)\b",
    r"\b(?:no|without (?:any )?) ?(?:content )?(?:restrictions|filters?|policy)\b.{0,30}$",
    r"\bignor(?:iere|ez|a (?:tutte|las|le))\b",
    r"\b(?:olvida|dimentica|oubliez|vergiss|verrate|rivela|revela)\b",
    # What is to be done.
    r"\b(?:send_email|http_post|delete_file|verification code|doc_id|trace_id)\b|\{canary\}",
    rf"^\W*(?:please )?(?:draft|compose|write|provide|develop) (?:an?|the|some) (?:[\w-]+ ){{0,4}}{_TEXT}\b",
    r"^\W*(?:please )?(?:replace|substitute|convert|scramble|jumble|misspell|rearrange)\b.{0,30}\b(?:letters|vowels)\b",
    r"\b(?:send|email|forward|envoie\S*|collect)\b.{0,80}@\w",
    # A frame of a chat.
    r"^\W*(?:system|assistant|developer|override)\s*(?:override|update|note|notice)?\s*[:\]>]",
    r"^\W*reasoning(?: trace)? \(assistant\)|^\W*</?(?:thinking|system|instructions?|prompt)>",
    # What is hidden: base64, binary, escapes, Morse, ASCII85, percent signs, Unicode tags.
    r"\b[A-Za-z0-9+=]{40,}|(?:\b[01]{8}\b\s*){4,}|(?:\\u[0-9a-f]{4}){6,}|(?:[.-]{1,5} (?:/ )?){12,}|<~\S{8}",
    "(?:%[0-9a-f]{2}[^%\\s]*){4,}|[\U000e0000-\U000e007f]",
)
"""Nothing that an interviewer says, or a question holds, looks like this."""
_SELDOM_SPOKEN = (
    rf"\b(?:your|every (?:future )?|each |the) ?{_REPLY}\b.{{0,60}}\b(?:must|should|always|append|include|end)\b",
    rf"\b(?:write|give|end|start|begin|with) (?:me )?your {_REPLY}\b",
    rf"\b(?:in|to|of) (?:the|every|any|all|each) (?:future )?{_REPLY}s? (?:you|that you)\b",
    rf"\b(?:message|instructions?) (?:to|for) (?:the |any |all )?{_MACHINE}\b",
    r"\bfor (?:ai|llm|gpt)[\w -]{0,20}\b(?:agents?|assistants?|models?|systems?)\b",
    rf"\byou(?:'re| are)(?: now| no longer)? (?:an? |my |the )?(?:[\w-]+ ){{0,3}}{_MACHINE}\b",
    rf"\bas (?:an?|the|my) (?:[\w-]+ ){{0,3}}{_MACHINE}\b",
    r"\b(?:from now on|you are now|you must now|in character|jailbr\w+|chatgpt|uncensored)\b",
    r"\b(?:pretend|act as if|imagine that you)\b.{0,60}\b(?:you|rules?|filters?|restrictions?)\b",
    r"\bwithout (?:any )?(?:limits|asking again)\b|\bno rules\b",
    r"\bsafety (?:rules|protocols|checks|guidelines)\b|\bcontent policy\b",
    r"\b(?:system|initial|hidden|exact|original|operating|your) (?:prompts?|instructions|directives?)\b",
    r"\b(?:internal|hidden|your) configuration\b|\bcontext window including\b|\bthe words above\b",
    r"\bdisregard\b|\bsystem update:|\byour (?:new )?(?:rules|directives?)\b|\bsupersedes?\b|\bapi keys and\b",
    r"\b(?:ignore|forget|override|skip)\b.{0,40}\b(?:previous|prior|above|earlier|instructions|the user|everything)\b",
    r"\b(?:decode|translate)\b.{0,60}\b(?:follow|execute|do (?:exactly )?what)\b|\b(?:base64|hex) encoded\b",
    r"\b[a-z]+_(?:email|post|file|memory)\b|\blong-term memory\b|\bbefore you reply\b",
    r"\b(?:append|include|repeat|insert)\b.{0,40}\b(?:token|reference code)\b",
    r"\bwhen you (?:read|process|summari[sz]e)\b",
    r"\bthe user (?:is|has)\b.{0,40}\b(?:admin|permission|authori[sz]ed|granted)\b|^\W*user\s*:",
    rf"\b(?:generate|create) (?:an?|the|some) (?:[\w-]+ ){{0,4}}{_TEXT}\b",
    r"^\W*(?:please )?(?:explain|describe|break down|translate|summari[sz]e) (?:the|how|why|what|this|it)\b",
    # The same in the languages in which it is tried most often.
    r"\bignor(?:a|e)\b.{0,30}\b(?:precedent\w*|anteriores)\b|\br[eé]v[eè]le-|\bvous êtes désormais\b",
    r"\bsystem-?(?:anweisung|hinweis|prompt)\w*|\bnota (?:del|di) sistema\b|\bnote syst[eè]me\b",
    r"\b(?:istruzioni|instrucciones|anweisungen|richtlinien|restricciones|restrizioni|uneingeschr\w+)\b",
    r"\b(?:como|come|als|en tant qu)['’ ]?(?:assistent\w*|asistente|assistant|assistente)\b",
)
"""This may stand in a document in all innocence; the sentence is left out all the same."""
_OBEYS = re.compile("|".join(_NEVER_SPOKEN), re.IGNORECASE)
_MAY_ORDER = re.compile("|".join(_SELDOM_SPOKEN), re.IGNORECASE)


@lru_cache(maxsize=8192)
def obedient(text: str) -> bool:
    """Whether a text that was written for a question carries an order to a program, or the frame of one."""
    return instruction_like(text) or bool(_OBEYS.search(_folded(text)))


@lru_cache(maxsize=8192)
def addressed(sentence: str) -> bool:
    """Whether a sentence gives an order to a program or its model, hides something, or imitates a chat's frame."""
    return obedient(sentence) or bool(_MAY_ORDER.search(_folded(sentence)))


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def blanked(text: str) -> str:
    """The text with such sentences blank; all of it if one can be nothing but an order, or half of them may be some.

    Around an order stand its decoys and the rest of it, which are hard to tell from prose.
    """
    said = sentences(text)
    bad = {said[n - 1] for n in flagged(said)} | {sentence for sentence in said if addressed(sentence)}
    if not bad:
        return text
    if any(map(obedient, bad)) or 2 * sum(sentence in bad for sentence in said) >= len(said):
        return BLANK
    return "".join(BLANK if piece.strip() in bad or _within(piece, bad) else piece for piece in _pieces(text, said))


def _within(piece: str, bad: set[str]) -> bool:
    return " ".join(piece.split()) in {" ".join(sentence.split()) for sentence in bad}


def _pieces(text: str, said: tuple[str, ...]) -> Iterator[str]:
    """The text cut at its sentences, nothing lost: sentences and what stands between them, in turn."""
    place = 0
    for sentence in said:
        # A sentence may have been joined from two lines or cut by words, so that white space differs.
        found = re.compile(r"\s+".join(map(re.escape, sentence.split()))).search(text, place)
        if found is None:
            continue
        yield text[place : found.start()]
        yield found.group()
        place = found.end()
    yield text[place:]
