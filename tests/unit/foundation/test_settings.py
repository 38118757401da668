"""Settings come from the environment, else from what the local stack wrote down; what is wrong is told, what is secret is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import Misconfigured
from foundation.settings import is_external, load_settings


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(f"REGCASE_{name}", raising=False)
    monkeypatch.setenv("REGCASE_DATA", str(tmp_path))
    return tmp_path


def write_down(data: Path, **connections: str) -> None:
    lines = "".join(f"REGCASE_{name}={value}\n" for name, value in connections.items())
    (data / "connections.env").write_text(lines, encoding="utf-8")


def test_what_the_local_stack_wrote_down_is_used(data: Path) -> None:
    write_down(data, DATABASE_URL="postgresql://local", KAFKA_BOOTSTRAP="127.0.0.1:1")
    settings = load_settings()
    assert (settings.database, settings.kafka) == ("postgresql://local", "127.0.0.1:1")


def test_the_environment_comes_first(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_down(data, DATABASE_URL="postgresql://local")
    monkeypatch.setenv("REGCASE_DATABASE_URL", "postgresql://mine")
    assert load_settings().database == "postgresql://mine"
    assert is_external("DATABASE_URL")
    assert not is_external("KAFKA_BOOTSTRAP")


def test_migrations_use_the_applications_role_where_no_owner_is_named(data: Path) -> None:
    write_down(data, DATABASE_URL="postgresql://app")
    assert load_settings().database_owner == "postgresql://app"
    write_down(data, DATABASE_URL="postgresql://app", DATABASE_OWNER_URL="postgresql://owner")
    assert load_settings().database_owner == "postgresql://owner"


def test_what_the_local_stack_noted_of_its_owner_says_nothing_about_another_database(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_down(data, DATABASE_URL="postgresql://app", DATABASE_OWNER_URL="postgresql://owner")
    monkeypatch.setenv("REGCASE_DATABASE_URL", "postgresql://mine")
    assert load_settings().database_owner == "postgresql://mine"
    monkeypatch.setenv("REGCASE_DATABASE_OWNER_URL", "postgresql://my-owner")
    assert load_settings().database_owner == "postgresql://my-owner"


def test_the_local_stacks_own_addresses_in_the_environment_are_not_external(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_down(data, DATABASE_URL="postgresql://app", DATABASE_OWNER_URL="postgresql://owner")
    monkeypatch.setenv("REGCASE_DATABASE_URL", "postgresql://app")
    assert not is_external("DATABASE_URL")
    assert load_settings().database_owner == "postgresql://owner"


@pytest.mark.parametrize(
    ("setting", "given", "told"),
    [("DATABASE_URL", "garbage", "not the address of a Postgres"), ("KAFKA_BOOTSTRAP", "garbage", "not a list of brokers")],
)
def test_an_address_that_is_none_is_told_at_once(setting: str, given: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"REGCASE_{setting}", given)
    with pytest.raises(Misconfigured, match=f"REGCASE_{setting}.*{told}"):
        load_settings()


@pytest.mark.parametrize(("what", "setting"), [("database", "DATABASE_URL"), ("kafka", "KAFKA_BOOTSTRAP")])
def test_what_is_not_known_is_told_with_what_to_do(what: str, setting: str) -> None:
    with pytest.raises(Misconfigured, match=rf"regcase up.*REGCASE_{setting}"):
        getattr(load_settings(), what)


def test_every_wrong_setting_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGCASE_LOG_LEVEL", "LOUD")
    monkeypatch.setenv("REGCASE_KAFKA_REPLICATION", "0")
    with pytest.raises(Misconfigured) as refused:
        load_settings()
    assert "REGCASE_LOG_LEVEL" in str(refused.value)
    assert "REGCASE_KAFKA_REPLICATION" in str(refused.value)


def test_tls_and_sasl_reach_the_kafka_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "BOOTSTRAP": "a:1,b:2",
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SSL_CAFILE": "/ca.pem",
        "SASL_MECHANISM": "SCRAM-SHA-512",
        "SASL_USERNAME": "regcase",
        "SASL_PASSWORD": "secret",
    }.items():
        monkeypatch.setenv(f"REGCASE_KAFKA_{name}", value)
    assert load_settings().kafka_client_options() == {
        "bootstrap_servers": ["a:1", "b:2"],
        "security_protocol": "SASL_SSL",
        "ssl_cafile": "/ca.pem",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "regcase",
        "sasl_plain_password": "secret",
    }


def test_blanks_between_brokers_are_no_part_of_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGCASE_KAFKA_BOOTSTRAP", " a:1, b:2 ")
    assert load_settings().kafka == "a:1,b:2"


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGCASE_DATABASE_URL", "postgresql://app:hidden@db/regcase")
    monkeypatch.setenv("REGCASE_DATABASE_OWNER_URL", "postgresql://owner:hidden@db/regcase")
    monkeypatch.setenv("REGCASE_KAFKA_SASL_PASSWORD", "hidden")
    assert "hidden" not in repr(load_settings())
