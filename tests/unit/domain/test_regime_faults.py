"""A regime file with faults is refused, with all of them at once, each with its line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import Node, ScalarNode

from domain.regimes import Regime, check_file, load_folder, regimes
from domain.regimes._load import FOLDER
from domain.regimes._read import read_file
from foundation.errors import Misconfigured

BROKEN = Path(__file__).parent / "broken_regimes"


def load(*names: str, into: Path) -> dict[str, Regime]:
    """The installed files, with broken ones in the place of those of the same name."""
    for path in FOLDER.glob("*.yaml"):
        shutil.copy(path, into)
    for name in names:
        broken = BROKEN / name
        target = broken.read_text().partition("# in the place of ")[2].split()[0]
        shutil.copy(broken, into / target)
    return dict(load_folder(into).regimes)


FAULTS = {
    "a_day_without_a_version.yaml": "rules.r22: the days from 2015-01-01 to 2015-12-31 have no version",
    "a_day_with_two_versions.yaml": "rules.r22: 2015-06-01 has two versions",
    "days_at_the_end_without_a_version.yaml": "rules.r22: the days from 2015-01-01 on have no version",
    "days_at_the_beginning_without_a_version.yaml": "rules.r22: the days from 2009-09-01 to 2014-12-31 have no version",
    "a_field_without_a_source.yaml": "rules.r22, version 1: cut_off has no source",
    "a_source_for_nothing.yaml": "rules.r22, version 1: a source is given for minimum, which is not stated",
    "a_source_that_says_nothing.yaml": "the source for kind, counts_from, period neither cites nor notes anything",
    "an_unknown_field.yaml": "line 21: rules.r22.versions.0.colour: is nothing that a file may say here",
    "an_unknown_mark.yaml": "sources.0.mark: Input should be 'P', 'S' or 'B'",
    "versions_numbered_wrongly.yaml": "rules.r22: versions are numbered [2], not from 1 on",
    "another_name_than_its_file.yaml": "id: 'uk-grc' is not the name of the file",
    "no_yaml.yaml": "while parsing",
    "a_key_given_twice.yaml": "duplicate key",
    "an_alias.yaml": "alias",
    "nothing_in_it.yaml": "names and what they say are needed here",
    "a_rule_that_is_missing.yaml": "unknown rule 'uk-grc-2009/r22'",
    "an_unknown_time_zone.yaml": "time_zone: 'Europe/Atlantis' is no time zone",
    "an_unknown_calendar.yaml": "calendars.0.holidays: 'ZZ/NOWHERE' is no country and subdivision that the holidays library knows",
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_broken_file_is_refused_and_named_with_its_fault(name: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        load(name, into=tmp_path)
    assert FAULTS[name] in str(refused.value)
    assert ".yaml: " in str(refused.value)


def test_every_broken_file_has_its_fault_here() -> None:
    assert {path.name for path in BROKEN.glob("*.yaml")} == set(FAULTS)


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("id: one\ntitle: One\n")
    with pytest.raises(Misconfigured) as refused:
        load("a_field_without_a_source.yaml", into=tmp_path)
    told = str(refused.value).splitlines()
    assert any("cut_off has no source" in line for line in told)
    assert sum(line.startswith("one.yaml: ") for line in told) >= 4


def test_what_is_installed_loads(tmp_path: Path) -> None:
    assert set(load(into=tmp_path)) == set(regimes())


def changed(before: str, after: str, *, into: Path, file: str = "uk-dpa-2018.yaml") -> Path:
    """A copy of an installed file with one text in the place of another, under the same name."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert text.count(before) >= 1, before
    (into / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    return into / file


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("currency: GBP", "currency: XQZ", "law.currency: 'XQZ' is not an ISO 4217 currency code"),
        ("fixed: GBP 17500000", "fixed: EUR 20000000", "law.maxima.higher: EUR 20,000,000.00 is not in GBP"),
        ("    must_state: [amount, tier]\n", "", "law.notice_of_intent.must_state: is missing"),
        ("email: uk-dpa-2018/s141A", "email: uk-dpa-2018/s141B", "law.deemed_receipt.email: unknown rule 'uk-dpa-2018/s141B'"),
        ("payment: uk-dpa-2018/sch16-6", "payment: uk-dpa-2018/x", "law.roles.fine.payment: unknown rule 'uk-dpa-2018/x'"),
        ("rule: uk-dpa-2018/s142", "rule: s142", "law.investigation_notices.information.rule: unknown rule 's142'"),
        ("reconsideration: {upper_tribunal:", "reconsideration: {tribunal:", "first_tier_tribunal.reconsideration: unknown court 'tribunal'"),
        ("rule: uk-ut-2008/r44", "rule: uk-ut-2008/r45", "law.courts.upper_tribunal.rule: unknown rule 'uk-ut-2008/r45'"),
        ("Court\n      way_on: none", "Court\n      way_on: permission", "law.courts.supreme_court: way_on is permission, and a rule for it is missing"),
        ("      name: Upper Tribunal", "      name: Upper Tribunal\n      beside: high_court", "no court 'high_court' is named before it"),
        ("cites: [DPA 2018 s157(5)]", "cites: []", "law.maxima.higher.source: a source must cite or note something"),
        ("for: [kind, counts_from, extended_by]", "for: [kind, extended_by]", "rules.preliminary-notice, version 1: counts_from has no source"),
        ("exists_from: 2026-02-05", "exists_from: 2018-05-25", "rules.s141A: exists_from 2018-05-25 says nothing"),
        ("holidays: GB/SCT", "holidays: GB/XXX", "calendars.1.holidays: 'GB/XXX' is no country and subdivision"),
        ("penalty_limit: uk", "penalty_limits: uk", "law.roles.fine: 'penalty_limits' is no deadline of it; it has representations, penalty_limit"),
        ("    fine:\n      repr", "    fines:\n      repr", "law.roles.fines: no case and no notice of that kind has deadlines; write investigation, fine"),
        ("roles: [response]", "roles: [respond]", "law.suspended_by_appeal.investigation: 'respond' is no deadline of it; it has response"),
        ("period: P21D", "period: 21 days", "rules.sch16-3.versions.0.period: '21 days' is no period of one unit; write for example P28D"),
        ("counts_from: notice_of_intent.given", "counts_from: notice_of_intent.read", "'notice_of_intent.read' is nothing that a period counts from; write"),
    ],
)  # fmt: skip
def test_a_fault_of_the_law_is_named_by_its_place_and_line(before: str, after: str, fault: str, tmp_path: Path) -> None:
    place = (FOLDER / "uk-dpa-2018.yaml").read_text(encoding="utf-8").partition(before)[0].count("\n") + 1
    _, faults = check_file(changed(before, after, into=tmp_path))
    (told,) = [each for each in faults if fault in each.message]
    assert place - 9 <= told.line <= place + 1, "in the file, or the block around it"


