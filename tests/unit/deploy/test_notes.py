from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import pytest

from deploy.local.errors import LocalStackFailed
from deploy.local.notes import free_port, load_notes, noted_numbers, port_taken, write_secret
from deploy.local.numbers import Numbers


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

    def test_of_a_stack_from_before_there_were_several_brokers_go_on_with_one(self, tmp_path: Path) -> None:
        path = tmp_path / "stack.json"
        before = {"kafka_port": 15001, "kafka_controller_port": 15002, "kafka_cluster_id": "its-own"}
        path.write_text(json.dumps(before), encoding="utf-8")

        notes = load_notes(path)

        assert {number: (node.port, node.controller_port) for number, node in notes.kafka_nodes.items()} == {1: (15001, 15002)}
        assert notes.kafka_cluster_id == "its-own"
        assert notes.numbers == noted_numbers(path) == Numbers()

    def test_have_ports_of_their_own_for_each_broker(self, tmp_path: Path) -> None:
        notes = load_notes(tmp_path / "stack.json").model_copy(update={"numbers": Numbers(brokers=3)})
        ports = [port for node in notes.kafka_nodes.values() for port in (node.port, node.controller_port)]

        assert len({*ports, notes.postgres_port}) == 7

    def test_are_not_written_by_asking_for_the_numbers(self, tmp_path: Path) -> None:
        assert noted_numbers(tmp_path / "stack.json") == Numbers()
        assert list(tmp_path.iterdir()) == []


class TestNumbers:
    def test_stay_as_they_are_where_none_is_given(self) -> None:
        numbers = Numbers().changed(brokers=3, workers=2)

        assert numbers.changed(relays=2) == Numbers(brokers=3, relays=2, workers=2)

    def test_of_brokers_are_one_or_three(self) -> None:
        with pytest.raises(LocalStackFailed, match="1 or 3 brokers, not 2"):
            Numbers().changed(brokers=2)

    @pytest.mark.parametrize("number", [0, -1, 10])
    def test_of_our_processes_are_one_to_nine(self, number: int) -> None:
        with pytest.raises(LocalStackFailed, match=f"1 to 9 workers, not {number}"):
            Numbers().changed(workers=number)


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
