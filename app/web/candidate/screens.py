"""Screens: read what a page shows, and render it; used when all is well and after a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from app import ambient
from app.exam.seeing.sitting import SittingView, require_complete, require_running
from app.exam.sitting.sitting import Caller
from app.services.sitting import views
from app.web.candidate import pages, result_pages, session
from app.web.candidate.clock import refresh_after
from app.web.candidate.forms import Carried
from app.web.candidate.pages import Alert, Frame, Reader
from app.web.candidate.session import Holder
from app.web.deps import Context
from app.web.rendering import Display, html_of, reply


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who holds a sitting."""

    request: Request
    context: Context
    holder: Holder

    @property
    def caller(self) -> Caller:
        """Return who acts, and when."""
        return Caller(self.context.at, self.holder.session)

    @property
    def token(self) -> str:
        """Return what the page's forms carry."""
        return session.token_of(self.context.keys, self.holder)

    def reader(self, *, door: str = "", request: str = "") -> Reader:
        """Return who reads the page."""
        return Reader(self.context.language, self.token, door, request)


def door(
    request: Request,
    context: Context,
    *,
    alert: Alert | None = None,
    number: str = "",
    carried: Carried | None = None,
) -> Response:
    """Return the sign-in page, with a choice to be carried through if there is one."""
    token = session.door_of(request, context.keys)
    held = session.holder_of(request, context.keys) if alert is None else None
    kept = (carried or Carried()).cleaned()
    heading = context.language.text("Sign in to your exam")
    page = pages.DoorPage(
        frame=_outside(context, heading, alert, "/"),
        token=token.token,
        number=number,
        carried=tuple((name, str(value)) for name, value in kept if value),
        has_choice=bool(kept.choice),
        go_on=None if held is None else f"/sitting/{held.sitting}",
    )
    return _with_door(context, token, _shown(request, "door", page))


def display(request: Request, context: Context, back: str, alert: Alert | None = None) -> Response:
    """Return the display settings."""
    token = session.door_of(request, context.keys)
    heading = context.language.text("Display settings")
    page = pages.DisplayPage(_outside(context, heading, alert, "/display"), token.token, back)
    return _with_door(context, token, _shown(request, "display", page))


def message(
    request: Request, context: Context, alert: Alert, ways: Sequence[tuple[str, str]]
) -> Response:
    """Return a page that says what happened, and where to go from there."""
    page = pages.MessagePage(_outside(context, alert.title, alert), alert.detail, tuple(ways))
    return _shown(request, "message", page)


def sitting(visit: Visit, alert: Alert | None = None) -> Response:
    """Return the sitting's own page: instructions, the way on, or what happened."""
    context = visit.context
    with context.database.read() as tx:
        view = views.sitting_view(tx, visit.holder.sitting, caller=visit.caller)
    door = session.door_of(visit.request, context.keys)
    reader, grace = visit.reader(door=door.token), context.settings.grace_seconds
    page = pages.sitting_page(view, context.at, reader, grace, alert)
    headers = _leave(view, context) if page.stage == "running" else {}
    return _with_door(context, door, _shown(visit.request, "sitting", page, headers))


def question(
    visit: Visit,
    position: int,
    *,
    choice: str = "",
    alert: Alert | None = None,
    notice: str = "",
) -> Response:
    """Return a question; `choice` is offered, and nothing is written."""
    with visit.context.database.read() as tx:
        item = views.item_view(tx, visit.holder.sitting, position, caller=visit.caller)
    reader = visit.reader(request=ambient.fresh_id())
    page = pages.question_page(item, reader, choice, alert, notice)
    return _shown(visit.request, "question", page, _leave(item.sitting, visit.context))


def review(visit: Visit, alert: Alert | None = None) -> Response:
    """Return the review of the open part."""
    view = _running(visit)
    page = pages.review_page(view, visit.reader(), alert)
    return _shown(visit.request, "review", page, _leave(view, visit.context))


def finish(visit: Visit, alert: Alert | None = None) -> Response:
    """Return the question whether to hand in."""
    view = _running(visit)
    require_complete(view)
    page = pages.finish_page(view, visit.reader(), alert)
    return _shown(visit.request, "finish", page, _leave(view, visit.context))


def results(visit: Visit) -> Response:
    """Return the released results of the person who holds the browser."""
    with visit.context.database.read() as tx:
        view = views.sitting_view(tx, visit.holder.sitting, caller=visit.caller)
        found = views.result_views(tx, visit.holder.sitting, caller=visit.caller)
    page = result_pages.results_page(view, found, visit.reader())
    return _shown(visit.request, "results", page)


def _shown(
    request: Request, name: str, page: pages.Framed, headers: dict[str, str] | None = None
) -> Response:
    template, language = f"candidate/{name}.html", page.frame.language
    html = html_of(template, page, display=Display.of_request(request), language=language)
    return reply(html, page.frame.status, headers)


def _outside(context: Context, heading: str, alert: Alert | None, path: str = "") -> Frame:
    """Return the frame of a page that is part of no exam."""
    language = context.language
    return Frame(language, heading, language.text(pages.SERVICE), alert, path)


def _running(visit: Visit) -> SittingView:
    with visit.context.database.read() as tx:
        view = views.sitting_view(tx, visit.holder.sitting, caller=visit.caller)
    require_running(view, visit.context.at)
    return view


def _leave(view: SittingView, context: Context) -> dict[str, str]:
    if view.save_until is None:
        return {}
    seconds = refresh_after(view.id, view.save_until, context.at)
    return {"Refresh": f"{seconds}; url=/sitting/{view.id}"}


def _with_door(context: Context, token: session.Door, answer: Response) -> Response:
    session.remember(answer, session.DOOR_COOKIE, token.cookie, context)
    return answer
