"""Run as root only, before the sandbox: makes Python readable for a user who owns nothing, and becomes that user.

Limits do not bind root (the number of its processes has none), and its files are everywhere: so no candidate's program
runs as root. But a Python under /root cannot be read by anybody else; in a mount namespace of its own this process
therefore replaces the closed folder by an empty one in which only Python's own folders stand. The namespace goes with
the last process in it. The text of this module is given to `python -c`.
"""

from __future__ import annotations

import os
import sys
from marshal import loads

_CLONE_NEWNS, _MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x20000, 2, 4, 4096, 16384, 1 << 18


def main() -> None:
    """The argument is, marshalled, `argv`, `user`, and `reveal`: [(closed folder, [paths below it])]."""
    plan = loads(bytes.fromhex(sys.argv[1]))  # noqa: S302 - written by `tiers.command`
    if plan["reveal"]:
        _reveal(plan["reveal"])
    os.setgroups([])
    os.setresgid(plan["user"], plan["user"], plan["user"])
    os.setresuid(plan["user"], plan["user"], plan["user"])
    os.execv(plan["argv"][0], plan["argv"])  # noqa: S606


def _reveal(folders: list[tuple[str, list[str]]]) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)

    def checked(failed: int, what: str) -> None:
        if failed:
            sys.exit(f"{what}: {os.strerror(ctypes.get_errno())}")

    def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
        texts = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
        checked(libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]), f"mounting {target}")

    where = f"Python lies in {folders[0][0]}, which only root may enter: install it elsewhere, or be a plain user"
    checked(libc.unshare(_CLONE_NEWNS), where)
    mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    for closed, paths in folders:
        held = [(os.open(path, os.O_PATH), os.path.isdir(path), path) for path in paths]
        mount("tmpfs", closed, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=256k")
        for at, folder, path in held:
            os.makedirs(path if folder else os.path.dirname(path), mode=0o755, exist_ok=True)
            if not folder:
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
            mount(f"/proc/self/fd/{at}", path, None, _MS_BIND | _MS_REC)
            os.close(at)


if __name__ == "__main__":
    main()
