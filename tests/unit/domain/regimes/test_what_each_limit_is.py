"""What each limit is: not before, not after, somebody must act, or an aim."""

from __future__ import annotations

import pytest

from domain.regimes import regime

NOT_DUE = {
    "fr-lil/decret-40": "floor",
    "it-codice/reg-2-2019": "ceiling",
    "nl-uavg/awb-5-35": "ceiling",
    "nl-uavg/awb-5-45": "ceiling",
    "nl-uavg/awb-5-51": "soft",
    "es-lopdgdd/alegaciones": "floor",
    "es-lopdgdd/lopdgdd-64": "ceiling",
}


@pytest.mark.parametrize("name", ["fr-lil", "it-codice", "gr-4624", "nl-uavg", "at-dsg", "es-lopdgdd"])
def test_every_limit_is_for_somebody_to_act_but_for_these(name: str) -> None:
    own = {rule: versions for rule, versions in regime(name).rules.items() if rule.startswith(f"{name}/")}
    assert own
    for rule, versions in own.items():
        assert {version.kind for version in versions} == {NOT_DUE.get(rule, "due")}, rule
