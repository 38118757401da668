"""United Kingdom: the Data Protection Act 2018, PECR under the Act of 1998, and the rules of the tribunals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from domain.money import Money
from domain.refusals import Invalid
from domain.regimes import regime, rules
from domain.subject import Subject
from tests.desk import ISSUER, REGISTRAR, Desk
from tests.unit.domain.regimes.counting import due, ends, version_on

LONDON = ZoneInfo("Europe/London")
ACT = regime("uk-dpa-2018")
PECR = regime("uk-dpa-1998")


class TestClearview:
    def test_18_may_2022_and_28_days_end_on_wednesday_15_june(self) -> None:
        assert due("uk-dpa-2018/sch16-6", "2022-05-18", "P28D") == "2022-06-15"
        assert due("uk-grc-2009/r22", "2022-05-18") == "2022-06-15"
        assert date(2022, 6, 15).strftime("%A") == "Wednesday"

    def test_from_there_three_and_six_months_end_on_15_september_and_15_december(self) -> None:
        assert due("uk-dpa-2018/s150", "2022-06-15", "P3M") == "2022-09-15"
        assert due("uk-dpa-2018/s150", "2022-06-15", "P6M") == "2022-12-15"

    def test_six_months_from_29_november_2021_end_on_monday_30_may_because_the_29th_is_a_sunday(self) -> None:
        end = ends("uk-dpa-2018/sch16-2", "2021-11-29")
        assert (str(end.nominal), str(end.due)) == ("2022-05-29", "2022-05-30")
        assert any("Sun 29 May 2022" in step and "Mon 30 May 2022" in step for step in end.steps)

    def test_21_days_for_representations_from_29_november_end_on_20_december(self) -> None:
        assert due("uk-dpa-2018/sch16-3", "2021-11-29") == "2021-12-20"


class TestPeriodsInTheAct:
    """DPA 2018 s205(2): Art 3 of Reg 1182/71."""

    def test_a_penalty_notice_of_4_march_2026_is_payable_until_1_april_not_31_march(self) -> None:
        assert due("uk-dpa-2018/sch16-6", "2026-03-04", "P28D") == "2026-04-01"

    def test_six_months_from_15_august_2025_roll_from_a_sunday_to_16_february(self) -> None:
        end = ends("uk-dpa-2018/sch16-2", "2025-08-15")
        assert (str(end.nominal), str(end.due)) == ("2026-02-15", "2026-02-16")

    def test_30_september_and_four_months_are_30_january(self) -> None:
        """Dodds v Walker [1981], with the years of the Act."""
        assert due("uk-dpa-2018/s150", "2019-09-30", "P4M") == "2020-01-30"

    def test_the_state_funeral_of_19_september_2022_is_no_working_day(self) -> None:
        assert due("uk-dpa-2018/s150", "2022-08-22", "P28D") == "2022-09-20"

    def test_two_days_from_a_friday_hold_two_working_days(self) -> None:
        """Art 3(5): Sunday rolls to Monday 9 March, with one working day only."""
        end = ends("uk-dpa-2018/s150", "2026-03-06", "P2D")
        assert str(end.due) == "2026-03-10"
        assert any("working_days_within" in mark for mark in end.marks)

    def test_an_urgent_period_in_hours_is_not_moved(self) -> None:
        end = ends("uk-dpa-2018/s142", "2026-04-02T16:20:00+01:00", "PT24H")
        assert end.due_at == datetime(2026, 4, 3, 17, 0, tzinfo=LONDON), "Good Friday"

    def test_the_limit_for_a_penalty_is_chosen_by_the_day_of_the_notice_of_intent(self) -> None:
        old, new = version_on("uk-dpa-2018/sch16-2", date(2026, 2, 4)), version_on("uk-dpa-2018/sch16-2", date(2026, 2, 5))
        assert (old.kind, new.kind) == ("ceiling", "soft")
        assert any("text not read" in (source.note or "") for source in new.data.sources if "kind" in source.facts)


class TestWhatTheActCountsOtherwise:
    """s205(2) excepts it from Reg 1182/71."""

    def test_a_period_beginning_with_a_day_holds_that_day(self) -> None:
        end = ends("uk-dpa-2018/s197-3", "2026-01-15", "P6M")
        assert str(end.due) == "2026-07-14"

    def test_its_end_is_not_moved_from_a_sunday(self) -> None:
        assert due("uk-dpa-2018/s197-3", "2026-02-02", "P28D") == "2026-03-01"

    def test_a_recess_does_not_count_while_guidance_lies_before_parliament(self) -> None:
        """9 to 25 March are 17 days, 14 April to 6 May the other 23."""
        recess = {"first": "2026-03-26", "last": "2026-04-13", "name": "Easter recess"}
        assert due("uk-dpa-2018/s161", "2026-03-09", "P40D", left_out=[recess]) == "2026-05-06"

    def test_a_recess_after_its_end_changes_nothing(self) -> None:
        later = {"first": "2026-07-17", "last": "2026-09-01", "name": "summer recess"}
        assert due("uk-dpa-2018/s161", "2026-03-09", "P40D", left_out=[later]) == due("uk-dpa-2018/s161", "2026-03-09", "P40D")


class TestDeemedReceipt:
    def test_an_email_is_given_48_hours_after_it_was_sent_which_is_not_confirmed(self) -> None:
        rule = ACT.deemed_receipt_rule("email", date(2026, 3, 4))
        assert rule
        end = ends(rule.id, "2026-03-04T10:00:00+00:00")
        assert end.due_at == datetime(2026, 3, 6, 10, 0, tzinfo=LONDON)
        assert any("not confirmed [B]" in mark for mark in end.marks)

    def test_there_is_no_such_rule_before_5_february_2026(self) -> None:
        assert ACT.deemed_receipt_rule("email", date(2026, 2, 4)) is None

    def test_the_post_has_no_such_rule(self) -> None:
        assert ACT.deemed_receipt_rule("post", date(2026, 3, 4)) is None


class TestFirstTierTribunal:
    """GRC Rules 2009 r12: before 5pm, and another calendar than the Act's."""

    def test_an_appeal_against_a_decision_of_6_march_2026_rolls_over_easter_to_7_april_before_five(self) -> None:
        end = ends("uk-grc-2009/r22", "2026-03-06")
        assert (str(end.nominal), str(end.due)) == ("2026-04-03", "2026-04-07")
        assert end.due_at == datetime(2026, 4, 7, 17, 0, tzinfo=LONDON)

    def test_in_scotland_easter_monday_is_a_working_day(self) -> None:
        assert due("uk-grc-2009/r22", "2026-03-06", holidays="GB/SCT") == "2026-04-06"

    def test_whose_holidays_count_is_told_to_be_a_reading_where_it_decides(self) -> None:
        end = ends("uk-grc-2009/r22", "2026-03-06")
        assert any("which part of the United Kingdom" in mark for mark in end.marks)

    def test_permission_from_reasons_of_1_december_2025_until_29_december_before_five(self) -> None:
        end = ends("uk-grc-2009/r42", "2025-12-01")
        assert (str(end.due), end.due_at) == ("2025-12-29", datetime(2025, 12, 29, 17, 0, tzinfo=LONDON))

    def test_permission_counts_from_the_latest_of_four_sendings(self) -> None:
        (rule,) = rules()["uk-grc-2009/r42"]
        assert rule.counts_from == ("decision.sent", "reasons.sent", "amended_reasons.sent", "set_aside_refusal.sent")

    @pytest.mark.parametrize(
        ("rule_id", "last"),
        [("uk-grc-2009/r41", "2025-12-29"), ("uk-grc-2009/r8", "2025-12-29"), ("uk-grc-2009/r10", "2025-12-15")],
    )
    def test_setting_aside_and_reinstatement_take_28_days_and_costs_14(self, rule_id: str, last: str) -> None:
        end = ends(rule_id, "2025-12-01")
        assert end.due_at == datetime.fromisoformat(f"{last}T17:00:00+00:00")

    def test_the_tribunal_may_give_more_time_also_afterwards(self) -> None:
        (rule,) = rules()["uk-grc-2009/r22"]
        assert rule.extended_by == rule.extended_afterwards_by == ("tribunal_order",)


