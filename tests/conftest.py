"""What is true for every test: those that run a server or a browser are marked as slow."""

import logging
import os
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.signals import request_finished
from django.db import close_old_connections

# A busy machine is no fault of the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")
# In development mode, asyncio warns of a task that takes long.
logging.getLogger("asyncio").setLevel(logging.ERROR)

SLOW_DIRECTORIES = {"browser", "servers"}


def pytest_sessionstart() -> None:
    """Have the JSON of each view compared with its schema."""
    # Measured, the comparison takes as long as the tests. The sessions that measure nothing do it.
    if "COVERAGE_FILE" not in os.environ:
        judging().install()


def judging() -> Any:
    """Return the module, which needs Django's settings."""
    return import_module("tests.judging")


@pytest.fixture(autouse=True)
def _matches_schema(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail if a view has sent JSON that is not what the OpenAPI document says of it."""
    differences = judging().differences
    differences.clear()
    yield
    found = [] if request.node.get_closest_marker("undescribed") else sorted(set(differences))
    assert not found, "\n".join(["A response differs from its schema:", *found])


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Mark what lies in a directory of slow tests, and what asks the database."""
    root = Path(__file__).parent
    for item in items:
        if item.get_closest_marker("django_db") or {"db", "transactional_db"}.intersection(item.fixturenames):
            item.add_marker(pytest.mark.database)
        if item.path.relative_to(root).parts[0] in SLOW_DIRECTORIES:
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write half characters, which log lines of some tests have, so that reports can leave the worker's process."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def _keep_connections() -> Iterator[None]:
    """Let a response that is closed leave the test's database connection alone, as Django's test client does."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture(autouse=True, scope="session")
def _compare_kept_sql() -> None:
    """Compare, in each test, the SQL that is put together of kept text with what Django writes for the query."""
    from django_extras.projection.kept import SqlTexts  # once Django is set up

    compiler_of = SqlTexts.compiler

    def compiler_that_compares(self: SqlTexts, queryset: Any, select: Any, paths: Any) -> Any:
        compiler = compiler_of(self, queryset, select, paths)
        if "has_extra_select" in vars(compiler):  # Django sets it later
            put_together = compiler.as_sql

            def as_sql() -> Any:
                statement = put_together()
                assert statement == select(queryset).get_compiler(compiler.using).as_sql()
                return statement

            compiler.as_sql = as_sql
        return compiler

    SqlTexts.compiler = compiler_that_compares
