from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from deploy import local
from deploy.kafka_admin import admin_client
from deploy.local.errors import DiskFull, LocalStackFailed, PortTaken, ServiceFailed, UnknownProcess
from deploy.local.notes import load_notes
from deploy.local.places import Places
from deploy.local.programs import Program
from deploy.local.progress import STAGES
from deploy.local.waiting import wait_until
from deploy.postgres_server import OLDEST
from foundation.database import DatabaseUnreachable
from foundation.errors import Misconfigured
from foundation.settings import Settings, load_settings
from tests.services import Database, data_folder, processes_of
from tests.system import System, running_system
from tests.ways import remove_topic

SLEEPER = Program("sleeper", (sys.executable, "-c", "import time; time.sleep(3600)"), settles_after=1.0)
# A shell, which is there at once: what needs a second to begin would count as started.
FAILING = Program(
    "failing", ("/bin/sh", "-c", "echo no law today; exit 1"), settles_after=10.0
)  # its end is not noted sooner on a machine that is busy


@pytest.fixture(scope="module")
def up() -> Iterator[System]:
    """A stack with one process that does nothing."""
    with running_system([SLEEPER]) as system:
        yield system


@pytest.fixture
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture
def external(database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    remove_topic(Settings(kafka_bootstrap=kafka))
    monkeypatch.setenv("REGCASE_DATABASE_URL", database.app_url)
    monkeypatch.setenv("REGCASE_DATABASE_OWNER_URL", database.owner_url)
    monkeypatch.setenv("REGCASE_KAFKA_BOOTSTRAP", kafka)


@pytest.fixture
def stopped(data: Path, kafka: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a database that was up once, and so far without a broker of its own: that takes twice as long."""
    with monkeypatch.context() as environment:
        environment.setenv("REGCASE_KAFKA_BOOTSTRAP", kafka)
        local.up(Settings(data=data), programs=[])
        local.down(Settings(data=data))
    return data


def pids(system: System) -> dict[str, int | None]:
    return {process.name: process.pid for process in local.processes(system.settings)}


def names_running(settings: Settings) -> list[str]:
    return sorted(process.name for process in local.processes(settings, programs=[SLEEPER]) if process.running)


def answers(settings: Settings) -> bool:
    try:
        psycopg.connect(settings.database).close()
    except psycopg.OperationalError:
        return False
    return True


class TestAStackThatIsUp:
    def test_tells_each_process_and_since_when_it_runs(self, up: System) -> None:
        processes = local.processes(up.settings)

        assert sorted(process.name for process in processes) == ["kafka", "postgres", "sleeper"]
        assert all(process.running and process.pid and process.since and process.since.tzinfo for process in processes)

    def test_is_found_by_who_names_only_the_data_folder(self, up: System, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REGCASE_DATA", str(up.settings.data))
        found = load_settings()

        with psycopg.connect(found.database) as connection:
            assert connection.info.user == "regcase"
        with psycopg.connect(found.database_owner) as connection:
            assert connection.info.user == "regcase_owner"
        with admin_client(found) as client:
            assert "regcase.events" in client.list_topics()

    def test_listens_on_loopback_only(self, up: System) -> None:
        listening = [
            connection.laddr
            for process in local.processes(up.settings)
            for connection in psutil.Process(process.pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]

        assert len(listening) == 3
        assert {address[0].removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}

    def test_keeps_its_secrets_from_others(self, up: System) -> None:
        for name in ("connections.env", "stack.json", "supervisord.conf", "supervisor.sock"):
            assert not (up.settings.data / name).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), name

    def test_lets_nobody_into_the_database_without_the_password(self, up: System) -> None:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(re.sub(r":[^:@]+@", ":wrong@", up.settings.database))

    def test_has_a_broker_that_makes_no_topic_by_itself(self, up: System) -> None:
        with admin_client(up.settings) as client:
            broker = ConfigResource(ConfigResourceType.BROKER, "1")
            configs = client.describe_configs([broker], config_filter="all")["broker"]["1"]

        assert configs["auto.create.topics.enable"]["value"] == "false"

    def test_is_left_as_it_is_by_a_second_start(self, up: System) -> None:
        before = pids(up)
        told: dict[str, str] = {}

        again = local.up(
            Settings(data=up.settings.data),
            lambda report: told.update({report.stage: report.detail}) if report.done else None,
            programs=[SLEEPER],
        )

        assert pids(up) == before
        assert again.database_url == up.settings.database_url
        assert list(told) == list(STAGES)
        assert told["processes"] == "sleeper started"  # it cannot know whether it does its work

    def test_is_left_as_it_is_by_two_starts_at_once(self, up: System) -> None:
        before = pids(up)
        with ThreadPoolExecutor() as pool:
            starts = [pool.submit(local.up, Settings(data=up.settings.data), programs=[SLEEPER]) for _ in range(2)]

        assert [start.result().kafka for start in starts] == [up.settings.kafka] * 2
        assert pids(up) == before

    @pytest.mark.parametrize("name", ["sleeper", "postgres", "kafka"])
    def test_starts_a_process_anew_that_was_killed(self, up: System, name: str) -> None:
        before = up.process(name).pid
        up.kill(name)

        assert wait_until(lambda: up.process(name).pid not in (None, before), seconds=60)
        # Done again, it waits until all is ready.
        local.up(Settings(data=up.settings.data), programs=[SLEEPER])
        assert answers(up.settings)

    def test_keeps_a_process_stopped_that_was_stopped_by_hand(self, up: System) -> None:
        up.stop("sleeper")
        stopped = up.process("sleeper")
        assert (stopped.running, stopped.pid, stopped.exit_reason) == (False, None, "stopped on request")

        up.start("sleeper")
        assert up.process("sleeper").running

    @pytest.mark.parametrize("name", ["sleeper", "postgres", "kafka"])
    def test_restarts_a_process_and_waits_until_it_runs(self, up: System, name: str) -> None:
        before = pids(up)
        told = up.run("restart", name).out

        after = pids(up)
        assert answers(up.settings)
        assert f"{name} was started: process {after[name]} instead of {before[name]}." in told
        assert {other for other in after if after[other] != before[other]} == {name}

    def test_starts_by_a_restart_what_was_stopped_by_hand(self, up: System) -> None:
        up.stop("sleeper")

        assert "; it did not run before." in up.run("restart", "sleeper").out
        assert up.process("sleeper").running

    def test_restarts_none_of_several_if_one_is_unknown(self, up: System) -> None:
        before = pids(up)
        refused = up.run("restart", "sleeper", "courier", exit_code=2)

        assert "no process is called 'courier'. There are: kafka, postgres, sleeper." in refused.err
        assert pids(up) == before

    def test_says_which_processes_there_are_when_asked_for_another(self, up: System) -> None:
        with pytest.raises(UnknownProcess, match=r"'courier'\. There are: kafka, postgres, sleeper\."):
            local.stop_process(up.settings, "courier")

    def test_stops_only_what_a_failed_start_began(self, up: System) -> None:
        before = pids(up)

        with pytest.raises(ServiceFailed, match=r"failing failed: it ended 3 times(?s:.)*no law today") as failure:
            local.up(Settings(data=up.settings.data), programs=[SLEEPER, FAILING])

        assert "failing.log" in str(failure.value)
        after = pids(up)
        assert {name: after[name] for name in before} == before
        assert after["failing"] is None
        local.up(Settings(data=up.settings.data), programs=[SLEEPER])
        assert pids(up) == before


class TestStopping:
    def test_leaves_nothing_running_and_keeps_the_data(self, data: Path) -> None:
        settings = local.up(Settings(data=data), programs=[SLEEPER])
        with psycopg.connect(settings.database) as connection:
            connection.execute("INSERT INTO matter_clocks VALUES ('00000000-0000-0000-0000-000000000001', now())")
        held = psycopg.connect(settings.database)  # somebody is still connected
        assert processes_of(data)

        assert sorted(local.down(Settings(data=data))) == ["kafka", "postgres", "sleeper"]
        held.close()

        assert processes_of(data) == []
        assert names_running(settings) == []
        assert local.down(Settings(data=data)) == []

        again = local.up(Settings(data=data), programs=[])
        with psycopg.connect(again.database) as connection:
            assert connection.execute("SELECT count(*) FROM matter_clocks").fetchone() == (1,)

    def test_ends_also_what_a_killed_supervisor_left_behind(self, data: Path) -> None:
        settings = local.up(Settings(data=data), programs=[SLEEPER])
        os.kill(int((data / "supervisord.pid").read_text()), signal.SIGKILL)
        assert wait_until(lambda: names_running(settings) == [], seconds=60)
        assert processes_of(data)

        local.down(Settings(data=data))

        assert processes_of(data) == []

    def test_of_what_was_never_started_does_nothing(self, tmp_path: Path) -> None:
        assert local.down(Settings(data=tmp_path / "none")) == []
        assert not (tmp_path / "none").exists()


class TestAStackThatDoesNotRun:
    def test_has_nothing_to_restart(self, tmp_path: Path) -> None:
        refused = System(Settings(data=tmp_path / "none")).run("restart", "worker", exit_code=3)

        assert (
            refused.err
            == f"nothing was restarted: the local stack in {tmp_path / 'none'} does not run. Start it with `regcase up`.\n"
        )
        assert not (tmp_path / "none").exists()


class TestAStartThatFails:
    def test_because_a_port_is_taken_says_whose_it_is_and_leaves_nothing_running(self, data: Path) -> None:
        port = load_notes(Places(data).notes).kafka_port
        with socket.create_server(("127.0.0.1", port)):
            with pytest.raises(PortTaken) as failure:
                local.up(Settings(data=data), programs=[])

            assert f"Kafka cannot start: its port 127.0.0.1:{port} is taken by" in str(failure.value)
            assert f"(process {os.getpid()})" in str(failure.value)
        assert processes_of(data) == []
        assert not (data / "connections.env").exists()

    def test_because_a_service_is_broken_shows_the_end_of_its_log(self, stopped: Path) -> None:
        (stopped / "postgres" / "data" / "global" / "pg_control").unlink()

        with pytest.raises(ServiceFailed, match=r"postgres failed: it ended 3 times.*(?s:.)*could not find the database system"):
            local.up(Settings(data=stopped), programs=[])

        assert processes_of(stopped) == []

    def test_because_its_passwords_were_lost_says_what_to_do(self, stopped: Path) -> None:
        (stopped / "stack.json").unlink()

        with pytest.raises(LocalStackFailed, match="are not those of the database"):
            local.up(Settings(data=stopped), programs=[])
        assert processes_of(stopped) == []

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_because_it_was_interrupted_leaves_nothing_running(self, data: Path, number: signal.Signals) -> None:
        program = (
            "from deploy import local; from foundation.settings import load_settings;"
            "local.up(load_settings(), lambda report: print(report.stage, flush=True), programs=[])"
        )
        environment = {**os.environ, "REGCASE_DATA": str(data)}
        with subprocess.Popen(
            [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as start:
            assert start.stdout is not None
            for line in start.stdout:
                if line.strip() == "migrations":
                    assert processes_of(data)
                    start.send_signal(number)
            assert start.wait(60) != 0

        assert processes_of(data) == []

    def test_because_the_disk_is_full_says_how_much_is_needed(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=7_000_000))

        with pytest.raises(DiskFull, match="7 MB are free, 500 MB are needed"):
            local.up(Settings(data=data), programs=[])

    def test_because_the_folder_cannot_be_made_says_which(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(LocalStackFailed, match=r"cannot use .*file.*REGCASE_DATA"):
            local.up(Settings(data=tmp_path / "file" / "data"), programs=[])


class TestADataFolderThatOthersCannotReach:
    def test_has_the_database_outside_and_says_so(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        tmp_path.chmod(0o700)
        said: list[str] = []

        settings = local.up(Settings(data=data), lambda report: said.append(report.detail), programs=[])
        try:
            assert answers(settings)
            if os.geteuid() == 0:
                assert not (data / "postgres").exists()
                assert any("closed to other users" in detail for detail in said)
        finally:
            local.down(Settings(data=data))
            notes = load_notes(Places(data).notes)
            outside = Places(data).postgres(other_user=True, stack_id=notes.stack_id)
            shutil.rmtree(outside.parent)
        assert processes_of(data) == []


class TestExternalServices:
    @pytest.mark.usefixtures("external")
    def test_are_used_and_nothing_is_started_for_them(self, data: Path, database: Database, kafka: str) -> None:
        settings = local.up(load_settings().model_copy(update={"data": data}), programs=[SLEEPER])
        try:
            assert names_running(settings) == ["sleeper"]
            assert (settings.database, settings.kafka) == (database.app_url, kafka)
            assert "REGCASE_" not in (data / "connections.env").read_text()
            assert not (data / "postgres").exists()
            with admin_client(settings) as client:
                assert "regcase.events" in client.list_topics()
        finally:
            local.down(settings)

    def test_are_migrated_and_the_application_is_let_in(
        self, data: Path, database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'guest'")
        url = re.sub(r"//[^@]+@", "//stranger:guest@", database.app_url)
        monkeypatch.setenv("REGCASE_KAFKA_BOOTSTRAP", kafka)
        monkeypatch.setenv("REGCASE_DATABASE_URL", url)
        monkeypatch.setenv("REGCASE_DATABASE_OWNER_URL", database.owner_url)
        try:
            with pytest.raises(Misconfigured, match="administrator run: GRANT regcase_app TO stranger"):
                local.up(load_settings().model_copy(update={"data": data}), programs=[])

            monkeypatch.setenv("REGCASE_DATABASE_OWNER_URL", database.superuser_url)
            local.up(load_settings().model_copy(update={"data": data}), programs=[])
            with psycopg.connect(url) as connection:
                connection.execute("SELECT count(*) FROM stored_events")
        finally:
            local.down(Settings(data=data))
            with psycopg.connect(database.superuser_url, autocommit=True) as connection:
                connection.execute("DROP ROLE stranger")

    @pytest.mark.usefixtures("external")
    def test_that_are_too_old_are_refused_with_the_version_found(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("deploy.postgres_server.OLDEST", OLDEST + 10)

        with pytest.raises(Misconfigured, match=r"has version 18\.\d+.*needs 27 or later"):
            local.up(load_settings().model_copy(update={"data": data}), programs=[])
        assert processes_of(data) == []

    @pytest.mark.usefixtures("external")
    def test_that_do_not_answer_are_named_without_their_password(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REGCASE_DATABASE_OWNER_URL", "postgresql://someone:secret@127.0.0.1:9/cases")

        with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:9/cases") as failure:
            local.up(load_settings().model_copy(update={"data": data}), programs=[])
        assert "secret" not in str(failure.value)
        assert processes_of(data) == []

    @pytest.mark.usefixtures("external")
    def test_come_with_settings_that_our_processes_get_when_they_change(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = load_settings().model_copy(update={"data": data})
        local.up(settings, programs=[SLEEPER])
        before = next(process.pid for process in local.processes(settings))
        monkeypatch.setenv("REGCASE_LOG_LEVEL", "DEBUG")

        local.up(settings, programs=[SLEEPER])

        (after,) = local.processes(settings)
        assert after.pid not in (None, before)
        assert psutil.Process(after.pid).environ()["REGCASE_LOG_LEVEL"] == "DEBUG"
        local.down(settings)
