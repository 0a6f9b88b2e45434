"""The page of a report in a real browser: no network, no errors, and all that one can do on it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from benchmarks.perf.report import Searched
from prover.bench.report.html_report import page as page_of
from prover.bench.results import read_run
from tests.bench.runs import attempt, problem, write
from tests.bench.test_report import EVIL
from tests.conftest import CHROMIUM
from tests.search.scripted import events_of
from tests.search.test_trace import TREE
from tests.web.drawn import ON_THE_GRAPH

pytest.importorskip("playwright.async_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
MANY = 5000
FRAMES = """async (frames) => {
  const view = document.getElementById("graph").view;
  const drawn = [];
  for (let frame = 0; frame < frames; frame++) {
    view.zoom(frame % 2 ? 1.1 : 1 / 1.1);
    view.pan(5, 3);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    drawn.push(view.milliseconds);
  }
  return drawn.sort((a, b) => a - b);
}"""
SHOWN = """() => {
  const view = document.getElementById("graph").view;
  return view.nodes.filter((node) => node.step <= view.step).length;
}"""
LOOKS = ("fit()", "lookAt(view.states[2000], 1)", "lookAt(view.states[2000], 0.35)")
Page = Any


@pytest_asyncio.fixture(scope="module")
async def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a small search, a large one, one without a graph, and one with evil names."""
    small = problem("small", topic="nat", statement="theorem small (n : Nat) : n = n := by")
    large = problem("large", topic="int")
    none, evil = problem("none", topic="nat"), problem(EVIL, statement=EVIL)
    searched = Searched("large", MANY, 1)
    made_up = [{"theorem": "large", **event} for event in searched.events()]
    folder = write(
        tmp_path_factory.mktemp("page") / "run",
        [small, large, none, evil],
        [
            attempt(small, seconds=3.0, tactics=6),
            attempt(large, "limit", seconds=60.0, tactics=900),
            attempt(none, "error", seconds=0.5, tactics=0, message="Lean died"),
            attempt(evil, "error", seconds=10.0, message=EVIL),
        ],
        traces={
            "small-0": [{**event.to_json(), "theorem": "small"} for event in await events_of(TREE)],
            "large-0": made_up,
        },
    )
    path = folder / "report.html"
    path.write_text(page_of(read_run(folder), lambda _done, _of: None), encoding="utf-8")
    return path


@pytest_asyncio.fixture
async def page(browser: Any, report: Path) -> AsyncIterator[Page]:
    """The opened page; afterwards nothing was asked of the network, and nothing went wrong."""
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("request", lambda request: wrong.append(request.url))
    await page.goto(report.as_uri())
    yield page
    assert wrong == [report.as_uri()]
    await page.close()


async def names(page: Page) -> list[str]:
    """Of the problems shown, from top to bottom."""
    found: list[str] = await page.locator("#table tbody tr:visible .open").all_text_contents()
    return found


async def open_problem(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()
    number = ["small", "large", "none", EVIL].index(name)
    await page.wait_for_selector(f"#problem[data-shown='{number}']")


async def test_the_table_is_sorted_and_filtered(page: Page) -> None:
    await page.get_by_role("button", name="Seconds").click()
    assert await names(page) == ["none", "small", EVIL, "large"]
    await page.get_by_role("button", name="Seconds").press("Enter")
    assert await names(page) == ["large", EVIL, "small", "none"]
    await page.keyboard.press("/")
    await page.keyboard.type("(n : nat")
    assert await names(page) == ["small"]
    assert await page.locator("#shown").text_content() == "1 of 4 problems"
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#problem[data-shown='0']")
    await page.keyboard.press("Escape")
    await page.get_by_role("searchbox").fill("nowhere")
    await page.keyboard.press("Enter")
    assert not await page.locator("#problem").is_visible()
    await page.get_by_role("searchbox").fill("")
    await page.get_by_label("Outcome").select_option("error")
    assert await names(page) == [EVIL, "none"]


async def test_a_problem_is_opened_and_left_with_the_keyboard(page: Page) -> None:
    await page.get_by_role("button", name="small", exact=True).focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#problem[data-shown='0']")
    assert await page.locator("#statement .t-keyword").first.text_content() == "theorem"
    assert await page.locator("#script").text_content() == "rfl"
    await page.keyboard.press("Escape")
    assert not await page.locator("#problem").is_visible()
    focused = await page.evaluate("document.activeElement.textContent")
    assert focused == "small"


async def test_the_graph_shows_states_goals_and_errors(page: Page) -> None:
    await open_problem(page, "small")
    assert "⊢ root" in await page.locator("#state").inner_text()
    assert "error" in await page.locator("#state .tried li").first.inner_text()
    place = await page.evaluate(
        "(() => { const view = document.getElementById('graph').view;"
        " return view.middle(view.states.at(-1)); })()"
    )
    box = await page.locator("#graph").bounding_box()
    await page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    assert "⊢ root" not in await page.locator("#state pre").first.inner_text()
    await page.locator("#graph").focus()
    await page.keyboard.press("ArrowLeft")
    assert "⊢ root" in await page.locator("#state pre").first.inner_text()
    assert await page.locator("#state .tried li.used").count() == 1


async def test_the_slider_goes_through_the_expansions(page: Page) -> None:
    await open_problem(page, "small")
    everything = await page.evaluate(SHOWN)
    await page.locator("#step").focus()
    await page.keyboard.press("Home")
    assert (await page.locator("#at").text_content()).startswith("0 of ")
    assert await page.evaluate(SHOWN) == 1
    await page.get_by_role("button", name="One step on").click()
    assert 1 < await page.evaluate(SHOWN) < everything


async def test_no_button_stands_on_the_graph(page: Page) -> None:
    await open_problem(page, "large")
    assert await page.evaluate(ON_THE_GRAPH) == []


async def test_what_has_no_graph_says_so(page: Page) -> None:
    await open_problem(page, "none")
    assert "There is no graph" in await page.locator("#nothing").inner_text()
    assert await page.locator("#message").inner_text() == "Lean died."


async def test_evil_names_are_texts(page: Page) -> None:
    await open_problem(page, EVIL)
    assert await page.locator("#statement").text_content() == EVIL
    assert await page.locator("#name").text_content() == EVIL


async def test_five_thousand_states_are_smooth(page: Page) -> None:
    await open_problem(page, "large")
    assert await page.evaluate("document.getElementById('graph').view.states.length") >= MANY
    for look in LOOKS:
        await page.evaluate(f"() => {{ const {{ view }} = graph; view.{look}; }}")
        drawn = await page.evaluate(FRAMES, 30)
        print(json.dumps({"look": look, "median": drawn[15], "worst": drawn[-1]}))
        # A busy machine without a graphics card; on others it is a tenth of this.
        assert drawn[15] < 50, look


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_wider_than_the_window(
    browser: Any, report: Path, width: int, scheme: str
) -> None:
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    await page.goto(report.as_uri() + "#small")
    await page.wait_for_selector("#problem[data-shown='0']")
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate("document.getElementById('problem').scrollWidth") <= width
    colours = [
        await page.evaluate(f"getComputedStyle(document.body).{name}")
        for name in ("color", "backgroundColor")
    ]
    brightness = [sum(map(int, text[4:-1].split(","))) for text in colours]
    assert (brightness[0] < brightness[1]) == (scheme == "light")
    await page.close()
