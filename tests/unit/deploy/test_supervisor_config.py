from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from supervisor.options import ServerOptions

from deploy.local.errors import LocalStackFailed
from deploy.local.numbers import Numbers
from deploy.local.places import Places
from deploy.local.programs import Program, our_programs
from deploy.local.supervisor_config import configuration


def as_read_by_supervisor(data: Path, program: Program) -> Any:
    """What supervisor makes of a program's section."""
    Places(data).make()
    path = Places(data).supervisor_config
    path.write_text(configuration(Places(data), [program]), encoding="utf-8")
    options = ServerOptions()
    options.realize(args=["-c", str(path)])
    (group,) = options.process_group_configs
    (process,) = group.process_configs
    return process


class TestAProgram:
    def test_is_read_by_supervisor_as_it_was_meant(self, tmp_path: Path) -> None:
        program = Program("odd", ("/bin/echo", "50%", "two words", "it's"), {"A": "100%, sure", "B": "x=y;z", "C": "it's"})
        read = as_read_by_supervisor(tmp_path, program)

        assert shlex.split(read.command) == ["/bin/echo", "50%", "two words", "it's"]
        assert read.environment == {"A": "100%, sure", "B": "x=y;z", "C": "it's"}

    def test_is_started_anew_for_ever_and_only_when_told_at_first(self, tmp_path: Path) -> None:
        read = as_read_by_supervisor(tmp_path, Program("p", ("/bin/true",)))

        assert read.startretries > 10**6
        assert read.autorestart
        assert not read.autostart

    def test_takes_its_children_with_it_unless_they_mean_something_else_by_a_signal(self, tmp_path: Path) -> None:
        assert as_read_by_supervisor(tmp_path, Program("p", ("/bin/true",))).stopasgroup
        assert not as_read_by_supervisor(tmp_path, Program("p", ("/bin/true",), signals_group=False)).stopasgroup

    @pytest.mark.parametrize("value", ['a"b', "a\nb", "a ;b", "a #b"])
    def test_with_a_setting_that_cannot_be_handed_over_is_refused_without_showing_it(self, tmp_path: Path, value: str) -> None:
        program = Program("p", ("/bin/true",), {"REGCASE_KAFKA_SASL_PASSWORD": value})

        with pytest.raises(LocalStackFailed, match="REGCASE_KAFKA_SASL_PASSWORD holds") as failure:
            configuration(Places(tmp_path), [program])
        assert value not in str(failure.value)


def test_our_programs_are_the_relay_the_worker_and_the_reconciler_each_with_a_slot() -> None:
    modules = {program.name: program.command[1:] for program in our_programs(Numbers())}

    assert modules == {
        "relay": ("-m", "workers.relay"),
        "worker": ("-m", "workers.app"),
        "reconciler": ("-m", "workers.reconciler"),
    }
    assert {program.environment["REGCASE_SLOT"] for program in our_programs(Numbers())} == {"0"}


def test_several_of_our_programs_of_a_kind_have_a_name_and_a_slot_each() -> None:
    slots = {program.name: program.environment["REGCASE_SLOT"] for program in our_programs(Numbers(relays=2, workers=3))}

    assert slots == {"relay": "0", "relay-2": "1", "worker": "0", "worker-2": "1", "worker-3": "2", "reconciler": "0"}
