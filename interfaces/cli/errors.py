"""From what went wrong to one clear message and an exit code; a stack trace only for those who ask with --debug."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

import psycopg
import typer
from eventsourcing.persistence import PersistenceError
from typer.core import TyperGroup

from deploy.local.errors import UnknownProcess
from domain.mapper import UnreadableEvent
from domain.refusals import Refusal
from foundation.database import DATABASE_FAILED
from foundation.errors import Misconfigured, RegcaseError, Transient
from interfaces.cli.exits import Exit
from interfaces.cli.options import wants_json
from interfaces.cli.page import Page, print_json
from interfaces.errors import CannotRead, Misused, NotDone, NotShownYet
from interfaces.scripts.files import MalformedFiles
from interfaces.scripts.yaml_tree import Fault, Malformed
from projections.reading import NotFound

DEBUG = "regcase.debug"


class Commands(TyperGroup):
    """The commands, with one place where everything that goes wrong is told."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command.

        Raises:
            typer.Exit: with the code that fits what went wrong.
        """
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except UnreadableEvent as error:
            told = CannotRead("This was not done to its end, and what was done of it stands", detail=str(error))
            _tell(ctx, str(told), _code_of(told), _details_of(told))
        except RegcaseError as error:
            _tell(ctx, str(error), _code_of(error), _details_of(error))
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            message = (
                "Somebody else holds what this needs: a rebuild, a comparison, or who reads what is to go. What was in hand is "
                "undone; run it again when they are done."
            )
            _tell(ctx, message, Exit.DIFFERENCE, {})
        except psycopg.errors.TransactionTimeout:
            message = "It took longer than one transaction may, and was undone. Do it in smaller parts, or again when the machine has less to do."
            _tell(ctx, message, Exit.DIFFERENCE, {})
        except (*DATABASE_FAILED, PersistenceError):
            message = "The database does not answer. Start it (`regcase up`), or check REGCASE_DATABASE_URL; `regcase status` shows what runs."
            _tell(ctx, message, Exit.UNREACHABLE, {})
        except psycopg.Error as error:
            said = error.diag.message_primary or type(error).__name__
            message = (
                f"The database refused it: {said}. Check that its migrations have run, and the role in REGCASE_DATABASE_URL."
            )
            _tell(ctx, message, Exit.UNREACHABLE, {})
        except BrokenPipeError:
            # What is still buffered has nowhere to go; flushing it at the end would fail once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(Exit.BROKEN_PIPE) from None
        except KeyboardInterrupt:
            _tell(ctx, "Stopped.", Exit.INTERRUPTED, {})
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if type(error).__module__.startswith("typer."):  # wrong use of an option: Typer tells it itself
                raise
            if ctx.meta.get(DEBUG):
                traceback.print_exc()
            message = (
                f"Something unexpected went wrong in the program ({type(error).__name__}). Run it again as "
                "`regcase --debug ...` and pass on what it prints."
            )
            _tell(ctx, message, Exit.UNEXPECTED, {})
        else:
            return result


def _tell(ctx: Any, message: str, code: Exit, details: dict[str, Any]) -> None:
    if wants_json(ctx):
        print_json({"error": {"message": message, **details}, "exit_code": int(code)})
    else:
        Page(stderr=True).line(message, style="red")
    raise typer.Exit(code) from None


def _code_of(error: RegcaseError) -> Exit:
    match error:
        case NotShownYet():
            return Exit.NOT_SHOWN_YET
        case Malformed() | Misused() | UnknownProcess():
            return Exit.MALFORMED
        case Misconfigured() | Transient():
            return Exit.UNREACHABLE
        case Refusal() | NotDone() | NotFound():
            return Exit.DIFFERENCE
        case _:
            return Exit.UNEXPECTED


def _fault_as_json(file: str, fault: Fault) -> dict[str, Any]:
    return {"file": file, "line": fault.place.line, "column": fault.place.column, "message": fault.message}


def _details_of(error: RegcaseError) -> dict[str, Any]:
    match error:
        case Malformed():
            files = error.errors if isinstance(error, MalformedFiles) else [error]
            return {"faults": [_fault_as_json(file.source, fault) for file in files for fault in file.faults]}
        case Refusal():
            return error.as_json()
        case CannotRead(detail=detail):
            return {"detail": detail}
        case _:
            return {}
