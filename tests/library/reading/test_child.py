"""The child process: what it may use, and what becomes of one that hangs, grows, breaks or says nonsense."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.errors import DocumentRefused
from interviewer.library import reading
from interviewer.library.child import AT_ONCE, Answer, _understood, ask
from interviewer.sandbox import parser_plan

SLOW = b"* [a](\n" * 550_000
"""Markdown that takes very long to read."""
LINUX = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see the child")


def children(parent: int) -> list[int]:
    """Processes that a process has started and that still run."""
    found = []
    for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
        found += [int(child) for child in tasks.read_text().split()]
    return found


def until(seconds: float) -> Iterator[None]:
    """Turns of a loop until so many seconds are over, then a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
    pytest.fail(f"not in {seconds} s")


def running(parent: int) -> list[int]:
    """Children of ours that are at their document: their time limit is set by then."""
    return [child for child in children(parent) if "interviewer.library" in command(child)]


def command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def test_a_document_that_hangs_is_given_up_after_its_time() -> None:
    started = time.monotonic()
    answer = ask("read", SLOW, seconds=1.5, name="slow.md", media_type="")
    assert time.monotonic() - started < 3.5
    assert answer.head is None and answer.fault.startswith("takes more than 1.5 seconds to read: split it")
    if Path("/proc/self/task").is_dir():
        assert running(os.getpid()) == []
    with pytest.raises(DocumentRefused, match=r"^slow\.md takes more than 1\.5 seconds to read: .*\.$"):
        reading.understood(answer, name="slow.md")


DEEP = """
from interviewer.library.child import ask
deep = b"<html><body>" + b"<p><b>a</b><i>b</i>" * 400_000
answer = ask("read", deep, memory=200 << 20, name="big.html", media_type="")
assert answer.head is None
print(answer.peak, answer.fault)
"""


def test_a_document_that_needs_more_than_its_memory_is_refused() -> None:
    # From a small process: the system counts what the parent had at the start as the child's too.
    said = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, check=True).stdout
    peak, _, fault = said.partition(" ")
    assert fault.startswith("needs more than 200 MB of memory to read: split it")
    assert 50 << 20 < int(peak) <= 200 << 20


@LINUX
def test_a_child_that_is_killed_by_a_signal_is_one_sentence() -> None:
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(ask("read", SLOW, name="a.md", media_type="")))
    thread.start()
    for _ in until(10):
        if found := running(os.getpid()):
            os.kill(found[0], signal.SIGSEGV)
            break
    thread.join(10)
    assert answers[0].fault.startswith("breaks its reader: it is damaged")


@pytest.mark.parametrize(
    "said",
    [
        *(b"", b"junk", b"junk\n", b"{}\n", b"[]\n", b"[" * 100_000),
        *(b'{"reading": {}}\n', b'{"sizes": [4]}\nabc', b'{"sizes": "x"}\n'),
    ],
)
def test_nonsense_is_no_answer(said: bytes) -> None:
    assert _understood(said) is None


def test_an_answer_is_cut_as_it_says() -> None:
    assert _understood(b'{"sizes": [2, 0, 1]}\nabc') == ({"sizes": [2, 0, 1]}, (b"ab", b"", b"c"))
    assert _understood(b'{"refused": "is empty"}\n') == ({"refused": "is empty"}, ())


def test_an_answer_that_is_no_document_is_refused() -> None:
    answer = Answer({"reading": {"kind": "secret"}, "sizes": []}, (), "", 0, 0.0)
    with pytest.raises(DocumentRefused, match=r"^a\.pdf could not be read: save it anew"):
        reading.understood(answer, name="a.pdf")


@LINUX
def test_no_more_children_at_once_than_allowed() -> None:
    threads = [
        threading.Thread(target=ask, args=("read", SLOW), kwargs={"seconds": 1.0, "name": "a.md", "media_type": ""})
        for _ in range(AT_ONCE + 2)
    ]
    for thread in threads:
        thread.start()
    most = 0
    for _ in until(20):
        most = max(most, len(running(os.getpid())))
        if not any(thread.is_alive() for thread in threads):
            break
    assert most == AT_ONCE


