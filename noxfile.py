"""
The sessions that prove the project.

``python -m nox`` runs every session but the quick one, the demo, the benchmarks, the random queries and the random
changes. A Python that this machine lacks is reported and left out, unless the environment variable CI is set: then it
is an error.
"""

import os
import shutil
import sys
import tarfile
from glob import glob
from pathlib import Path
from random import Random

import nox

CI = bool(os.environ.get("CI"))

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = CI

PYPROJECT = nox.project.load_toml("pyproject.toml")
DJANGO_FOR_PYTHON = {"3.11": "5.2", "3.12": "6.0", "3.13": "6.1"}
# Measuring takes as long as the tests. A branch that only an older Python or Django takes is none that this code has.
MEASURED_PYTHON = max(DJANGO_FOR_PYTHON)
# It is tested where it is installed. It is supported, and has a classifier, as soon as CI has it.
if shutil.which("python3.14"):
    DJANGO_FOR_PYTHON["3.14"] = "6.1"

QUICK_TESTS = [
    *(f"tests/http/test_{name}.py" for name in ("file", "json", "problem", "ranges", "status")),
    *(f"tests/views/test_{name}.py" for name in ("json", "pages", "forms", "writes", "locking")),
    *(f"tests/views/test_{name}.py" for name in ("download", "negotiation", "status")),
]

