"""Reading case scripts: every fault with line and column, all at once, and nothing that can hurt the reader."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.scripts.model import Script
from interfaces.scripts.parse import MOST_STEPS, parse, parse_file
from interfaces.scripts.yaml_tree import MOST_BYTES, MOST_DEPTH, MOST_FAULTS, Malformed

SCRIPT = """\
matter: story
title: A story
regime: uk-dpa-2018
actors: {caseworker: officer, registry: registrar}
steps:
  - at: 2024-01-15
    do: investigation.open
    as: inv
    by: caseworker
    with: {reference: INV-1}
  - at: 2024-02-01
    do: investigation.place_hold
    on: inv
    by: caseworker
    with: {reason: x, placed_on: 2024-02-01}
    refused: {code: invalid}
    expect:
      inv: {state: open, version: 2, deadlines: {payment: {due: 2024-03-01}}}
      cases: 1
  - at: 2024-03-01
    do: appeal.lodge
    as: appeal
    by: registry
    with: {against: inv, grounds: [x]}
"""


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(Malformed) as caught:
        parse(text if isinstance(text, bytes) else text.encode())
    return [str(fault) for fault in caught.value.faults]


def test_a_good_script_is_read() -> None:
    script = parse(SCRIPT.encode())
    assert (script.matter, script.title, len(script.steps)) == ("story", "A story", 3)
    assert script.steps[0].at.isoformat() == "2024-01-15T12:00:00+00:00"
    assert [step.line for step in script.steps] == [6, 11, 20]
    assert script.steps[2].references == ("inv",)


def test_a_date_is_noon_in_the_regimes_time_zone_and_an_instant_is_itself() -> None:
    text = SCRIPT.replace("at: 2024-03-01", "at: 2024-07-01T09:30:00+02:00")
    assert parse(text.encode()).steps[2].at == datetime.fromisoformat("2024-07-01T07:30:00+00:00")
    text = SCRIPT.replace("at: 2024-03-01", "at: 2024-07-01")
    assert parse(text.encode()).steps[2].at.isoformat() == "2024-07-01T12:00:00+01:00"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("title: A story\n", "", "line 1, column 1: a script needs the key 'title'"),
        ("title: A story", "titel: A story", "line 2, column 1: the key 'titel' is unknown; a script takes matter, title, regime, actors, steps"),
        ("title: A story", "title: A story\ntitle: Another", "line 3, column 1: the key 'title' is given twice"),
        ("title: A story", "title: [A]", "line 2, column 8: title must be a text"),
        ("title: A story", "title: 7", "line 2, column 8: title must be a text"),
        ("title: A story", 'title: "a\\u0007b"', "line 2, column 8: title must be a text of at most 2,000 printable characters"),
        ("title: A story", f"title: {'x' * 2001}", "line 2, column 8: title must be a text of at most 2,000"),
        ("matter: story", "matter: a story", "line 1, column 9: matter is 'a story'; it takes letters, digits"),
        ("regime: uk-dpa-2018", "regime: uk-dpa-1984", "line 3, column 9: the regime 'uk-dpa-1984' is unknown; known are"),
        ("{caseworker: officer,", "{caseworker: king,", "line 4, column 22: the role 'king' is unknown; roles are officer"),
        ("{caseworker: officer,", "{case worker: officer,", "line 4, column 10: the actor 'case worker' is not a word"),
        ("actors: {caseworker: officer, registry: registrar}", "actors: [a]", "line 4, column 9: actors must be a mapping"),
        ("  - at: 2024-01-15\n", "  - asof: 2024-01-15\n", "line 6, column 5: the key 'asof' is unknown; a step takes at, do, as, on, by"),
        ("  - at: 2024-01-15\n", "  - as of\n  - at: 2024-01-15\n", "line 6, column 5: a step must be a mapping"),
        ("at: 2024-02-01", "at: 2024-01-14", "line 11, column 9: at goes backwards: '2024-01-14' is before the step above"),
        ("at: 2024-02-01", "at: 2024-02-30", "line 11, column 9: at is '2024-02-30'; write a date such as 2022-05-18"),
        ("at: 2024-02-01", "at: tomorrow", "line 11, column 9: at is 'tomorrow'"),
        ("at: 2024-02-01", "at: 1066-10-14", "line 11, column 9: at is '1066-10-14'; write a date such as 2022-05-18, or an instant"),
        ("at: 2024-02-01", "at: 2024-02-01T10:00:00", "line 11, column 9: at is '2024-02-01T10:00:00'"),
        ("at: 2024-02-01", "at: [2024-02-01]", "line 11, column 9: at is ['2024-02-01']"),
        ("do: investigation.place_hold", "do: investigation.pounce", "line 12, column 9: the command 'investigation.pounce' is unknown; `regcase commands` lists them"),
        ("do: investigation.place_hold", "do: investigation.fire_deadline", "line 12, column 9: the command 'investigation.fire_deadline' is unknown"),
        ("    on: inv\n", "    on: other\n", "line 13, column 9: the case 'other' is unknown; cases named so far: inv"),
        ("    on: inv\n    by: caseworker", "    on: inv\n    by: nobody", "line 14, column 9: the actor 'nobody' is unknown; the script's are caseworker, registry"),
        ("    on: inv\n    by: caseworker\n", "    on: inv\n", "line 12, column 9: a step with a command needs the key 'by'"),
        ("with: {reason: x,", "with: {reason: x, reason: y,", "line 15, column 23: the key 'reason' is given twice"),
        ("with: {reason: x, placed_on: 2024-02-01}", "with: [x]", "line 15, column 11: with must be a mapping of the command's fields"),
        ("refused: {code: invalid}", "refused: {code: nonsense}", "line 16, column 21: the code 'nonsense' is unknown; codes are invalid"),
        ("refused: {code: invalid}", "refused: {cod: invalid}", "line 16, column 15: the key 'cod' is unknown; refused takes code"),
        ("refused: {code: invalid}", "refused: yes", "line 16, column 14: refused must be a mapping"),
        ("state: open,", "stage: open,", "line 18, column 13: the key 'stage' is unknown; an expectation of inv (investigation) takes state, version, deadlines"),
        ("state: open,", "amount: GBP 1,", "line 18, column 13: the key 'amount' is unknown"),
        ("state: open,", "state: 7,", "line 18, column 20: state must be a word, not 7"),
        ("version: 2,", "version: two,", "line 18, column 35: version must be a number, not 'two'"),
        ("      inv: {state", "      other: {state", "line 18, column 7: the case 'other' is unknown"),
        ("payment: {due: 2024-03-01}", "payment: {until: 2024-03-01}", "line 18, column 60: the key 'until' is unknown; an expectation of the deadline payment takes due, status, rule"),
        ("deadlines: {payment: {due: 2024-03-01}}", "deadlines: [payment]", "line 18, column 49: deadlines must be a mapping of roles"),
        ("cases: 1", "cases: -1", "line 19, column 14: cases must be a number, not -1"),
        ("cases: 1", "cases: true", "line 19, column 14: cases must be a number, not True"),
        ("    as: appeal\n", "    as: inv\n", "line 22, column 9: the name 'inv' is given twice; each case has its own"),
        ("    as: appeal\n", "    as: appeal-1\n", "line 22, column 9: the name 'appeal-1' is kept for the system; choose another"),
        ("    as: appeal\n", "    as: cases\n", "line 22, column 9: the name 'cases' is kept for the system"),
        ("    as: appeal\n", "    as: an appeal\n", "line 22, column 9: as is 'an appeal'; it takes letters"),
        ("    on: inv\n", "    as: hold\n", "line 13, column 9: 'as' names a new case, but investigation.place_hold opens none here; use 'on'"),
        ("against: inv,", "against: [inv, fine],", "line 24, column 27: the case 'fine' is unknown; cases named so far: inv"),
        ("    do: appeal.lodge\n", "", "line 21, column 9: 'as' needs the key 'do': a step without it only moves the clock"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_line_and_column(old: str, new: str, fault: str) -> None:
    assert old in SCRIPT
    found = faults(SCRIPT.replace(old, new, 1))
    assert any(one.startswith(fault) for one in found), found


def test_all_faults_are_told_at_once_in_order_of_place() -> None:
    text = SCRIPT.replace("title:", "titel:").replace("by: registry", "by: nobody").replace("at: 2024-02-01", "at: 2023-02-01")
    found = faults(text)
    assert [one.partition(":")[0] for one in found] == [
        "line 1, column 1",
        "line 2, column 1",
        "line 11, column 9",
        "line 23, column 9",
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("{caseworker: officer", "{caseworker: king"), ("do: investigation.open", "do: investigation.opne")]
)
def test_what_follows_from_a_fault_is_no_further_fault(old: str, new: str) -> None:
    assert len(faults(SCRIPT.replace(old, new))) == 1


class TestWhatIsNotTaken:
    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("", "line 1, column 1: the file is empty"),
            ("# only a comment\n", "line 1, column 1: the file is empty"),
            ("matter: [", "line 1, column 10: not YAML:"),
            ("matter: a: b", "line 1, column 10: not YAML:"),
            ("matter: 'story", "line 1, column 15: not YAML:"),
            ("matter: x\n\ttitle: y", "line 2, column 1: not YAML:"),
            ("a: 1\n---\nb: 2\n", "line 2, column 1: not YAML:"),
            ("- a\n", "line 1, column 1: a script must be a mapping with the keys matter"),
            ("just words", "line 1, column 1: a script must be a mapping"),
            ("matter: &m story\ntitle: *m\n", "line 1, column 9: the anchor &m is not taken; write each part out"),
            ("matter: &m story\ntitle: *m\n", "line 2, column 8: the alias *m is not taken; write it out"),
            ("matter: !!python/object:os.system x", "line 1, column 9: the tag"),
            ("matter: !secret x", "line 1, column 9: the tag"),
            ("%YAML 1.1\n---\nmatter: x", "only YAML 1.2 is read; remove the %YAML line"),
            ("? [a, b]\n: c\n", "line 1, column 3: a key must be a word, not a list or a mapping"),
            ("matter: x\x00y", "line 1, column 10: a control character that YAML does not allow; remove it"),
        ],
    )
    def test_is_told_where(self, text: str, fault: str) -> None:
        found = faults(text)
        assert any(fault in one for one in found), found

    def test_bytes_that_are_no_utf_8(self) -> None:
        assert faults(b"matter: story\ntitle: caf\xe9\n") == ["line 2, column 11: not UTF-8; save the file in that encoding"]

    def test_a_byte_order_mark_is_taken(self) -> None:
        assert parse(b"\xef\xbb\xbf" + SCRIPT.encode()).matter == "story"

    def test_an_aliases_bomb_is_refused_before_it_goes_off(self) -> None:
        levels = ["a0: &a0 [lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
        started = time.monotonic()
        found = faults("\n".join(levels))
        assert time.monotonic() - started < 2
        assert len(found) == MOST_FAULTS
        assert found[0] == "line 1, column 5: the anchor &a0 is not taken; write each part out"

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
    def test_a_tower_of_brackets(self, opening: str) -> None:
        started = time.monotonic()
        assert f"nested more than {MOST_DEPTH} deep" in faults(opening * 50_000)[0]
        assert time.monotonic() - started < 5

    def test_a_huge_file(self) -> None:
        (found,) = faults(b"#" * (MOST_BYTES + 1))
        assert found == "line 1, column 1: the file has 1,048,577 bytes; at most 1,048,576 are read"

    @pytest.mark.parametrize("text", ["a: [" + "a," * 500_000 + "]", "- a\n" * 250_000, "? a\n" * 250_000])
    def test_a_file_of_countless_values(self, text: str) -> None:
        started = time.monotonic()
        assert faults(text)[-1].endswith("there are more than 60,000 keys and values; at most that many are read")
        assert time.monotonic() - started < 20

    def test_too_many_steps(self) -> None:
        text = SCRIPT.partition("steps:")[0] + "steps:\n" + "  - at: 2024-01-01\n" * (MOST_STEPS + 1)
        assert f"there are {MOST_STEPS + 1} steps; at most {MOST_STEPS} are read" in faults(text)[0]

    def test_a_flood_of_faults_is_told_in_part(self) -> None:
        text = SCRIPT.partition("steps:")[0] + "steps:\n" + "  - at: yesterday\n" * 500
        assert len(faults(text)) == MOST_FAULTS

    def test_a_very_long_value_is_not_repeated_whole(self) -> None:
        assert max(map(len, faults(SCRIPT.replace("regime: uk-dpa-2018", f"regime: {'x' * 1500}")))) < 300


class TestYaml12:
    def test_on_is_a_word(self) -> None:
        assert parse(SCRIPT.encode()).steps[1].on == "inv"

    def test_yes_and_no_are_words_and_leading_zeros_no_octals(self) -> None:
        text = SCRIPT.replace("with: {reason: x,", "with: {reason: no, other: 0777, third: 1_000, fourth: 12:30:45, fifth: 1e3,")
        data = parse(text.encode()).steps[1].data
        assert data["reason"] == "no"
        assert (data["other"], data["third"], data["fourth"], data["fifth"]) == ("0777", "1_000", "12:30:45", "1e3")

    def test_dates_stay_as_written(self) -> None:
        assert parse(SCRIPT.encode()).steps[1].data["placed_on"] == "2024-02-01"


class TestNames:
    def test_of_a_refused_step_may_be_used_again(self) -> None:
        text = SCRIPT + "    refused: {}\n  - at: 2024-03-02\n    do: appeal.lodge\n    as: appeal\n    by: registry\n"
        assert parse(text.encode()).steps[3].named == "appeal"

    def test_of_a_refused_step_name_no_case(self) -> None:
        text = SCRIPT + "    refused: {}\n  - at: 2024-03-02\n    expect: {appeal: {state: lodged}}\n"
        assert "line 27, column 14: the case 'appeal' is unknown" in faults(text)[0]

    def test_of_cases_that_the_system_opens_are_known_beforehand(self) -> None:
        text = SCRIPT + "  - at: 2024-03-02\n    expect: {non_compliance-1: {state: suspected, outstanding: GBP 0}}\n"
        expect = parse(text.encode()).steps[3].expect
        assert expect is not None
        assert expect.cases[0].case == "non_compliance-1"

    @pytest.mark.parametrize("name", ["non_compliance-0", "non_compliance-01", "non_compliance-", "breach-1"])
    def test_that_only_look_so_are_not(self, name: str) -> None:
        assert (
            f"the case '{name}' is unknown"
            in faults(SCRIPT + f"  - at: 2024-03-02\n    expect: {{{name}: {{state: suspected}}}}\n")[0]
        )


class TestADigest:
    def digests(self, text: str) -> list[str]:
        return [step.digest("uk-dpa-2018") for step in parse(text.encode()).steps]

    def test_is_of_what_is_said_not_of_how_it_is_laid_out(self) -> None:
        laid_out = SCRIPT.replace("with: {reference: INV-1}", "with:\n      reference: INV-1   # a comment")
        assert self.digests(SCRIPT) == self.digests(laid_out)

    @pytest.mark.parametrize(
        ("old", "new"), [("INV-1", "INV-2"), ("caseworker: officer", "caseworker: issuer"), ("at: 2024-01-15", "at: 2024-01-14"), ("state: open", "state: closed")]
    )  # fmt: skip
    def test_changes_with_every_word(self, old: str, new: str) -> None:
        assert self.digests(SCRIPT) != self.digests(SCRIPT.replace(old, new))

    def test_changes_with_the_regime(self) -> None:
        step = parse(SCRIPT.encode()).steps[0]
        assert step.digest("uk-dpa-2018") != step.digest("fr-lil")


def test_a_file_that_cannot_be_read_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="cannot be read: Is a directory"):
        parse_file(tmp_path)


# Any text is a script or is told to be none; nothing else comes out, and it is quick.


def read(text: bytes) -> None:
    started = time.monotonic()
    try:
        assert isinstance(parse(text), Script)
    except Malformed as malformed:
        found = malformed.faults
        assert 0 < len(found) <= MOST_FAULTS
    assert time.monotonic() - started < 5


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(), st.text(alphabet="{}[]-:?*&!|>'\"%@`#, \n\tab01~")).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
)
def test_any_text_is_a_script_or_malformed(text: bytes) -> None:
    read(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_script_or_malformed(text: bytes) -> None:
    read(text)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_script_with_anything_put_in_anywhere_is_a_script_or_malformed(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(SCRIPT)))
    end = data.draw(st.integers(begin, min(len(SCRIPT), begin + 30)))
    put_in = data.draw(
        st.one_of(
            st.text(max_size=30), st.sampled_from(["0x1F", "2024-01-01", "null", "~", "[]", "{}", "9" * 400, "[[[", ".inf"])
        )
    )
    read((SCRIPT[:begin] + put_in + SCRIPT[end:]).encode("utf-8", "surrogatepass"))
