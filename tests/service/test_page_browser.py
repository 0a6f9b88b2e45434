"""The web page in a real browser, with the real service and a real Lean behind it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest
import pytest_asyncio

from tests.conftest import CHROMIUM
from tests.service.scripted_service import Served
from tests.service.test_lean import HARD
from tests.web.drawn import ON_THE_GRAPH

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.lean,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
PATIENCE = 120_000
"""Milliseconds; the machine may be busy."""
TWO = """theorem first (p q : Prop) : p ∧ q → q := by
  sorry

theorem second (n : Nat) : n + 0 = n := by
  sorry
"""
STEPS = "document.getElementById('graph').view.steps"
TEXT = "[...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n')"
Page = Any


@pytest.fixture
def quiet() -> list[str]:
    """What browsers complain of."""
    return []


@pytest_asyncio.fixture
async def context(browser: Any, served_lean: Served, quiet: list[str]) -> AsyncIterator[Any]:
    """A browser's window; afterwards it has asked nobody else, and nothing went wrong in it."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 860}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(PATIENCE)

    def watch(page: Page) -> None:
        page.on("console", lambda message: quiet.append(message.text))
        page.on("pageerror", lambda error: quiet.append(str(error)))

    context.on("page", watch)
    own = f"http://127.0.0.1:{served_lean.address.port}/"
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield context
    await context.close()
    assert quiet == []
    assert [url for url in asked if not url.startswith((own, f"blob:{own}"))] == []
    await served_lean.until(lambda: not searching(served_lean))


@pytest_asyncio.fixture
async def page(context: Any, served_lean: Served) -> Page:
    """The page as `prover serve --open` opens it; once it is there it holds no secret."""
    page = await context.new_page()
    await page.goto((await served_lean.post("/v1/page", {})).json()["address"])
    await page.wait_for_selector(".cm-content")
    assert page.url == f"http://127.0.0.1:{served_lean.address.port}/"
    assert await page.evaluate("document.cookie") == ""
    return page


def searching(served: Served) -> list[str]:
    """The searches that have not ended."""
    return [run.id for run in served.service.runs.alive if run.kind == "prove"]


async def write(page: Page, text: str, *, line: int = 1) -> None:
    """Pastes a text in place of what is there, and goes to the end of a line."""
    await page.locator(".cm-content").focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Delete")
    if text:
        await page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
        await page.keyboard.press("Control+v")
    await page.keyboard.press("Control+Home")
    for _ in range(line - 1):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("End")


async def grown(page: Page, beyond: int = 0) -> int:
    """Waits until the graph has more expansions than that; how many it has."""
    async with asyncio.timeout(PATIENCE / 1000):
        while (steps := await page.evaluate(STEPS)) <= beyond:
            await asyncio.sleep(0.1)
    return int(steps)


async def begin_long_search(page: Page) -> int:
    """A search that goes on for long; how many expansions there are already."""
    await write(page, f"{HARD}\n  sorry\n", line=2)
    await page.keyboard.press("Control+Enter")
    return await grown(page)


async def test_a_theorem_is_typed_proved_and_put_into_the_text(page: Page) -> None:
    await write(page, "")
    await page.keyboard.type("theorem t (p q : Prop) : p \\and q \\to q \\and p := by")
    await page.keyboard.press("Enter")
    await page.keyboard.type("  sorry")
    goal = page.locator("#goals pre")
    await playwright.expect(goal).to_contain_text("⊢ p ∧ q → q ∧ p", timeout=PATIENCE)
    assert await page.locator("#where").inner_text() == "t, line 2"
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector("#status.proved")
    assert "checked by a fresh Lean" in await page.locator("#status").inner_text()
    await grown(page)
    assert await page.locator("#state .tried li").count() > 0
    script = await page.locator("#script").text_content()
    await page.get_by_role("button", name="Copy").click()
    assert await page.evaluate("navigator.clipboard.readText()") == script
    await page.get_by_role("button", name="Put into the text").click()
    text = await page.evaluate(TEXT)
    assert "sorry" not in text
    assert script.split("\n")[0] in text
    await page.keyboard.press("Control+s")
    await page.wait_for_selector("#verdict.good")
    assert "accepted" in await page.locator("#verdict").inner_text()
    await page.keyboard.press("Control+z")
    assert "sorry" in await page.evaluate(TEXT)


