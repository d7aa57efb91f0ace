"""A signature from strokes: the same bytes each time, read by another decoder; what is no signature is refused."""
from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.assistance import drawing
from app.core.errors import Invalid

SIGNATURE = [[(100, 200), (300, 100), (500, 300), (800, 150)]]
points = st.tuples(st.integers(0, drawing.WIDTH), st.integers(0, drawing.HEIGHT))
strokes = st.lists(st.lists(points, min_size=1, max_size=8), max_size=6)


@settings(max_examples=25, deadline=None)
@given(strokes)
def test_every_drawing_is_a_picture_and_comes_back_from_its_field(lines: drawing.Strokes) -> None:
    with Image.open(io.BytesIO(drawing.png(lines))) as picture:
        picture.load()
        assert picture.size == (500, 200) and picture.mode == "L"
        for x, y in (point for stroke in lines for point in stroke):
            assert picture.getpixel((min(round(x / 2), 499), min(round(y / 2), 199))) == 0
    assert drawing.read_strokes(drawing.write_strokes(lines)) == lines
    assert drawing.png(lines) == drawing.png(lines)


def test_an_empty_field_is_white() -> None:
    with Image.open(io.BytesIO(drawing.png([]))) as picture:
        assert picture.getextrema() == (255, 255)


@pytest.mark.parametrize("sent", [
    "x", "{}x", "5", "[5]", "[[5]]", "[[[1]]]", "[[[1,2,3]]]", '[[["a","b"]]]', "[[[-1,0]]]", "[[[0,401]]]", "[[[1001,0]]]",
    "[" * 5000, json.dumps([[[1, 1]]] * 61), json.dumps([[[1, 1]] * 3001]), "null", "[[[1e999,0]]]",
])
def test_rubbish_is_refused(sent: str) -> None:
    with pytest.raises(Invalid):
        drawing.read_strokes(sent)


def test_a_dot_is_no_signature() -> None:
    for lines in ([], [[(5, 5)]], [[(5, 5), (9, 9)]], [[(5, 5)]] * 50):
        with pytest.raises(Invalid):
            drawing.require_signature(lines)
    drawing.require_signature(SIGNATURE)


def test_taps_draw_on_without_scripts() -> None:
    lines: drawing.Strokes = []
    for point in ((10, 10), (400, 200)):
        lines = drawing.add_tap(lines, point)
    lines = drawing.add_tap(lines, (700, 9000), lifted=True)
    lines = drawing.add_tap(lines, (-5, 100))
    assert lines == [[(10, 10), (400, 200)], [(700, 400), (0, 100)]]
    assert drawing.svg_path(lines) == "M10 10 L400 200 M700 400 L0 100"
    drawing.require_signature(lines)
