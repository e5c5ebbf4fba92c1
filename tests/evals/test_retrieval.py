"""The retrieval eval: its measures, its sets, the command; and the packaged model's known score."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import bm25s
import pytest

from evals.beir import Query, RetrievalSet, Text, Unusable, ndcg, read, recall
from evals.retrieval import Measured, library_of, main, measured, vectors_of
from evals.statistics import paired_interval
from interviewer.library.search import Mode
from interviewer.llm.embedding import packaged
from tests.library.index.hashed import Hashed
from tests.wire.openai_server import OpenAIServer

DATA = Path(os.environ.get("INTERVIEWER_DATA", "../shared/data")) / "retrieval"
KEYS = ["mode", "queries", "ndcg_at_10", "recall_at_10", "recall_at_100", "p95_ms"]

# ---------------------------------------------------------------- measures


def test_ndcg_by_hand() -> None:
    relevant = {"a": 2, "b": 1}
    ideal = 2 + 1 / math.log2(3)
    assert ndcg(["a", "b"], relevant) == pytest.approx(1)
    assert ndcg(["b", "a"], relevant) == pytest.approx((1 + 2 / math.log2(3)) / ideal)
    assert ndcg(["x", "y", "a"], relevant) == pytest.approx(2 / math.log2(4) / ideal)
    assert ndcg([], relevant) == 0
    assert ndcg(["a"], {}) == 0


def test_ndcg_looks_at_ten_places_of_the_ranking_and_of_the_ideal() -> None:
    many = {str(number): 1 for number in range(20)}
    assert ndcg([str(number) for number in range(10)], many) == pytest.approx(1)
    assert ndcg([*"abcdefghij", "0"], many) == 0
    assert ndcg([*"abcdefghi", "0"], {"0": 1}) == pytest.approx(1 / math.log2(11))


def test_recall_by_hand() -> None:
    relevant = {"a": 1, "b": 1, "c": 3}
    assert recall(["x", "a", "b"], relevant, depth=2) == pytest.approx(1 / 3)
    assert recall(["x", "a", "b"], relevant, depth=3) == pytest.approx(2 / 3)
    assert recall([], relevant, depth=10) == 0


def test_a_paired_interval_sees_what_is_the_same_in_every_case() -> None:
    hard = [0.1 * (number % 10) for number in range(200)]
    mean, low, high = paired_interval([value + 0.02 for value in hard], hard, resamples=500)
    assert mean == pytest.approx(0.02) and low == pytest.approx(0.02) and high == pytest.approx(0.02)
    mean, low, high = paired_interval([1.0, 0.0] * 50, [0.0, 1.0] * 50, resamples=500)
    assert mean == 0 and low < -0.1 and high > 0.1
    assert paired_interval([], []) == (0, 0, 0)


# ---------------------------------------------------------------- sets

CORPUS: list[dict[str, Any]] = [
    {"_id": "d1", "title": "Dropout", "text": "Units are zeroed at random.", "metadata": {"doc_name": "nets"}},
    {"_id": "d2", "title": "Warmup", "text": "The rate rises for some steps.", "metadata": {"doc_name": "nets"}},
    {"_id": "d3", "title": "Dropout", "text": "Students leave school at random.", "metadata": {"doc_name": "school"}},
    {"_id": "d4", "title": None, "text": "A sentence about soup and bread."},
]
QUERIES: list[dict[str, Any]] = [
    {"_id": "q1", "text": "units zeroed at random", "metadata": {"doc_name": "nets"}},
    {"_id": "q2", "text": "students leave at random", "metadata": {"doc_name": "school"}},
    {"_id": "q3", "text": "nobody judged this"},
]
JUDGED = {"test": [("q1", "d1", 2), ("q2", "d3", 1), ("q2", "d4", 0)], "train": [("q1", "d2", 1)]}


def write(folder: Path, **more: Any) -> Path:
    """The small set as files; `more` replaces a part."""
    parts = {"corpus": CORPUS, "queries": QUERIES, "qrels": JUDGED, **more}
    (folder / "qrels").mkdir(parents=True)
    for name in ("corpus", "queries"):
        rows = parts[name]
        text = rows if isinstance(rows, str) else "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text)
    for split, rows in parts["qrels"].items():
        lines = rows if isinstance(rows, str) else "".join("\t".join(map(str, row)) + "\n" for row in rows)
        (folder / "qrels" / f"{split}.tsv").write_text(f"query-id\tcorpus-id\tscore\n{lines}")
    return folder


def test_a_set_is_read(tmp_path: Path) -> None:
    found = read(write(tmp_path / "set"))
    assert found.texts[0] == Text("d1", "Dropout", "Units are zeroed at random.", "nets")
    assert found.texts[3] == Text("d4", "", "A sentence about soup and bread.", "")
    assert found.queries == (
        Query("q1", "units zeroed at random", "nets", {"d1": 2}),
        Query("q2", "students leave at random", "school", {"d3": 1}),
    )
    assert read(tmp_path / "set", split="train").queries == (Query("q1", "units zeroed at random", "nets", {"d2": 1}),)


def test_the_only_split_needs_no_name(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "set", qrels={"train": JUDGED["test"]})).queries) == 2


@pytest.mark.parametrize(
    ("more", "options", "words"),
    [
        ({"qrels": {"a": [], "b": []}}, {}, "only a, b: choose with --split"),
        ({}, {"split": "dev"}, "no qrels/dev.tsv"),
        ({"qrels": {}}, {}, "only nothing"),
        ({"qrels": {"test": [("q1", "d1", "much")]}}, {}, "columns query-id"),
        ({"qrels": {"test": [("q1", "d1", 0)]}}, {}, "No query"),
        ({"corpus": "{"}, {}, "corpus.jsonl:1 is not"),
        ({"corpus": "[1]\n"}, {}, "corpus.jsonl:1 is not"),
        ({"queries": '\n{"_id": 3, "text": "x"}\n'}, {}, "queries.jsonl:2 is not"),
        ({"queries": [{"_id": "q1", "text": "units"}]}, {"needs_within": True}, "metadata.doc_name"),
    ],
)
def test_what_is_no_set_is_one_sentence(
    tmp_path: Path, more: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(Unusable) as raised:
        read(write(tmp_path / "set", **more), **options)
    assert words in str(raised.value) and "\n" not in str(raised.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    (write(tmp_path / "set") / "queries.jsonl").unlink()
    with pytest.raises(Unusable, match="cannot be read"):
        read(tmp_path / "set")


# ---------------------------------------------------------------- the command


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Vectors of these tests stay out of the cache of whoever runs them."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: folder)
    return folder


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server whose embedding is made of words, named by the environment."""
    model = Hashed()
    with OpenAIServer(embed=lambda text: [float(number) for number in model.query(text)]) as server:
        monkeypatch.setenv("INTERVIEWER_EMBEDDING_MODEL", "hashed")
        monkeypatch.setenv("INTERVIEWER_EMBEDDING_BASE_URL", server.base_url)
        yield server


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out.splitlines(), said.err


