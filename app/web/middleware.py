"""What happens to every request: its instant is taken, its body bounded, its reply made safe."""

from collections.abc import Callable
from datetime import datetime

from fastapi.exceptions import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.words.language import translatable

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
TOO_LARGE = translatable(
    "The request is too large, so it was not read and nothing was changed. "
    "Go back, send the page again, and tell your invigilator if it happens again."
)


class BodyTooLarge(HTTPException):
    """The body went past the limit; an HTTPException, so that each face words its own 413."""

    def __init__(self) -> None:
        super().__init__(413)


class Boundary:
    """The outermost layer, in plain ASGI, since it runs on every request."""

    def __init__(
        self, app: ASGIApp, *, clock: Callable[[], datetime], most: int, secure: bool
    ) -> None:
        self._app = app
        self._clock = clock
        self._most = most
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its instant, and its reply back with the safe headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["at"] = self._clock()

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                is_static = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", "max-age=300" if is_static else "no-store")
                if self._secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        # A HEAD is a GET whose body stays here.
        is_head = scope["method"] == "HEAD"
        asked = {**scope, "method": "GET"} if is_head else scope
        reply = _bodiless(safely) if is_head else safely
        await self._app(asked, self._bounded(receive, _declared(scope)), reply)

    def _bounded(self, receive: Receive, declared: int) -> Receive:
        read = 0

        async def bounded() -> Message:
            nonlocal read
            if declared > self._most:
                raise BodyTooLarge
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise BodyTooLarge
            return message

        return bounded


def _bodiless(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        await send({**message, "body": b""} if "body" in message else message)

    return headers_only


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
