"""Lists kept by name: counts equal to what opens, order, default, sharing, columns."""

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.cases.models_desk import SavedView
from minqing.desk.tests.county import telephoned
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK

QUEUE = "desk:queue"


def kept(desk, role=TOWN_DISPATCHER, name="路灯", **asked):
    by = desk.county.actor(role)
    return cases.save_view(name=name, asked={"view": "open", **asked}, by=by, at=AT)


def tabs_of(client, address=""):
    return {one.label: (one, href) for one, href in client.get(reverse(QUEUE) + address).context["tabs"]}


def test_every_tab_counts_what_it_opens(desk):
    for number in range(3):
        telephoned(desk.county.grid, words=f"路灯坏了，第 {number} 盏。")
    telephoned(desk.county.neighbour_grid, words="井盖破了。")
    county = desk.county
    kept(desk, text="路灯")
    kept(desk, name="举坑", area=str(county.village.id))
    kept(desk, name="本级", area=str(county.village.id), here="1")
    kept(desk, name="没单位", unit=cases.NO_UNIT)
    kept(desk, name="别的单位", unit=str(county.far_unit.id))
    kept(desk, name="绿", colour="green", state="hotline.received")
    kept(desk, name="给我的", mine="1", topic="no.such.topic", view="all")
    client = desk.as_(TOWN_DISPATCHER)
    found = tabs_of(client)
    assert len(found) == 10
    for label, (tab, href) in found.items():
        opened = client.get(reverse(QUEUE) + href).context
        assert opened["tab"].key == tab.key
        assert opened["found"].total == tab.count, label
    assert {label: tab.count for label, (tab, _) in found.items()} == {
        "待我办": 4, "正在办": 4, "全部": 4, "路灯": 3, "举坑": 3, "本级": 0, "没单位": 4, "别的单位": 0, "绿": 4,
        "给我的": 0,
    }  # fmt: skip


def test_a_default_opens_first_and_the_order_is_one_s_own(desk):
    telephoned(desk.county.grid)
    view = kept(desk)
    client = desk.as_(TOWN_DISPATCHER)
    order = {"place-all": "1", f"place-{view.id}": "2", "place-todo": "3", "place-open": "4"}
    answer = client.post(reverse("desk:views_arrange"), {**order, "default": str(view.id)})
    assert answer.status_code == 302
    opened = client.get(reverse(QUEUE)).context
    assert [one.label for one, _ in opened["tabs"]] == ["全部", "路灯", "待我办", "正在办"]
    assert opened["tab"].label == "路灯"
    assert client.get(reverse(QUEUE) + "?page=1").context["tab"].label == "路灯"
    assert client.get(reverse(QUEUE) + "?view=todo").context["tab"].label == "待我办"
    client.post(reverse("desk:views_arrange"), {**order, "default": "all"})
    assert client.get(reverse(QUEUE)).context["tab"].label == "全部"
    assert SavedView.objects.filter(is_default=True).count() == 1


def test_filters_are_kept_from_the_page_and_changed_under_the_same_name(desk):
    client = desk.as_(VILLAGE_CLERK)
    for query in ("view=open&text=路灯&page=3&unknown=1", "view=all&colour=red"):
        answer = client.post(reverse("desk:view_save"), {"name": " 我的\u200b列表 ", "query": query})
        assert answer.status_code == 302
    [view] = SavedView.objects.all()
    assert (view.name, view.asked) == ("我的列表", {"view": "all", "colour": "red"})
    client.post(reverse("desk:view_change", args=[view.id]), {"name": "红的"})
    assert "红的" in tabs_of(client)
    client.post(reverse("desk:view_forget", args=[view.id]))
    assert "红的" not in tabs_of(client)


@pytest.mark.parametrize("name", ["", "全部", "字" * 21])
def test_a_name_of_no_sense_is_refused(desk, name):
    with pytest.raises(Refused):
        kept(desk, name=name)


def test_a_dispatcher_shares_with_the_area_or_a_unit_and_nobody_else_changes_it(desk):
    telephoned(desk.county.grid)
    by = desk.county.actor(TOWN_DISPATCHER)
    for_area, for_unit = kept(desk, name="给村里"), kept(desk, name="给执法队", view="all")
    cases.share_view(view_id=for_area.id, share="area", by=by, at=AT)
    cases.share_view(view_id=for_unit.id, share=str(desk.county.unit.id), by=by, at=AT)
    clerk, handler = desk.as_(VILLAGE_CLERK), desk.as_(HANDLER)
    assert tabs_of(clerk)["给村里"][0].count == 1
    assert "给执法队" not in tabs_of(clerk)
    assert "给执法队" in tabs_of(handler)
    other = desk.as_(VILLAGE_CLERK, area=desk.county.far_village)
    assert not {"给村里", "给执法队"} & set(tabs_of(other))
    # Filters are shared, never cases.
    assert tabs_of(handler)["给执法队"][0].count == 0
    assert clerk.post(reverse("desk:view_forget", args=[for_area.id])).status_code == 404
    clerk.post(reverse("desk:views_arrange"), {f"place-{for_area.id}": "1", "default": str(for_area.id)})
    assert clerk.get(reverse(QUEUE)).context["tab"].label == "给村里"
    with pytest.raises(Refused):
        cases.share_view(view_id=for_area.id, share=str(desk.county.far_unit.id), by=by, at=AT)
    mine = kept(desk, GRID_WORKER)
    with pytest.raises(NotAllowed):
        cases.share_view(view_id=mine.id, share="area", by=desk.county.actor(GRID_WORKER), at=AT)
    cases.forget_view(view_id=for_area.id, by=by)
    assert "给村里" not in tabs_of(clerk)


def test_columns_are_remembered_per_tab(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    given = {"list": "todo", "query": "view=todo", "column": ["topic", "opened", "nonsense"]}
    assert client.post(reverse("desk:view_columns"), given).status_code == 302
    page = client.get(reverse(QUEUE) + "?view=todo").content.decode()
    assert "未分类" in page
    assert case.number not in page
    assert case.number in client.get(reverse(QUEUE) + "?view=open").content.decode()
    other = desk.as_(VILLAGE_CLERK)
    assert case.number in other.get(reverse(QUEUE) + "?view=open").content.decode()


def test_too_many_lists_are_refused_in_a_sentence(desk):
    for number in range(cases.VIEWS_MAX):
        kept(desk, name=f"列表{number}")
    with pytest.raises(Refused, match="最多存"):
        kept(desk, name="又一个")
    kept(desk, name="列表3", text="改")