class TestUpperTribunal:
    """UT Rules 2008 r12: by 5pm, so that the stroke of five is in time."""

    def test_a_refusal_of_31_january_2026_ends_with_february_and_rolls_to_2_march_by_five(self) -> None:
        end = ends("uk-ut-2008/r21", "2026-01-31")
        assert (str(end.nominal), str(end.due)) == ("2026-02-28", "2026-03-02")
        assert end.due_at == datetime(2026, 3, 2, 17, 0, tzinfo=LONDON) + timedelta(microseconds=1)
        assert any("has no day 31" in step for step in end.steps)
        assert any("month_end" in mark for mark in end.marks), "the last day of a short month is not confirmed"

    @pytest.mark.parametrize(
        ("rule_id", "last"),
        [
            ("uk-ut-2008/r22", "2026-03-19"),
            ("uk-ut-2008/r23", "2026-04-07"),
            ("uk-ut-2008/r24", "2026-04-07"),
            ("uk-ut-2008/r44", "2026-04-07"),
        ],
    )
    def test_reconsideration_takes_14_days_and_all_else_a_month(self, rule_id: str, last: str) -> None:
        """A month from 5 March 2026 ends on Easter Sunday."""
        assert due(rule_id, "2026-03-05") == last

    def test_from_what_a_month_counts_is_told_where_nobody_has_read_it(self) -> None:
        assert any(mark.startswith("counts_from: not confirmed [B]") for mark in ends("uk-ut-2008/r44", "2026-03-05").marks)
        assert not any("counts_from" in mark for mark in ends("uk-ut-2008/r21", "2026-03-05").marks)

    def test_what_the_notice_itself_names_is_nothing_that_the_law_leaves_open(self) -> None:
        assert not any("counts_from" in mark for mark in ends("uk-dpa-2018/s150", "2026-03-05", "P1M").marks)


