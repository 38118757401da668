"""The demo: it shows what it promises, says what is already there, and leaves nothing running when it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import data_folder, processes_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(900)  # on a machine with much else to do
REGCASE = str(Path(sys.executable).with_name("regcase"))


def environment(data: Path) -> dict[str, str]:
    return {**{k: v for k, v in os.environ.items() if not k.startswith("REGCASE_")}, "REGCASE_DATA": str(data)}


def test_it_shows_the_cases_and_done_again_says_what_is_there() -> None:
    with data_folder() as data:
        told = _demo(data)
        for part in (
            "clearview-uk: loaded, 22 steps; everything happened as stated.",
            "halden-beacon-uk: loaded, 23 steps; everything happened as stated.",
            "INV-CLEARVIEW/fine-1",
            "remitted to the First-tier Tribunal ([2025] UKUT 319 (AAC))",
            "Sun 29 May 2022 is a Sunday; the next working day is Mon 30 May 2022 (Reg 1182/71 Art 3(4)).",
            "INV-CLEARVIEW/appeal-1: permission, due 2025-11-07",
            "uk-dpa-2018  2022  fines",
            "INV-HALDEN/notice-1/non-compliance-2",
            "clearview-fr: loaded",
            "Autoriteit Persoonsgegevens (AP)",
            "EUR 5,200,000.00",
            "relay: up to date",
            "Where to go on",
        ):
            assert part in told
        again = _demo(data)
        assert "clearview-uk: all 22 steps were played before; nothing was to be done." in again
        subprocess.run([REGCASE, "down"], env=environment(data), check=True, capture_output=True)
        assert processes_of(data) == []


@pytest.mark.parametrize("moment", ["Postgres:", "step 5 of 22"])
def test_stopped_by_ctrl_c_it_leaves_nothing_running(moment: str) -> None:
    with data_folder() as data:
        unbuffered = {**environment(data), "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(
            [REGCASE, "demo"], env=unbuffered, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as demo:
            assert demo.stdout is not None
            for line in demo.stdout:
                if moment in line:
                    break
            demo.send_signal(signal.SIGINT)
            rest = demo.stdout.read()
        assert demo.returncode == 130
        assert "Traceback" not in rest
        wait_for(lambda: processes_of(data) == [], seconds=60, what="the end of every process")


def test_a_stage_that_fails_ends_it_with_a_message_and_nothing_running() -> None:
    with data_folder() as data:
        broken = {**environment(data), "REGCASE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
        demo = subprocess.run([REGCASE, "demo"], env=broken, capture_output=True, text=True, check=False, timeout=120)
        assert demo.returncode == 3
        assert "127.0.0.1" in demo.stderr
        assert "Traceback" not in demo.stderr
        assert processes_of(data) == []


def _demo(data: Path) -> str:
    done = subprocess.run([REGCASE, "demo"], env=environment(data), capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
