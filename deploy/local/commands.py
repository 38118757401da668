"""Running a command to its end, as this or another system user."""

from __future__ import annotations

import pwd
import subprocess
from collections.abc import Sequence


class CommandFailed(Exception):
    """A command could not be run, ended with another code than 0, or took too long; the text is what it said at its end."""


def run(command: Sequence[str], *, seconds: float, user: str | None = None) -> None:
    """Run a command and wait for its end.

    Args:
        command: the executable and its arguments; nothing is left to a shell.
        seconds: how long it may take.
        user: the system user it runs as; ours where none is named.

    Raises:
        CommandFailed: it did not end well.
        PermissionError: the user may not run it.
    """
    try:
        subprocess.run(  # noqa: S603 - its callers name the commands
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",  # the user may not be able to read where we are
        )
    except subprocess.CalledProcessError as error:
        raise CommandFailed(error.stdout.decode(errors="replace").strip()[-2000:]) from None
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"it did not end within {seconds:.0f} s") from None
    except PermissionError:
        raise
    except OSError as error:
        raise CommandFailed(str(error)) from None
