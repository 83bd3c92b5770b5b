"""Every kind of chart: Plotly takes the figure, and the SVG is well-formed, described, and complete in itself."""

import json
import os
import re
import struct
import subprocess
import xml.etree.ElementTree as ElementTree
import zlib

import plotly.graph_objects as go
import pytest

from conftest import BUILD

PROGRAM = BUILD / "tests/unit/test_chart"
SVG = "{http://www.w3.org/2000/svg}"
KINDS = {"trend", "daily", "groups", "points", "shops", "donut"}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The unit test's samples as files: <name>.figure.json, <name>.table.json, <name>-<theme>[-<size>].svg and .png."""
    folder = tmp_path_factory.mktemp("charts")
    subprocess.run([PROGRAM], env={**os.environ, "CHART_SAMPLES": str(folder)}, check=True, timeout=120)
    return folder


def test_plotly_accepts_every_figure(samples):
    figures = {f.name.split(".")[0]: json.loads(f.read_text()) for f in samples.glob("*.figure.json")}
    assert KINDS <= figures.keys()
    for name, figure in figures.items():
        assert go.Figure(figure).to_plotly_json()["layout"]["title"]["text"], name  # raises where it is not valid


def test_table_and_figure_have_the_same_values(samples):
    for name in ("trend", "daily", "groups", "points"):
        figure = json.loads((samples / f"{name}.figure.json").read_text())
        table = json.loads((samples / f"{name}.table.json").read_text())
        for column, trace in enumerate(figure["data"], start=1):
            assert [row[column] for row in table["rows"]] == trace["y"], name


def test_every_svg_is_described_and_refers_only_to_itself(samples):
    for path in samples.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img", path.name
        assert root.find(SVG + "title").text and root.find(SVG + "desc").text, path.name
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids)), path.name
        assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)) <= {(i, "") for i in ids} | {("", i) for i in ids}
        assert set(root.get("aria-labelledby").split()) <= set(ids), path.name


def test_two_svgs_share_no_id(samples):
    one, two = ((samples / f"{name}-light.svg").read_text() for name in ("trend", "donut"))
    assert not set(re.findall(r' id="([^"]+)"', one)) & set(re.findall(r' id="([^"]+)"', two))


def test_png_carries_title_and_description(samples):
    data, at, chunks = (samples / "trend-light.png").read_bytes(), 8, []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        chunks.append((kind, body))
        at += 12 + length
    assert struct.unpack(">II", chunks[0][1][:8]) == (1280, 800)  # 640 x 400 at scale 2
    assert (b"tEXt", b"Title\0Spend per month") in chunks
    assert any(body.startswith(b"Description\0Spend peaked") for _, body in chunks)
