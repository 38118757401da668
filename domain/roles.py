"""Who may give which command (vocabulary, section 2, 'Who may give what')."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from domain.recorded import loosely_if_recorded

Role = Literal["officer", "issuer", "registrar", "auditor", "analyst", "admin", "system"]
ACCOUNT = r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$"
"""What an account's id looks like: no name of a person."""


class Actor(BaseModel):
    """Who gives a command: an account's id, not a name, and the role it acts in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=ACCOUNT), loosely_if_recorded(str)]
    role: Role

    def __str__(self) -> str:
        return f"{self.id}:{self.role}"


SYSTEM = Actor(id="regcase", role="system")

_CASE_TYPES = ("investigation", "fine", "enforcement_notice", "appeal", "non_compliance")
_EVERY_CASE = ("assign", "add_evidence", "place_hold", "extend_deadline", "record_justification")


def _on_every_case(*verbs: str) -> frozenset[str]:
    return frozenset(f"{case_type}.{verb}" for case_type in _CASE_TYPES for verb in verbs)


_OFFICER = (
    _on_every_case(*_EVERY_CASE)
    | frozenset(
        f"investigation.{verb}"
        for verb in (
            "open", "issue_notice", "serve", "record_response", "cancel_notice", "record_finding", "link_sibling",
            "close", "reopen",
        )
    )
    | frozenset(
        f"fine.{verb}"
        for verb in ("give_notice_of_intent", "propose_penalty", "record_representations", "agree_instalments")
    )
    | frozenset(
        f"enforcement_notice.{verb}"
        for verb in ("give_preliminary_notice", "request_variation", "record_compliance", "close")
    )
    | frozenset(f"non_compliance.{verb}" for verb in ("suspect", "refer", "record_remedy", "close"))
)  # fmt: skip

_ISSUER = (
    _OFFICER
    | _on_every_case("release_hold")
    | frozenset(
        f"fine.{verb}"
        for verb in (
            "issue_penalty_notice", "give_no_penalty_notice", "vary_penalty_notice", "cancel_penalty_notice", "admit",
            "write_off",
        )
    )
    | frozenset(f"enforcement_notice.{verb}" for verb in ("issue", "vary", "cancel", "refuse_variation"))
    | frozenset(f"non_compliance.{verb}" for verb in ("confirm", "dismiss", "liquidate"))
)  # fmt: skip

_REGISTRAR = (
    _on_every_case("extend_deadline", "add_evidence", "correct", "record_justification")
    | frozenset(f"investigation.{verb}" for verb in ("record_response", "record_finding", "serve"))
    | frozenset(
        f"fine.{verb}"
        for verb in (
            "record_representations", "record_payment", "record_refund", "serve", "agree_instalments",
            "confirm_in_court", "start_recovery",
        )
    )
    | frozenset(f"enforcement_notice.{verb}" for verb in ("record_compliance", "serve", "request_variation"))
    | frozenset(
        f"appeal.{verb}"
        for verb in (
            "lodge", "extend_time", "list_hearing", "record_hearing", "order_stay", "lift_stay", "suspend_proceedings",
            "resume_proceedings", "decide", "seek_permission", "decide_permission", "renew_permission",
            "appeal_onward", "record_sending", "withdraw",
        )
    )
    | frozenset(f"non_compliance.{verb}" for verb in ("record_payment", "record_remedy", "refer"))
)  # fmt: skip

_SYSTEM = _on_every_case("fire_deadline", "recompute_deadlines") | frozenset(
    ("appeal.become_final", "non_compliance.suspect", "non_compliance.dismiss", "non_compliance.record_remedy")
)

_ADMIN = _on_every_case("assign", "correct", "release_hold")

MAY_GIVE: dict[Role, frozenset[str]] = {
    "officer": _OFFICER,
    "issuer": _ISSUER,
    "registrar": _REGISTRAR,
    "system": _SYSTEM,
    "admin": _ADMIN,
    "auditor": frozenset(),
    "analyst": frozenset(),
}


MAY_KEEP_CALENDARS: tuple[Role, ...] = ("registrar", "admin")
"""Who may enter days off that were announced late, and have deadlines computed anew because of them."""


def roles_that_may(command: str) -> list[Role]:
    """The roles that may give a command, for the message of a refusal."""
    return [role for role, commands in MAY_GIVE.items() if command in commands]