@pytest.mark.slow
async def test_symbols_are_typed_as_in_lean_editors(page: Page) -> None:
    for typed, shown in [
        ("\\N ", "ℕ "),
        ("\\forall x", "∀ x"),
        ("\\le\\ne ", "≤≠ "),
        ("\\<a, b\\>", "⟨a, b⟩"),
        ("\\alp ", "α "),
        ("x\\_1 ", "x₁ "),
        ("h\\-1 ", "h⁻¹ "),
        ("\\qqq ", "\\qqq "),
    ]:
        await write(page, "")
        await page.keyboard.type(typed)
        # A name that is the beginning of another one waits for what comes next.
        await page.keyboard.press("Tab")
        assert (await page.evaluate(TEXT)).rstrip() == shown.rstrip()


@pytest.mark.slow
async def test_errors_stand_at_their_lines(page: Page) -> None:
    await write(page, "theorem a : 1 = 1 := by\n  rfl\n\nexample : 1 = 2 := by\n  exact nonsense\n")
    message = page.locator("#messages .error").first
    assert (await message.inner_text()).startswith("5:8")
    await message.click()
    assert await page.locator(".cm-activeLine").text_content() == "  exact nonsense"
    assert await page.locator(".cm-lint-marker-error").count() == 1
    await page.get_by_role("button", name=re.compile("^Check")).click()
    await page.wait_for_selector("#verdict.bad")
    await page.get_by_role("button", name=re.compile("^Prove all")).click()
    assert "no `sorry`" in await page.locator("#notice").inner_text()


@pytest.mark.slow
async def test_a_search_is_watched_and_stopped(page: Page, served_lean: Served) -> None:
    steps = await begin_long_search(page)
    assert "searching" in await page.locator("#status").inner_text()
    assert await page.locator(".cm-target").text_content() == "sorry"
    await grown(page, beyond=steps)
    place = await page.evaluate(
        "(() => { const view = document.getElementById('graph').view;"
        " view.fit(); return view.middle(view.states.at(-1)); })()"
    )
    chosen = await page.evaluate("document.getElementById('graph').view.states.at(-1).id")
    box = await page.locator("#graph").bounding_box()
    await page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    assert await page.locator("#state h3").inner_text() == f"State {chosen}"
    await page.locator("#graph").focus()
    await page.keyboard.press("ArrowLeft")
    assert await page.locator("#state .tried li").count() > 0
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#status.cancelled")
    assert not searching(served_lean)


@pytest.mark.slow
async def test_what_lean_has_said_of_an_earlier_text_is_marked(page: Page) -> None:
    await write(page, TWO, line=2)
    goals, messages = page.locator("#goals:not(.old) pre"), page.locator("#messages:not(.old) li")
    await playwright.expect(goals).to_contain_text("⊢ p ∧ q → q", timeout=PATIENCE)
    assert await messages.count() == 2
    await page.keyboard.type(" -- ⊢")
    assert await page.locator("#goals.old pre").count() == 1
    assert await page.locator("#messages.old li").count() == 2
    await goals.wait_for()
    assert await messages.count() == 2
    await page.keyboard.press("Backspace")
    assert await page.locator("#goals.old pre").count() == 1
    await page.keyboard.press("Control+z")
    assert await goals.count() == 1


@pytest.mark.slow
async def test_no_more_seconds_are_shown_than_were_allowed(page: Page) -> None:
    await page.locator("#seconds").fill("2")
    await page.locator("#seconds").press("Tab")
    await begin_long_search(page)
    shown: list[str] = []
    async with asyncio.timeout(PATIENCE / 1000):
        while not shown or "searching" in shown[-1]:
            shown.append(await page.locator("#status").inner_text())
            await asyncio.sleep(0.2)
    assert "limit · 2.0 s" in shown[-1]
    seconds = [float(found) for text in shown for found in re.findall(r"· ([\d.]+) s\b", text)]
    assert len(seconds) == len(shown)
    assert max(seconds) <= 2