def passages_sent(server: OpenAIServer) -> int:
    return sum(len(request.body["input"]) for request in server.others if isinstance(request.body["input"], list))


def test_all_three_with_their_differences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hashed: OpenAIServer
) -> None:
    code, lines, told = run(capsys, str(write(tmp_path / "set")))
    assert code == 0
    assert [line.split()[0] for line in lines[:3]] == ["dense", "words", "hybrid"]
    assert [line.split(":")[0] for line in lines[3:5]] == ["hybrid minus dense", "hybrid minus words"]
    last = json.loads(lines[-1])
    assert list(last) == KEYS and last["mode"] == "hybrid" and last["queries"] == 2
    assert last["ndcg_at_10"] == 1 and last["recall_at_10"] == 1 and last["recall_at_100"] == 1 and last["p95_ms"] > 0
    assert "embedded 4 of 4" in told


@pytest.mark.parametrize("mode", ["dense", "words", "hybrid"])
def test_one_mode_as_json_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hashed: OpenAIServer, mode: str
) -> None:
    code, lines, told = run(capsys, str(write(tmp_path / "set")), "--mode", mode, "--json")
    assert (code, told) == (0, "")
    (line,) = lines
    assert json.loads(line)["mode"] == mode and json.loads(line)["recall_at_10"] == 1


def test_vectors_are_kept_between_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hashed: OpenAIServer, own_cache: Path
) -> None:
    folder = str(write(tmp_path / "set"))
    first = run(capsys, folder, "--mode", "dense", "--json")[1]
    sent = passages_sent(hashed)
    again = run(capsys, folder, "--mode", "dense", "--json")[1]
    assert json.loads(again[0])["ndcg_at_10"] == json.loads(first[0])["ndcg_at_10"]
    queries = passages_sent(hashed) - sent
    assert queries < 4, "only the queries are embedded again"
    run(capsys, folder, "--mode", "dense", "--json", "--fresh")
    assert passages_sent(hashed) == sent + queries + sent
    (kept,) = (own_cache / "evals").iterdir()
    kept.write_bytes(b"\x93NUMPY damaged")
    assert run(capsys, folder, "--mode", "dense", "--json")[0] == 0
    assert passages_sent(hashed) == sent + queries + sent + sent


