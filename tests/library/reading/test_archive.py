"""Zip archives, good and bad."""

from __future__ import annotations

import io
import re
import stat
import time
import zipfile

import pytest

from interviewer.errors import DocumentRefused
from interviewer.library.reading import unpacked


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return out.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def test_documents_in_order_without_what_systems_leave_behind() -> None:
    data = archive(
        ("posts/", b""),
        ("posts/a.md", b"# A"),
        ("posts/b.PDF", b"%PDF"),
        ("__MACOSX/posts/._a.md", b"junk"),
        (".hidden.txt", b"junk"),
        ("code.py", b"junk"),
        ("inner.zip", archive(("x.txt", b"x"))),
        ("c.txt", b""),
    )
    assert unpacked(data, name="all.zip") == (("posts/a.md", b"# A"), ("posts/b.PDF", b"%PDF"), ("c.txt", b""))


def test_what_is_no_archive_is_itself() -> None:
    assert unpacked(b"# A", name="a.md") == (("a.md", b"# A"),)


def encrypted() -> bytes:
    data = bytearray(archive(("a.txt", b"text")))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (archive(("../../etc/a.txt", b"x")), "holds a file that leads out of it ('../../etc/a.txt')"),
        (archive(("a/../../b.txt", b"x")), "holds a file that leads out of it"),
        (archive(("/etc/passwd.txt", b"x")), "holds a file that leads out of it"),
        (archive(("..\\..\\a.txt", b"x")), "holds a file that leads out of it"),
        (archive(("C:\\a.txt", b"x")), "holds a file that leads out of it"),
        (archive((link("a.txt"), b"/etc/passwd"), ("b.txt", b"x")), "holds a link to another file ('a.txt')"),
        (archive((link("a"), b"/etc"), ("b.txt", b"x")), "holds a link to another file ('a')"),
        (encrypted(), "is encrypted: unpack it"),
        (archive(("a.py", b"x")), "holds no PDF, HTML, Markdown or text file"),
        (archive(), "holds no PDF"),
        (archive(("inner.zip", archive(("x.txt", b"x")))), "holds no PDF"),
        (archive(*((f"{number}.txt", b"x") for number in range(201))), "holds 201 documents and 200 is the most"),
        (archive(("a.txt", bytes(20_000_001))), "holds a file of more than 20 MB ('a.txt')"),
        (archive(("a.txt", bytes(9_000_000))), "holds a file that unpacks to 1,0"),
        (archive(("a.txt", b"x"))[:-30], "is damaged or no zip archive"),
        (b"no zip at all", "is damaged or no zip archive"),
        (b"", "is damaged or no zip archive"),
    ],
    # By its words: the bytes hold the time they were made at, and two processes must collect the same names.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_could_harm_is_refused_in_one_sentence(data: bytes, why: str) -> None:
    with pytest.raises(DocumentRefused, match=rf"^all\.zip {re.escape(why)}[^\n]*\.$"):
        unpacked(data, name="all.zip")


def test_a_zip_bomb_is_refused_at_once() -> None:
    bomb = archive(*((f"{number}.txt", bytes(19_000_000)) for number in range(12)))
    assert len(bomb) < 300_000
    started = time.monotonic()
    with pytest.raises(DocumentRefused, match=r"^bomb\.zip holds a file that unpacks to"):
        unpacked(bomb, name="bomb.zip")
    assert time.monotonic() - started < 5


def test_a_member_that_is_larger_than_it_says_is_not_believed() -> None:
    data = bytearray(archive(("a.txt", b"x" * 100_000)))
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = data.index(mark) + place
        data[start : start + 4] = (10).to_bytes(4, "little")
    with pytest.raises(DocumentRefused, match=r"^all\.zip is damaged or no zip archive"):
        unpacked(bytes(data), name="all.zip")


def test_all_together_are_bounded_too() -> None:
    noise = bytes((number * 7919) % 251 for number in range(1000)) * 18_000
    data = archive(*((f"{number}.txt", noise) for number in range(6)))
    with pytest.raises(DocumentRefused, match="unpacks to"):
        unpacked(data, name="all.zip")
