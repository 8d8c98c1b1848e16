"""What every test may lean on: the real recordings, and a home that is not the user's."""

from pathlib import Path

import pytest
from hypothesis import settings

# On a busy machine an example may take long; that is no fault of what is tested. (Under CI
# hypothesis takes its own profile, with the same examples each time.)
settings.register_profile(
    "patient", settings.get_profile(settings.get_current_profile_name()), deadline=None
)
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings beside the checkout; they are not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real recordings are not here: no folder shared/data beside the checkout")
    return folder


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, state, caches and recordings of a test go to a folder of its own."""
    home = tmp_path_factory.getbasetemp() / "home"
    for variable, folder in {
        "HOME": ".",
        "USERPROFILE": ".",
        "APPDATA": "AppData/Roaming",
        "LOCALAPPDATA": "AppData/Local",
        "XDG_CACHE_HOME": ".cache",
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_RUNTIME_DIR": ".runtime",
        "XDG_STATE_HOME": ".local/state",
    }.items():
        place = home / folder
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        monkeypatch.setenv(variable, str(place))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback connections of a test never take the way of the user's proxy."""
    for variable in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "WSS_PROXY", "WS_PROXY"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
