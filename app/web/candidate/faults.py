"""Refusals as pages: what happened, what is kept, and what to do; a choice is never dropped."""

from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.errors import ExamError
from app.exam.people import typed
from app.web.candidate import screens, session
from app.web.candidate.forms import AnswerForm, Carried, SignInForm
from app.web.candidate.pages import Alert
from app.web.candidate.screens import Visit
from app.web.deps import Context
from app.web.problems import Problem, problem
from app.web.words.language import Language, translatable
from itembank.text import storable

ENDINGS = {"deadline-passed", "sitting-ended", "not-started"}
SIGN_IN = {"not-signed-in", "superseded"}
NO_SUCH_PAGE = {
    "not-found": translatable("There is no such page in your exam."),
    "unknown-position": translatable(
        "There is no such question in the part of your exam that is open."
    ),
}
KEPT = translatable("What you saved is kept.")
UNCHANGED = translatable("Nothing was changed.")
OFFERED_AGAIN = {"stale-form", "unknown-option", "invalid"}


def render(request: Request, found: Problem) -> Response:
    """Return a refusal as a page."""
    context = Context(service=request.app.state.service, at=request.state.at)
    if found.status >= 500:
        return _message(request, context, found)
    language = context.language
    try:
        return _page(request, context, _for_people(request, language, found))
    except ExamError as second:
        told = _for_people(request, language, problem(second, language))
        return _plain(request, context, told)


def _for_people(request: Request, language: Language, found: Problem) -> Problem:
    """Return a refusal of an address in words for people, who know of no ids."""
    if found.kind not in NO_SUCH_PAGE:
        return found
    # What the button before this page has saved is kept: only a refused form changed nothing.
    kept = language.text(KEPT if request.method == "GET" else UNCHANGED)
    return replace(found, detail=f"{language.text(NO_SUCH_PAGE[found.kind])} {kept}")


def _page(request: Request, context: Context, found: Problem) -> Response:
    """Return the page that was asked for with the refusal on top, wherever there is one."""
    path = request.url.path
    if found.kind in SIGN_IN or path == "/":
        return _plain(request, context, found)
    holder = session.holder_of(request, context.keys)
    if holder is None or not path.startswith(f"/sitting/{holder.sitting}"):
        return _message(request, context, found)
    if request.method == "POST":
        return _again(Visit(request, context, holder), found)
    if found.kind in ENDINGS:
        return RedirectResponse(f"/sitting/{holder.sitting}", status_code=303)
    if found.kind == "paper-not-complete":
        return RedirectResponse(f"/sitting/{holder.sitting}/review", status_code=303)
    return _message(request, context, found)


def _again(visit: Visit, found: Problem) -> Response:
    """Return the page whose form was refused, with what was chosen kept."""
    request, alert = visit.request, Alert.of(found)
    if found.kind in ENDINGS:
        return screens.sitting(visit, alert)
    match request.url.path.split("/")[3:]:
        case ["questions", str(position)] if found.kind in OFFERED_AGAIN:
            form = getattr(request.state, "form", AnswerForm())
            asked = Alert.of(found, "choice" if found.kind == "unknown-option" else None)
            return screens.question(visit, int(position), choice=form.choice, alert=asked)
        case ["review"]:
            return screens.review(visit, alert)
        case ["finish"] if found.kind != "paper-not-complete":
            return screens.finish(visit, alert)
        case ["start"]:
            return screens.sitting(visit, alert)
        case _:
            return _message(request, visit.context, found)


def _plain(request: Request, context: Context, found: Problem) -> Response:
    """Return the sign-in page where signing in helps, else a message."""
    form = getattr(request.state, "form", None)
    number = storable(form.number)[: typed.MOST_SPELLING] if isinstance(form, SignInForm) else ""
    if found.kind not in SIGN_IN and not isinstance(form, SignInForm):
        return _message(request, context, found)
    field = form.wrong_field() if isinstance(form, SignInForm) else None
    if found.kind not in ("invalid", "wrong-code"):
        field = None
    return screens.door(
        request,
        context,
        alert=Alert.of(found, field),
        number=number,
        carried=_carried(request),
    )


def _carried(request: Request) -> Carried:
    form = getattr(request.state, "form", None)
    if isinstance(form, SignInForm):
        return form.cleaned()
    asked = request.path_params
    return Carried(
        sitting=str(asked.get("sitting_id", "")),
        position=str(asked.get("position", "")),
        choice=form.choice if isinstance(form, AnswerForm) else "",
    ).cleaned()


def _message(request: Request, context: Context, found: Problem) -> Response:
    holder = session.holder_of(request, context.keys)
    ways = [("/", context.language.text("Go to the sign-in page"))]
    if holder is not None:
        ways = [(f"/sitting/{holder.sitting}", context.language.text("Go to your exam"))]
    return screens.message(request, context, Alert.of(found), ways)