class TestPecrUnderTheActOf1998:
    """SI 2010/910: beginning with the first day after the date of service."""

    def test_a_notice_served_on_3_november_2025_is_payable_until_1_december(self) -> None:
        assert due("uk-dpa-1998/art3-payment", "2025-11-03") == "2025-12-01"

    def test_the_reduced_sum_is_in_time_until_the_same_day_which_is_not_confirmed(self) -> None:
        end = ends("uk-dpa-1998/s55c", "2025-11-03")
        assert str(end.due) == "2025-12-01"
        assert any("not confirmed [B]" in mark and "s55C" in mark for mark in end.marks)

    def test_representations_take_21_days_and_the_limit_six_months(self) -> None:
        assert due("uk-dpa-1998/art3-representations", "2025-11-03") == "2025-11-24"
        assert due("uk-dpa-1998/art3-limit", "2025-11-03") == "2026-05-03", "a Sunday, and it stays there"

    def test_the_date_of_the_conduct_chooses_the_law_not_that_of_the_notice(self) -> None:
        rule = PECR.rule_for("fine", "payment", date(2026, 4, 1), conduct=date(2025, 9, 30))
        assert rule
        assert rule.id == "uk-dpa-1998/art3-payment"

    def test_conduct_from_5_february_2026_on_is_refused(self) -> None:
        with pytest.raises(Invalid, match="was law until 2026-02-05") as refused:
            PECR.rule_for("fine", "payment", date(2026, 4, 1), conduct=date(2026, 2, 5))
        assert "date of the conduct" in str(refused.value)

    def test_a_notice_before_the_change_needs_no_date_of_the_conduct(self) -> None:
        assert PECR.rule_for("fine", "payment", date(2025, 11, 3))

    def test_a_penalty_is_at_most_500000_pounds_whoever_it_is(self) -> None:
        big = Subject.model_validate(
            {"name": "A Ltd", "country": "GB", "kind": "undertaking", "worldwide_turnover": "GBP 9000000000"}
        )
        assert PECR.maximum("higher", big).money == PECR.maximum("standard", big).money == Money.parse("GBP 500000")

    def test_a_fifth_less_is_forfeited_by_an_appeal(self) -> None:
        reduction = PECR.data.reductions.early_payment
        assert reduction
        assert (reduction.percent, reduction.forfeited_by_appeal, reduction.source.mark) == (20, True, "B")

    def test_the_act_of_2018_has_no_such_reduction(self) -> None:
        assert ACT.data.reductions.early_payment is None
        assert ACT.rule_for("fine", "early_payment", date(2026, 3, 1)) is None


def test_the_courts_are_one_above_the_other() -> None:
    for law in (ACT, PECR):
        assert law.first_courts == ("first_tier_tribunal",)
        assert law.next_court("first_tier_tribunal") == "upper_tribunal"
        assert law.courts_above("upper_tribunal") == ("court_of_appeal", "supreme_court")
        assert law.next_court("supreme_court") is None


PECR_REG_22 = "PECR reg 22"


def unsolicited(conduct: dict[str, Any]) -> Desk:
    """Given an investigation under the Act of 1998 with a finding on unsolicited messages."""
    desk = Desk("2026-01-12")
    desk.done(
        "investigation.open",
        name="inv",
        reference="INV-1",
        regime="uk-dpa-1998",
        subject={"name": "A Ltd", "country": "GB", "kind": "undertaking"},
        opened_on="2026-01-12",
        grounds=[PECR_REG_22],
    )
    desk.done("investigation.record_finding", "inv", provision=PECR_REG_22, tier="higher", summary="Calls", **conduct)
    return desk.at("2026-03-02")


