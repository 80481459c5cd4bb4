"""docs/tutorial.md, followed to the letter in an empty directory: its files, its commands, and what they answer."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.harness import missing

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: A command of a console block, and the answer below it.
STEP = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
#: What a terminal of a reader has not set.
OF_THE_TESTS = {"DJANGO_SETTINGS_MODULE", "PYTHONDEVMODE", "PYTHONWARNINGS", "CURL_HOME", "BASH_ENV"}
END = "--the-end-of-a-command--"


class Shell:
    """One bash for all commands, as in a terminal."""

    def __init__(self, directory: Path, port: int) -> None:
        paths = [os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]
        environ = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
        # The tutorial installs no extra: what comes first on this path is an orjson that is not there.
        extras = directory.parent / "extras"
        extras.mkdir()
        (extras / "orjson.py").write_text("raise ImportError")
        modules = os.pathsep.join(map(str, (extras, ROOT)))
        self.environ = environ | {"PATH": os.pathsep.join(paths), "PYTHONPATH": modules, "NO_COLOR": "1"}
        self.directory, self.port = directory, port
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.bash = subprocess.Popen(["bash"], cwd=directory, env=self.environ, text=True, **pipes)

    def run(self, command: str) -> str:
        """Return what a command prints."""
        assert self.bash.stdin is not None
        assert self.bash.stdout is not None
        self.bash.stdin.write(f"{self.here(command)}\nprintf '\\n{END}\\n'\n")
        self.bash.stdin.flush()
        answer = ""
        for line in self.bash.stdout:
            if line == f"{END}\n":
                return answer.removesuffix("\n").replace(f":{self.port}", ":8000")
            answer += line
        raise AssertionError(f"The shell has ended with {command!r}: {answer}")

    def here(self, text: str) -> str:
        """Return the text with the port of this server: 8000 may be taken."""
        return text.replace(":8000", f":{self.port}").replace("runserver", f"runserver --noreload {self.port}")

    @contextmanager
    def serving(self, command: str) -> Iterator[None]:
        """Run the command that does not end, as in a terminal of its own, until it answers."""
        words = self.here(command).split()
        with (self.directory / "server.log").open("w") as log:
            server = subprocess.Popen(words, cwd=self.directory, env=self.environ, stdout=log, stderr=log)
        try:
            for _ in range(600):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                        break
                assert server.poll() is None, (self.directory / "server.log").read_text()
                time.sleep(0.05)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(10)

    def close(self) -> None:
        self.bash.communicate("exit\n", timeout=10)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    for program in ("bash", "curl", "awk"):
        if shutil.which(program) is None:
            missing(program)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    directory = tmp_path / "empty"
    directory.mkdir()
    shell = Shell(directory, port)
    yield shell
    shell.close()


def follow(shell: Shell, blocks: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Do what the blocks say. Yield each command with the answer that is printed and the one that came."""
    for language, text in blocks:
        if language == "python":
            name = re.match(r"# ([\w/.]+)( \(at the end\))?\n", text)
            assert name is not None, f"No file is named: {text}"
            with (shell.directory / name[1]).open("a" if name[2] else "w") as file:
                file.write(text)
            continue
        for command, printed in STEP.findall(text):
            if "runserver" in command:
                with shell.serving(command):
                    yield from follow(shell, blocks)
            elif "pip install" not in command and ".venv" not in command:
                yield command, printed, shell.run(command)


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(shell: Shell) -> None:
    text = TUTORIAL.read_text()
    blocks = ((match[1], match[2]) for match in BLOCK.finditer(text))

    steps = list(follow(shell, blocks))

    assert len(steps) == len(STEP.findall(text)) - 3  # set-up and server
    for command, printed, answer in steps:
        # A long answer is printed in several lines.
        assert (command, answer.split()) == (command, printed.split())
