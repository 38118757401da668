"""What an enforcement notice demands of its recipient."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

from domain.fields import DayOrInstant, Period, PositiveMoney, RequirementId, Text
from domain.recorded import is_recorded


class PeriodicPenalty(BaseModel):
    """A sum for each day, week or month of non-compliance, up to a cap. A begun week or month counts whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: PositiveMoney
    per: Literal["day", "week", "month"]
    cap: PositiveMoney | None = None


class Requirement(BaseModel):
    """One demand. Without a period it binds at once and has no deadline.

    `comply_within` counts from the day that `counted_from` names; `comply_by` stands as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: RequirementId
    text: Text
    comply_within: Period | None = None
    comply_by: DayOrInstant | None = None
    counted_from: Literal["sent", "served", "published", "end_of_appeal_period"] | None = None
    periodic_penalty: PeriodicPenalty | None = None

    @property
    def has_time_limit(self) -> bool:
        """Whether it must be met by some day; else it binds at once."""
        return self.comply_within is not None or self.comply_by is not None

    @property
    def time_limit(self) -> tuple[str | None, date | datetime | None, str | None]:
        """What its deadline is computed from."""
        return self.comply_within, self.comply_by, self.counted_from

    @model_validator(mode="after")
    def _one_way_to_count(self, info: ValidationInfo) -> Self:
        if is_recorded(info):
            return self
        if self.comply_within and self.comply_by:
            msg = "give comply_within or comply_by, not both"
            raise ValueError(msg)
        if self.comply_within and not self.counted_from:
            msg = "comply_within needs counted_from (sent, served, published or end_of_appeal_period)"
            raise ValueError(msg)
        if self.counted_from and not self.comply_within:
            msg = "counted_from needs comply_within"
            raise ValueError(msg)
        return self
