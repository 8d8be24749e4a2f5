"""The command line, run in this process on a database of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.entrance import app
from tests.databases import Place, SqlitePlace


class Adept:
    """Runs commands as an operator does, and remembers where their database is."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.environment = {
            "ADEPT_DATABASE_URL": url,
            "ADEPT_DATA_DIR": str(folder),
            "ADEPT_PORT": None,
            "ADEPT_HOST": None,
            "ADEPT_PUBLIC_URL": None,
        }

    def run(self, *words: str, given: str | None = None, **environment: str) -> Result:
        result = CliRunner().invoke(
            app, list(words), input=given, env={**self.environment, **environment}
        )
        assert "Traceback" not in result.output
        return result

    def done(self, *words: str, given: str | None = None) -> Any:  # noqa: ANN401 - any JSON document
        """Run a command that must succeed, and return the one document it prints."""
        result = self.run(*words, "--json", given=given)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refused(self, *words: str, **environment: str) -> str:
        """Run a command that must be refused, and return the reason."""
        plain = self.run(*words, **environment)
        assert plain.exit_code == 1, plain.output
        assert plain.stdout == ""
        machine = self.run(*words, "--json", **environment)
        assert machine.exit_code == 1
        error = json.loads(machine.stdout)["error"]
        assert error.keys() == {"kind", "title", "detail"}
        assert error["detail"] in plain.stderr.replace("\n", " ")
        return str(error["detail"])


@pytest.fixture
def empty(sqlite_place: SqlitePlace) -> Adept:
    """Give the command line with a SQLite file that is not there yet."""
    return Adept(sqlite_place.empty(), sqlite_place.folder)


@pytest.fixture
def adept(sqlite_place: SqlitePlace) -> Adept:
    """Give the command line with a migrated SQLite database."""
    return Adept(migrated(sqlite_place), sqlite_place.folder)


@pytest.fixture
def adept_on_each(any_place: Place, tmp_path: Path) -> Adept:
    """Give the command line with a migrated database, once of each kind where that is asked for."""
    return Adept(migrated(any_place), tmp_path)


def migrated(place: Place) -> str:
    """Return the address of a database that the command has migrated."""
    return place.copy(migrate, place.templates.folder)[0]


def migrate(url: str, folder: Path) -> None:
    Adept(url, folder).done("migrate")
