"""The demo as it is deployed: errors are no pages for developers."""

from demo.settings import *  # noqa: F403

DEBUG = False