@LINUX
def test_the_child_ends_with_its_parent() -> None:
    program = (
        "from interviewer.library.child import ask\nask('read', b'* [a](\\n' * 2_000_000, name='a.md', media_type='')\n"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        for _ in until(20):
            if found := running(parent.pid):
                break
        time.sleep(0.5)
        parent.kill()
    for _ in until(5):
        if not command(found[0]):
            break


@LINUX
def test_the_child_has_nothing_of_our_environment_and_yields_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_API_KEY", "secret")
    thread = threading.Thread(
        target=ask, args=("read", SLOW), kwargs={"seconds": 3.0, "name": "a.md", "media_type": ""}
    )
    thread.start()
    for _ in until(10):
        found = running(os.getpid())
        limits = Path(f"/proc/{found[0]}/limits").read_text() if found else ""
        if re.search(r"Max processes +0 ", limits):
            break
    assert b"secret" not in Path(f"/proc/{found[0]}/environ").read_bytes()
    assert os.getpgid(found[0]) == found[0]
    assert os.getpriority(os.PRIO_PROCESS, found[0]) == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    thread.join(10)
    assert re.search(r"Max address space +1073741824 ", limits)
    assert re.search(r"Max file size +0 ", limits)
    assert re.search(r"Max core file size +0 ", limits)
    assert re.search(r"Max cpu time +4 ", limits)


@LINUX
def test_the_child_is_confined_while_it_reads() -> None:
    thread = threading.Thread(
        target=ask, args=("read", SLOW), kwargs={"seconds": 3.0, "name": "a.md", "media_type": ""}
    )
    thread.start()
    for _ in until(10):
        found = running(os.getpid())
        status = Path(f"/proc/{found[0]}/status").read_text() if found else ""
        if re.search(r"Seccomp:\s+2", status):
            break
    assert re.search(r"NoNewPrivs:\s+1", status) and re.search(r"Threads:\s+1\n", status)
    thread.join(10)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("open('made', 'w').write('x' * 100_000)", "File too large"),
        ("subprocess.run(['true'], check=True)", "Resource temporarily unavailable"),
    ],
)
def test_limits_hold(act: str, says: str, tmp_path: Path) -> None:
    # The number of processes is not limited for root, so root becomes nobody first.
    nobody = "os.setgid(65534); os.setuid(65534)\n" if "subprocess" in act and os.getuid() == 0 else ""
    program = (
        "import os, signal, subprocess\nfrom interviewer.library.parsing import limits\n"
        f"signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{nobody}"
        f"limits.apply(parent=os.getppid(), seconds=5, memory=1 << 30)\n{act}\n"
    )
    # Its input stays open: the end of that is the end of the child.
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        said = child.stderr.read()
    assert child.returncode == 1
    assert says in said
    assert not (tmp_path / "made").exists() or (tmp_path / "made").stat().st_size == 0


ACTS = {
    "open('/etc/passwd')": "Permission denied",
    "open('made', 'w')": "Permission denied",
    "os.fork()": "Operation not permitted",
    "os.execv('/bin/true', ['true'])": "Operation not permitted",
    "__import__('socket').create_connection(('127.0.0.1', 80))": "Operation not permitted",
    "os.kill(os.getppid(), 0)": "Operation not permitted",
    "__import__('lxml.html')": "",
}


@LINUX
@pytest.mark.parametrize("act", ACTS)
def test_code_that_took_over_a_parser_gets_nowhere(act: str, tmp_path: Path) -> None:
    plan = parser_plan([path for path in sys.path if path])
    assert plan is not None
    if plan["landlock"] is None and "open(" in act:
        return  # a kernel without Landlock: files stay open to it, as the module's text says of macOS
    program = (
        "import json, os, sys\nfrom interviewer.library.parsing import limits\n"
        "plan = json.loads(sys.stdin.readline())\n"
        f"limits.apply(parent=os.getppid(), seconds=5, memory=1 << 30, plan=plan)\n{act}\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, input=json.dumps(plan) + "\n", capture_output=True, text=True
    )
    assert (child.returncode == 0) == (not ACTS[act]) and ACTS[act] in child.stderr


def test_a_child_starts_without_the_indexes() -> None:
    """It has no time for them: everything that `interviewer.library` exports would be loaded for every document."""
    started = time.monotonic()
    answer = ask("read", b"One line.", name="a.txt", media_type="", memory=150 << 20)
    assert answer.head is not None and answer.head["reading"]["blocks"][0]["text"] == "One line."
    assert time.monotonic() - started < 5
