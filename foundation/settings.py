"""Settings: from the environment, else from what the local stack wrote down about itself.

Whoever has a Postgres or a Kafka names it in the environment; the local one is then not started. The local stack writes
the addresses of what it started, in the same names, to `connections.env` in the data folder.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal

import psycopg
from dotenv import dotenv_values
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.errors import Misconfigured

_PREFIX = "REGCASE_"
_BROKER = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:,]+):[0-9]{1,5}")
_COLLECTOR = re.compile(r"https?://[^\s/]+(?P<path>/\S*)?")
_TRACES = "/v1/traces"
_PROJECT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Everything that can be set. Each is read from `REGCASE_` and its name in capitals.

    Args:
        data: the folder of the local stack: its services' data, logs and addresses.
        database_url: Postgres as the application sees it, with a role that may not change events.
        database_owner_url: Postgres as the migrations see it, with a role that owns the tables.
        kafka_bootstrap: brokers, `host:port` separated by commas.
        kafka_security_protocol: how to talk to them; the TLS and SASL settings below go with it.
        kafka_replication: copies of each partition when a topic is made.
        slot: which of several processes of a kind this is; its consumer's lasting identity goes by it.
        log_level: the least level that is logged.
        traces_endpoint: where an OpenTelemetry collector takes traces by OTLP over HTTP; none: nothing is traced.
        traces_share: the share of commands that are traced, from 0 to 1; each wholly or not at all.
        parked_most: how many cases may be parked before it is an alarm.
        parked_minutes: how long a case may be parked before it is one.
        lag_seconds: how long a stored event may be missing from a read model before it is an alarm.
        unpublished_seconds: how long a stored event may wait for its publication before it is one.
        late_seconds: how long after its time a deadline may not have been fired before it is one.
        sweep_minutes: how long a sweep of the reconciler may make no step before it is one.
        sweep_share: the share of a core that each sweep of the reconciler takes at the most, from 0 (none sweeps) to 1.
        health_port: where the process answers `/live`, `/ready` and `/metrics`; none, and it does not.
        health_address: on which address; loopback, so that nobody outside the machine (the container) reaches it.
        live_seconds: how long the process may stand still, while the database answers, before it is not live.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", env_ignore_empty=True)

    data: Path = _PROJECT / ".regcase"
    database_url: str | None = Field(default=None, repr=False)  # it holds a password
    database_owner_url: str | None = Field(default=None, repr=False)
    kafka_bootstrap: str | None = None
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_ssl_cafile: Path | None = None
    kafka_ssl_certfile: Path | None = None
    kafka_ssl_keyfile: Path | None = None
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password: str | None = Field(default=None, repr=False)
    kafka_replication: int = Field(default=1, ge=1)
    slot: int = Field(default=0, ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    traces_endpoint: str | None = None
    traces_share: float = Field(default=1.0, ge=0, le=1)
    parked_most: int = Field(default=10, ge=0)
    parked_minutes: int = Field(default=60, ge=0)
    lag_seconds: int = Field(default=60, ge=1)
    unpublished_seconds: int = Field(default=60, ge=1)
    late_seconds: int = Field(default=60, ge=1)
    sweep_minutes: int = Field(default=120, ge=1)
    sweep_share: float = Field(default=0.05, ge=0, le=1)
    health_port: int | None = Field(default=None, ge=1, le=65535)
    health_address: str = "127.0.0.1"
    live_seconds: int = Field(default=60, ge=1)

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _is_a_connection_string(cls, given: str | None) -> str | None:
        try:
            conninfo_to_dict(given or "")
        except psycopg.ProgrammingError:
            msg = "this is not the address of a Postgres; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            raise ValueError(msg) from None
        return given

    @field_validator("kafka_bootstrap")
    @classmethod
    def _is_a_list_of_brokers(cls, given: str | None) -> str | None:
        brokers = [broker.strip() for broker in (given or "").split(",")]
        if given and not all(map(_BROKER.fullmatch, brokers)):
            msg = "this is not a list of brokers; write HOST:PORT, several separated by commas"
            raise ValueError(msg)
        # A blank behind a comma would be part of a host's name to Faust.
        return ",".join(brokers) or None

    @field_validator("traces_endpoint")
    @classmethod
    def _is_a_collector(cls, given: str | None) -> str | None:
        found = _COLLECTOR.fullmatch(given or "")
        if given and not found:
            msg = "this is not the address of a collector; write http://HOST:4318, or the whole address at which it takes traces"
            raise ValueError(msg)
        return given.rstrip("/") + _TRACES if given and found and found["path"] in (None, "/") else given

    @property
    def connections_file(self) -> Path:
        """Where the local stack writes down the addresses of what it started."""
        return self.data / "connections.env"

    @property
    def database(self) -> str:
        """The application's connection string.

        Raises:
            Misconfigured: no database is named and none was started.
        """
        return _required(self.database_url, "DATABASE_URL", "database")

    @property
    def database_owner(self) -> str:
        """The connection string for migrations; the application's where no other is named."""
        return self.database_owner_url or self.database

    @property
    def kafka(self) -> str:
        """The brokers.

        Raises:
            Misconfigured: none is named and none was started.
        """
        return _required(self.kafka_bootstrap, "KAFKA_BOOTSTRAP", "Kafka broker")

    def kafka_client_options(self) -> dict[str, Any]:
        """What kafka-python's clients take to reach the brokers."""
        options = {
            "bootstrap_servers": self.kafka.split(","),
            "security_protocol": self.kafka_security_protocol,
            "ssl_cafile": _text(self.kafka_ssl_cafile),
            "ssl_certfile": _text(self.kafka_ssl_certfile),
            "ssl_keyfile": _text(self.kafka_ssl_keyfile),
            "sasl_mechanism": self.kafka_sasl_mechanism,
            "sasl_plain_username": self.kafka_sasl_username,
            "sasl_plain_password": self.kafka_sasl_password,
        }
        return {name: value for name, value in options.items() if value is not None}


def load_settings() -> Settings:
    """Read the settings anew; the environment comes before what the local stack wrote down.

    Raises:
        Misconfigured: a setting has a value that it cannot have; all are listed.
    """
    try:
        first = Settings()
        settings = Settings(_env_file=first.connections_file, data=first.data.resolve())
        if is_external("DATABASE_URL") and not first.database_owner_url:
            # What the local stack noted down about its own database says nothing about another.
            settings = settings.model_copy(update={"database_owner_url": None})
    except ValidationError as error:
        faults = "; ".join(
            f"{_PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}" for fault in error.errors()
        )
        msg = f"settings cannot be used: {faults}. Correct the environment."
        raise Misconfigured(msg) from None
    return settings


def is_external(setting: str) -> bool:
    """Whether the environment names one (`DATABASE_URL`, `KAFKA_BOOTSTRAP`) that is not the local stack's own."""
    given = os.environ.get(_PREFIX + setting)
    return bool(given) and given != dotenv_values(Settings().connections_file).get(_PREFIX + setting)


def _required(value: str | None, setting: str, what: str) -> str:
    if not value:
        msg = f"no {what} is known. Start the local one with `regcase up`, or name yours in {_PREFIX}{setting}."
        raise Misconfigured(msg)
    return value


def _text(path: Path | None) -> str | None:
    return str(path) if path else None
