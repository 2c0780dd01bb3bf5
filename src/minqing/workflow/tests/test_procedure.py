"""A procedure says who may do what, and explains every refusal and every defect in a sentence."""

from __future__ import annotations

import types
from typing import Any

import pytest

from minqing.kernel.errors import Conflict, NotAllowed, Refused
from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.workflow import handbook
from minqing.workflow.parts import (
    REPORTER,
    Effect,
    Need,
    NeedKind,
    State,
    Step,
    calendar_days,
    working_days,
    working_hours,
)
from minqing.workflow.procedure import Procedure, UnknownProcedure, only, procedure, procedures
from minqing.workflow.tests.errand import ASK, DONE, REASON, RESULT, UNIT, Errand


def test_the_errand_is_sound():
    assert Errand.problems() == ()


def test_spans_are_said_as_people_say_them():
    assert [w.words for w in (working_hours(4), working_days(5), calendar_days(15))] == [
        "4 个工作小时",
        "5 个工作日",
        "15 天",
    ]


def test_a_step_leads_where_it_says_with_its_effects():
    decision = Errand.decide("handled", "confirm", {REPORTER}, {"done"})
    assert (decision.source, decision.state, decision.effects) == (Errand.handled, Errand.closed, (ASK,))


def test_a_refusal_says_who_can():
    with pytest.raises(NotAllowed, match=r"^只有承办人可以“办结上报”。$"):
        Errand.decide("assigned", "finish", {VILLAGE_CLERK}, {"result"})
    with pytest.raises(NotAllowed, match=r"^只有村（社区）受理员、镇街调度员可以“派单”。$"):
        Errand.decide("accepted", "assign", set(), {"unit"})


def test_a_refusal_says_what_is_missing_and_an_optional_need_is_not():
    with pytest.raises(Refused, match=r"^“办结上报”前请填写：办理结果。$") as refused:
        Errand.decide("assigned", "finish", {HANDLER}, ())
    assert refused.value.field == "result"
    assert Errand.decide("assigned", "finish", {HANDLER}, {"result"}).step is Errand.finish


def test_a_step_in_the_wrong_state_says_that_somebody_may_have_been_quicker():
    with pytest.raises(Conflict, match="现在是“待受理”，不能“派单”"):
        Errand.decide("reported", "assign", {VILLAGE_CLERK}, {"unit"})


def test_a_step_that_does_not_exist_is_refused_and_a_state_that_does_not_is_a_defect():
    with pytest.raises(Refused, match="没有这个动作"):
        Errand.decide("reported", "fly", {VILLAGE_CLERK}, ())
    with pytest.raises(UnknownProcedure, match="没有环节 nowhere"):
        Errand.decide("nowhere", "accept", {VILLAGE_CLERK}, ())


def test_open_steps_are_those_of_the_roles_held_in_file_order():
    assert [s.key for s in Errand.open_to("accepted", {VILLAGE_CLERK})] == ["assign", "whistle"]
    assert [s.key for s in Errand.open_to("accepted", {TOWN_DISPATCHER})] == ["assign"]
    assert Errand.open_to("closed", {VILLAGE_CLERK}) == ()


def test_whose_turn_it_is_leaves_out_the_reporter_and_follows_turn():
    assert Errand.answering("handled") == (VILLAGE_CLERK, GRID_WORKER)
    assert Errand.answering("assigned") == (HANDLER,)
    assert Errand.answering("closed") == ()


def test_old_names_carry_over():
    assert Errand.state("waiting") is Errand.accepted
    assert Errand.step("done") is Errand.finish
    assert [s.key for s in Errand.open_to("waiting", {TOWN_DISPATCHER})] == ["assign"]

    class Renamed(Procedure, registered=False):
        key, title, renamed_from = "chore", "杂事", ("duty",)

    with only(Renamed):
        assert procedure("duty") is Renamed
        assert procedures() == (Renamed,)


def test_an_unknown_procedure_says_which_there_are():
    with only(Errand), pytest.raises(UnknownProcedure, match="没有名为 erand 的规程。已登记的有：errand。"):
        procedure("erand")
    with only(), pytest.raises(UnknownProcedure, match="已登记的有：无"):
        procedure("errand")


def test_a_class_with_a_key_registers_itself_and_two_cannot_share_it():
    with only():

        class Once(Procedure):
            key, title = "once", "一次"

        assert procedure("once") is Once
        with pytest.raises(ValueError, match="规程 once 已由"):

            class Again(Procedure):
                key, title, renamed_from = "again", "又一次", ("once",)

        class Nameless(Procedure):
            """An abstract base: no key, not registered."""

        assert procedures() == (Once,)


