"""The wheel: it holds all that runs, and runs outside the checkout."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import numpy
import pytest
import scipy

from tests.cli.test_serve import free_port, wait

ROOT = Path(__file__).parents[2]
# What starts a migration is of use in a checkout alone.
STAYS = {"migrations/new.py", "migrations/script.py.mako"}

ALONE = """
import sys
sys.path.append(sys.argv[1])
from psychometrics import Assembler, Constraints, Quotas
quotas = Quotas(2, [-1], [2], [2], [0, 0, 0])
Assembler(Constraints(quotas))
try:
    Assembler(Constraints(quotas, enemies=((0, 1),)))
except ModuleNotFoundError as error:
    print(str(error).partition(": ")[2])
"""


def run(*words: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a program in an environment that knows nothing of the checkout; return what it says."""
    told = {"PATH": os.environ["PATH"], **environment}
    done = subprocess.run(words, cwd=cwd, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel of the checkout; a build leaves nothing behind in it."""
    place = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", place, ROOT)
    (made,) = place.glob("*.whl")
    return made


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """Give a virtual environment with the wheel, which sees the packages that it depends on."""
    home = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", home)
    python = home / "bin" / "python"
    quiet = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
    run(sys.executable, "-m", "pip", "--python", python, "install", *quiet, wheel)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(python, "-c", where).strip())
    # A path in a .pth file is searched, but its own .pth files are not read: no checkout.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin"


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for room in ("app", "itembank", "psychometrics", "migrations")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == {
        f"app/store/{name}" if name.startswith("migrations/") else name for name in wanted - STAYS
    }


def test_measurement_needs_numpy_and_scipy_alone(wheel: Path, tmp_path: Path) -> None:
    ZipFile(wheel).extractall(tmp_path)
    for package in (numpy, scipy):
        inner = Path(package.__path__[0])
        for beside in (inner, inner.with_name(f"{inner.name}.libs")):
            if beside.exists():
                (tmp_path / beside.name).symlink_to(beside)
    # -S: the environment's packages are not there, so what is not linked here cannot be imported.
    assert run(sys.executable, "-I", "-S", "-c", ALONE, tmp_path) == "install highspy\n"


@pytest.mark.slow
def test_the_wheel_migrates_and_serves_outside_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    where = run(installed / "python", "-c", "import app; print(app.__file__)", cwd=place)
    assert where.startswith(str(tmp_path))
    assert json.loads(run(installed / "adept", "migrate", "--json", cwd=place))["starter_loaded"]
    port = free_port()
    server = subprocess.Popen(
        [installed / "adept", "serve", "--demo"],
        cwd=place,
        env={"PATH": os.environ["PATH"], "ADEPT_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait(server, port)
        assert (place / "var" / "demo.json").is_file()
        for path in ("/", "/board/", "/static/adept.css", "/api/docs"):
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                assert answer.status == 200
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)
        assert (server.returncode, "Traceback" in said) == (0, False)
    finally:
        server.kill()
        server.communicate()
