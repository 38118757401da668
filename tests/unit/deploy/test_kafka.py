from __future__ import annotations

from pathlib import Path

import pytest

from deploy import local
from deploy.local.errors import LocalStackFailed
from deploy.local.kafka import Kafka
from deploy.local.notes import Notes, Tunnel, load_notes, noted_numbers
from deploy.local.numbers import Numbers
from deploy.local.places import Places
from foundation.settings import Settings


@pytest.fixture
def no_jars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.jars.ensure_jars", list)


def settings_of(data: Path, notes: Notes, number: int) -> dict[str, str]:
    """What a node is told, as a file of properties is read: the last line of a name counts."""
    node = Kafka(Places(data), notes, number)
    format_once = node.folder / "log" / "meta.properties"
    format_once.parent.mkdir(parents=True)
    format_once.touch()
    node.prepare(print)
    lines = (node.folder / "server.properties").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.mark.usefixtures("no_jars")
class TestANode:
    def test_of_three_knows_all_and_keeps_its_data_in_a_folder_of_its_own(self, tmp_path: Path) -> None:
        notes = Notes(numbers=Numbers(brokers=3))
        nodes = {number: settings_of(tmp_path, notes, number) for number in (1, 2, 3)}

        voters = ",".join(f"{number}@127.0.0.1:{ports.controller_port}" for number, ports in notes.kafka_nodes.items())
        assert {node["controller.quorum.voters"] for node in nodes.values()} == {voters}
        assert [node["node.id"] for node in nodes.values()] == ["1", "2", "3"]
        assert [Path(node["log.dirs"]).parent.name for node in nodes.values()] == ["kafka", "kafka-2", "kafka-3"]
        assert {node["offsets.topic.replication.factor"] for node in nodes.values()} == {"3"}
        assert {node["min.insync.replicas"] for node in nodes.values()} == {"2"}

    def test_alone_keeps_the_only_copy(self, tmp_path: Path) -> None:
        node = settings_of(tmp_path, Notes(), 1)

        assert (node["offsets.topic.replication.factor"], node["transaction.state.log.min.isr"]) == ("1", "1")

    def test_with_a_tunnel_sends_those_who_come_out_of_it_back_to_its_entrance_and_nobody_else(self, tmp_path: Path) -> None:
        notes = Notes(kafka_tunnel=Tunnel(entrance=15001))
        node = settings_of(tmp_path, notes, 1)

        assert notes.kafka_tunnel is not None
        assert f"TUNNEL://127.0.0.1:{notes.kafka_tunnel.port}" in node["listeners"].split(",")
        assert node["advertised.listeners"] == f"BROKER://127.0.0.1:{notes.kafka_port},TUNNEL://127.0.0.1:15001"


class TestAnotherNumberOfBrokers:
    @pytest.mark.parametrize(("there", "wanted"), [(1, 3), (3, 1)])
    def test_is_refused_where_there_is_data_and_nothing_is_changed(self, tmp_path: Path, there: int, wanted: int) -> None:
        load_notes(Places(tmp_path).notes)
        local_numbers = Numbers(brokers=there)
        Places(tmp_path).notes.write_text(Notes(numbers=local_numbers).model_dump_json(), encoding="utf-8")
        (tmp_path / "kafka" / "log").mkdir(parents=True)
        (tmp_path / "kafka" / "log" / "meta.properties").touch()

        with pytest.raises(LocalStackFailed) as failure:
            local.up(Settings(data=tmp_path), programs=[], brokers=wanted)

        assert f"begun with --brokers {there}" in str(failure.value)
        assert f"move {tmp_path / 'kafka'} away, and `regcase up --brokers {wanted}`" in str(failure.value)
        assert "`regcase up` without --brokers starts as before" in str(failure.value)
        assert noted_numbers(Places(tmp_path).notes) == local_numbers
        assert (tmp_path / "kafka" / "log" / "meta.properties").exists()

    def test_is_refused_where_kafka_is_somebodys_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REGCASE_KAFKA_BOOTSTRAP", "kafka.example:9092")

        with pytest.raises(LocalStackFailed, match="REGCASE_KAFKA_BOOTSTRAP names a Kafka of yours"):
            local.up(Settings(data=tmp_path), programs=[], brokers=3)
