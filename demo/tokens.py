"""The token of the demo's user, for programs: ``Authorization: Bearer demo-token``."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare


class TokenBackend(BaseBackend):
    """Tell a user by a token. A project has a table of them; the demo has this one."""

    def authenticate(self, request: HttpRequest) -> AbstractBaseUser | None:  # type: ignore[override]  # no password
        if constant_time_compare(request.headers.get("Authorization", ""), "Bearer demo-token"):
            return get_user_model().objects.filter(username="demo").first()
        return None
