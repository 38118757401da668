"""Kafka's jars: exactly those of the lock file, from a Maven repository, kept in the user's Maven cache.

Run as a program it resolves `jgo.toml` anew and writes the lock file.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import requests
from jgo.config import GlobalSettings
from jgo.env import EnvironmentBuilder, EnvironmentSpec, LockedDependency, LockFile
from jgo.maven import Artifact, MavenContext
from jgo.maven._core import DEFAULT_REMOTE_REPOS

from deploy.local.errors import JarsUnavailable

_SPEC = Path(__file__).with_name("jgo.toml")
_LOCK = Path(__file__).with_name("jgo.lock.toml")
_DOWNLOADS_AT_ONCE = 8


def ensure_jars() -> list[Path]:
    """Fetch the jars that are not there, and compare each with its checksum in the lock file.

    Returns: their paths. The network is asked only for what is missing.

    Raises:
        JarsUnavailable: one could not be fetched, or is not the one of the lock file.
    """
    context = _context()
    locked = LockFile.load(_LOCK).dependencies
    with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
        return list(pool.map(partial(_ensure_jar, context), locked))


def _ensure_jar(context: MavenContext, locked: LockedDependency) -> Path:
    kept = _artifact(context, locked).cached_path
    assert kept is not None, "the context has a cache"
    if _is_the_locked_one(kept, locked):
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    # First beside its place: nobody may find half a jar there, nor one that is not the right one.
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".regcase-") as staging:
        fetched = _fetch(_artifact(_context(Path(staging)), locked))
        if not _is_the_locked_one(fetched, locked):
            msg = (
                f"{kept.name} as fetched is not the one of deploy/local/{_LOCK.name}: its sha256 differs. Do not use it. "
                "Look at what stands between here and the Maven repository; try again later."
            )
            raise JarsUnavailable(msg)
        fetched.replace(kept)
    return kept


def _fetch(artifact: Artifact) -> Path:
    try:
        path: Path = artifact.resolve()
    except (requests.RequestException, RuntimeError) as error:
        reason = type(error).__name__ if isinstance(error, requests.RequestException) else "no repository has it"
        msg = (
            f"{artifact.filename}, which Kafka needs, could not be fetched: {reason}. Go online once, or name your Maven "
            "mirror under [repositories] in jgo's configuration; or name a Kafka of yours in REGCASE_KAFKA_BOOTSTRAP."
        )
        raise JarsUnavailable(msg) from error
    return path


def _context(repo_cache: Path | None = None) -> MavenContext:
    user = GlobalSettings.load()
    return MavenContext(
        repo_cache=repo_cache or user.repo_cache,
        remote_repos={**DEFAULT_REMOTE_REPOS, **user.repositories},
        timeout=30,
    )


def _artifact(context: MavenContext, locked: LockedDependency) -> Artifact:
    component = context.project(locked.groupId, locked.artifactId).at_version(locked.version)
    return component.artifact(locked.classifier or "", locked.packaging)


def _is_the_locked_one(path: Path, locked: LockedDependency) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == locked.sha256


def _lock() -> None:
    work = Path(tempfile.mkdtemp(prefix="regcase-jars-"))
    try:
        builder = EnvironmentBuilder(_context(work / "repository"), cache_dir=work / "cache")
        builder.resolve_lockfile(EnvironmentSpec.load(_SPEC)).save(_LOCK)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    _lock()
