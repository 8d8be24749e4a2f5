"""A browser without JavaScript that refuses any page a careful reader would send back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from httpx2 import Response
from starlette.testclient import TestClient

POLICY = "default-src 'none'"
FIELDS = {"input", "select", "textarea"}
LANDMARKS = ("main", "h1", "title")


@dataclass(frozen=True)
class Page:
    """A page that has been fetched and found in order."""

    path: str
    response: Response
    tree: Element

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return words(self.tree)

    @property
    def heading(self) -> str:
        return words(self.one("h1"))

    @property
    def problem(self) -> str | None:
        """The kind of the refusal on the page, if there is one."""
        found = [one for one in self.tree.iter() if "data-problem" in one.attrib]
        return found[0].attrib["data-problem"] if found else None

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [
            one
            for one in self.tree.iter(tag)
            if all(one.get(name.rstrip("_")) == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} <{tag}> {attributes} on {self.path}"
        return found[0]

    def link(self, label: str) -> str:
        found = [one for one in self.all("a") if words(one) == label]
        assert found, f"no link '{label}' on {self.path}"
        return found[0].attrib["href"]

    def buttons(self) -> list[str]:
        return [words(one) for one in self.all("button")]

    def form_of(self, button: Element) -> Element:
        named = button.get("form")
        for form in self.all("form"):
            if form.get("id") == named if named else button in set(form.iter("button")):
                return form
        raise AssertionError("a button without a form")

    def fields(self, form: Element) -> dict[str, str]:
        """What the form would send, but for its button."""
        sent: dict[str, str] = {}
        for control in form.iter("input"):
            if control.get("type") == "radio" and "checked" not in control.attrib:
                continue
            sent[control.attrib["name"]] = control.get("value", "")
        sent |= {area.attrib["name"]: "".join(area.itertext()) for area in form.iter("textarea")}
        return sent

    def pressed(self, label: str) -> tuple[str, dict[str, str]]:
        """Return where a button posts to, and the fields it sends."""
        found = [one for one in self.all("button") if words(one).startswith(label)]
        assert found, f"no button '{label}' on {self.path}: {self.buttons()}"
        form = self.form_of(found[0])
        assert form.get("method") == "post"
        sent = self.fields(form)
        if "name" in found[0].attrib:
            sent[found[0].attrib["name"]] = found[0].attrib["value"]
        return form.attrib["action"], sent


@dataclass
class Browser:
    """Fetches pages with its own cookies and checks each; `seen` holds every byte it was sent."""

    client: TestClient
    seen: list[bytes] = field(default_factory=list)

    def get(self, path: str) -> Page:
        return self._follow(self.client.get(path), path)

    def post(self, path: str, fields: dict[str, str]) -> Page:
        reply = self.client.post(path, data=fields)
        assert reply.status_code == 303 or reply.is_error, "a POST answers 303, or refuses"
        return self._follow(reply, path)

    def press(self, page: Page, label: str, **typed: str) -> Page:
        """Press the button with this label, with fields filled in or radio buttons chosen."""
        path, fields = page.pressed(label)
        return self.post(path, {**fields, **typed})

    def sign_in(self, number: str, code: str) -> Page:
        return self.press(self.get("/"), "Sign in", number=number, code=code)

    def _follow(self, reply: Response, path: str) -> Page:
        self._keep(reply)
        for _ in range(4):
            if reply.status_code != 303:
                break
            path = urljoin(path, reply.headers["location"])
            reply = self.client.get(path)
            self._keep(reply)
        return inspected(path, reply)

    def _keep(self, reply: Response) -> None:
        self.seen.append(reply.content + str(reply.headers).encode())
        assert reply.headers["cache-control"] == "no-store"
        assert POLICY in reply.headers["content-security-policy"]


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split()).replace(" ,", ",")


def inspected(path: str, reply: Response) -> Page:
    """Return the page; fail for whatever a person or a screen reader would stumble over."""
    assert reply.headers["content-type"] == "text/html; charset=utf-8", reply.text
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = Page(path, reply, parser.parse(reply.content, transport_encoding="utf-8"))
    for tag in LANDMARKS:
        assert words(page.one(tag)), f"an empty <{tag}> on {path}"
    title, refused = words(page.one("title")), "Error: " if reply.is_error else ""
    assert title.startswith(f"{refused}{page.heading} - "), title
    assert page.tree.get("lang") == "en"
    ids = [one.attrib["id"] for one in page.tree.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids)), f"duplicate ids on {path}: {ids}"
    for complaint in complaints(page, ids):
        raise AssertionError(f"{complaint} on {path}")
    return page


def complaints(page: Page, ids: list[str]) -> Iterator[str]:
    labels = {label.get("for") for label in page.all("label")}
    labelled = {one for label in page.all("label") for one in label.iter() if words(label)}
    for one in page.tree.iter():
        if one.tag in {"script", "style", "iframe", "object"}:
            yield f"<{one.tag}>"
        if "style" in one.attrib or any(name.startswith("on") for name in one.attrib):
            yield f"inline style or script in <{one.tag}>"
        is_control = one.tag in FIELDS and one.get("type") != "hidden"
        if is_control and one.get("id") not in labels and one not in labelled:
            yield f"an unlabelled control {one.attrib}"
        if one.tag in {"button", "a"} and not words(one):
            yield f"a <{one.tag}> without words"
        if one.tag == "form" and not any(i.get("name") == "token" for i in one.iter("input")):
            yield "a form without a token"
        yield from dangling(one, ids)


def dangling(one: Element, ids: list[str]) -> Iterator[str]:
    for name in ("for", "form", "aria-describedby", "aria-labelledby"):
        for target in one.get(name, "").split():
            if target not in ids:
                yield f"{name}={target} points nowhere"
    address: Any = one.get("href", "")
    if address.startswith("#") and address[1:] not in ids:
        yield f"{address} points nowhere"
    if urlsplit(address).netloc:
        yield f"a link to somewhere else: {address}"
