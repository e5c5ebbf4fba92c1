"""Folders that hold nothing that the database does not have: a manifest says what is in them, a lock whose they are."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = "manifest.json"
_PART: Final = 1_000_000


@dataclass(frozen=True, eq=False)
class Ids:
    """Some of the passages, such as a company's; indexes remember by the object where they stand."""

    ids: frozenset[str]


class Alone:
    """The right to write the caches of a data folder: one process has it at a time, until it ends or closes.

    Both Chroma's folder and the word index belong to one process; another one keeps its indexes in memory.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: int | None = None

    def held(self) -> bool:
        """Whether this process has the right; takes it if nobody has."""
        with self._lock:
            if self._file is None:
                self._file = _locked(self._path)
            return self._file is not None

    def release(self) -> None:
        """Give the right to whoever asks next."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def _locked(path: Path) -> int | None:
    import fcntl

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file


def empty(folder: Path) -> None:
    """Remove a cache with everything in it, so that no trace of a removed document is left."""
    with contextlib.suppress(FileNotFoundError):
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
        else:
            shutil.rmtree(folder)


def write_manifest(folder: Path, about: Mapping[str, Any]) -> None:
    """Say what is in a cache, in one step that cannot tear; also what its files are."""
    for path in _files(folder):
        # A power cut may leave a file with its size and without its content, if that was not on the disk yet.
        with path.open("rb") as file:
            os.fsync(file.fileno())
    text = json.dumps({**about, "files": _sums(folder)}, separators=(",", ":"))
    new = folder / f"{MANIFEST}.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / MANIFEST)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What is in a cache; None without a readable manifest, and when a file is missing, new, or not what it was.

    All of every file is compared before a library opens them: native code may not survive a damaged one.
    """
    try:
        found: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("files") == _sums(folder) else None


def _sums(folder: Path) -> dict[str, int]:
    """Name → CRC-32, of every file in the folder but the manifest."""
    return {str(path.relative_to(folder)): _sum(path) for path in _files(folder)}


def _sum(path: Path) -> int:
    found = 0
    with path.open("rb") as file:
        while part := file.read(_PART):
            found = zlib.crc32(part, found)
    return found


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(MANIFEST)]
