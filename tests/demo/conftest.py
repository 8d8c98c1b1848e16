"""The shipped calibration, as the demo's tests use it."""

from collections.abc import Mapping

import pytest

from monitor.app.demo_process import load_calibrations
from monitor.demo.profile import Calibration


@pytest.fixture(scope="session")
def calibrations() -> Mapping[str, Calibration]:
    """By the name a profile is ``like``."""
    return load_calibrations()
