"""The written themes: each gives nothing away, breaks none of our own checks, and is about a known topic."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interviewer.agents.builtin_author.wording import is_asked
from interviewer.agents.matching.words import content_stems
from interviewer.content.load import root
from interviewer.content.themes import Theme, load_themes, shipped_themes
from interviewer.domain import KeyPoint, Ladder, Question
from interviewer.errors import ContentError
from interviewer.rules.addressed import obedient
from interviewer.rules.authored import LED, faults
from interviewer.rules.evidence import sentences
from tests.agents.test_builtin_author import LEAD, raised


@pytest.mark.parametrize("theme", shipped_themes(), ids=lambda theme: theme.id)
def test_a_theme_gives_nothing_away(theme: Theme) -> None:
    opener = theme.opener.replace("{lead}", LEAD)
    points = tuple(KeyPoint(id=p.id, importance=p.importance, text=p.says[0], cues=p.says) for p in theme.points)
    question = Question(
        id=theme.id,
        round="breadth",
        area=theme.area,
        topics=theme.topics,
        tier=theme.tier,
        opener=opener,
        minutes=5,
        key_points=points,
    )
    assert len(opener.split()) <= 55, "a subject needs room"
    hints = [(p.id, (theme.turn, p.ask, p.part, p.step)) for p in theme.points if p.importance == "must"]
    whole = question.model_copy(update={"ladders": tuple(Ladder(key_point=id, rungs=rungs) for id, rungs in hints)})
    never = {"deictic", "asks_what_it_says", "instruction", "markup", "language", "needs_the_page"}
    assert not never & set(faults(whole, (), stems=content_stems))
    assert not [text for point in theme.points for text in (point.ask, *point.says) if obedient(text)]
    assert raised(question, sentences(opener)) == set()
    asked = content_stems(opener)
    for point in theme.points:
        assert point.id not in raised(question, sentences(point.ask))
        assert len(point.ask.split()) <= 40 and len(point.part.split()) <= 40 and len(point.step.split()) <= 60
        for wording in point.says:
            assert not is_asked(wording, theme=theme, lead=LEAD)
            wanted = content_stems(wording) - asked
            told = content_stems(point.ask) | (content_stems(theme.turn) if point.importance == "must" else set())
            assert len(wanted) < 4 or len(wanted & told) < LED * len(wanted)


def test_themes_are_about_known_areas_and_topics() -> None:
    topics = yaml.safe_load((root("corpus") / "topics.yaml").read_text(encoding="utf-8"))["areas"]
    assert [theme.id for theme in shipped_themes() if not set(theme.topics) <= set(topics[theme.area])] == []


def test_faults_of_themes_are_told_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no themes"):
        load_themes(tmp_path)
    good = (Path(__file__).parents[2] / "prompts" / "library" / "themes" / "data.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(good.replace("{lead}", "{load}").replace("\n        step: ", "\n        sten: "))
    with pytest.raises(ContentError) as caught:
        load_themes(tmp_path)
    assert any("sten" in fault and "a.yaml:" in fault for fault in caught.value.faults)
    (tmp_path / "a.yaml").write_text(good.replace("{lead} ", ""))
    with pytest.raises(ContentError, match="begin with"):
        load_themes(tmp_path)
    (tmp_path / "a.yaml").write_text(good)
    (tmp_path / "b.yaml").write_text(good)
    with pytest.raises(ContentError, match="there twice"):
        load_themes(tmp_path)
