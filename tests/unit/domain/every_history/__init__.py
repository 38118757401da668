"""What may happen to a matter, as rules of one state machine, and what must hold after each of them."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.checks", f"{__name__}.matter", f"{__name__}.beside")
