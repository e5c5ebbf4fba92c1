"""A disk that loses what was not synced: a SQLite file system (VFS) over a real folder, and what a power cut leaves.

What SQLite writes goes to real files, as into the page cache of a machine that runs. Beside that, the disk keeps what
has been synced, and all that was written, cut, created or deleted since. `image` draws what could be found when the
power is back:

- each sector of 512 bytes that was written since the last sync holds any of its versions, or nonsense where it was
  written; the length of the file is any that it had; a sync during which the power went out counts for nothing;
- each name in the folder is as after the last sync of the folder, or as after any change since. As on Unix, SQLite
  syncs the folder with the first sync of a journal or log that it created, and with a deletion when it asks for that;
- the shared memory beside the log (-shm) is gone or nonsense.

The model is harsher than a real disk in that nothing unsynced need arrive in order.
"""

from __future__ import annotations

import itertools
import random
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
_LOGS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
_numbers = itertools.count()


@dataclass
class _File:
    """Contents at the last sync, and what came after: (offset, bytes) for a write, a number of bytes for a cut."""

    synced: bytes = b""
    later: list[tuple[int, bytes] | int] = field(default_factory=list)
    syncs_folder: bool = False


class Disk:
    """The disk under one folder. Use it as a context; `vfs` is the name that SQLite knows it by."""

    def __init__(self, folder: Path) -> None:
        """What is in `folder` now counts as synced."""
        self.folder = folder
        self.vfs = f"cut-{next(_numbers)}"
        self.dead = False
        self.steps = 0
        self._lock = threading.Lock()
        self._left: int | None = None
        self._synced_names: dict[str, _File] = {
            path.name: _File(path.read_bytes()) for path in folder.iterdir() if not path.name.endswith("-shm")
        }
        self._names = dict(self._synced_names)
        self._changes: list[tuple[str, _File | None]] = []

    def __enter__(self) -> Disk:
        self._registered = _Vfs(self)
        self._report, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(self, *_: object) -> None:
        sys.unraisablehook = self._report
        self._registered.unregister()

    def _unraisable(self, found: sys.UnraisableHookArgs) -> None:
        # SQLite goes on when it cannot delete a log, for one, and apsw then has nobody to give the error to.
        if not (self.dead and isinstance(found.exc_value, apsw.IOError)):
            self._report(found)

    def cut_after(self, steps: int) -> None:
        """Let the power go out at the step with this number from now on; a step is anything that changes the disk."""
        self._left = steps

    # ------------------------------------------------------------ what SQLite does

    def alive(self) -> None:
        """Raises the error of a disk that is gone."""
        if self.dead:
            raise apsw.IOError("the power is out")

    def opened(self, path: str, flags: int) -> None:
        """A file was opened, and perhaps created."""
        name = Path(path).name
        with self._lock:
            if name not in self._names:
                self._names[name] = _File(syncs_folder=bool(flags & _LOGS))
                self._changes.append((name, self._names[name]))
                self._step()

    def deleted(self, path: str, synced: bool) -> None:
        """A file is about to be deleted."""
        name = Path(path).name
        with self._lock:
            self._changes.append((name, None))
            self._step()
            self._names.pop(name, None)
            if synced:
                self._sync_folder()

    def wrote(self, path: str, change: tuple[int, bytes] | int) -> None:
        """A file is about to be written or cut."""
        with self._lock:
            self._names[Path(path).name].later.append(change)
            self._step()

    def synced(self, path: str) -> None:
        """A file is synced, and with the first sync of a journal or log also its folder."""
        with self._lock:
            self._step()
            found = self._names[Path(path).name]
            found.synced, found.later = _applied(found), []
            if found.syncs_folder:
                found.syncs_folder = False
                self._sync_folder()

    def _sync_folder(self) -> None:
        self._synced_names, self._changes = dict(self._names), []

    def _step(self) -> None:
        self.alive()
        self.steps += 1
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.dead = True
                self.alive()

    # ------------------------------------------------------------ what is left

    def image(self, folder: Path, draw: random.Random) -> None:
        """Write into the empty `folder` what is found when the power is back."""
        # A cut that keeps all or nothing is as likely as one that keeps a part: each has caught faults of its own.
        keeps = draw.choice((0.0, 1.0, draw.random(), draw.random()))
        for name in sorted({*self._synced_names, *(name for name, _ in self._changes)}):
            states = [self._synced_names.get(name), *(found for changed, found in self._changes if changed == name)]
            found = states[-1] if draw.random() < keeps else draw.choice(states)
            if found is not None:
                (folder / name).write_bytes(_survivor(found, keeps, draw))
        if draw.random() < 0.3:
            (folder / "interviewer.db-shm").write_bytes(draw.randbytes(32768))


