"""Which files are shown, which folders are closed, and who a run is."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from interviewer.sandbox.reach import Reach, reach
from interviewer.sandbox.tiers import free_user


def made(base: Path, *, folders: tuple[str, ...] = (), hidden: tuple[str, ...] = (), numpy: str = "") -> Reach:
    return Reach(f"{base}/bin/python3", folders, hidden, numpy, (numpy,) if numpy else (), (), str(base))


def test_what_is_hidden_is_left_out_and_the_rest_is_named(tmp_path: Path) -> None:
    for name in ("lib/a/x", "lib/python3/json", "lib/python3/site-packages/secret"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib/os.py").touch()
    (tmp_path / "lib/link").symlink_to("/etc")
    lib, hidden = str(tmp_path / "lib"), str(tmp_path / "lib/python3/site-packages")
    found = dict(made(tmp_path, folders=(lib,), hidden=(hidden,), numpy=f"{hidden}/numpy").readable())
    assert found == {
        lib: False,
        f"{lib}/a": True,
        f"{lib}/os.py": True,
        f"{lib}/python3": False,
        f"{lib}/python3/json": True,
        f"{hidden}/numpy": True,
    }


def test_folders_that_only_their_owner_may_enter() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "python" / "bin").mkdir(parents=True)
        (home / "python" / "bin" / "python3").touch()
        assert made(home / "python").closed() == [(name, [f"{name}/python/bin/python3"])]
        home.chmod(0o755)
        assert made(home / "python").closed() == []


def test_where_things_stand_inside() -> None:
    home = made(Path("/home/me/py"), numpy="/home/me/env/numpy")
    assert home.inside("/home/me/py/bin/python3") == "/python/bin/python3"
    assert home.inside("/home/me/env/numpy") == "/python/beside/numpy" and home.inside("/usr/lib") == "/usr/lib"
    assert made(Path("/usr/local")).inside("/usr/local/bin/python3") == "/usr/local/bin/python3"


def test_this_machine() -> None:
    found = reach()
    assert Path(found.python).samefile(getattr(sys, "_base_executable", sys.executable))
    assert any(os.__file__.startswith(f"{os.path.realpath(folder)}/") for folder in found.folders)
    assert Path(found.numpy, "__init__.py").is_file() and found.numpy in found.beside


def test_who_a_run_is() -> None:
    everybody, few = "0 0 4294967295\n", "0 1000 1\n1 100000 65536\n"
    users = {free_user(slot, everybody) for slot in range(8)}
    assert len(users) == 8 and all(0x70000000 <= user < 0x80000000 for user in users)
    users = {free_user(slot, few) for slot in range(8)}
    assert len(users) == 8 and all(60000 < user < 65534 for user in users)
