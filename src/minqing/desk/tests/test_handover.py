"""The pages of hand-overs: returns, the catalogue, doubles, splitting, standings, what is left out, the sample."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from minqing.accounts.tests.factories import AT, DAY
from minqing.cases.models import Case
from minqing.cases.models_handover import CatalogueEntry, Exclusion, SampleCall
from minqing.cases.public import CatalogueInput, add_to_catalogue, answer, draw_sample, load_topics, set_share
from minqing.desk.tests.county import WORDS, telephoned
from minqing.kernel import clock
from minqing.kernel.roles import (
    AUDITOR,
    COUNTY_DISPATCHER,
    FOLLOW_UP_CALLER,
    HANDLER,
    REVIEWER,
    SUPERVISOR,
    SURVEYOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.notices.models import Notice

pytestmark = pytest.mark.django_db
ALSO = "门前路灯坏了好几天，晚上走路看不见，老人摔了一跤。"


def text(response):
    return response.content.decode()


def assigned(desk, **changes):
    case = telephoned(desk.county.grid, **changes)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    desk.step(client, case, "assign", 2, unit=str(desk.county.unit.id))
    return case


def concluded(desk):
    case = assigned(desk)
    desk.step(desk.as_(HANDLER), case, "conclude", 3, result="换好了")
    desk.step(desk.as_(REVIEWER), case, "approve", 4)
    answer(receipt_code=case.receipt_code, done=True, content="content", words="", at=clock.now())
    return case


def uploaded(client, content: str, *, from_on=DAY + timedelta(days=1), **more):
    given = {"file": SimpleUploadedFile("目录.csv", content.encode()), "from_on": from_on.isoformat(), **more}
    return client.post(reverse("desk:catalogue_upload"), given)


def confirmed(client, preview):
    form = preview.context["form"]
    given = {name: form[name].value() for name in form.fields}
    given["ends_missing"] = "on" if given["ends_missing"] else ""
    return client.post(reverse("desk:catalogue_upload"), given)


def test_the_catalogue_goes_down_as_a_table_and_comes_up_changed(desk):
    """What is previewed is what happens; dated, all of it or nothing."""
    county, dispatcher = desk.county, desk.as_(TOWN_DISPATCHER)
    actor = county.actor(TOWN_DISPATCHER)
    load_topics()
    for topic, area in (
        ("water.tap", county.town),
        ("water.drain", county.town),
        ("water.pond", county.village),
    ):
        add_to_catalogue(
            CatalogueInput(topic, area.id, DAY - timedelta(days=9), "", county.unit.id), by=actor, at=AT
        )
    down = dispatcher.get(reverse("desk:catalogue_table"))
    table = b"".join(down.streaming_content).decode("utf-8-sig")
    lines = table.splitlines()
    assert lines[0] == "类别,辖区编码,辖区,来源,承办单位,办理规程,从哪天起"
    assert (
        lines[1]
        == f"供水排水—水管水压,{county.town.code},嵊州市·谷来镇,不论来源,谷来镇综合执法队,,2026-11-11"
    )
    assert lines[-1] == "共 3 行"
    assert "没有要改的" in text(uploaded(dispatcher, table))
    mended = [lines[0], lines[1].replace("谷来镇综合执法队", "嵊州市水利水电局"), lines[2],
              f"供水排水,{county.town.code},,信访,谷来镇综合执法队,,"]  # fmt: skip
    wrong = text(
        uploaded(dispatcher, "\n".join([*mended, f"灯,{county.far_village.code},,,没有的队,,2026-13-01"]))
    )
    for words in (
        "没有“灯”这个类别",
        "不在谷来镇",
        "没有“没有的队”这个单位",
        "没有“2026-13-01”这一天",
        "没有“信访”这个来源",
    ):
        assert words in wrong
    assert "确定，照这样改" not in wrong
    one = text(uploaded(dispatcher, f"{lines[0]}\n{lines[1].replace('供水排水—水管水压', '水管子')}"))
    assert "没有“水管子”这个类别" in one
    assert "不能早于今天" not in one, "its day stands as it was downloaded"
    assert "没有要改的" in text(uploaded(dispatcher, table.replace("供水排水—水管水压", "水管水压")))
    mended[3] = mended[3].replace("信访", "12345热线")
    preview = uploaded(dispatcher, "\n".join(mended), ends_missing="on")
    assert ("新增" in text(preview), "嵊州市水利水电局" in text(preview)) == (True, True)
    assert CatalogueEntry.objects.filter(until_on=None).count() == 3, "nothing happened yet"
    assert confirmed(dispatcher, preview).status_code == 302
    held = {(one.topic.key, one.source): one for one in CatalogueEntry.objects.filter(until_on=None)}
    assert set(held) == {("water.tap", ""), ("water.drain", ""), ("water", "hotline")}
    assert (held["water.tap", ""].unit_id, held["water.tap", ""].from_on) == (
        county.county_unit.id,
        date(2026, 11, 21),
    )
    ended = CatalogueEntry.objects.exclude(until_on=None)
    assert {(one.topic.key, one.until_on) for one in ended} == {("water.tap", DAY), ("water.pond", DAY)}
    again = confirmed(dispatcher, preview)
    assert again.status_code == 409
    assert "一条也没有改动" in text(again)


def test_a_table_that_is_none_is_refused_in_words(desk):
    dispatcher = desk.as_(TOWN_DISPATCHER)
    load_topics()
    assert "表头里少了" in text(uploaded(dispatcher, "类别,单位\n水,队"))
    head = "类别,辖区编码,辖区,来源,承办单位,办理规程,从哪天起\n"
    row = f"供水排水,{desk.county.town.code},,,谷来镇综合执法队,,"
    assert "不能早于今天" in text(uploaded(dispatcher, head + row, from_on=DAY - timedelta(days=1)))
    assert "同一类别、辖区和来源" in text(uploaded(dispatcher, f"{head}{row}\n{row}"))
    assert "管不到" in text(
        uploaded(dispatcher, f"{head}供水排水,{desk.county.town.code},,,举坑村村民委员会,,")
    )
    for rows in ("x", "[[1]]", "[1]", '[["a", []]]'):
        given = {"rows": rows, "from_on": "2026-11-21", "seen": "x"}
        assert dispatcher.post(reverse("desk:catalogue_upload"), given).status_code == 400
    village = desk.as_(VILLAGE_CLERK)
    assert village.get(reverse("desk:catalogue_upload")).status_code == 403
    other = f"{reverse('desk:catalogue_upload')}?area={desk.county.other_town.id}"
    assert dispatcher.get(other).status_code == 403


def test_a_return_is_ruled_on_and_listed_with_its_cost(desk):
    case = assigned(desk)
    desk.step(desk.as_(HANDLER), case, "refuse", 3, reason="这段路灯是交通局的")
    dispatcher = desk.as_(TOWN_DISPATCHER)
    waiting = text(dispatcher.get(reverse("desk:returns"), {"state": "waiting"}))
    assert "这段路灯是交通局的" in waiting
    assert "等镇街调度员裁定" in waiting
    page = text(dispatcher.get(reverse("desk:case", args=[case.id])))
    assert "同意退单，改派" in page
    assert "应由原单位承办" in page
    desk.step(dispatcher, case, "overrule", 4, reason="职责清单第五条")
    assert "应由原单位承办" in text(dispatcher.get(reverse("desk:returns")))
    assert "没有符合条件的退单" in text(dispatcher.get(reverse("desk:returns"), {"state": "upheld"}))
    assert (
        dispatcher.get(reverse("desk:returns"), {"state": "x", "unit": "y", "since": "z"}).status_code == 200
    )


def test_a_line_of_the_catalogue_is_suggested_where_a_unit_is_chosen(desk):
    dispatcher = desk.as_(TOWN_DISPATCHER)
    add, here = reverse("desk:catalogue_add"), desk.county
    empty = dispatcher.post(add, {"area": str(here.town.id)})
    assert empty.status_code == 400
    assert "请选择事项类别" in text(empty)
    given = {
        "topic": "roads.light", "area": str(here.town.id), "unit": str(here.unit.id), "source": "", "procedure": "",
        "from_on": DAY.isoformat(),
    }  # fmt: skip
    assert dispatcher.post(add, given).status_code == 302
    page = text(dispatcher.get(reverse("desk:catalogue")))
    assert "路灯照明" in page
    assert "还没有用到" in page
    case = telephoned(here.grid, topic_key="roads.light")
    desk.step(dispatcher, case, "sign", 1)
    form = text(dispatcher.get(reverse("desk:case", args=[case.id])))
    assert "派单目录：路灯照明 → 谷来镇综合执法队" in form
    assert f'<option value="{here.unit.id}" selected>' in form
    desk.step(dispatcher, case, "assign", 2, unit=str(here.county_unit.id))
    assert "改选嵊州市水利水电局 1 次" in text(dispatcher.get(reverse("desk:catalogue")))
    line = CatalogueEntry.objects.get()
    assert dispatcher.post(reverse("desk:catalogue_end", args=[line.id])).status_code == 302
    assert "还没有派单目录" not in text(dispatcher.get(reverse("desk:catalogue"), {"ended": "1"}))
    assert desk.as_(HANDLER).post(add, given).status_code == 403


def test_doubles_are_offered_while_one_writes_and_merged_on_saving(desk):
    first = telephoned(desk.county.grid)
    caller, area = desk.as_(FOLLOW_UP_CALLER), str(desk.county.grid.id)
    part = text(caller.post(reverse("desk:merging_alike"), {"words": ALSO, "area": area}))
    assert first.number in part
    assert "都不是，单独办理" in part
    assert "写下事情、选好地方" in text(
        caller.post(reverse("desk:merging_alike"), {"words": "", "area": "x"})
    )
    shown = caller.get(reverse("desk:hotline"))
    typed = {
        "id": shown.context["form"]["id"].value(), "words": ALSO, "area": area, "phone": "13900000000", "name": "",
        "topic": "",
    }  # fmt: skip
    looked = caller.post(
        reverse("desk:hotline"), {**typed, "alike": "1"}
    )  # without JavaScript: the plain button
    assert first.number in text(looked)
    saved = caller.post(reverse("desk:hotline"), {**typed, "merge_into": str(first.id)}, follow=True)
    assert f"和 {first.number} 合在一起办理" in text(saved)
    child = Case.everything.get(words=ALSO)
    assert child.master_id == first.id
    master_page = text(desk.as_(TOWN_DISPATCHER).get(reverse("desk:case", args=[first.id])))
    assert "2 人反映" in master_page
    assert child.number in master_page
    assert "13900000000" not in master_page


def test_a_pair_is_judged_side_by_side_and_a_merge_taken_back(desk):
    first, second = telephoned(desk.county.grid), telephoned(desk.county.grid, words=ALSO)
    third = telephoned(desk.county.second_grid, words=WORDS)
    client = desk.as_(TOWN_DISPATCHER)
    page = text(client.get(reverse("desk:merging")))
    assert first.number in page
    assert "是同一件：并入" in page
    gone = client.post(reverse("desk:merging_not_same"), {"first": str(first.id), "second": str(third.id)})
    assert gone.status_code == 302
    merged = client.post(
        reverse("desk:merging_merge"),
        {"master": str(first.id), "child": str(second.id), "next": reverse("desk:merging")},
    )
    assert merged.headers["Location"] == reverse("desk:merging")
    elsewhere = {"master": str(first.id), "child": str(second.id), "next": "https://elsewhere.example/"}
    assert client.post(reverse("desk:merging_merge"), elsewhere).headers["Location"].startswith("/desk/")
    assert client.post(reverse("desk:merging_merge"), {"master": "x"}).status_code == 400
    page = text(client.get(reverse("desk:case", args=[second.id])))
    assert "已并单，和别的反映一起办理" in page
    undo = reverse("desk:case_undo_merge", args=[second.id])
    assert undo in page
    assert client.post(undo, {"because": ""}).status_code == 400
    assert client.post(undo, {"because": "不是一回事"}).status_code == 302
    alike = reverse("desk:case_alike", args=[first.id])
    assert "把本件并入它" in text(client.get(alike))
    assert "<html" not in text(client.get(alike, headers={"HX-Request": "true"}))


def test_one_report_of_two_matters_is_split(desk):
    case, client = telephoned(desk.county.grid), desk.as_(VILLAGE_CLERK)
    page = client.get(reverse("desk:case_split", args=[case.id]))
    given = {
        "id": page.context["form"]["id"].value(),
        "words": "还有化粪池满了",
        "topic": "",
        "procedure": "",
    }
    assert client.post(reverse("desk:case_split", args=[case.id]), {**given, "words": ""}).status_code == 400
    assert client.post(reverse("desk:case_split", args=[case.id]), given).status_code == 302
    part = Case.everything.get(words="还有化粪池满了")
    assert part.number in text(client.get(reverse("desk:case", args=[case.id])))
    assert case.number in text(client.get(reverse("desk:case", args=[part.id])))
    receipt = text(client.get(reverse("portal:receipt", args=[case.receipt_code])))
    assert reverse("portal:receipt", args=[part.receipt_code]) in receipt


def test_each_figure_of_the_standings_opens_its_cases(desk):
    case = concluded(desk)
    urged = assigned(desk)
    supervisor = desk.as_(SUPERVISOR)
    urge = reverse("desk:case_urge", args=[urged.id])
    assert supervisor.post(urge, {"reason": ""}).status_code == 400
    assert supervisor.post(urge, {"reason": "等了一周"}).status_code == 302
    assert "等了一周" in text(supervisor.get(reverse("desk:case", args=[urged.id])))
    for by in ("unit", "area", "source", "no"):
        page = supervisor.get(
            reverse("desk:standings"), {"by": by, "since": "2026-11-01", "until": "2026-11-30"}
        )
        assert page.status_code == 200
    line = page.context["lines"][0]
    figures = {one.label: one for one in line.figures}
    assert figures["办结"].count == 1
    opened = text(supervisor.get(figures["办结"].href))
    assert case.number in opened
    assert urged.number not in opened
    assert "晾晒口径" in opened
    assert '符合这些条件的共 <span class="mq-number">1</span> 件' in opened, (
        "said above a list of one page too"
    )
    assert urged.number in text(supervisor.get(figures["被催办"].href))
    assert desk.as_(AUDITOR).get(reverse("desk:standings")).status_code == 403


def test_what_is_left_out_is_open_to_every_official(desk):
    case, handler, supervisor = assigned(desk), desk.as_(HANDLER), desk.as_(SUPERVISOR)
    address = reverse("desk:case_exclusion", args=[case.id])
    assert handler.post(address, {"reason": "超出规定", "evidence": ""}).status_code == 400
    assert handler.post(address, {"reason": "超出规定", "evidence": "办法第八条"}).status_code == 302
    made = Exclusion.everything.get()
    rule = reverse("desk:exclusion_rule", args=[made.id])
    assert "办法第八条" in text(supervisor.get(rule))
    assert supervisor.post(rule, {"reason": "属实"}).status_code == 400
    assert supervisor.post(rule, {"allowed": "yes", "reason": "属实"}).status_code == 302
    page = text(desk.as_(AUDITOR).get(reverse("desk:exclusions")))
    assert "办法第八条" in page
    assert WORDS[:10] not in page
    back = reverse("desk:exclusion_reverse", args=[made.id])
    assert supervisor.post(back, {"because": "新证据"}).status_code == 302
    assert "新证据" in text(supervisor.get(reverse("desk:exclusions"), {"state": "others"}))
    assert desk.as_(COUNTY_DISPATCHER).post(rule, {"allowed": "yes", "reason": "也行"}).status_code == 403


def test_the_third_party_calls_and_its_figures_stand_beside_the_units_own(desk):
    concluded(desk)
    supervisor = desk.as_(SUPERVISOR)
    refused = supervisor.post(reverse("desk:sample_share"), {"percent": "120"})
    assert (refused.status_code, refused.context["share_form"]["percent"].value()) == (400, "120")
    assert "请填 1 到 100 之间的整数" in text(refused)
    assert supervisor.post(reverse("desk:sample_share"), {"percent": "100"}).status_code == 302
    assert "还没有抽查过" in text(supervisor.get(reverse("desk:sample")))
    with clock.fixed(AT + timedelta(days=20)):
        set_share(percent=100, by=desk.county.actor(SUPERVISOR), at=clock.now())
        assert supervisor.post(reverse("desk:sample_draw"), {"month": "2026-11-01"}).status_code == 302
        draw_sample(month=date(2026, 11, 1), at=clock.now())
        assert Notice.objects.filter(kind="cases.sample_drawn").count() == 0, "nobody calls yet"
        page = text(supervisor.get(reverse("desk:sample"), {"repeat": "1"}))
        assert "抽到的是同样的事项" in page
        call, surveyor = SampleCall.objects.get(), desk.as_(SURVEYOR)
        address = reverse("desk:sample_call", args=[call.id])
        assert surveyor.get(address).status_code == 200
        assert surveyor.post(address, {}).status_code == 400
        shown = text(surveyor.get(reverse("desk:case", args=[call.case_id])))
        assert reverse("desk:case_call", args=[call.case_id]) in shown
        home = text(surveyor.get(reverse("desk:home")))
        assert "还有 1 件待回访" in home
        assert address in home
        nobody = {"reached": "no", "done": "yes", "content": "content"}
        assert "没有联系上，就没有回答可记" in text(surveyor.post(address, nobody))
        assert surveyor.post(address, {"reached": "no", "words": "关机"}).status_code == 302
        again = text(surveyor.get(address))
        assert "打过一次，没有联系上（记了：关机）" in again
        assert "没有联系上" in text(surveyor.get(reverse("desk:home")))
        heard = {"reached": "yes", "done": "yes", "content": "not_content", "words": "拖了太久"}
        assert surveyor.post(address, heard).status_code == 302
        assert "办好了，不满意" in text(supervisor.get(reverse("desk:sample")))
        assert "待回访" not in text(surveyor.get(reverse("desk:home")))


def test_a_drawn_sample_is_told_to_whoever_calls(desk):
    case, surveyor = concluded(desk), desk.county.actor(SURVEYOR)
    with clock.fixed(AT + timedelta(days=20)):
        for _ in range(2):
            drawn = draw_sample(month=date(2026, 11, 1), at=clock.now())
        [told] = Notice.objects.filter(kind="cases.sample_drawn")
        assert (told.person_id, told.sentence) == (
            surveyor.person_id,
            "2026年11月的第三方抽查抽出 1 件，等您回访",
        )
        assert case.number not in told.sentence
        client = desk.as_(SURVEYOR)
        leads = client.get(reverse("desk:go", args=["sample", drawn.id]))
        assert leads.headers["Location"] == f"{reverse('desk:sample')}?draw={drawn.id}"
        assert "抽查已抽取" in text(client.get(reverse("desk:notice_settings")))


def test_no_number_of_a_person_is_published(desk):
    case = assigned(desk)
    handler, supervisor = desk.as_(HANDLER), desk.as_(SUPERVISOR)
    address = reverse("desk:case_exclusion", args=[case.id])
    given = {"reason": "多次拨打 １３８ 0013-8000 无人接", "evidence": "现场没有这盏灯"}
    refused = handler.post(address, given)
    assert (refused.status_code, "不能写手机号码" in text(refused)) == (400, True)
    given = {"reason": "没有这盏灯", "evidence": "身份证33062319500101001X，已沟通"}
    assert "不能写手机号码" in text(handler.post(address, given))
    assert not Exclusion.everything.exists()
    given = {"reason": "没有这盏灯，工单 20261122001234 已核", "evidence": "现场照片 2026-11-22"}
    assert handler.post(address, given).status_code == 302
    made = Exclusion.everything.get()
    rule = reverse("desk:exclusion_rule", args=[made.id])
    assert "不能写手机号码" in text(
        supervisor.post(rule, {"allowed": "yes", "reason": "已电话13800138000核实"})
    )
    assert supervisor.post(rule, {"allowed": "yes", "reason": "证据充分"}).status_code == 302
    back = reverse("desk:exclusion_reverse", args=[made.id])
    assert "不能写手机号码" in text(supervisor.post(back, {"because": "问13800138000"}))


def test_a_merged_case_is_offered_no_way_of_its_own(desk):
    first, second = telephoned(desk.county.grid), telephoned(desk.county.grid, words=ALSO)
    client = desk.as_(TOWN_DISPATCHER)
    client.post("/desk/merging/merge/", {"master": str(first.id), "child": str(second.id)})
    page = text(client.get(f"/desk/cases/{second.id}/"))
    for way in ("joint", "split", "express"):
        address = f"/desk/cases/{second.id}/{way}/"
        assert address not in page
        refused = client.get(address)
        assert refused.status_code == 409, way
        assert f"已并入 {first.number}，请先撤销并单" in text(refused)
