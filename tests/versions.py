"""Models whose rows have versions, of each type that a version may have."""

import uuid

from django.db import models


class Folder(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    title = models.CharField(max_length=50)
    text = models.TextField(blank=True)
    folder = models.ForeignKey(Folder, models.PROTECT, null=True, blank=True)
    folders = models.ManyToManyField(Folder, related_name="articles", blank=True)
    version = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)
    mark = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return self.title

    @property
    def shout(self) -> str:
        return self.title.upper()


class Review(Article):
    """An article in two tables. The version is in the first."""

    stars = models.IntegerField(default=0)
