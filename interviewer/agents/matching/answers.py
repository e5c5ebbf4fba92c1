"""What kind of answer a question wants, and which kinds a text gives: a count, a share, money, a time, a source.

Pure and cheap. "How many" wants a number and "how long" a time, in whatever words the rest is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_I: Final = re.IGNORECASE
_WANTED: Final = {
    "money": r"\b(?:costs?|costly|prices?|pric(?:ed|ing)|expensive|pay|paid|spend|budget|money|dollars?|revenue|earn|"
    r"fees?|charged?|"
    r"damage|loss(?:es)?|lose|rent|worth)\b",
    "time": r"\b(?:how (?:long|fast|quick(?:ly)?|soon|late|fresh|recent)|when|by when|latency|delay(?:ed)?|deadline|"
    r"timeline|duration|"
    r"milliseconds?|ms|seconds?|minutes|hours?|days|weeks|months|p9\d|response time|time limit|wait|until|within)\b",
    "share": r"\b(?:share|rate|percent(?:age)?|fraction|proportion|ratio|probability|how (?:often|frequent(?:ly)?|"
    r"common|rare|likely|"
    r"frequently|sparse|imbalanced)|ctr|cvr|prevalence|churn|uptime|availability)\b",
    "count": r"\b(?:how (?:many|big|large)|number of|count|volume|size|scale|amount|qps|rps|dau|mau|capacity|"
    r"throughput|headcount)\b",
    "people": r"\b(?:who|whom|whose|people|team|engineers?|users?|customers?|reviewers?|annotators?|members)\b",
    "source": r"\b(?:where|which data|labels?|ground truth|logs?|logged|recorded|signals?|features?|source|come "
    r"from)\b",
    "allowed": r"\b(?:may (?:we|i)|allowed|permitted|must|have to|law|legal|regulat\w+|privacy|gdpr|consent|rules?|"
    r"restrictions?|compliance)\b",
}
_GIVEN: Final = {
    "money": r"\b(?:dollars?|cents?|fees?|money|paid|pays?|costs?|commission|rent)\b",
    "time": r"\b(?:milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|morning|years?|ms)\b",
    "share": r"\b(?:percent|tenths?|thirds?|half|quarter|fifth|times|in (?:a|\d|one|ten|five|four)\b|of (?:a hundred|"
    r"\d|ten|five))|\bone .{3,40} in ",
    "count": r"\d|\b(?:million|billion|thousand|hundred|six|eight|nine|ten|twelve|five)\b",
    "people": r"\b(?:people|team|engineers?|members|reviewers|analysts|employees|customers|users|advertisers|experts|"
    r"staff|researchers)\b",
    "source": r"\b(?:logs?|logged|report(?:s|ed)?|event stream|press|tap|record(?:ed|s)?|labels?|decisions|disputes?|"
    r"judge)\b",
    "allowed": r"\b(?:must|may|refused|consent|law|allowed|not be|delete[ds]?|personal)\b",
}
KINDS: Final = tuple(_WANTED)


@lru_cache(maxsize=4096)
def wanted(question: str) -> frozenset[str]:
    r"""The kinds of answer that a question wants; none where its words do not tell."""
    return frozenset(kind for kind in KINDS if re.search(_WANTED[kind], question, _I))


@lru_cache(maxsize=4096)
def given(text: str) -> frozenset[str]:
    r"""The kinds of answer that a text gives."""
    return frozenset(kind for kind in KINDS if re.search(_GIVEN[kind], text, _I))
