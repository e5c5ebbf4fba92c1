"""The diagram's rules: what a browser sends, the two ways of the outline, what is told about a diagram, Mermaid."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from interviewer.domain.board import LONGEST, MOST_BOXES, MOST_EDGES, Board, Box, Edge, one_line, same
from interviewer.errors import BadMessage
from interviewer.rules.board import cited, difference, elements, facts, mermaid, received
from interviewer.rules.board_layout import GAP, HEIGHT, WIDTH
from interviewer.rules.outline import drawn, outline

words = st.text(max_size=30).map(one_line)
odd = st.text(alphabet="ab -=>→⇒[]:\"\\'#store", max_size=20).map(one_line)
names = (words | odd).filter(bool)
labels = words | odd
kinds = st.sampled_from(["box", "store", "queue"])


@st.composite
def boards(draw: st.DrawFn) -> Board:
    named = draw(st.lists(names, max_size=8, unique_by=same))
    places = st.integers(-5000, 5000)
    boxes = [
        Box(id=f"n{n}", name=name, kind=draw(kinds), x=draw(places), y=draw(places)) for n, name in enumerate(named)
    ]
    ids = st.sampled_from([box.id for box in boxes]) if boxes else st.nothing()
    ends = draw(st.lists(st.tuples(ids, ids, labels), max_size=10)) if boxes else []
    edges = [Edge(id=f"a{n}", source=s, target=t, label=label) for n, (s, t, label) in enumerate(ends)]
    return Board(boxes=tuple(boxes), edges=tuple(edges))


def said(board: Board) -> tuple[set[tuple[str, str]], list[tuple[str, str, str]]]:
    """The graph without ids and places."""
    arrows = sorted((board.box(e.source).name, board.box(e.target).name, e.label) for e in board.edges)
    return {(box.name, box.kind) for box in board.boxes}, arrows


# ---------------------------------------------------------------- the values


def test_a_board_is_whole() -> None:
    a, b = Box(id="a", name="A"), Box(id="b", name="B")
    for boxes, edges in (
        ((a, Box(id="a", name="C")), ()),
        ((a, Box(id="c", name="a")), ()),
        ((a, b), (Edge(id="e", source="a", target="c"),)),
        ((a, b), (Edge(id="a", source="a", target="b"),)),
    ):
        with pytest.raises(ValidationError):
            Board(boxes=boxes, edges=edges)
    with pytest.raises(ValidationError):
        Box(id="a", name="two\nlines")


@given(st.text())
def test_one_line_is_one_line_and_done_once(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert not re.search(r"[\n\r\x00-\x1f\u200b-\u200f\u202e]", line)
    assert line == line.strip()


# ---------------------------------------------------------------- both ways of the outline


@given(boards())
@example(Board(boxes=(Box(id="n0", name='a -> "b": c\\'), Box(id="n1", name="[store] x")), edges=()))
def test_the_outline_of_a_diagram_is_that_diagram(board: Board) -> None:
    assert drawn(outline(board), board) == board


@given(boards())
def test_the_outline_alone_says_everything_but_the_places(board: Board) -> None:
    alone = drawn(outline(board))
    assert said(alone) == said(board)
    assert drawn(outline(alone), alone) == alone


@given(boards())
def test_new_boxes_do_not_overlap(board: Board) -> None:
    boxes = drawn(outline(board)).boxes
    for n, one in enumerate(boxes):
        for other in boxes[:n]:
            assert abs(one.x - other.x) >= WIDTH + GAP or abs(one.y - other.y) >= HEIGHT + GAP


@given(st.text(alphabet='ab ->:"[]\\\nstore', max_size=80))
def test_any_text_is_a_diagram_or_an_error_with_its_line(text: str) -> None:
    try:
        board = drawn(text)
    except BadMessage as error:
        found = re.match(r"Line (\d+)", str(error))
        assert found and 1 <= int(found[1]) <= text.count("\n") + 1
    else:
        assert drawn(outline(board), board) == board


def test_what_is_written_is_drawn_in_layers() -> None:
    board = drawn("client -> ranker: top 500\r\n\nranker → [Store] features\n [queue] clicks => trainer : late\nalone")
    assert outline(board) == (
        "client -> ranker: top 500\nranker -> [store] features\n[queue] clicks -> trainer: late\nalone"
    )
    x = {box.name: box.x for box in board.boxes}
    assert x["client"] < x["ranker"] < x["features"]
    assert x["clicks"] < x["trainer"]


def test_an_edited_outline_keeps_ids_and_places() -> None:
    before = Board(
        boxes=(Box(id="q", name="Client", x=7, y=9), Box(id="r", name="ranker", x=400, y=-50)),
        edges=(Edge(id="one", source="q", target="r", label="x"), Edge(id="two", source="q", target="r", label="y")),
    )
    after = drawn("client -> Ranker: y\nclient -> Ranker: z\nRanker -> cache", before)
    assert [(box.id, box.name, box.x, box.y) for box in after.boxes[:2]] == [
        ("q", "client", 7, 9),
        ("r", "Ranker", 400, -50),
    ]
    assert [(edge.id, edge.label) for edge in after.edges] == [("two", "y"), ("one", "z"), ("e1", "")]
    assert after.box("b1").x > 400


def test_circles_and_arrows_back_end() -> None:
    board = drawn("a -> b\nb -> c\nc -> a\nc -> c\nd -> d")
    assert [box.x for box in board.boxes][:3] == sorted({box.x for box in board.boxes})
    assert len(board.edges) == 5


def test_a_long_chain_is_laid_out() -> None:
    board = drawn("\n".join(f"s{n} -> s{n + 1}" for n in range(MOST_BOXES - 1)))
    assert len({box.x for box in board.boxes}) == MOST_BOXES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a -> b\nc: d", "Line 2: there is no arrow"),
        ("a -> b -> c", "Line 1: there are two arrows"),
        ("\n\na ->", "Line 3: a name is missing"),
        ("-> b", "Line 1: a name is missing"),
        ('"a -> b', "Line 1: a quote is not closed"),
        ('"a" b -> c', "Line 1: there is no arrow"),
        ('a -> "b" c', "Line 1: there is something between"),
        ("[cache] a", "Line 1: [cache] is no kind"),
        ("[store a", "Line 1: a bracket is not closed"),
        ("[store] a -> b\n[queue] A -> b", "Line 2: “A” is a store in an earlier line and a queue here."),
        (f"{'n' * 81} -> b", "Line 1: the name has 81 characters; 80 is the most."),
        (f"a -> b: {'n' * 81}", "Line 1: the label has 81 characters; 80 is the most."),
        ("\n".join(f"b{n}" for n in range(MOST_BOXES + 1)), "Line 201 is one too many: a diagram may have 200 boxes."),
        ("a -> b\n" * (MOST_EDGES + 1), "Line 401 is one too many: a diagram may have 400 arrows."),
        ("a" * 200_001, "An outline may have 200,000 characters"),
    ],
)
def test_errors_name_the_line(text: str, words: str) -> None:
    with pytest.raises(BadMessage, match=re.escape(words)):
        drawn(text)


# ---------------------------------------------------------------- from the browser


@given(boards())
def test_what_is_right_arrives_as_it_is(board: Board) -> None:
    assert received(board.model_dump(mode="json")) == (board, ())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=90) | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "name", "kind", "x", "y", "source", "target", "label", "boxes", "edges"]), inner
        )
    ),
    max_leaves=25,
)
sent = st.fixed_dictionaries({"boxes": anything | st.lists(anything), "edges": anything | st.lists(anything)})


@given(anything | sent)
def test_whatever_arrives_is_a_whole_diagram_or_a_sentence(data: object) -> None:
    try:
        board, told = received(data)
    except BadMessage as error:
        assert str(error).endswith(".")  # noqa: PT017 - whichever it is, it is checked
    else:
        assert Board.model_validate(board.model_dump()) == board
        assert all(sentence.endswith(".") for sentence in told)


def test_a_part_that_is_wrong_costs_that_part() -> None:
    board, told = received(
        {
            "boxes": [
                {"id": "a", "name": "cache", "kind": "store", "x": 1.6, "y": float("nan")},
                {"id": "b", "name": "Cache\u202e", "kind": "cloud", "x": 1e300, "y": "5"},
                {"id": "c", "name": "n" * 99},
                {"id": "no good", "name": "x"},
                {"id": "d", "name": 5},
            ],
            "edges": [
                {"id": "e", "source": "a", "target": "b", "label": " two\nlines "},
                {"id": "f", "source": "a", "target": "gone"},
                {"id": "a", "source": "a", "target": "b"},
            ],
        }
    )
    assert [(box.id, box.name, box.kind, box.x, box.y) for box in board.boxes] == [
        ("a", "cache", "store", 2, 0),
        ("b", "Cache (2)", "box", 100_000, 0),
        ("c", "n" * LONGEST, "box", 0, 0),
        ("d", "unnamed", "box", 0, 0),
    ]
    assert board.edges == (Edge(id="e", source="a", target="b", label="two lines"),)
    assert set(told) == {
        "Two boxes had one name, so one of them got a number.",
        "A name or label may have 80 characters; a longer one was cut.",
        "A box that could not be read was left out.",
        "An arrow that led to no box was left out.",
        "An arrow that could not be read was left out.",
    }


def test_too_much_is_not_kept() -> None:
    boxes = [{"id": f"b{n}", "name": f"b{n}"} for n in range(MOST_BOXES + 1)]
    with pytest.raises(BadMessage, match="may have 200 boxes; this one has 201"):
        received({"boxes": boxes, "edges": []})
    edges = [{"id": f"e{n}", "source": "b0", "target": "b1"} for n in range(MOST_EDGES + 1)]
    with pytest.raises(BadMessage, match="may have 400 arrows; this one has 401"):
        received({"boxes": boxes[:2], "edges": edges})


# ---------------------------------------------------------------- what is told about it

BEFORE = drawn("client -> ranker: top 500\nranker -> [store] features\nlogs")


def test_elements_are_numbered_and_cited() -> None:
    assert [f"{ref}: {text}" for ref, _, text in elements(BEFORE)] == [
        "B1: client",
        "B2: ranker",
        "B3: [store] features",
        "B4: logs",
        "E1: client -> ranker: top 500",
        "E2: ranker -> features",
    ]
    assert cited(BEFORE, ["e1", " B3", "E1", "E9", "x"]) == ("[store] features", "client -> ranker: top 500")


def test_the_difference_is_one_line() -> None:
    after = drawn("client -> ranker: top 200\nranker -> features\nranker -> [queue] clicks: all\n", BEFORE)
    renamed = after.model_copy(
        update={"boxes": tuple(b.model_copy(update={"name": "user"}) if b.id == "b1" else b for b in after.boxes)}
    )
    assert difference(BEFORE, renamed) == (
        "added: [queue] clicks, ranker -> clicks: all; removed: logs; renamed: client to user; "
        "changed: features is a box now, user -> ranker: top 200 (was: top 500)"
    )
    moved = BEFORE.model_copy(update={"boxes": tuple(b.model_copy(update={"x": b.x + 9}) for b in BEFORE.boxes)})
    assert difference(BEFORE, moved) == ""


@given(boards(), boards())
def test_a_difference_is_told_exactly_when_there_is_one(before: Board, after: Board) -> None:
    def bare(board: Board) -> object:
        return {(b.id, b.name, b.kind) for b in board.boxes}, {(e.id, e.source, e.target, e.label) for e in board.edges}

    assert bool(difference(before, after)) == (bare(before) != bare(after))
    assert "\n" not in difference(before, after)


def test_facts_are_about_the_form() -> None:
    assert facts(Board()) == ("Nothing is drawn.",)
    assert facts(drawn("a\nb")) == ("The diagram has no arrows.", "There is no store.")
    assert facts(BEFORE) == ("No arrow leads to or from: logs.", "1 of 2 arrows have no label.")
    assert facts(drawn("a -> [store] b")) == ("No arrow has a label.",)
    assert facts(drawn("a -> [store] b: x")) == ()


@given(boards())
def test_mermaid_says_the_same_and_nothing_gets_out_of_its_quotes(board: Board) -> None:
    def plain(text: str) -> str:
        return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)

    node = re.compile(r'  (b\d+)(?:\["(.*)"\]|\[\("(.*)"\)\]|\(\["(.*)"\]\))')
    link = re.compile(r'  (b\d+) -->(?:\|"(.*)"\|)? (b\d+)')
    head, *lines = mermaid(board).splitlines()
    assert head == "flowchart LR"
    nodes = [found for line in lines if (found := node.fullmatch(line))]
    links = [found for line in lines if (found := link.fullmatch(line))]
    assert len(nodes) + len(links) == len(lines)
    assert [plain(found[2] or found[3] or found[4]) for found in nodes] == [box.name for box in board.boxes]
    assert [plain(found[2] or "") for found in links] == [edge.label for edge in board.edges]
    assert all(c.isalnum() or c in " .,:()/+-=?!'@#;" for f in nodes for c in (f[2] or f[3] or f[4]))