def test_the_version_changes_with_the_definition_and_only_then():
    def made(hours: int, renamed: list[str]) -> str:
        class Small(Procedure, registered=False):
            key, title = "small", "小事"
            a = State("甲", within=working_hours(hours), start=True, renamed_from=renamed)
            z = State("终", final=True)
            go = Step("办", a, to=z, by=VILLAGE_CLERK, needs=[DONE], then=[Effect("tell", "告知", 3)])

        return Small.version

    assert made(4, []) == made(4, ["old"])
    assert made(4, []) != made(5, [])
    assert len(made(4, [])) == 12


def test_it_draws_itself():
    drawing = Errand.mermaid()
    assert "    [*] --> reported" in drawing
    assert "    assigned: 办理中（5 个工作日）" in drawing
    assert "    assigned --> accepted: 吹哨" in drawing
    assert "    closed --> [*]" in drawing


def test_the_handbook_has_a_page_for_each_and_an_index():
    with only(Errand):
        pages = handbook.procedure_pages()
        assert handbook.problems_of_all() == {}
    assert set(pages) == {"docs/procedures/README.md", "docs/procedures/errand.md"}
    page = pages["docs/procedures/errand.md"]
    assert "一件小事，从群众一句话，到群众点头。" in page
    assert "只在测试里用" not in page
    assert "| 办理中 | 5 个工作日 | 承办人 |" in page
    assert "是否办好（选择：办好了／没办好）" in page
    assert "现场照片（照片，可不填）" in page
    assert "请反映人评价" in page
    assert "[跑腿](errand.md)" in pages["docs/procedures/README.md"]


def test_the_check_names_the_procedure_that_is_broken():
    class Broken(Procedure, registered=False):
        key = "broken"

    with only(Errand, Broken):
        assert list(handbook.problems_of_all()) == ["broken"]
        assert "# \n" in handbook.procedure_pages()["docs/procedures/broken.md"]


# Every planted defect, and a piece of the sentence that must name it.


def base(**changes: Any) -> type[Procedure]:
    """A sound little procedure as a class body; a change of None takes a part away."""
    a = changes.get("a", State("甲", within=working_hours(4), start=True))
    b = changes.get("b", State("乙", within=working_days(1)))
    z = changes.get("z", State("终", final=True))
    body = {
        "key": "base",
        "title": "样例",
        "a": a,
        "b": b,
        "z": z,
        "go": Step("去", a, to=b, by=VILLAGE_CLERK),
        "end": Step("完", b, to=z, by=VILLAGE_CLERK),
    }
    body |= changes
    kept = {name: part for name, part in body.items() if part is not None}
    return types.new_class("Sample", (Procedure,), {"registered": False}, lambda body: body.update(kept))


def found(**changes: Any) -> tuple[str, ...]:
    return base(**changes).problems()


def test_the_sample_is_sound_before_anything_is_planted():
    assert found() == ()


A = State("甲", within=working_hours(4), start=True)
B = State("乙", within=working_days(1))
Z = State("终", final=True)
STRANGER = State("外人", within=working_days(1))
LOOP = State("圈", within=working_days(1))

