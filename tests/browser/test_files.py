"""A browser seeks in a video whose index is at its end, and saves files under their names."""

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.servers.conftest import StartServer
from tests.servers.harness import missing


@pytest.fixture(scope="module")
def video(files: Path) -> Path:
    """A minute of video, with its index at the end, as encoders write it."""
    if shutil.which("ffmpeg") is None:
        missing("ffmpeg")
    path = files / "video.mp4"
    subprocess.run(
        [
            *["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=duration=60:size=640x360:rate=25"],
            *["-preset", "ultrafast", "-b:v", "8M", "-minrate", "8M", "-maxrate", "8M", "-bufsize", "8M"],
            *["-x264-params", "nal-hrd=cbr", "-pix_fmt", "yuv420p", str(path)],
        ],
        check=True,
        timeout=120,
    )
    content = path.read_bytes()
    assert content.rindex(b"moov") > content.index(b"mdat")
    return path


SEEK = """
const done = arguments[0], video = document.querySelector("video");
video.onerror = () => done({error: video.error.message});
const seek = () => {
  const wanted = video.duration * 0.75;
  video.onseeked = () => {
    const buffered = [];
    for (let i = 0; i < video.buffered.length; i++) buffered.push([video.buffered.start(i), video.buffered.end(i)]);
    done({duration: video.duration, seekable: video.seekable.end(0), position: video.currentTime, wanted, buffered});
  };
  video.currentTime = wanted;
};
if (video.readyState >= 1) seek(); else video.onloadedmetadata = seek;
"""


@pytest.mark.parametrize("name", ["gunicorn-gthread", "uvicorn"])
def test_video_seeks_to_what_has_not_been_loaded(
    start_server: StartServer, browser: Any, video: Path, name: str
) -> None:
    browser.get(f"{start_server(name).url}/files/player")

    seen = browser.execute_async_script(SEEK)

    assert "error" not in seen
    assert seen["duration"] == pytest.approx(60, abs=1)
    assert seen["seekable"] == seen["duration"]
    assert seen["position"] == seen["wanted"]
    # It has what is around the position, and not all that is before it.
    start, end = seen["buffered"][-1]
    assert 0 < start <= seen["position"] <= end


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("plain.txt", "plain.txt"),
        ("🎉 party 👩💻.txt", "🎉 party 👩💻.txt"),
        ('say "hello".txt', "say _hello_.txt"),
        ("100% (50%41).txt", "100% (50%41).txt"),
        ("דוח שנתי.txt", "דוח שנתי.txt"),
        ("Résumé; final=1.txt", "Résumé; final=1.txt"),
        ("evil\u202etxt.exe.txt", "eviltxt.exe.txt"),
        ("new\r\nline.txt", "newline.txt"),
        ("../../up.txt", "up.txt"),
    ],
)
def test_attachment_arrives_under_its_name(
    start_server: StartServer, browser: Any, downloads: Path, name: str, saved: str
) -> None:
    server = start_server("uvicorn")
    browser.get(f"{server.url}/ready")
    for path in downloads.iterdir():
        path.unlink()

    browser.execute_script("location.href = '/files/named?name=' + encodeURIComponent(arguments[0])", name)

    deadline = time.monotonic() + 20
    while not (finished := [path for path in downloads.iterdir() if path.suffix == ".txt"]):
        assert time.monotonic() < deadline, list(downloads.iterdir())
        time.sleep(0.05)
    assert [path.name for path in finished] == [saved]
