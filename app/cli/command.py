"""What every command has: --json, errors in plain words, and exit codes that mean something."""

import inspect
import json
import sys
from collections.abc import Callable
from functools import wraps
from inspect import Parameter
from typing import Annotated, Concatenate, ParamSpec

import typer

from app.cli.output import Output
from app.errors import ExamError, StoreUnavailable
from app.web.problems import problem
from itembank.errors import BankError

P = ParamSpec("P")
REFUSED = 1
STOPPED = 130
JSON = "as_json"

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on stdout, for machines.")
]


def noun(words: str) -> typer.Typer:
    """Return the commands of one noun, with what they are about."""
    return typer.Typer(
        no_args_is_help=True,
        help=words,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def command(
    place: typer.Typer, name: str | None = None
) -> Callable[[Callable[Concatenate[Output, P], None]], Callable[Concatenate[Output, P], None]]:
    """Add a command to a room; its function is given the output, and need not catch errors."""

    def register(
        function: Callable[Concatenate[Output, P], None],
    ) -> Callable[Concatenate[Output, P], None]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            as_json = bool(kwargs.pop(JSON, False))
            try:
                function(Output(as_json), *args, **kwargs)
            except BrokenPipeError:
                raise  # typer ends quietly when a pager has been left
            except (ExamError, BankError, OSError) as error:
                _refuse(error, as_json=as_json)
                raise typer.Exit(REFUSED) from error
            except KeyboardInterrupt as stop:
                sys.stderr.write("Stopped. What was not finished has not been done.\n")
                raise typer.Exit(STOPPED) from stop

        given = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        wanted = Parameter(JSON, Parameter.KEYWORD_ONLY, default=False, annotation=Json)
        parameters = [*given, wanted]
        # typer reads a command's options from its signature.
        vars(run)["__signature__"] = inspect.Signature(parameters)
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        place.command(name, help=inspect.getdoc(function))(run)
        return function

    return register


def _refuse(error: Exception, *, as_json: bool) -> None:
    kind, title, detail = _words(error)
    if as_json:
        document = {"error": {"kind": kind, "title": title, "detail": detail}}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    sys.stderr.write(f"{title}. {detail}\n")


def _words(error: Exception) -> tuple[str, str, str]:
    if isinstance(error, StoreUnavailable):
        cause = getattr(error.__cause__, "orig", None) or error.__cause__
        reason = " ".join(str(cause).split())
        detail = f"The database does not answer ({reason}). Check ADEPT_DATABASE_URL."
        return "store-unavailable", "The database cannot be reached", detail
    if isinstance(error, ExamError):
        said = problem(error)
        return said.kind, said.title, said.detail
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return "file", "A file or folder cannot be used", f"{error.strerror or error}{where}"
    return "unreadable", "The file is not what it should be", str(error)
