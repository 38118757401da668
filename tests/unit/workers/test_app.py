"""The Faust worker's own habits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_what_nobody_handles_ends_the_process_at_once() -> None:
    """Without Faust's shutdown, which could commit what was not done."""
    program = (
        "import asyncio, atexit\n"
        "from workers.app import _in_a_thread\n"
        "atexit.register(lambda: print('an orderly end'))\n"
        "asyncio.run(_in_a_thread(lambda: 1 / 0))\n"
        "print('went on')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 70, ended.stderr
    assert ended.stdout == "" or "worker_ends" in ended.stdout
    assert "orderly" not in ended.stdout
    assert "went on" not in ended.stdout
