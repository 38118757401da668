from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import pytest

from deploy.local.errors import LocalStackFailed
from deploy.local.notes import free_port, load_notes, port_taken, write_secret


class TestNotes:
    def test_are_chosen_once_and_kept(self, tmp_path: Path) -> None:
        first = load_notes(tmp_path / "stack.json")

        assert load_notes(tmp_path / "stack.json") == first
        assert len({first.postgres_port, first.kafka_port, first.kafka_controller_port}) == 3

    def test_of_two_stacks_share_no_secret(self, tmp_path: Path) -> None:
        one, other = (load_notes(tmp_path / name).model_dump() for name in ("one.json", "other.json"))
        secrets = [name for name in one if name.endswith("password")]

        assert len({notes[name] for notes in (one, other) for name in secrets}) == 2 * len(secrets)

    def test_whose_port_was_taken_out_get_another_and_keep_the_rest(self, tmp_path: Path) -> None:
        path = tmp_path / "stack.json"
        first = load_notes(path).model_dump()
        path.write_text(json.dumps({name: value for name, value in first.items() if name != "kafka_port"}), encoding="utf-8")

        second = load_notes(path).model_dump()

        assert second["kafka_port"] != first["kafka_port"]
        assert {**second, "kafka_port": 0} == {**first, "kafka_port": 0}

    def test_are_read_by_their_owner_only_and_shown_to_nobody(self, tmp_path: Path) -> None:
        notes = load_notes(tmp_path / "stack.json")

        assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600
        assert notes.app_password not in repr(notes)

    def test_that_cannot_be_read_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "stack.json").write_text("{", encoding="utf-8")

        with pytest.raises(LocalStackFailed, match=r"stack\.json cannot be read.*Put back what it was"):
            load_notes(tmp_path / "stack.json")


class TestPorts:
    def test_are_outside_the_range_that_kernels_give_to_clients(self) -> None:
        assert {15000 <= free_port() < 32000 for _ in range(50)} == {True}

    def test_on_which_somebody_listens_are_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert port_taken(server.getsockname()[1])
        assert not port_taken(free_port())


class TestASecret:
    def test_says_whether_it_changed(self, tmp_path: Path) -> None:
        assert write_secret(tmp_path / "s", "one")
        assert not write_secret(tmp_path / "s", "one")
        assert write_secret(tmp_path / "s", "two")
        assert (tmp_path / "s").read_text() == "two"

    def test_does_not_take_over_the_mode_of_what_stood_there(self, tmp_path: Path) -> None:
        (tmp_path / "s").touch(mode=0o644)
        write_secret(tmp_path / "s", "one")

        assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600
