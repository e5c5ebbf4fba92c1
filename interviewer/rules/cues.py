"""What counts in a cue: the words that are not asked for when it is looked for in a sentence."""

from __future__ import annotations

import re

LIGHT = frozenset(
    re.split(
        r"\s+",
        """a an and any are as at be been but by can could did do does for from had has have i if in into is it its
        my of on or our so some that the their them then there these they this those to was we were which will with
        would you your""",
    )
)
"""Articles, auxiliaries and the like. "only", "same" or "before" are asked for: without them a cue says less."""
