from __future__ import annotations

import stat
from pathlib import Path

from deploy.local.places import Places, open_to_others


class TestTheSocket:
    def test_is_in_the_data_folder(self) -> None:
        assert Places(Path("/srv/cases")).socket == Path("/srv/cases/supervisor.sock")

    def test_is_elsewhere_where_its_name_would_be_too_long_and_each_stack_has_its_own(self) -> None:
        one, other = (Places(Path("/srv") / ("long" * 30) / name).socket for name in ("one", "other"))

        assert one != other
        assert len(str(one)) < 90
        assert "long" not in str(one)


class TestTheDatabasesFolder:
    def test_is_in_the_data_folder_where_its_user_can_reach_that(self, tmp_path: Path) -> None:
        places = Places(tmp_path)

        assert places.postgres(other_user=False, stack_id="a") == tmp_path / "postgres"
        assert Places(Path("/")).postgres(other_user=True, stack_id="a") == Path("/postgres")

    def test_is_outside_a_closed_folder_and_another_for_each_stack(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        one, other = (Places(closed / "data").postgres(other_user=True, stack_id=stack) for stack in "ab")

        assert not one.is_relative_to(tmp_path)
        assert one != other


def test_a_folder_is_open_to_others_only_when_all_above_it_are(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True)
    inner.chmod(0o755)
    inner.parent.chmod(0o700)

    assert not open_to_others(inner)
    assert not open_to_others(inner / "not" / "there" / "yet")
    assert open_to_others(Path("/"))


def test_a_data_folder_that_is_made_lets_others_pass_and_look_at_nothing(tmp_path: Path) -> None:
    Places(tmp_path / "data").make()

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o711
    assert stat.S_IMODE((tmp_path / "data" / "logs").stat().st_mode) == 0o700
