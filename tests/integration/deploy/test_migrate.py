from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from deploy.local.postgres import Postgres
from deploy.migrate import MIGRATIONS, migrate, read_migrations
from foundation.errors import Misconfigured
from tests.services import Database, fresh_database


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[Database]:
    with fresh_database(postgres, template="template0") as database:
        yield database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))


def numbers(database: Database) -> list[int]:
    with psycopg.connect(database.owner_url) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM schema_migrations ORDER BY number")]


class TestMigrating:
    def test_applies_every_file_once(self, empty: Database) -> None:
        known = [f"{migration.number:04} {migration.name}" for migration in read_migrations()]

        assert migrate(empty.owner_url) == known
        assert migrate(empty.owner_url) == []
        assert len(numbers(empty)) == len(known)

    def test_keeps_what_was_parked_and_skipped_before_acts_said_more(self, empty: Database, folder: Path) -> None:
        later = [path for path in folder.glob("*.sql") if path.name > "0004"]
        for path in later:
            path.rename(path.with_suffix(".later"))
        migrate(empty.owner_url, folder)
        with psycopg.connect(empty.owner_url) as connection:
            connection.execute(
                "INSERT INTO parked_cases (read_model, generation, case_id, version, event_type, error_class, error, parked_at) "
                "VALUES ('cases', 'live', gen_random_uuid(), 3, 'fine.opened', 'UnreadableEvent', 'x', '2026-01-02 10:00Z')"
            )
            connection.execute(
                "INSERT INTO operator_acts (actor, role, act, read_model, case_id, version, reason) "
                "VALUES ('a', 'admin', 'skip', 'cases', gen_random_uuid(), 3, 'r')"
            )
        for path in later:
            path.with_suffix(".later").rename(path)
        migrate(empty.owner_url, folder)
        with psycopg.connect(empty.owner_url) as connection:
            parked = connection.execute("SELECT error_kind, stale_since = parked_at FROM parked_cases").fetchall()
            acts = connection.execute("SELECT act, reason, authority FROM operator_acts").fetchall()
        assert (parked, acts) == ([("permanent", True)], [("skip", "r", None)])

    def test_applies_only_what_is_new(self, database: Database, folder: Path) -> None:
        last = len(read_migrations())
        (folder / f"{last + 1:04}_more.sql").write_text("CREATE TABLE more (id int)", encoding="utf-8")

        assert migrate(database.owner_url, folder) == [f"{last + 1:04} more"]

    def test_is_refused_when_an_applied_file_was_changed(self, database: Database, folder: Path) -> None:
        changed = next(folder.glob("0002_*"))
        changed.write_text(changed.read_text(encoding="utf-8") + "-- more", encoding="utf-8")

        with pytest.raises(Misconfigured, match=r"0002 .* was changed after it was applied"):
            migrate(database.owner_url, folder)

    def test_takes_the_same_file_with_other_line_ends_for_unchanged(self, database: Database, folder: Path) -> None:
        for path in folder.glob("*.sql"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

        assert migrate(database.owner_url, folder) == []

    def test_is_refused_when_the_database_is_newer_than_the_program(self, database: Database, folder: Path) -> None:
        last = max(folder.glob("*.sql"))
        last.unlink()

        with pytest.raises(Misconfigured, match=f"{last.name[:4]}.*newer regcase. Update this one"):
            migrate(database.owner_url, folder)

    def test_undoes_a_file_that_fails_and_keeps_those_before_it(self, database: Database, folder: Path) -> None:
        last = len(read_migrations())
        (folder / f"{last + 1:04}_good.sql").write_text("CREATE TABLE good (id int)", encoding="utf-8")
        (folder / f"{last + 2:04}_bad.sql").write_text("CREATE TABLE half (id int); SELECT nonsense", encoding="utf-8")

        with pytest.raises(Misconfigured, match=f"{last + 2:04} bad failed and was undone"):
            migrate(database.owner_url, folder)

        assert numbers(database) == list(range(1, last + 2))
        with psycopg.connect(database.owner_url) as connection:
            assert connection.execute("SELECT to_regclass('good'), to_regclass('half')").fetchone() == ("good", None)

    def test_by_two_at_once_applies_each_file_once(self, empty: Database) -> None:
        applied: list[str] = []
        starts = [Thread(target=lambda: applied.extend(migrate(empty.owner_url))) for _ in range(4)]
        for start in starts:
            start.start()
        for start in starts:
            start.join()

        assert len(applied) == len(set(applied)) == len(read_migrations())

    def test_needs_no_right_to_make_roles_where_the_role_is_there(self, empty: Database) -> None:
        with psycopg.connect(empty.owner_url) as connection:
            assert connection.execute("SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)

        assert migrate(empty.owner_url)


class TestMigrationFiles:
    def test_with_a_gap_in_their_numbers_are_refused(self, folder: Path) -> None:
        next(folder.glob("0001_*")).unlink()

        with pytest.raises(Misconfigured, match="numbered from 1 without gaps"):
            read_migrations(folder)

    def test_with_another_kind_of_name_are_refused(self, folder: Path) -> None:
        (folder / "more.sql").touch()

        with pytest.raises(Misconfigured, match=r"more\.sql needs a name like"):
            read_migrations(folder)


class TestTheApplicationsRole:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE stored_events SET topic = 'other'",
            "DELETE FROM stored_events",
            "TRUNCATE stored_events",
            "ALTER TABLE stored_events ADD COLUMN more int",
            "DROP TABLE stored_events",
            "CREATE TRIGGER t BEFORE INSERT ON stored_events EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "CREATE RULE r AS ON INSERT TO stored_events DO INSTEAD NOTHING",
            "SELECT setval('stored_events_notification_id_seq', 1)",
            "DELETE FROM operator_acts",
            "UPDATE operator_acts SET reason = 'other'",
            "TRUNCATE operator_acts",
            "DROP TABLE operator_acts",
            "ALTER TABLE operator_acts DROP CONSTRAINT operator_acts_are_an_admins",
            "INSERT INTO operator_acts (done_at) VALUES ('2020-01-01')",
            "INSERT INTO operator_acts (act_id) OVERRIDING SYSTEM VALUE VALUES (1)",
            "UPDATE schema_migrations SET digest = ''",
        ],
    )
    def test_may_not_change_what_was_recorded(self, database: Database, statement: str) -> None:
        with psycopg.connect(database.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())

    @pytest.mark.parametrize(
        ("given", "constraint"),
        [
            ({"role": "officer"}, "operator_acts_are_an_admins"),
            ({"act": "forget"}, "operator_acts_act_check"),
            ({"outcome": "perhaps"}, "operator_acts_outcome_check"),
            ({"outcome": None}, "operator_acts_retry_tells_what_came_of_it"),
            ({"act": "assign", "outcome": None}, "operator_acts_assign_names_an_owner"),
            ({"act": "skip", "outcome": None, "reason": " ", "authority": "Head"}, "operator_acts_skip_says_why"),
            ({"act": "skip", "outcome": None, "reason": "Lost"}, "operator_acts_skip_says_why"),
        ],
    )
    def test_may_record_no_act_of_an_operator_that_lacks_what_it_needs(
        self, database: Database, given: dict[str, str | None], constraint: str
    ) -> None:
        retry = {"actor": "a", "role": "admin", "act": "retry", "outcome": "waits", "reason": None, "authority": None}
        insert = (
            "INSERT INTO operator_acts (actor, role, act, read_model, case_id, version, outcome, reason, authority) VALUES "
            "(%(actor)s, %(role)s, %(act)s, 'cases', gen_random_uuid(), 1, %(outcome)s, %(reason)s, %(authority)s)"
        )
        with psycopg.connect(database.app_url) as connection:
            connection.execute(insert, retry)
            with pytest.raises(psycopg.errors.CheckViolation) as refused:
                connection.execute(insert, retry | given)
        assert str(refused.value.diag.constraint_name).startswith(constraint)

    def test_may_lock_the_events_and_add_and_read_them(self, database: Database) -> None:
        with psycopg.connect(database.app_url) as connection:
            connection.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
            connection.execute(
                "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (gen_random_uuid(), 1, 't', 's')"
            )
            assert connection.execute("SELECT notification_id, topic FROM stored_events").fetchall() == [(1, "t")]

    def test_may_make_schemas_for_read_models(self, database: Database) -> None:
        with psycopg.connect(database.app_url) as connection:
            connection.execute("CREATE SCHEMA matters")
            connection.execute("CREATE TABLE matters.matters (id int)")
