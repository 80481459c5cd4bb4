"""Make the demo's files: each is ours, made here or in ``originals/``, and free to use."""

import csv
import io
import math
import re
import struct
import wave
import zlib
from array import array
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from django.conf import settings

from demo.models import Airport, Document

ORIGINALS = Path(__file__).parent / "originals"
#: 100 MB in lines of 16 bytes, each with its number, so that whoever asks for a range sees that the right one came.
LINES = 6_250_000


#: The name of each file below MEDIA_ROOT, by the slug of its Document.
FILES = {
    "guide": "documents/guide.pdf",
    "map": "documents/airports.png",
    "drawing": "documents/drawing.svg",
    "chord": "documents/chord.wav",
    "clock": "documents/clock.mp4",
    "sources": "documents/sources.txt",
    "served": "documents/Flughäfen 🛫 100%.csv",
    "numbers": "documents/numbers.txt",
}


def make_documents(lines: int = LINES) -> None:
    """Make every file, and a Document for each."""
    airports = Airport.objects.select_related("country")
    add("guide", "A short guide, as PDF", pdf("The demo of django-extras", "This page was made at set-up."))
    add("map", "Every airport is a dot", png((a.longitude, a.latitude) for a in airports))
    add("drawing", "A drawing that could hold a script", (ORIGINALS / "drawing.svg").read_bytes())
    add("chord", "Four seconds of A major", wav(220, 277.2, 329.6))
    add("clock", "A minute of film, its index at the end", spread((ORIGINALS / "clock.mp4").read_bytes()))
    add("sources", "Where the data come from", (ORIGINALS / "sources.txt").read_bytes())
    add("served", "Airports that airlines serve", table(airports.exclude(iata="")))
    add("numbers", "Numbered lines of 16 bytes", numbers(lines))


def add(slug: str, title: str, content: bytes | Iterable[bytes]) -> None:
    """Save a document under exactly the name that it has in FILES, where no other file may be."""
    path = Path(settings.MEDIA_ROOT, FILES[slug])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.writelines([content] if isinstance(content, bytes) else content)
    Document.objects.create(slug=slug, title=title, file=FILES[slug])


def numbers(lines: int) -> Iterable[bytes]:
    """Yield lines that count from zero in 15 digits: line N stands at byte 16 * N."""
    endings = [b"%05d\n" % ending for ending in range(100_000)]
    for start in range(0, lines, 100_000):
        prefix = b"%010d" % (start // 100_000)
        yield prefix + prefix.join(endings[: lines - start])


def table(airports: Iterable[Airport]) -> bytes:
    """Return the airports as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["icao", "iata", "name", "city", "country"])
    writer.writerows([a.icao, a.iata, a.name, a.city, a.country.name] for a in airports)
    return text.getvalue().encode()


def wav(*frequencies: float, seconds: int = 4, rate: int = 16_000) -> bytes:
    """Return the tones together, fading away, as 16-bit mono."""
    samples = array("h")
    for n in range(seconds * rate):
        wave_sum = sum(math.sin(math.tau * frequency * n / rate) for frequency in frequencies)
        samples.append(round(8000 * math.exp(-n / rate) * wave_sum))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def spread(film: bytes, gap: int = 32 * 1024) -> bytes:
    """Return an MP4 with a gap after each chunk, so large that a browser seeks in it before it has all of it."""
    start, end = film.index(b"mdat") - 4, film.rindex(b"moov") - 4
    media, index = bytearray(film[start : start + 8]), bytearray(film[end:])
    # A table of offsets: its name, four bytes of version, how many there are, and they.
    tables = [found.end() + 8 for found in re.finditer(b"stco", index)]
    places = [
        place
        for table in tables
        for place in range(table, table + 4 * struct.unpack_from(">I", index, table - 4)[0], 4)
    ]
    offsets = {place: struct.unpack_from(">I", index, place)[0] for place in places}
    ends = dict(pairwise([*sorted(offsets.values()), end]))
    for place in sorted(places, key=offsets.__getitem__):
        struct.pack_into(">I", index, place, start + len(media))
        media += film[offsets[place] : ends[offsets[place]]] + bytes(gap)
    struct.pack_into(">I", media, 0, len(media))
    return film[:start] + media + index


def png(points: Iterable[tuple[float, float]], width: int = 1440) -> bytes:
    """Return a map of the world with a dot at each longitude and latitude, one bit a pixel."""
    height, scale = width // 2, width / 360
    rows = [bytearray(width // 8) for _ in range(height)]
    for longitude, latitude in points:
        x, y = min(int((longitude + 180) * scale), width - 1), min(int((90 - latitude) * scale), height - 1)
        rows[y][x // 8] |= 0x80 >> x % 8

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 3, 0, 0, 0)),
            chunk(b"PLTE", bytes.fromhex("102a43ffd166")),
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
            chunk(b"IEND", b""),
        ]
    )


def pdf(*lines: str) -> bytes:
    """Return a PDF of one page with these lines of ASCII text."""
    text = " T* ".join(f"({line}) Tj" for line in lines)
    content = f"BT /F1 24 Tf 32 TL 72 740 Td {text} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    file, offsets = "%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        offsets.append(len(file))
        file += f"{number} 0 obj\n{value}\nendobj\n"
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        f"{file}xref\n0 {size}\n0000000000 65535 f \n{entries}"
        f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
    ).encode("ascii")