class TestCheckingOneFile:
    def test_finds_none_in_what_is_installed(self) -> None:
        for path in sorted(FOLDER.glob("*.yaml")):
            data, faults = check_file(path)
            assert data
            assert faults == []

    def test_finds_what_it_would_break_in_others(self, tmp_path: Path) -> None:
        file = changed("  r42:", "  r43:", into=tmp_path, file="uk-grc-2009.yaml")
        _, faults = check_file(file)
        assert {(fault.file, fault.message) for fault in faults} == {
            (f"{regime}.yaml", "law.courts.first_tier_tribunal.rule: unknown rule 'uk-grc-2009/r42'")
            for regime in ("uk-dpa-1998", "uk-dpa-2018")
        }

    def test_tells_the_faults_of_form_and_those_of_content_together(self, tmp_path: Path) -> None:
        """A malformed rule, a day without a version in another, a reference that leads nowhere."""
        file = changed("period: P21D", "period: 21 days", into=tmp_path)
        text = file.read_text(encoding="utf-8").replace("until: 2026-02-05}", "until: 2026-01-05}")
        file.write_text(text.replace("uk-dpa-2018/s150\n", "uk-dpa-2018/s151\n"), encoding="utf-8")
        told = " ".join(fault.message for fault in check_file(file)[1])
        assert "rules.sch16-3.versions.0.period: '21 days' is no period of one unit" in told
        assert "rules.sch16-2: the days from 2026-01-05 to 2026-02-04 have no version" in told
        assert "law.roles.enforcement_notice.comply: unknown rule 'uk-dpa-2018/s151'" in told

    def test_says_nothing_of_references_to_a_rule_that_is_there_but_malformed(self, tmp_path: Path) -> None:
        _, faults = check_file(changed("period: P21D", "period: 21 days", into=tmp_path))
        assert [fault.message.partition(":")[0] for fault in faults] == ["rules.sch16-3.versions.0.period"]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (None, "cannot be read: No such file or directory"),
            (b"\xff\xfe", "no text in UTF-8"),
            (b"", "names and what they say are needed here"),
            (b"id: new\n---\nid: other\n", "expected a single document"),
            (b"id: [\n", "while parsing"),
            (b"[" * 500_000, "nested deeper"),
            (b"- " * 500_000, "nested deeper"),
        ],
    )
    def test_of_a_file_that_is_none_says_so(self, content: bytes | None, told: str, tmp_path: Path) -> None:
        file = tmp_path / "new.yaml"
        if content is not None:
            file.write_bytes(content)
        data, (fault,) = check_file(file)
        assert data is None
        assert told in str(fault)
        assert str(fault).startswith("new.yaml: line ")


def said(node: Node) -> Iterator[tuple[str, int, int, str | None]]:
    """What a node and all in it say, and where."""
    value = node.value if isinstance(node, ScalarNode) else None
    yield str(node.tag), node.start_mark.line, node.start_mark.column, value
    for part in () if value is not None else node.value:
        for inner in part if isinstance(part, tuple) else (part,):
            yield from said(inner)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_quick_parser_reads_what_is_installed_as_the_one_that_knows_yaml_1_2(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    quick, whole = (YAML(typ="safe", pure=pure).compose(text) for pure in (False, True))
    assert list(said(quick)) == list(said(whole))


def test_what_the_quick_parser_refuses_is_read_all_the_same(tmp_path: Path) -> None:
    """YAML 1.1 has no colon within a word that stands in brackets without quotes."""
    file = tmp_path / "nl-uavg.yaml"
    file.write_text((FOLDER / file.name).read_text(encoding="utf-8").replace("['Awb 5:53']", "[Awb 5:53]"), encoding="utf-8")
    assert "[Awb 5:53]" in file.read_text(encoding="utf-8")
    assert read_file(file).data == read_file(FOLDER / file.name).data
