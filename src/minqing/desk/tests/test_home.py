"""我的待办."""

import pytest
from django.test import Client

from minqing.accounts.models import Person
from minqing.accounts.tests.factories import small_county
from minqing.kernel.roles import TOWN_DISPATCHER

pytestmark = pytest.mark.django_db


def signed_in(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    return client


def test_home_opens():
    county = small_county()
    client = signed_in(county.actor(TOWN_DISPATCHER))
    answer = client.get("/desk/")
    assert answer.status_code == 200
    assert "我的待办" in answer.content.decode()
