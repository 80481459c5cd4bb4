"""Models and forms with the fields of packages, which have form fields and widgets of their own."""

from django.db import models
from djmoney.models.fields import MoneyField
from localflavor.us.models import USStateField, USZipCodeField
from phonenumber_field.modelfields import PhoneNumberField
from taggit.managers import TaggableManager


class Advert(models.Model):
    """Tags, a phone number, an amount of money, and places of one country."""

    title = models.CharField(max_length=20)
    tags = TaggableManager(blank=True)
    phone = PhoneNumberField(region="DE", blank=True)
    price = MoneyField(max_digits=8, decimal_places=2, default_currency="EUR", null=True, blank=True)
    state = USStateField(blank=True)
    zip_code = USZipCodeField(blank=True)

    def __str__(self) -> str:
        return self.title
