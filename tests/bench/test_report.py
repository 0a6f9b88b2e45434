"""A run as a page, tables, JSON and CSV, with names and messages that are out to break them."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from prover.bench.report.formats import FORMATS
from prover.bench.report.html_report import SCRIPTS, hash_of
from prover.bench.results import RunResults, read_run
from tests.bench.runs import attempt, problem, write
from tests.bench.test_metrics import ALL_WAYS, PROBLEMS, REFUSAL, REFUSED

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
BAD = problem(EVIL, statement=f"theorem bad : {EVIL} := by", topic=EVIL, header=EVIL)


class Elements(HTMLParser):
    """The elements of a page, and the texts of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.scripts and self.cdata_elem == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = attributes, text + data


def told(run: RunResults, form: str) -> str:
    return FORMATS[form](run, lambda _done, _of: None)


@pytest.fixture
def run(tmp_path: Path) -> RunResults:
    return read_run(write(tmp_path / "run", PROBLEMS, ALL_WAYS))


@pytest.fixture
def evil(tmp_path: Path) -> RunResults:
    tried = attempt(BAD, "error", message=EVIL)
    apart = problem("apart")
    other = attempt(apart, "error", applicable=False, message=EVIL)
    environment = {"dialect": EVIL, "processor": EVIL}
    return read_run(write(tmp_path / "evil", [BAD, apart], [tried, other], environment=environment))


def test_nothing_from_outside_becomes_an_element(evil: RunResults) -> None:
    page = told(evil, "html")
    parser = Elements()
    parser.feed(page)
    assert "img" not in parser.tags
    assert parser.addresses == []
    kinds = [attributes.get("type") for attributes, _ in parser.scripts]
    assert kinds == ["application/json", "module"]
    [row, _] = json.loads(parser.scripts[0][1])
    assert (row["name"], row["message"], row["header"]) == (EVIL, f"{EVIL}.", EVIL)


def test_a_refused_proof_is_shown_with_its_reason(tmp_path: Path) -> None:
    tried = [
        attempt(PROBLEMS[0], tactics=1),
        attempt(PROBLEMS[1], "refused", message=REFUSED, refusal=REFUSAL),
        attempt(PROBLEMS[1], "limit", number=1),
    ]
    run = read_run(write(tmp_path / "run", PROBLEMS[:2], tried))
    page = told(run, "html")
    _, row = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])
    assert (row["way"], row["script"], row["refusal"]) == ("refused", None, REFUSAL)
    assert row["message"] == REFUSED
    assert "<option>refused</option>" in page
    assert "1 whose proofs were refused" in told(run, "md")
    assert f"| refused | {REFUSED} | 1 |" in told(run, "md")
    assert json.loads(told(run, "json"))["figures"]["refused"] == 1


def test_runs_of_before_there_were_refusals_are_read(tmp_path: Path) -> None:
    old = attempt(PROBLEMS[0], tactics=1)
    for name in ("refusal", "trusted", "hint", "limit"):
        del old.result[name]
    run = read_run(write(tmp_path / "run", PROBLEMS[:1], [old]))
    page = told(run, "html")
    [row] = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])
    assert (row["way"], row["refusal"], row["trusted"]) == ("proved", None, 1)


def test_only_the_pages_own_script_and_style_may_run(run: RunResults) -> None:
    page = told(run, "html")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert script
    assert style
    allowed = [hash_of(script[1]), hash_of(style[1])]
    assert policy[1] == (f"default-src 'none'; script-src '{allowed[0]}'; style-src '{allowed[1]}'")
    assert not re.search(r"https?://(?!www\.w3\.org)", page)
    assert len(SCRIPTS) == len({*SCRIPTS})


def test_the_page_says_what_the_figures_are(run: RunResults) -> None:
    page = told(run, "html")
    assert re.search(r">1<span> of 4 proved", page)
    assert "unknown identifier &#39;Real.sin&#39;" in page
    assert "Every statement was read under the header that it came with" in page


def test_a_result_in_a_dialect_is_called_no_score(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", PROBLEMS, ALL_WAYS, environment={"dialect": "numbers"})
    for form in ("html", "md"):
        text = told(read_run(folder), form)
        assert "Dialect: numbers" in text
        assert "not a miniF2F score" in text


def test_markdown_has_a_row_for_each_thing(run: RunResults) -> None:
    text = told(run, "md")
    assert "**1 of 4 proved**, 25.0 % (95 % interval 4.6 % to 69.9 %)" in text
    assert "| nat | 1 of 2 | 50.0 % | 9.5 % to 90.5 % |" in text
    assert "| strange | unknown identifier 'Real.sin' |" in text


def test_markdown_tables_stay_whole(evil: RunResults) -> None:
    assert "<script>" not in told(evil, "md")
    rows = [line for line in told(evil, "md").splitlines() if line.startswith("| ")]
    assert all(line.endswith(" |") for line in rows)


def test_json_has_the_figures_and_what_they_were_made_with(run: RunResults) -> None:
    data = json.loads(told(run, "json"))
    assert data["figures"]["overall"]["proved"] == 1
    assert data["figures"]["overall"]["low"] == pytest.approx(0.0456, abs=5e-5)
    assert data["figures"]["not_applicable"] == [["strange", "unknown identifier 'Real.sin'"]]
    assert data["environment"]["lean"] == "4.28.0"


def test_csv_has_a_line_for_each_attempt_and_each_problem_without_one(run: RunResults) -> None:
    rows = list(csv.DictReader(io.StringIO(told(run, "csv"))))
    assert [(row["name"], row["outcome"]) for row in rows] == [
        ("easy", "proved"),
        ("hard", "not proved"),
        ("other", "not proved"),
        ("strange", "not applicable"),
        ("broken", "error"),
        ("later", "untried"),
    ]
    assert rows[1]["tactics"] == "40"
    assert rows[0]["script"] == "rfl"
