"""A repository, a runner and its API for each test of the action."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.stand_in import Api, Repository, Runner, serving
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def command(tmp_path_factory) -> Path:
    """Return an installed carbonctl: that of this checkout."""
    path = tmp_path_factory.mktemp("bin") / "carbonctl"
    path.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from carbonctl.cli import main\nmain()\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def repository(tmp_path) -> Repository:
    return Repository(tmp_path / "work space")


@pytest.fixture
def runner(tmp_path, repository, api, command) -> Iterator[Runner]:
    files = tmp_path / "runner"
    files.mkdir()
    with serving(api) as address:
        yield Runner(files, repository.folder, address, command)