# Who runs everything reads first what that is.
if not sys.argv[1:]:
    print(
        "nox > All sessions: lint, types, docs, the tests on each Python and database that is here, real servers and "
        "browsers. That takes up to 30 minutes on 2 cores. A first look in 2 minutes: python -m nox -s quick",
        flush=True,
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, common mistakes and which module imports which."""
    session.install(*group("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports", "--no-cache")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types as mypy and pyright see them, and that nothing public lacks one."""
    session.install(".[orjson]", *group("test"), *group("typing"))
    session.run("mypy")
    session.run("pyright")
    session.run("pyright", "--verifytypes", "django_extras", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site in build/docs, each warning an error; "linkcheck" after -- asks the sites that it links to."""
    session.install(*PYPROJECT["project"]["dependencies"], *group("docs"))
    [builder] = session.posargs or ["html"]
    options = ["--fresh-env", "--fail-on-warning", "--keep-going", "--quiet", "--builder", builder]
    session.run("sphinx-build", *options, "docs", "build/docs")
    if builder != "linkcheck":
        session.log(f"Open {Path('build/docs/index.html').absolute()}")


@nox.session
def package(session: nox.Session) -> None:
    """Build sdist and wheel, and run the sdist's tests of responses, and of what is public, against the wheel."""
    dist = Path(session.create_tmp(), "dist").absolute()
    shutil.rmtree(dist, ignore_errors=True)
    session.install("build", "twine", *group("test"))
    session.run("python", "-m", "build", "--outdir", str(dist))
    session.run("twine", "check", "--strict", *map(str, dist.iterdir()))

    [wheel], [sdist] = dist.glob("*.whl"), dist.glob("*.tar.gz")
    session.install("--force-reinstall", "--no-deps", str(wheel))
    session.install(str(wheel))
    with tarfile.open(sdist) as archive:
        archive.extractall(dist, filter="data")
    session.chdir(dist / sdist.name.removesuffix(".tar.gz"))
    # Whatever imports django_extras from here on finds the wheel, or nothing.
    shutil.rmtree("django_extras")
    session.run("python", "-c", "import django_extras; assert 'site-packages' in django_extras.__file__")
    # Each of the other sessions runs the tests of the rooms below, which take longest.
    rooms = ("binding", "demo", "openapi", "projection", "test_packaging.py", "views")
    ignored = [f"--ignore=tests/{name}" for name in rooms]
    # Development mode looks for misuse of memory and of asyncio, and takes its time for that: here, once.
    run_pytest(session, "-m", "not slow", *ignored, "-p", "no:cacheprovider", PYTHONDEVMODE="1")


@nox.session(python=list(DJANGO_FOR_PYTHON))
def tests(session: nox.Session) -> None:
    """Run the tests that need Python alone, on one Django for each Python."""
    assert isinstance(session.python, str)
    session.install("-e.", f"Django~={DJANGO_FOR_PYTHON[session.python]}.0", *group("test"))
    measured = data_file(session.python) if session.python == MEASURED_PYTHON else None
    run_pytest(session, "-m", "not slow", *session.posargs, data_file=measured)


@nox.session(default=False, reuse_venv=True)
def quick(session: nox.Session) -> None:
    """For a first look: run the tests of the views and of what they send, on this Python, in less than two minutes."""
    session.install("-e.", *group("quick"))
    run_pytest(session, "-m", "not slow", *(session.posargs or QUICK_TESTS))


@nox.session(default=False, python=list(DJANGO_FOR_PYTHON))
def djangos_tests(session: nox.Session) -> None:
    """Run Django's own tests of generic views, with NegotiatedResponseMixin on the left of the views."""
    assert isinstance(session.python, str)
    django, directory = DJANGO_FOR_PYTHON[session.python], Path(session.create_tmp(), "django").absolute()
    session.install("-e.", f"Django~={django}.0", *group("test"))
    version = str(session.run("python", "-c", "import django; print(django.__version__)", silent=True)).strip()
    shutil.rmtree(directory, ignore_errors=True)
    session.run("pip", "download", "--no-deps", "--no-binary=:all:", "--dest", str(directory), f"Django=={version}")
    [sdist] = directory.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(directory, filter="data")
    [source] = (path for path in directory.iterdir() if path.is_dir())
    session.run("python", "-m", "tests.djangos_tests", str(source))


@nox.session
def databases(session: nox.Session) -> None:
    """Run the tests of models and views once more, on PostgreSQL and on MariaDB."""
    session.install("-e.", *group("test"))
    for database in servers(session):
        # The server goes away with the tests, so that nobody needs to drop the database.
        directories = ["tests/binding", "tests/projection", "tests/views"]
        # Who may see a view, and what calls what, is the same on each database.
        ignored = [f"--ignore=tests/views/{name}.py" for name in ("test_calls", "test_logins", "test_status_calls")]
        tests = ["-m", "database and not slow", "--reuse-db", *directories, "tests/test_handlers.py", *ignored]
        run_pytest(session, *tests, data_file=data_file(database), TEST_DATABASE=database)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests with a server or a browser, and demand that they or another session took every branch."""
    session.install("-e.", *group("test"), *group("servers"), *group("browser"), *group("judges"))
    if CI or shutil.which("cc"):
        session.install(*group("servers-from-source"))
    # What sets up a server, or the demo, does so once for each process.
    run_pytest(session, "-m", "slow", "--dist=loadfile", data_file=data_file("slow"))

    # A branch for one version of Django or for one database is taken only where that runs.
    missing = [name for name in [MEASURED_PYTHON, "postgresql", "mysql"] if not data_file(name).exists()]
    session.run("coverage", "combine", "--quiet", *map(str, Path().glob(".coverage.*")))
    if missing:
        session.warn(f"No tests ran on {', '.join(missing)}: coverage is shown, but not demanded.")
    session.run("coverage", "report", *(["--fail-under=0"] if missing else []))


@nox.session(default=False)
def judges(session: nox.Session) -> None:
    """Have schemathesis judge the demo for longer. An argument after -- is its number of examples, 100 if absent."""
    session.install("-e.", *group("test"), *group("servers"), *group("judges"))
    examples = session.posargs[0] if session.posargs else "100"
    run_pytest(session, "tests/openapi/test_judges.py", "--numprocesses=0", JUDGES_EXAMPLES=examples)


@nox.session(default=False, reuse_venv=True)
def demo(session: nox.Session) -> None:
    """Set the demo's data up and serve it; an argument after -- is the port, 8000 if absent."""
    session.install(*PYPROJECT["project"]["dependencies"], *group("demo"))
    command = ["-m", "demo", *session.posargs]
    if os.name == "posix":
        # In the place of nox: a signal that ends nox alone would leave the server behind.
        python = os.path.join(session.bin, "python")  # by its path, which tells Python where its packages are
        os.execv(python, [python, *command])
    session.run("python", *command)


@nox.session(default=False, reuse_venv=True)
def bench(session: nox.Session) -> None:
    """Measure this library beside its peers; an argument after -- names one part."""
    session.install(".", "-r", "tests/benchmarks/requirements.txt", *group("test"), *group("servers"))
    session.run("python", "-m", "tests.benchmarks", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def fuzz(session: nox.Session) -> None:
    """
    Compare kept SQL with Django's, for random queries on each database that is installed.

    Arguments after -- are the seconds for each, 60 if absent, and the seed, at random if absent.
    """
    seconds, seed = [*session.posargs, *("60", str(Random().randrange(10**6)))[len(session.posargs) :]]
    session.install(*PYPROJECT["project"]["dependencies"], *group("test"))
    for database in ("sqlite", *servers(session)):
        session.run("python", "-m", "tests.kept_fuzz", seconds, seed, env={"TEST_DATABASE": database})


@nox.session(default=False, reuse_venv=True)
def mutate(session: nox.Session) -> None:
    """
    Change the core modules at random, and list the changes that no test notices.

    Arguments after -- are the seed, 1 if absent, and how many changes to make, 200 if absent. It ends within ten
    minutes: what was not tried by then is left out, and so are lines that only another database runs.
    """
    seed, count = [*map(int, session.posargs), *(1, 200)[len(session.posargs) :]]
    session.install(*PYPROJECT["project"]["dependencies"], *group("test"), *group("mutation"))
    shutil.rmtree("mutants", ignore_errors=True)
    # No change is called so. mutmut makes them all nevertheless, learns which test runs what, and gives up.
    session.run("mutmut", "run", "none", success_codes=[1], silent=True)
    names = sorted(outcomes(session))
    session.run(
        *("timeout", "--signal=INT", "300", "mutmut", "run", *Random(seed).sample(names, min(count, len(names)))),
        external=True,
        success_codes=[0, 124],
    )
    survivors = [name for name, outcome in outcomes(session).items() if outcome == "survived"]
    for name in survivors:
        session.run("mutmut", "show", name)
    session.log(f"{len(survivors)} changes survived, with seed {seed}.")


def servers(session: nox.Session) -> list[str]:
    """Return which database servers are here, with their drivers installed. In CI all must be."""
    installed = {
        "postgresql": glob("/usr/lib/postgresql/*/bin/initdb"),
        "mysql": glob("/usr/*bin/mariadbd") and glob("/usr/bin/mariadb_config") and shutil.which("cc"),
    }
    for database, found in installed.items():
        if not found and not CI:
            session.warn(f"{database} is left out: its server, or what its driver is compiled with, is not installed.")
    here = [database for database, found in installed.items() if found or CI]
    if "mysql" in here:
        session.install(*group("databases-from-source"))
    return here


def outcomes(session: nox.Session) -> dict[str, str]:
    """Return what became of each change that no test has refused."""
    lines = str(session.run("mutmut", "results", silent=True)).splitlines()
    return dict(line.strip().split(": ") for line in lines if ": " in line)


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def data_file(name: str) -> Path:
    """Return where coverage keeps what one run of the tests has measured."""
    return Path(f".coverage.{name}")


def run_pytest(session: nox.Session, *args: str, data_file: Path | None = None, **env: str) -> None:
    """Run pytest on each core, measured into a data file if there is one."""
    measured = ["--cov", "--cov-report=", "--cov-fail-under=0"] if data_file else []
    env |= {"COVERAGE_FILE": str(data_file)} if data_file else {}
    session.run("python", "-m", "pytest", "--numprocesses=logical", *measured, *args, env=env)
