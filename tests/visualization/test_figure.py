"""Pictures: written without a warning, the same each time, and of the right size."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from prover.errors import InputError, SetupError
from prover.search.graph import ProofGraph
from prover.search.score import SUM
from prover.visualization.figure import MOST_DOTS, SUFFIXES, draw
from tests.search.graphs import build, candidate, state


@pytest.fixture
def graph() -> ProofGraph:
    """A proof with everything that a picture can show."""
    graph = build([("r", "constructor", "ab"), ("r", "left", "c"), ("c", "simp", "d")])
    for key, tactic, left in (("a", "rfl", ""), ("b", "simp", "a"), ("a", "left", "e")):
        graph.insert(key, candidate(tactic), [state(child) for child in left])
    graph.finish("d")
    return graph


def size_of(png: Path) -> tuple[int, int]:
    """Width and height in dots."""
    header = png.read_bytes()[:24]
    return int.from_bytes(header[16:20]), int.from_bytes(header[20:24])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_graph_gives_the_same_picture(
    suffix: str, graph: ProofGraph, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        draw(graph, path, title="Nat.add_comm", failures={"r": 3})
    assert paths[0].read_bytes() == paths[1].read_bytes()
    draw(graph, paths[1], title="another", failures={"r": 3})
    assert paths[0].read_bytes() != paths[1].read_bytes()


def test_an_svg_is_xml_and_a_png_has_two_dots_a_pixel(graph: ProofGraph, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    draw(graph, tmp_path / "a.svg")
    draw(graph, tmp_path / "a.png")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    points = float(root.attrib["width"].removesuffix("pt"))
    width, height = size_of(tmp_path / "a.png")
    assert width == pytest.approx(points / 72 * 200, abs=1)
    assert width > height > 200


@pytest.mark.parametrize("text", ["f <$> x = $y$", "\U0001f600 ∈ 𝓝 a", r"\alpha \ {x}", "a\nb\tc"])
def test_any_text_can_be_drawn(text: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    graph = ProofGraph(state("r", target=text))
    graph.insert("r", candidate(text), [])
    draw(graph, tmp_path / "a.svg", title=text)
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")


def test_a_very_long_proof_still_fits_into_a_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    keys = [f"s{number}" for number in range(120)]
    graph = ProofGraph(state(keys[0]), SUM)
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        graph.insert(key, candidate("simp"), [state(following)] if following else [])
    draw(graph, tmp_path / "a.png")
    assert MOST_DOTS - 1 <= size_of(tmp_path / "a.png")[0] <= MOST_DOTS


def test_an_open_root_alone_is_a_picture_too(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    draw(build([]), tmp_path / "a.png")
    assert size_of(tmp_path / "a.png")[0] > 1000


def test_another_suffix_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.jpg") as caught:
        draw(build([]), tmp_path / "a.jpg")
    assert ".svg, .png, .pdf" in caught.value.hint


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match="matplotlib") as caught:
        draw(build([]), tmp_path / "a.png")
    assert "pip install 'prover[draw]'" in caught.value.hint
