"""The files that the demo makes are what their names say."""

import io
import re
import shutil
import struct
import subprocess
import wave
import zlib
from pathlib import Path

import pytest

from demo.files import ORIGINALS, numbers, pdf, png, spread, wav
from demo.models import Document
from tests.servers.harness import missing


def test_every_document_has_its_file(demo_data: Path) -> None:
    documents = Document.objects.all()

    assert {Path(document.file.path) for document in documents} == set((demo_data / "documents").iterdir())
    assert all(document.file.size for document in documents)


@pytest.mark.parametrize("lines", [0, 1, 99_999, 100_000, 100_001, 250_000])
def test_a_line_stands_at_sixteen_times_its_number(lines: int) -> None:
    content = b"".join(numbers(lines))

    assert len(content) == 16 * lines
    assert content.split() == [b"%015d" % line for line in range(lines)]


def test_the_pdf_finds_its_objects() -> None:
    content = pdf("One", "Two")

    [start] = re.findall(rb"startxref\n(\d+)\n%%EOF\n$", content)
    table = content[int(start) :].splitlines()
    offsets = [int(line[:10]) for line in table if line.endswith(b"n ")]

    assert table[:2] == [b"xref", b"0 6"]
    assert [content[offset:].partition(b"\n")[0] for offset in offsets] == [b"%d 0 obj" % n for n in range(1, 6)]


def test_the_picture_has_a_dot_for_each_point() -> None:
    content = png([(-180, 90), (179.9, -90)], width=16)

    [size] = struct.iter_unpack(">II", content[16:24])
    data = content[content.index(b"IDAT") + 4 :]
    rows = zlib.decompressobj().decompress(data)

    assert size == (16, 8)
    assert rows == b"\0\x80\0" + 6 * b"\0\0\0" + b"\0\0\x01"


def test_the_sound_lasts_as_long_as_asked() -> None:
    with wave.open(io.BytesIO(wav(440, seconds=1, rate=8000))) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (1, 8000, 8000)


@pytest.mark.parametrize("gap", [None, 0, 32 * 1024])
def test_the_film_has_its_index_at_the_end(gap: int | None) -> None:
    content = (ORIGINALS / "clock.mp4").read_bytes()
    if gap is not None:
        content = spread(content, gap)
    boxes, position = [], 0
    while position < len(content):
        size, name = struct.unpack_from(">I4s", content, position)
        boxes.append(name)
        position += size

    assert boxes == [b"ftyp", b"free", b"mdat", b"moov"]
    assert len(content) - 598 * (gap or 0) < 200_000


def test_the_film_that_is_spread_has_the_same_pictures(tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        missing("ffmpeg")
    original = (ORIGINALS / "clock.mp4").read_bytes()
    (tmp_path / "original.mp4").write_bytes(original)
    (tmp_path / "spread.mp4").write_bytes(spread(original))

    sums = [
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(tmp_path / name), "-f", "md5", "-"], capture_output=True, check=True
        ).stdout
        for name in ("original.mp4", "spread.mp4")
    ]

    assert sums[0].startswith(b"MD5=")
    assert sums[0] == sums[1]
