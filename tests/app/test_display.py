"""A display that is not there is told in a sentence; one that is there is held until it is used."""

import pytest

from monitor.app.bench.x_server import x_server
from monitor.app.display import Display


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); "),
        ({"QT_QPA_PLATFORM": "xcb"}, "there is no display here (DISPLAY is not set); "),
        ({"DISPLAY": ":9876"}, "the display :9876 did not answer; "),
        ({"DISPLAY": ":9876", "QT_QPA_PLATFORM": "xcb"}, "the display :9876 did not answer; "),
    ],
)
def test_a_display_that_is_not_there_is_told_with_what_to_do_instead(
    environment: dict[str, str], sentence: str
) -> None:
    """Qt would abort over each of them."""
    told = "depthscope render draws a recording's charts without one"
    display = Display(environment)
    assert sentence + told == display.trouble
    display.release()


def test_a_platform_that_this_qt_does_not_have_is_named() -> None:
    """And those that it has, so that a slip of the keyboard is seen."""
    trouble = Display({"QT_QPA_PLATFORM": "bogus", "DISPLAY": ":1"}).trouble
    assert trouble.startswith("QT_QPA_PLATFORM was 'bogus', which this Qt doesn't have (it has ")
    assert " xcb)" in trouble


def test_wayland_without_a_compositor_is_told() -> None:
    """Qt would abort over it, too."""
    trouble = Display({"QT_QPA_PLATFORM": "wayland", "WAYLAND_DISPLAY": "nowhere"}).trouble
    assert trouble.startswith("no Wayland compositor was found for QT_QPA_PLATFORM=wayland; ")


def test_a_platform_that_needs_no_x_server_is_not_judged() -> None:
    """Qt tells about the others itself."""
    assert "" == Display({"QT_QPA_PLATFORM": "offscreen"}).trouble


def test_a_server_for_one_client_is_still_there_when_qt_comes() -> None:
    """It is told to end with its last client: that is not the one that asked whether it answers."""
    with x_server("320x240x24", "-terminate") as display:
        if not display:
            pytest.skip("needs Xvfb, not installed here")
        environment = {"DISPLAY": display}
        asked, qt = Display(environment), Display(environment)
        assert ("", "") == (asked.trouble, qt.trouble)
        asked.release()
        assert "" == Display(environment).trouble
        qt.release()
