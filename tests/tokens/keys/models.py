"""The model that the docs have tokens in."""

from django.conf import settings
from django.db import models


class Key(models.Model):
    """The hash of a token, and whose it is."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)

    def __str__(self) -> str:
        return self.digest
