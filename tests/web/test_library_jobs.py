"""What is being added goes on by itself, in order, and one failure does not end the rest."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from interviewer.content.packs import SAMPLE_COMPANY, sample_files
from interviewer.errors import DocumentRefused, StoreUnavailable
from interviewer.library import Library, Progress
from interviewer.program import Program
from interviewer.web.library_jobs import MOST_ADDRESSES, REBUILD, Jobs, jobs_of

POST = b"# Ranking\n\n" + b"We split the log by user, and judge on the week after. " * 30


def told(error: Exception) -> str:
    return f"told: {error}"


@pytest.fixture
def jobs(program: Program) -> Jobs:
    return Jobs(lambda: program.library, told=told)


def until_done(jobs: Jobs) -> None:
    ends = time.monotonic() + 60
    while jobs.busy:
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_what_waits_is_added_in_order_under_its_company(jobs: Jobs, program: Program) -> None:
    jobs.wait("one.md", POST)
    jobs.wait("two.md", POST.replace(b"user", b"week"))
    assert [row.stage for row in jobs.rows()] == ["waiting", "waiting"]
    assert jobs.add("", company="  Acme   Inc ")
    until_done(jobs)
    assert [(row.name, row.stage) for row in jobs.rows()] == [("one.md", "done"), ("two.md", "done")]
    results = [row.results[0] for row in jobs.rows()]
    assert [result.progress.step for result in results] == ["added", "added"]
    assert all(result.document is not None and result.document.passages for result in results)
    assert {found.company for found in program.library.documents()} == {"Acme Inc"}
    assert jobs.finished() == 2
    assert not jobs.add("", company="Acme"), "what was added does not wait any more"


def test_one_that_fails_says_why_and_the_others_are_added(jobs: Jobs, program: Program) -> None:
    jobs.wait("broken.pdf", b"%PDF-1.7 and then nothing")
    jobs.wait("good.md", POST)
    jobs.add("", company="")
    until_done(jobs)
    broken, good = (row.results[0].progress for row in jobs.rows())
    assert broken.step == "failed" and "broken.pdf" in broken.sentence
    assert good.step == "added"
    assert len(program.library.documents()) == 1


def test_progress_is_seen_while_it_goes_on(jobs: Jobs) -> None:
    seen: set[str] = set()
    jobs.wait("long.md", b"".join(b"# Part %d\n\n%s\n\n" % (n, POST.replace(b"user", b"u%d" % n)) for n in range(12)))
    jobs.add("", company="Acme")
    while jobs.busy:
        now = jobs.rows()[0].now
        seen |= {now.step} if now is not None else set()
    assert "embedding" in seen


@pytest.mark.parametrize("text", ["/etc/passwd", "{file}", "~/x.pdf", "..", "./post.md", "post.md"])
def test_a_page_cannot_name_a_file_of_this_machine(
    jobs: Jobs, program: Program, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "post.md").write_bytes(POST)
    monkeypatch.chdir(tmp_path)
    jobs.wait("waits.md", POST)
    with pytest.raises(DocumentRefused, match="neither a web address nor an arXiv id"):
        jobs.add(f"https://a.example/\n{text.replace('{file}', str(tmp_path / 'post.md'))}", company="Acme")
    assert [row.stage for row in jobs.rows()] == ["waiting"], "nothing was begun and nothing is lost"
    assert not jobs.busy and program.library.documents() == ()


@pytest.mark.parametrize("text", ["http://127.0.0.1:1/x", "file:///etc/passwd", "ftp://a.example/x"])
def test_addresses_that_are_not_fetched_fail_with_a_sentence(jobs: Jobs, program: Program, text: str) -> None:
    assert jobs.add(f"{text}\n{text}", company="Acme"), "the same twice is one"
    until_done(jobs)
    (row,) = jobs.rows()
    assert row.results[0].progress.step == "failed" and row.results[0].progress.sentence
    assert program.library.documents() == ()


def test_limits_are_sentences(jobs: Jobs) -> None:
    with pytest.raises(DocumentRefused, match="too many at once"):
        jobs.add("\n".join(f"https://a.example/{n}" for n in range(MOST_ADDRESSES + 1)), company="")
    with pytest.raises(DocumentRefused, match="name is too long"):
        jobs.add("https://a.example/", company="x" * 101)
    with pytest.raises(DocumentRefused, match="empty"):
        jobs.wait("a.md", b"")


def test_clearing_forgets_what_is_done_and_what_waits(jobs: Jobs, program: Program) -> None:
    jobs.wait("one.md", POST)
    jobs.add("", company="")
    until_done(jobs)
    jobs.wait("two.md", POST)
    version = jobs.version
    jobs.clear()
    assert jobs.rows() == () and jobs.version > version
    assert not jobs.add("", company=""), "the file that waited is gone"
    assert len(program.library.documents()) == 1, "what was added stays"


def test_what_goes_on_is_not_cleared(jobs: Jobs) -> None:
    for number in range(3):
        jobs.wait(f"{number}.md", POST.replace(b"user", b"u%d" % number))
    jobs.add("", company="")
    jobs.clear()
    assert jobs.rows(), "three documents are not done in no time"
    until_done(jobs)
    assert all(row.stage == "done" for row in jobs.rows())


def test_the_samples_are_added_and_a_rebuild_shows_as_a_row(jobs: Jobs, program: Program) -> None:
    jobs.add_files(sample_files()[:1], company=SAMPLE_COMPANY)
    jobs.rebuild()
    jobs.rebuild()
    until_done(jobs)
    assert [row.name for row in jobs.rows()] == [sample_files()[0].name, REBUILD]
    assert [row.results[0].progress.step for row in jobs.rows()] == ["added", "added"]
    assert program.library.companies() == (SAMPLE_COMPANY,)


def test_an_error_that_nobody_expected_is_told_and_the_next_one_is_tried() -> None:
    def library() -> Library:
        raise StoreUnavailable("The disk is full: make room.")

    jobs = Jobs(library, told=told)
    jobs.wait("one.md", POST)
    jobs.wait("two.md", POST)
    jobs.add("", company="")
    until_done(jobs)
    expected = [
        Progress(name=name, step="failed", sentence="told: The disk is full: make room.")
        for name in ("one.md", "two.md")
    ]
    assert [row.results[0].progress for row in jobs.rows()] == expected


def test_a_program_has_one_of_them(program: Program) -> None:
    assert jobs_of(program, told=told) is jobs_of(program, told=told)
