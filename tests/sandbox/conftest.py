"""Which tiers this machine allows, asked of the system itself, so that the self-test can be held to it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from functools import cache

import pytest

from interviewer.sandbox import Tier
from interviewer.sandbox.tiers import NAMESPACES

NOBODY = 65534


@cache
def possible() -> tuple[Tier, ...]:
    """The tiers that must hold here: bubblewrap starts with our namespaces; the kernel has Landlock."""
    found = []
    program = shutil.which("bwrap")
    if program is not None:
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        argv = [program, *NAMESPACES.split(), "--ro-bind", "/", "/", "true"]
        if subprocess.run(argv, check=False, capture_output=True, cwd="/", **other).returncode == 0:  # type: ignore[call-overload]
            found.append(Tier.bwrap)
    if ctypes.CDLL(None).syscall(444, None, 0, 1) >= 1:
        found.append(Tier.landlock)
    return tuple(found)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `tier` runs on every tier that this machine allows; test_trial holds that there is one."""
    if "tier" in metafunc.fixturenames:
        metafunc.parametrize("tier", possible(), ids=str)
