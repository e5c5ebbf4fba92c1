"""What fusing promises whatever the scores are."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from interviewer.rules.fusion import fused

ids = st.sampled_from([f"p{n}" for n in range(30)])
cosines = st.dictionaries(ids, st.floats(-1, 1), max_size=30)
bm25 = st.dictionaries(ids, st.floats(0, 60), max_size=30)


@given(cosines, bm25)
def test_everything_that_was_found_is_there_once_and_in_order(dense: dict[str, float], words: dict[str, float]) -> None:
    found = fused(dense, words)
    assert sorted(id for id, _ in found) == sorted(dense.keys() | words.keys())
    scores = [score for _, score in found]
    assert all(math.isfinite(score) for score in scores)
    assert scores == sorted(scores, reverse=True)


@given(cosines, bm25, st.randoms(use_true_random=False))
def test_the_order_in_which_scores_come_does_not_matter(
    dense: dict[str, float], words: dict[str, float], dice: object
) -> None:
    assert fused(dict(reversed(dense.items())), dict(reversed(words.items()))) == fused(dense, words)


@given(cosines, bm25)
def test_what_is_best_for_both_is_first(dense: dict[str, float], words: dict[str, float]) -> None:
    best = {"best": 1.0}
    assert fused({**dense, **best}, {**words, "best": 61.0})[0][1] >= max(
        [score for id, score in fused({**dense, **best}, {**words, "best": 61.0}) if id != "best"], default=0.0
    )


@given(cosines, bm25)
def test_what_is_worse_in_both_is_not_before(dense: dict[str, float], words: dict[str, float]) -> None:
    place = {id: number for number, (id, _) in enumerate(fused(dense, words))}
    both = sorted(dense.keys() & words.keys())
    for one in both:
        for other in both:
            if dense[one] > dense[other] + 1e-6 and words[one] > words[other] + 1e-6:
                assert place[one] < place[other]


@given(cosines)
def test_one_ranking_alone_keeps_its_order(scores: dict[str, float]) -> None:
    spaced = {id: round(score, 3) for id, score in scores.items()}
    wanted = [id for id, _ in sorted(spaced.items(), key=lambda item: (-item[1], item[0]))]
    assert [id for id, _ in fused(spaced, {})] == wanted
    assert [id for id, _ in fused({}, spaced)] == wanted


def test_nothing_and_nothing_is_nothing() -> None:
    assert fused({}, {}) == []
