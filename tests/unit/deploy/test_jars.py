from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local import jars
from deploy.local.errors import JarsUnavailable

LOCK = Path(jars.__file__).with_name("jgo.lock.toml")
BYTES = b"a jar"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven cache, a lock file of one jar, and no network."""
    lock = tmp_path / "jgo.lock.toml"
    lock.write_text(
        f'[[dependencies]]\ngroupId = "org.example"\nartifactId = "thing"\nversion = "1"\nsha256 = "{hashlib.sha256(BYTES).hexdigest()}"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(jars, "_LOCK", lock)
    monkeypatch.setenv("M2_REPO", str(tmp_path / "repository"))
    return tmp_path / "repository" / "org" / "example" / "thing" / "1" / "thing-1.jar"


def fetching(content: bytes | Exception, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def download(_resolver: object, artifact: Any) -> Path:
        asked.append(artifact.filename)
        if isinstance(content, Exception):
            raise content
        path = Path(artifact.cached_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    monkeypatch.setattr("jgo.maven._resolver.PythonResolver.download", download)
    return asked


class TestEnsuringJars:
    def test_fetches_what_is_missing_once(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = fetching(BYTES, monkeypatch)

        assert jars.ensure_jars() == [cache]
        assert jars.ensure_jars() == [cache]
        assert (asked, cache.read_bytes()) == (["thing-1.jar"], BYTES)

    def test_refuses_a_jar_with_another_checksum_and_does_not_keep_it(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fetching(b"another jar", monkeypatch)

        with pytest.raises(JarsUnavailable, match=r"thing-1\.jar as fetched is not the one of"):
            jars.ensure_jars()
        assert list(cache.parent.iterdir()) == []

    def test_replaces_half_a_jar_that_an_interrupted_download_left(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fetching(BYTES, monkeypatch)
        cache.parent.mkdir(parents=True)
        cache.write_bytes(BYTES[:2])

        jars.ensure_jars()
        assert cache.read_bytes() == BYTES

    @pytest.mark.usefixtures("cache")
    def test_says_what_to_do_without_a_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fetching(requests.ConnectionError("host unknown"), monkeypatch)

        with pytest.raises(JarsUnavailable, match=r"thing-1\.jar.*could not be fetched: ConnectionError\. Go online once"):
            jars.ensure_jars()


class TestTheLockFile:
    def test_has_a_checksum_for_each_jar(self) -> None:
        locked = tomllib.loads(LOCK.read_text(encoding="utf-8"))["dependencies"]

        assert len(locked) == 46
        assert all(re.fullmatch("[0-9a-f]{64}", jar["sha256"]) for jar in locked)

    def test_has_one_version_of_kafka(self) -> None:
        locked = tomllib.loads(LOCK.read_text(encoding="utf-8"))["dependencies"]

        assert {jar["version"] for jar in locked if jar["groupId"] == "org.apache.kafka"} == {"4.3.1"}

    def test_names_no_host(self) -> None:
        assert "://" not in LOCK.read_text(encoding="utf-8")
