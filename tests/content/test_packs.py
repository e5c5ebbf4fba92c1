"""The company packs are sound, are found by any of their names, and say what is wrong with them with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from interviewer.content import shipped
from interviewer.content.load import root
from interviewer.content.packs import load_corpus, pack_for, packs, topics
from interviewer.domain import Landmark, Pack, Topics
from interviewer.errors import ContentError

PACK = "packs/stripe.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the corpus to damage."""
    return Path(shutil.copytree(root("corpus"), tmp_path / "corpus"))


def faults(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load_corpus(folder)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


def change(path: Path, old: str, new: str) -> int:
    """Replace `old`, and say on which line it stood."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_there_are_twelve_companies() -> None:
    assert len(packs()) == 12
    assert [pack.company for pack in packs()] == sorted((pack.company for pack in packs()), key=str.casefold)


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: pack.id)
def test_a_pack_fits_what_the_round_makes_of_it(pack: Pack) -> None:
    assert Pack.model_validate(pack.model_dump(mode="json")) == pack
    assert "Unofficial" in pack.note and pack.as_of == "2026-11"
    assert 2 <= len(pack.systems) <= 4
    for phrase in pack.systems:
        assert not phrase.endswith(".") and len(phrase.split()) <= 10
    wording = shipped().round("breadth").wording.from_pack.format(company=pack.company, systems=", ".join(pack.systems))
    assert len(wording.split()) <= 60
    asked = [q for q in shipped().bank("breadth") if not {q.area, *q.topics}.isdisjoint({*pack.areas, *pack.topics})]
    assert len(asked) >= 6, "enough for half the topics of a long round"


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: pack.id)
def test_most_topics_of_a_pack_are_asked_about(pack: Pack) -> None:
    asked = {slug for question in shipped().bank("breadth") for slug in question.topics}
    assert len(asked & set(pack.topics)) >= len(pack.topics) / 2


@pytest.mark.parametrize("mark", [m for pack in packs() for m in pack.landmarks], ids=lambda mark: mark.title[:30])
def test_a_landmark_leads_somewhere(mark: Landmark) -> None:
    parts = urlsplit(mark.link)
    assert parts.scheme == "https" and "." in parts.netloc and len(parts.path) > 2
    assert topics().name_of(mark.supports)


def test_titles_and_links_are_not_there_twice() -> None:
    marks = [mark for pack in packs() for mark in pack.landmarks]
    assert len({mark.title for mark in marks}) == len({mark.link for mark in marks}) == len(marks)
    assert len({mark.summary for mark in marks}) == len(marks)


@pytest.mark.parametrize("name", ["netflix", " Netflix ", "NETFLIX"])
def test_a_pack_is_found_in_any_case(name: str) -> None:
    pack = pack_for(name)
    assert pack is not None and pack.company == "Netflix"


def test_a_pack_is_found_by_its_other_names() -> None:
    found = {name: pack.id for name in ("YouTube", "uber  eats", "Facebook") if (pack := pack_for(name))}
    assert found == {"YouTube": "google", "uber  eats": "uber", "Facebook": "meta"}


@pytest.mark.parametrize("name", ["", "  ", "Brackenloom", "net", "netflix inc"])
def test_no_pack_for_another_name(name: str) -> None:
    assert pack_for(name) is None


def test_every_topic_of_the_bank_is_known() -> None:
    for question in shipped().bank("breadth"):
        assert {slug for slug in question.topics if not topics().area_of(slug)} == set(), question.id


def test_topics_have_the_areas_of_the_round() -> None:
    assert set(topics().areas) == {area.id for area in shipped().round("breadth").areas}
    assert list(topics().designs) == [f"SD{n:02}" for n in range(1, 33)]
    assert topics().area_of("calibration") == "B08" and topics().name_of("SD13") == "Payment fraud"
    assert topics().area_of("nonsense") == topics().name_of("nonsense") == ""
    assert len(list(topics().slugs())) == sum(len(slugs) for slugs in topics().areas.values()) > 100
    assert Topics.model_validate(topics().model_dump(mode="json")) == topics()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: stripe", "id: striped", "the id 'striped' is not the file's name 'stripe'"),
        ("company: Stripe", "company: uber", "the name 'uber' is taken"),
        ("company: Stripe", "company: Stripe\nalso: [facebook]", "the name 'facebook' is taken by the pack 'meta'"),
        ("blog: https:", "blog: http:", "is not an https address"),
        ("feed: https://stripe.com", "feed: https://stripe", "is not an https address"),
        ("address: https://stripe.com/blog/how", "address: https://stri pe.com/blog/how", "is not an https address"),
        ("address: https://stripe.com/blog/how", "address: https://[stripe.com/blog/how", "is not an https address"),
        ("    year: 2023", "    year: 2031", "2031 is not between 1990 and the pack's own year"),
        ("    supports: SD13", "    supports: SD99", "there is no topic or design problem 'SD99'"),
        ("    supports: SD13", "    supports: calibratoin", "there is no topic or design problem 'calibratoin'"),
        ("    supports: SD13", '    arxiv: "1906.00091"\n    supports: SD13', "either an address or an arXiv id"),
        ("areas: [B04", "areas: [B99", "there is no area 'B99'"),
        ("topics: [", "topics: [gradient, ", "there is no topic 'gradient'"),
        ("topics: [", "topics: [cuped, ", "'cuped' belongs to B13, which is not among the areas"),
        ('as_of: "2026-11"', 'as_of: "2026-13"', "'2026-13' is not a month"),
        ('as_of: "2026-11"', 'as_of: "2026-11"\nnote: By Stripe.', "does not say that the pack is unofficial"),
        ("systems:", "sytems:", "sytems: Extra inputs are not permitted"),
    ],
)
def test_a_fault_of_a_pack_is_named(folder: Path, old: str, new: str, says: str) -> None:
    change(folder / PACK, old, new)
    assert any(re.match(r"packs/\w+\.yaml:\d+: ", fault) and says in fault for fault in faults(folder)), faults(folder)


@pytest.mark.parametrize("id", ["19060.0091", "cs/0601001", "1906.00091x", "https://arxiv.org/abs/1906.00091"])
def test_an_arxiv_id_has_its_form(folder: Path, id: str) -> None:
    line = change(folder / "packs/pinterest.yaml", 'arxiv: "1711.07601"', f'arxiv: "{id}"')
    assert faults(folder) == [f"packs/pinterest.yaml:{line}: {id!r} is not an arXiv id such as '1906.00091'"]


def test_a_summary_is_one_line(folder: Path) -> None:
    line = change(folder / PACK, "    summary: >-", "    summary: |")
    found = [fault for fault in faults(folder) if "one line" in fault]
    assert found == [f"packs/stripe.yaml:{line}: it should be one line of at most 40 words"]


def test_all_faults_of_all_packs_at_once(folder: Path) -> None:
    year = change(folder / PACK, "    year: 2023", "    year: 1823")
    area = change(folder / "packs/uber.yaml", "areas: [B14", "areas: [B77")
    (folder / "packs/broken.yaml").write_text("id: [unclosed\n", encoding="utf-8")
    (folder / "packs/latin.yaml").write_bytes(b"id: caf\xe9\n")
    change(folder / "topics.yaml", "    calibration: Calibration", "    ab-basics: Calibration")
    found = faults(folder)
    assert f"packs/stripe.yaml:{year}: 1823 is not between 1990 and the pack's own year" in found
    assert f"packs/uber.yaml:{area}: there is no area 'B77'" in found
    assert any(fault.startswith("packs/broken.yaml:2:") for fault in found)
    assert any(fault.startswith("packs/latin.yaml:1: not UTF-8 text") for fault in found)
    assert any("the topic 'ab-basics' is in B08 already" in fault for fault in found)


def test_without_topics_there_is_one_fault_and_not_one_for_each_reference(folder: Path) -> None:
    (folder / "topics.yaml").unlink()
    assert faults(folder) == ["topics.yaml:0: cannot be read: No such file or directory"]