INTENT: dict[str, Any] = {
    "investigation": "inv",
    "amount": "GBP 200000",
    "provisions": [PECR_REG_22],
    "sent_on": "2026-03-02",
    "reasons": "Provisional view",
}


class TestAFineForPecr:
    def test_after_the_change_follows_the_old_law_if_the_conduct_lay_before_it(self) -> None:
        desk = unsolicited({"conduct_from": "2025-05-01", "conduct_to": "2025-09-30"})
        desk.done("fine.give_notice_of_intent", name="fine", **INTENT)
        desk.at("2026-03-03").done("fine.serve", "fine", by=REGISTRAR, served_on="2026-03-03", method="post")
        assert str(desk.deadline("fine", "representations").due) == "2026-03-24"
        assert str(desk.deadline("fine", "penalty_limit").due) == "2026-09-03"
        assert desk.deadline("fine", "penalty_limit").terms.rule.id == "uk-dpa-1998/art3-limit"

    def test_is_refused_under_the_old_law_if_the_conduct_went_on_after_it(self) -> None:
        desk = unsolicited({"conduct_from": "2025-05-01", "conduct_to": "2026-02-05"})
        refusal = desk.refused("fine.give_notice_of_intent", **INTENT)
        assert refusal["code"] == "invalid"
        assert "was law until 2026-02-05" in refusal["message"]

    def test_is_at_most_500000_pounds_although_no_tier_is_named(self) -> None:
        desk = unsolicited({"conduct_to": "2025-09-30"})
        refusal = desk.refused("fine.give_notice_of_intent", **{**INTENT, "amount": "GBP 500001"})
        assert (refusal["code"], refusal["cites"]) == ("over_maximum", ["SI 2010/31 reg 2"])
        desk.done("fine.give_notice_of_intent", name="fine", **INTENT)
        refusal = desk.refused("fine.propose_penalty", "fine", amount="GBP 500001", proposed_on="2026-03-02", reasons="More")
        assert refusal["code"] == "over_maximum"

    def test_goes_by_the_last_conduct_of_all_findings_on_its_provisions(self) -> None:
        desk = unsolicited({"conduct_from": "2025-05-01", "conduct_to": "2025-09-30"})
        later: dict[str, Any] = {"tier": "higher", "summary": "More calls", "conduct_from": "2026-02-10"}
        desk.done("investigation.record_finding", "inv", provision="PECR reg 21", **later)
        desk.done("fine.give_notice_of_intent", name="fine", **INTENT)
        desk.done("investigation.record_finding", "inv", provision=PECR_REG_22, **later)
        refusal = desk.refused("fine.give_notice_of_intent", **INTENT)
        assert refusal["code"] == "invalid"
        assert "2026-02-10 is not before it" in refusal["message"]

    def test_is_refused_after_the_change_while_nobody_has_said_when_the_conduct_was(self) -> None:
        refusal = unsolicited({}).refused("fine.give_notice_of_intent", **INTENT)
        assert refusal["code"] == "invalid"
        assert "Check the date of the conduct" in refusal["message"]


class TestAnEnforcementNoticeForPecr:
    NOTICE: ClassVar[dict[str, Any]] = {
        "investigation": "inv",
        "kind": "enforcement_notice",
        "decided_on": "2026-03-02",
        "sent_on": "2026-03-02",
        "requirements": [{"id": "stop", "text": "Stop calling", "comply_within": "P60D", "counted_from": "sent"}],
    }

    def test_after_the_change_follows_the_old_law_if_the_conduct_lay_before_it(self) -> None:
        desk = unsolicited({"conduct_from": "2025-05-01", "conduct_to": "2025-09-30"})
        desk.done("enforcement_notice.issue", name="notice", by=ISSUER, **self.NOTICE)
        assert desk.deadline("notice", "comply:stop").terms.rule.id == "uk-dpa-1998/s40"

    def test_is_refused_after_the_change_while_nobody_has_said_when_the_conduct_was(self) -> None:
        refusal = unsolicited({}).refused("enforcement_notice.issue", by=ISSUER, **self.NOTICE)
        assert refusal["code"] == "invalid"
        assert "by which its version is chosen (conduct_from and conduct_to of the finding)" in refusal["message"]
