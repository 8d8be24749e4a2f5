"""How staff come in and leave: cookie, token, throttle."""

from tests.board.desk import CHAIR, PASSWORD, Desk, at_desk, stranger
from tests.contract.world import WINDOW, World
from tests.pages.browser import Browser, Page, inspected


def try_password(desk: Desk, password: str) -> Page:
    return desk.fill("/board/sign-in", "Sign in", email=CHAIR, password=password)


def test_a_sign_in_gives_a_new_cookie_that_no_script_reads(small_world: World) -> None:
    desk = stranger(small_world)
    _, fields = desk.get("/board/sign-in").pressed("Sign in")
    before = desk.client.cookies["adept_staff"]
    typed = {**fields, "email": CHAIR.upper(), "password": PASSWORD}
    reply = desk.client.post("/board/sign-in", data=typed)
    assert reply.status_code == 303
    cookie = reply.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/board"):
        assert part in cookie
    assert "Secure" not in cookie
    assert before not in cookie


def test_a_wrong_password_is_refused_and_the_address_is_kept(small_world: World) -> None:
    page = try_password(stranger(small_world), "not the password")
    assert page.status == 401
    assert "The email address and the password do not belong together." in page.text
    assert page.one("input", id="email").get("value") == CHAIR
    assert page.one("input", id="password").get("value") == ""


def test_wrong_passwords_in_a_row_must_wait(world: World) -> None:
    desk = stranger(world)
    for _ in range(world.settings.sign_in_attempts):
        assert try_password(desk, "not the password").status == 401
    refused = try_password(desk, PASSWORD)
    assert refused.status == 429
    seconds = int(refused.response.headers["retry-after"])
    assert 0 < seconds <= world.settings.sign_in_wait_seconds + 1
    assert f"Please wait {seconds} seconds" in refused.text
    world.clock.advance(seconds=world.settings.sign_in_wait_seconds + 1)
    assert try_password(desk, PASSWORD).heading == "Exam windows"


def test_a_form_without_the_token_of_its_page_is_refused(small_world: World) -> None:
    desk = at_desk(small_world)
    path = f"/board/windows/{WINDOW}/close"
    for token in ("", "0" * 64, "\x00", "é" * 40):
        refused = desk.browser.post(path, {"token": token})
        assert refused.status == 403
        assert "out of date" in refused.text
        assert refused.link("Look at the page again") == path
        signing_in = desk.browser.post("/board/sign-in", {"token": token, "email": CHAIR})
        assert signing_in.status == 403
    assert "open" in desk.get("/board").text


def test_another_sign_ins_token_is_refused(small_world: World) -> None:
    other = at_desk(small_world).token()
    desk = at_desk(small_world)
    assert desk.browser.post(f"/board/windows/{WINDOW}/close", {"token": other}).status == 403


def test_signing_out_ends_the_session_on_the_server(small_world: World) -> None:
    desk = at_desk(small_world)
    kept = desk.client.cookies["adept_staff"]
    left = desk.fill("/board", "Sign out")
    assert "You are signed out." in left.text
    copied = small_world.client()
    copied.cookies.set("adept_staff", kept, path="/board")
    assert copied.get("/board").status_code == 303


def test_a_session_ends_after_its_hours(small_world: World) -> None:
    desk = at_desk(small_world)
    small_world.clock.advance(minutes=60 * small_world.settings.staff_session_hours + 1)
    assert desk.get("/board").heading == "Staff sign-in"


def test_a_sign_in_leads_to_the_boards_own_pages_alone(small_world: World) -> None:
    for goal in ("https://evil.example", "//evil.example", "/board//evil", "/", "/board\r\nX: y"):
        desk = stranger(small_world)
        _, fields = desk.get("/board/sign-in").pressed("Sign in")
        typed = {**fields, "email": CHAIR, "password": PASSWORD, "goal": goal}
        reply = desk.client.post("/board/sign-in", data=typed)
        assert reply.headers["location"] == "/board"


def test_a_message_comes_from_fixed_words_never_from_the_address(small_world: World) -> None:
    desk = at_desk(small_world)
    assert "You+are+sacked" not in desk.get("/board?said=You%20are%20sacked").text
    assert not desk.get("/board?said=You%20are%20sacked").all("p", role="status")
    assert desk.get("/board?said=closed").all("p", role="status")


def test_a_cookie_that_was_tampered_with_is_no_sign_in(small_world: World) -> None:
    for value in ("x", "x" * 5000, "\u00e9", "a b"):
        client = small_world.client()
        sent = {b"cookie": f"adept_staff={value}".encode()}
        assert client.get("/board", headers=sent).status_code == 303
        signing_in = client.get("/board/sign-in", headers=sent)
        assert inspected("/board/sign-in", signing_in).status == 200
    assert Browser(small_world.client()).get("/board").heading == "Staff sign-in"