@pytest.mark.slow
async def test_the_graph_has_its_room_to_itself(page: Page) -> None:
    await write(page, f"{TWO}\n{TWO.replace('first', 'third').replace('second', 'last')}", line=2)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector("#status.proved")
    await grown(page)
    for width, height in ((1280, 860), (1280, 700), (400, 860)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate(ON_THE_GRAPH) == []
        room = await page.evaluate("document.querySelector('.graph').clientHeight")
        assert room >= 0.33 * height
        assert await page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.slow
async def test_a_page_that_is_loaded_again_finds_its_search(
    page: Page, served_lean: Served
) -> None:
    steps = await begin_long_search(page)
    [run] = searching(served_lean)
    text = await page.evaluate(TEXT)
    await page.reload()
    assert await grown(page, beyond=steps - 1) >= steps
    assert searching(served_lean) == [run]
    assert await page.evaluate(TEXT) == text
    assert "searching" in await page.locator("#status").inner_text()
    await page.locator("#stop").click()
    await page.wait_for_selector("#status.cancelled")
    await page.reload()
    await grown(page)
    assert "cancelled" in await page.locator("#status").inner_text()


@pytest.mark.slow
async def test_two_tabs_have_a_text_and_a_search_each(page: Page, served_lean: Served) -> None:
    await begin_long_search(page)
    other = await page.context.new_page()
    await other.goto(f"http://127.0.0.1:{served_lean.address.port}/")
    await write(other, "theorem mine (p : Prop) (h : p) : p := by\n  sorry\n", line=2)
    await other.keyboard.press("Control+Enter")
    await playwright.expect(other.locator("#status")).to_contain_text("waiting", timeout=PATIENCE)
    await page.bring_to_front()
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#status.cancelled")
    await other.bring_to_front()
    await other.wait_for_selector("#status.proved")
    assert "hard" in await page.evaluate(TEXT)
    assert "mine" in await other.evaluate(TEXT)


@pytest.mark.slow
async def test_all_holes_are_proved_one_after_another(page: Page) -> None:
    await write(page, TWO)
    await page.wait_for_selector("#messages .warning")
    await page.keyboard.press("Control+Shift+Enter")
    await page.wait_for_selector("#runs li:nth-child(2) .proved")
    assert await page.locator("#runs .proved").all_text_contents() == ["first", "second"]
    assert "sorry" not in await page.evaluate(TEXT)
    await page.get_by_role("button", name="first").click()
    assert (await page.locator("#status").inner_text()).startswith("first")
    await grown(page)


@pytest.mark.slow
async def test_a_page_that_is_not_let_in_any_more_says_what_to_do(
    page: Page, quiet: list[str], served_lean: Served
) -> None:
    await page.context.clear_cookies()
    await page.locator(".cm-content").focus()
    await page.keyboard.press("Control+Enter")
    notice = page.locator("#notice")
    await playwright.expect(notice).to_contain_text("prover serve --open", timeout=PATIENCE)
    assert not searching(served_lean)
    # The browser itself says so of each request.
    assert all("403" in message or "401" in message for message in quiet)
    quiet.clear()


@pytest.mark.slow
async def test_nothing_is_wider_than_the_window(page: Page) -> None:
    await page.wait_for_selector("#goals pre")
    for scheme, width in product(("light", "dark"), (400, 1280)):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 860})
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        colours = [
            await page.evaluate(f"getComputedStyle(document.body).{name}")
            for name in ("color", "backgroundColor")
        ]
        brightness = [sum(map(int, text[4:-1].split(","))) for text in colours]
        assert (brightness[0] < brightness[1]) == (scheme == "light")
