"""Zip archives: the documents in them, without what could harm."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Final

from interviewer.library.parsing.result import Refusal

MOST_MEMBERS: Final = 200
MOST_BYTES: Final = 100_000_000
"""Of all members together, unpacked."""
MOST_MEMBER_BYTES: Final = 20_000_000
_MOST_RATIO: Final = 200
"""Unpacked over packed: text packs by 3 to 20; more is made to fill a machine."""
_FREE: Final = 1_000_000
"""Bytes that a member may have whatever its ratio."""
_MOST_ENTRIES: Final = 10_000
_DOCUMENTS: Final = frozenset((".pdf", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt"))
_PIECE: Final = 1 << 16


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    """Names and bytes of the documents in an archive; names without folders that lead out. Raises Refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Refusal("is damaged or no zip archive: make it anew") from error


def _members(archive: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise Refusal(f"has {len(entries):,} entries and {_MOST_ENTRIES:,} is the most: add a part of them")
    entries = [entry for entry in entries if not _is_left_behind(entry)]
    for entry in entries:
        _check_place(entry)
    wanted = [entry for entry in entries if PurePosixPath(entry.filename).suffix.lower() in _DOCUMENTS]
    if not wanted:
        raise Refusal("holds no PDF, HTML, Markdown or text file")
    if len(wanted) > MOST_MEMBERS:
        raise Refusal(f"holds {len(wanted):,} documents and {MOST_MEMBERS} is the most: add them in parts")
    for entry in wanted:
        _check_size(entry)
    if sum(entry.file_size for entry in wanted) > MOST_BYTES:
        raise Refusal(f"unpacks to more than {MOST_BYTES // 1_000_000} MB: add its documents in parts")
    found: list[tuple[str, bytes]] = []
    left = MOST_BYTES
    for entry in wanted:
        content = _read(archive, entry, most=min(left, MOST_MEMBER_BYTES, entry.file_size))
        left -= len(content)
        found.append((entry.filename, content))
    return found


def _is_left_behind(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, or what systems put into archives unasked."""
    parts = _parts(entry)
    return entry.is_dir() or "__MACOSX" in parts or any(part.startswith(".") and part != ".." for part in parts)


def _parts(entry: zipfile.ZipInfo) -> list[str]:
    return entry.filename.replace("\\", "/").split("/")


def _check_place(entry: zipfile.ZipInfo) -> None:
    parts = _parts(entry)
    if not parts[0] or ".." in parts or parts[0].endswith(":"):
        raise Refusal(f"holds a file that leads out of it ({_shown(entry)}): make it anew without that")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refusal(f"holds a link to another file ({_shown(entry)}): make it anew with the file itself")


def _check_size(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise Refusal("is encrypted: unpack it and add what it holds")
    if entry.file_size > MOST_MEMBER_BYTES:
        raise Refusal(
            f"holds a file of more than {MOST_MEMBER_BYTES // 1_000_000} MB ({_shown(entry)}): leave that out"
        )
    ratio = entry.file_size // max(entry.compress_size, 1)
    if entry.file_size > _FREE and ratio > _MOST_RATIO:
        raise Refusal(f"holds a file that unpacks to {ratio:,} times its size ({_shown(entry)}): leave that out")


def _shown(entry: zipfile.ZipInfo) -> str:
    return ascii(entry.filename[:80])


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int) -> bytes:
    """The bytes of an entry; what its header says of its size is not believed."""
    content = bytearray()
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            content += piece
            if len(content) > most:
                raise Refusal("holds a file that is larger than it says: make it anew")
    return bytes(content)
