"""The views that the forms benchmark writes to."""

from django.urls import path
from django.views.generic import CreateView, UpdateView
from rest_framework import generics, serializers
from rest_framework.renderers import JSONRenderer

from django_extras.views import JsonResponseMixin
from tests.benchmarks.forms import FIELDS
from tests.shapes import Edition


class HtmlCreate(CreateView):
    model = Edition
    fields = FIELDS
    success_url = "/html/"


class HtmlUpdate(UpdateView):
    model = Edition
    fields = FIELDS
    success_url = "/html/"


class JsonCreate(JsonResponseMixin, HtmlCreate):
    json_fields = ["id", *FIELDS]


class JsonUpdate(JsonResponseMixin, HtmlUpdate):
    json_fields = ["id", *FIELDS]


class EditionSerializer(serializers.ModelSerializer[Edition]):
    class Meta:
        model = Edition
        fields = ("id", *FIELDS)


class RestCreate(generics.CreateAPIView[Edition]):
    queryset = Edition.objects.all()
    serializer_class = EditionSerializer
    renderer_classes = (JSONRenderer,)
    authentication_classes = ()
    permission_classes = ()


class RestUpdate(generics.UpdateAPIView[Edition]):
    queryset = Edition.objects.all()
    serializer_class = EditionSerializer
    renderer_classes = (JSONRenderer,)
    authentication_classes = ()
    permission_classes = ()


urlpatterns = [
    path("html/", HtmlCreate.as_view()),
    path("html/<uuid:pk>/", HtmlUpdate.as_view()),
    path("json/", JsonCreate.as_view()),
    path("json/<uuid:pk>/", JsonUpdate.as_view()),
    path("rest/", RestCreate.as_view()),
    path("rest/<uuid:pk>/", RestUpdate.as_view()),
]
