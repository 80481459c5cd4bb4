import pytest, json
from django.views.generic import *
from django_extras.views.json import JsonResponseMixin
from tests.models import *
pytestmark = pytest.mark.django_db
def mk():
    p=Publisher.objects.create(name="P", city="C")
    for i in range(5):
        b=Book.objects.create(title=f"T{i}", price="1.50", pages=i, publisher=p if i else None)
        b.authors.set([Author.objects.create(name=f"A{i}{j}") for j in range(2)])
F=["id","title","price",{"publisher":["name","city"]},{"authors":["name"]},"reading_time","publisher__name",("p","publisher"),("ids","authors"),"get_absolute_url", "authors__name", ("pub",{"publisher":[("n","name"),{"books":["id"]}]})]
class L(JsonResponseMixin, ListView):
    model=Book; json_fields=F; ordering="id"
class LP(L): paginate_by=2
class D(JsonResponseMixin, DetailView):
    model=Book; json_fields=F
class T(JsonResponseMixin, TemplateView):
    extra_context={"a":1}
def test(rf, django_assert_num_queries):
    mk()
    with django_assert_num_queries(3): r=L.as_view()(rf.get("/"))
    print(r.content.decode())
    with django_assert_num_queries(4): r=LP.as_view()(rf.get("/?x=1&page=2"))
    print(r.content.decode())
    with django_assert_num_queries(3): r=D.as_view()(rf.get("/"),pk=Book.objects.last().pk if 0 else Book.objects.values_list("pk",flat=True).last()) if 0 else D.as_view()(rf.get("/"),pk=2)
    print(r.content.decode(), r.headers)
    print(T.as_view()(rf.get("/"),z=4).content)
class C(L):
    paginate="cursor"; paginate_by=2; ordering=("-price","publisher"); json_fields=["id"]; json_ordering=["title"]; max_paginate_by=3
class U(L):
    count=False; paginate_by=2; json_fields=["id"]
def test_cursor(rf, django_assert_num_queries, client):
    mk()
    url="/?ordering=-title"
    for i in range(4):
        with django_assert_num_queries(1):
            r=C.as_view()(rf.get(url)); d=json.loads(r.content); print(d); url=d["next"] or d["previous"]
    print(r.headers)
    url="/"
    for i in range(3):
        with django_assert_num_queries(1):
            r=U.as_view()(rf.get(url)); d=json.loads(r.content); print(d); url=d["next"] or d["previous"]
    print(r.headers)
class F2(L):
    json_fields=["id","title","price",{"publisher":["name","city"]},{"authors":["name"]},"publisher__name",("p","publisher"),("ids","authors"), "authors__name", ("pub",{"publisher":[("n","name"),{"books":["id"]}]})]
class F3(F2):
    json_dumps_kwargs={"default":str}
def test_fast(rf, django_assert_num_queries):
    mk()
    from unittest import mock
    with django_assert_num_queries(3) as c: r=F2.as_view()(rf.get("/"))
    for q in c.captured_queries: print(q["sql"])
    from django_extras.projection import flat
    with mock.patch.object(flat.FlatPlan,"is_exact",lambda *a:False): assert F2.as_view()(rf.get("/")).content==r.content
    assert F3.as_view()(rf.get("/")).content==r.content
