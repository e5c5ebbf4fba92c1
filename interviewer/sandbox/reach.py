"""Which files a confined program may read: the interpreter, the standard library, NumPy, the system's libraries.

Not the packages beside NumPy, and above all not this package with the tasks' tests in it, wherever it is installed.
"""

from __future__ import annotations

import os
import stat
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import interviewer

_SYSTEM: Final = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
SINGLE: Final = ("/etc/ld.so.cache", "/etc/alternatives")
"""For the loader; the second for Debian's NumPy, whose libraries are links through it."""
DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/urandom")


@dataclass(frozen=True, slots=True)
class Reach:
    """Absolute paths without links, but `links`: folders of the root that are links, with where they lead."""

    python: str
    """The interpreter itself, not a virtual environment's link to it."""
    folders: tuple[str, ...]
    hidden: tuple[str, ...]
    """Folders below those of `folders` of which nothing may be read."""
    numpy: str
    """Its folder; empty if it is not installed."""
    beside: tuple[str, ...]
    """NumPy's folders: the package and its libraries."""
    links: tuple[tuple[str, str], ...]
    base: str
    """Where Python is installed."""

    def inside(self, path: str) -> str:
        """Where a path stands in a file tree of the sandbox's own.

        A Python of the system stands where it was, another one, which may lie in somebody's home, under /python.
        """
        if path in self.beside:
            return f"/python/beside/{Path(path).name}"
        if self.base.startswith("/usr") or not path.startswith(f"{self.base}/"):
            return path
        return "/python" + path.removeprefix(self.base)

    def readable(self) -> Iterator[tuple[str, bool]]:
        """Paths with whether all below may be read; if not, then only the names in it."""
        for folder in self.folders:
            yield from _around(folder, self.hidden)
        yield from ((path, True) for path in self.beside)

    def closed(self) -> list[tuple[str, list[str]]]:
        """Folders that only their owner may enter, with what of ours lies below each."""
        found: dict[str, list[str]] = {}
        for path in (self.python, *self.folders, *self.beside):
            if (folder := _closed_above(path)) is not None:
                found.setdefault(folder, []).append(path)
        return list(found.items())


@cache
def reach() -> Reach:
    """For the interpreter and the NumPy of this process."""
    real = os.path.realpath
    python = real(getattr(sys, "_base_executable", None) or sys.executable)
    spec = find_spec("numpy")
    numpy = "" if spec is None or spec.origin is None else str(Path(real(spec.origin)).parent)
    beside = [path for path in (numpy, f"{numpy}.libs") if numpy and Path(path).is_dir()]
    base = Path(sys.base_prefix)
    standard = {real(os.__file__.rpartition("/")[0]), real(str(base / "lib")), real(str(base / sys.platlibdir))}
    standard.add(real(sysconfig.get_config_var("LIBDIR") or "/usr/lib"))
    folders = _outermost(
        {path for path in (*_SYSTEM, *standard) if Path(path).is_dir() and not Path(path).is_symlink()}
    )
    links = tuple((path, str(Path(path).readlink())) for path in _SYSTEM if Path(path).is_symlink())
    return Reach(python, folders, _hidden(folders), numpy, tuple(beside), links, real(str(base)))


def _outermost(paths: set[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if not any(path.startswith(f"{other}/") for other in paths)))


def _hidden(folders: tuple[str, ...]) -> tuple[str, ...]:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = {
        f"{folder}/{middle}/{packages}"
        for folder in folders
        for middle in (version, "python3")
        for packages in ("site-packages", "dist-packages")
    }
    places.add(str(Path(interviewer.__file__).resolve().parent))
    inside = {place for place in places if Path(place).is_dir() and any(place.startswith(f"{f}/") for f in folders)}
    return _outermost(inside)


def _around(folder: str, hidden: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The folder, in pieces where something below it is hidden."""
    if folder in hidden:
        return
    if not any(path.startswith(f"{folder}/") for path in hidden):
        yield folder, True
        return
    yield folder, False
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.is_symlink():
            yield from _around(entry.path, hidden)


def _closed_above(path: str) -> str | None:
    for folder in reversed(Path(path).parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return str(folder)
    return None