def test_within_searches_the_documents_own_passages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hashed: OpenAIServer
) -> None:
    folder = str(write(tmp_path / "set", qrels={"test": [("q1", "d2", 1), ("q2", "d3", 1)]}))
    across = json.loads(run(capsys, folder, "--mode", "dense", "--json")[1][0])
    within = json.loads(run(capsys, folder, "--mode", "dense", "--json", "--within")[1][0])
    # Within its document the text about the rate is second of two; across all it is third or fourth.
    assert within["ndcg_at_10"] == pytest.approx((1 / math.log2(3) + 1) / 2, abs=1e-4)
    assert across["ndcg_at_10"] < within["ndcg_at_10"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("no-such-folder",), "There is no folder 'no-such-folder'"), (("set", "--within"), "metadata.doc_name")],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    write(tmp_path / "retrieval" / "set", queries=[{"_id": "q1", "text": "units"}])
    monkeypatch.setenv("INTERVIEWER_DATA", str(tmp_path))
    code, lines, told = run(capsys, *arguments)
    assert (code, lines) == (2, [])
    assert words in told and told.count("\n") == 1


def test_a_server_that_is_gone_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERVIEWER_EMBEDDING_MODEL", "hashed")
    monkeypatch.setenv("INTERVIEWER_EMBEDDING_BASE_URL", "http://127.0.0.1:1/v1")
    code, lines, told = run(capsys, str(write(tmp_path / "set")), "--json")
    assert (code, lines) == (2, []) and "Check that it is running" in told


# ---------------------------------------------------------------- known scores

KNOWN, NEAR = 0.8786, 0.015
"""nDCG@10 of `hard_part`, of a model whose score on the whole set is 0.6605 (published, on other queries: 0.645).

A fault in the wiring shows: with [CLS] instead of the mean it is 0.771, with the greatest of each number 0.782, without
normalisation 0.797 by the product and 0.909 by the distance, with texts cut after 64 or 128 pieces 0.828 and 0.848. Of
five ways to take every fifth of sixty queries this one shows them best, and it stays where it is when every vector is
turned by a cosine of 0.9998 (forty times, at random), as by the arithmetic of another processor.
"""


def scifact() -> RetrievalSet:
    if not DATA.is_dir():
        pytest.skip(f"no data at {DATA}: known scores are not checked")
    return read(DATA / "scifact", split="train")


def hard_part(whole: RetrievalSet, *, others: int = 4) -> RetrievalSet:
    """Twelve queries, evenly taken, with what is relevant and the texts that look most like each by their words."""
    chosen = whole.queries[13::65][:12]
    tokens: Any = partial(bm25s.tokenize, show_progress=False, stopwords=None)
    index = bm25s.BM25()
    index.index(tokens([f"{text.title} {text.text}" for text in whole.texts]), show_progress=False)
    places, _ = index.retrieve(tokens([query.text for query in chosen]), k=others, show_progress=False)
    wanted = {whole.texts[place].id for place in places.ravel()} | {id for query in chosen for id in query.relevant}
    return RetrievalSet(tuple(text for text in whole.texts if text.id in wanted), chosen)


def scores(part: RetrievalSet, *modes: Mode) -> Sequence[Measured]:
    model = packaged()
    with library_of(part.texts, model, vectors=partial(vectors_of, model=model)) as (library, names):
        return [measured(library, names, part.queries, mode=mode) for mode in modes]


def test_the_packaged_model_has_its_known_score() -> None:
    (found,) = scores(hard_part(scifact()), "dense")
    assert found.figures()["ndcg_at_10"] == pytest.approx(KNOWN, abs=NEAR)


@pytest.mark.soak
def test_the_whole_set_has_its_known_scores() -> None:
    dense, words, hybrid = scores(scifact(), "dense", "words", "hybrid")
    assert dense.figures()["ndcg_at_10"] == pytest.approx(0.66, abs=0.01)
    assert float(str(words.figures()["ndcg_at_10"])) >= 0.68
    assert float(str(hybrid.figures()["ndcg_at_10"])) >= 0.72
    for part in (dense, words):
        assert paired_interval(hybrid.ndcg, part.ndcg)[1] > 0