def _applied(file: _File) -> bytes:
    data = bytearray(file.synced)
    for change in file.later:
        _apply(data, change)
    return bytes(data)


def _apply(data: bytearray, change: tuple[int, bytes] | int) -> None:
    if isinstance(change, int):
        del data[change:]
        data.extend(bytes(change - len(data)))
    else:
        offset, new = change
        data.extend(bytes(max(0, offset - len(data))))
        data[offset : offset + len(new)] = new


def _survivor(file: _File, keeps: float, draw: random.Random) -> bytes:
    """The contents after the cut; `keeps` is how likely a sector has its newest version."""
    data, sizes = bytearray(file.synced), [len(file.synced)]
    versions: dict[int, list[bytes]] = {}
    for change in file.later:
        before, touched = len(data), _touched(change, len(data))
        for sector in touched:
            versions.setdefault(sector, [_sector(data, sector)])
        _apply(data, change)
        for sector in touched:
            versions[sector].append(_sector(data, sector))
            if isinstance(change, tuple) and draw.random() < 0.05 and keeps < 1:
                versions[sector].append(_nonsense(_sector(data, sector), sector, change, draw))
        if len(data) != before:
            sizes.append(len(data))
    size = sizes[-1] if draw.random() < keeps else draw.choice(sizes)
    left = bytearray(file.synced)
    for sector, found in versions.items():
        _apply(left, (sector * SECTOR, found[-1] if draw.random() < keeps else draw.choice(found)))
    _apply(left, size)
    return bytes(left)


def _touched(change: tuple[int, bytes] | int, size: int) -> range:
    if isinstance(change, int):
        start, end = sorted((change, size))
    else:
        start, end = change[0], change[0] + len(change[1])
    return range(start // SECTOR, -(-end // SECTOR))


def _sector(data: bytearray, number: int) -> bytes:
    return bytes(data[number * SECTOR : (number + 1) * SECTOR]).ljust(SECTOR, b"\0")


def _nonsense(whole: bytes, number: int, change: tuple[int, bytes], draw: random.Random) -> bytes:
    """A sector whose written part is nonsense; what lay beside it is as it was, as SQLite takes for granted."""
    start = max(0, change[0] - number * SECTOR)
    end = min(SECTOR, change[0] + len(change[1]) - number * SECTOR)
    return whole[:start] + draw.randbytes(end - start) + whole[end:]


class _Vfs(apsw.VFS):  # type: ignore[misc, unused-ignore]
    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        super().__init__(disk.vfs, "")

    def excepthook(self, *_: Any) -> bool:
        """Nothing is printed: SQLite has the error, and hands it to whoever asked."""
        return True

    def xOpen(self, name: Any, flags: list[int]) -> _Open:  # noqa: N802 - SQLite's name
        self.disk.alive()
        return _Open(self.disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.disk.deleted(filename, syncdir)
        super().xDelete(filename, syncdir)


class _Open(apsw.VFSFile):  # type: ignore[misc, unused-ignore]
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self.disk = disk
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__("", name, flags)
        disk.opened(self.path, flags[0])

    def excepthook(self, *_: Any) -> bool:
        """As above."""
        return True

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self.disk.alive()
        return bytes(super().xRead(amount, offset))

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        self.disk.wrote(self.path, (offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self.disk.wrote(self.path, newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.disk.synced(self.path)

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return int(apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE)
