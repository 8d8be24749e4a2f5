"""The command line, run in this process on a database of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.entrance import app


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
def empty(tmp_path: Path) -> Adept:
    """Give the command line with a SQLite file that is not there yet."""
    return Adept(f"sqlite:///{tmp_path}/adept.sqlite", tmp_path)


@pytest.fixture
def adept(empty: Adept) -> Adept:
    """Give the command line with a migrated SQLite database."""
    empty.done("migrate")
    return empty


@pytest.fixture
def adept_on_each(database_url: str, tmp_path: Path) -> Adept:
    """Give the command line with a migrated database, once of each kind."""
    made = Adept(database_url, tmp_path)
    made.done("migrate")
    return made