PLANTED = [
    ({"title": " "}, "规程没有名称"),
    ({"go": None, "end": None}, "没有环节或没有动作"),
    ({"a": State("甲", within=working_days(1))}, "现在有 0 个"),
    ({"b": State("乙", within=working_days(1), start=True)}, "现在有 2 个"),
    ({"z": State("终", within=working_days(1))}, "没有一个环节写了 final=True"),
    ({"z": State("终", within=working_days(1))}, "环节“终”不是终点，却没有动作离开"),
    ({"b": State("甲", within=working_days(1))}, "有两个环节都叫“甲”"),
    ({"b": State(" ", within=working_days(1))}, "环节 b 没有名称"),
    ({"b": State("乙")}, "环节“乙”没有时限"),
    ({"b": State("乙", within=working_days(0))}, "应当大于零"),
    ({"z": State("终", final=True, within=working_days(1))}, "不应再有时限"),
    ({"b": State("乙", within=working_days(1), turn=HANDLER)}, "轮到承办人，但承办人在这里没有可做的动作"),
    ({"b": State("乙", within=working_days(1), renamed_from=["a"])}, "旧名 a 同时指向两处"),
    ({"a": A, "z": Z, "back": Step("回", Z, to=A, by=VILLAGE_CLERK)}, "是终点，却还有动作“回”"),
    ({"c": State("丙", within=working_days(1), final=True)}, "永远到不了“丙”"),
    ({"a": A, "go": Step("去", A, to=STRANGER, by=VILLAGE_CLERK)}, "用到的环节“外人”不在本规程里"),
    ({"a": A, "b": B, "go": Step("去", A, to=B, by=[])}, "动作“去”没有人可以做"),
    ({"a": A, "b": B, "go": Step("", A, to=B, by=VILLAGE_CLERK)}, "动作 go 没有名称"),
    ({"a": A, "b": B, "go": Step("去", [], to=B, by=VILLAGE_CLERK)}, "没有写从哪个环节出发"),
    ({"a": A, "b": B, "go": Step("去", [A, A], to=B, by=VILLAGE_CLERK)}, "写重了"),
    ({"a": A, "b": B, "too": Step("去", A, to=B, by=VILLAGE_CLERK)}, "两个动作都叫“去”"),
    ({"a": A, "b": B, "go": Step("去", A, to=B, by=REPORTER)}, "没有一个任职人员可以处理"),
    ({"a": A, "b": B, "go": Step("去", A, to=B, by=HANDLER)}, "还没有选定单位"),
    (
        {"a": A, "b": B, "go": Step("去", A, to=B, by=VILLAGE_CLERK, needs=[REASON, REASON])},
        "填写项 reason 写重了",
    ),
    (
        {"a": A, "b": B, "go": Step("去", A, to=B, by=VILLAGE_CLERK, then=[ASK, ASK])},
        "后续处理 ask_satisfaction 写重了",
    ),
    (
        {
            "a": A,
            "b": B,
            "go": Step("去", A, to=B, by=VILLAGE_CLERK, needs=[Need("x", "选", NeedKind.CHOICE)]),
        },
        "应当是选择题并列出选项",
    ),
    (
        {
            "a": A,
            "b": B,
            "go": Step(
                "去",
                A,
                to=B,
                by=VILLAGE_CLERK,
                needs=[Need("x", "选", NeedKind.CHOICE, choices=(("1", "一"), ("1", "壹")))],
            ),
        },
        "有重复的选项",
    ),
    (
        {
            "a": A,
            "b": B,
            "z": Z,
            "go": Step("去", A, to=B, by=VILLAGE_CLERK, needs=[RESULT]),
            "end": Step("完", B, to=Z, by=VILLAGE_CLERK, needs=[Need("result", "结论")]),
        },
        "填写项 result 在不同动作里含义不同：办理结果、结论",
    ),
    (
        {
            "a": A,
            "loop": LOOP,
            "into": Step("进", A, to=LOOP, by=VILLAGE_CLERK),
            "round": Step("转", LOOP, to=LOOP, by=VILLAGE_CLERK),
        },
        "从“圈”出发只能兜圈子",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), PLANTED, ids=[sentence for _, sentence in PLANTED])
def test_a_planted_defect_is_explained(changes, sentence):
    assert any(sentence in one for one in found(**changes)), found(**changes)


def test_a_unit_on_every_way_is_enough_and_a_run_may_begin_with_one():
    a = State("甲", within=working_hours(4), start=True)
    b = State("乙", within=working_days(1))
    by_unit = Step("完", b, to=Z, by=HANDLER)
    chosen = Step("去", a, to=b, by=VILLAGE_CLERK, needs=[UNIT])
    assert found(a=a, b=b, z=Z, go=chosen, end=by_unit) == ()
    bare = Step("去", a, to=b, by=VILLAGE_CLERK)
    assert found(a=a, b=b, z=Z, go=bare, end=by_unit, unit_from_start=True) == ()


def test_a_name_used_twice_is_noticed():
    class Twice(Procedure, registered=False):
        key, title = "twice", "重名"
        a = State("甲", within=working_hours(4), start=True)
        a = State("乙", within=working_hours(4), start=True)  # noqa: PIE794
        z = State("终", final=True)
        go = Step("办", a, to=z, by=VILLAGE_CLERK)

    assert any("名字 a 用了两次" in one for one in Twice.problems())


def test_a_name_that_a_procedure_itself_uses_is_noticed():
    class Shadow(Procedure, registered=False):
        key, title = "shadow", "遮挡"
        begin = State("甲", within=working_hours(4), start=True)
        end = State("终", final=True)
        decide = Step("决定", begin, to=end, by=VILLAGE_CLERK)  # type: ignore[assignment]
        start = Step("开始", begin, to=end, by=VILLAGE_CLERK)  # type: ignore[assignment]

    assert sum("与规程自带的名字相同" in one for one in Shadow.problems()) == 2


def test_a_procedure_may_build_on_another():
    class More(Errand, registered=False):
        key, title = "more", "加一步"
        hurry = Step("催办", Errand.assigned, to=Errand.assigned, by=VILLAGE_CLERK)

    assert More.problems() == ()
    assert "hurry" in More.steps
    assert "hurry" not in Errand.steps
