"""``minqing procedures try`` and ``simulate``: a walk in the terminal, a year replayed from the record."""

from __future__ import annotations

import argparse
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases import public as cases
from minqing.config.commands import procedures as command
from minqing.config.failures import CannotRun
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.roles import HANDLER, REVIEWER, TOWN_DISPATCHER
from minqing.workflow import public as workflow
from minqing.workflow.courses import desk_of


@pytest.fixture
def county(db: None) -> SmallCounty:
    return small_county()


def lived(county: SmallCounty) -> None:
    """One whole life of the hotline, with a day between the steps."""
    report = cases.Report(
        id=cases.new_report_id(),
        source=cases.HOTLINE,
        area_id=county.town.id,
        words="路灯坏了三天，没人来修。",
    )
    town, unit, reviewer = (county.actor(role) for role in (TOWN_DISPATCHER, HANDLER, REVIEWER))
    case = cases.open_case(report, by=town, at=AT)
    steps: tuple[tuple[str, Actor, dict[str, str]], ...] = (
        ("sign", town, {}), ("assign", town, {"unit": str(county.unit.id)}), ("conclude", unit, {"result": "换了灯泡"}),
        ("approve", reviewer, {}),
    )  # fmt: skip
    for day, (step, by, given_) in enumerate(steps, 1):
        cases.take_step(
            case_id=case.id, step=step, given=cases.StepInput(given_), by=by, at=AT + timedelta(days=day)
        )
    cases.answer(
        receipt_code=case.receipt_code, done=True, content="content", words="", at=AT + timedelta(days=6)
    )


def test_a_year_of_cases_is_replayed_from_the_record(
    county: SmallCounty, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(county)
    of = workflow.procedure("hotline")
    found = workflow.courses(of, since=AT - timedelta(days=1), until=AT + timedelta(days=9))
    assert [stay.desk for stay in found[0].stays] == [
        "谷来镇镇街调度员", "谷来镇镇街调度员", "谷来镇综合执法队", "谷来镇审核员", "",
    ]  # fmt: skip
    assert desk_of(of, "following", "谷来镇", "") == "", "the reporter could end it"
    staff = workflow.hands(
        of, {"谷来镇综合执法队", "谷来镇镇街调度员", "哪里也没有"}, on=clock.local(AT).date()
    )
    assert staff == {"谷来镇综合执法队": 1, "谷来镇镇街调度员": 1, "哪里也没有": 1}


def options(**given_: Any) -> argparse.Namespace:
    usual: dict[str, Any] = {
        "what": "simulate",
        "name": "hotline",
        "changes": [],
        "staff": [],
        "days": 365,
        "chart": None,
    }
    return argparse.Namespace(**{**usual, **given_})


def test_the_command_shows_before_and_after_with_a_picture(
    county: SmallCounty, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lived(county)
    chart = tmp_path / "前后.svg"
    with clock.fixed(AT + timedelta(days=20)):
        asked = options(changes=["within.handling=1h"], staff=["谷来镇综合执法队=3"], chart=chart)
        assert command._simulate(asked) == 0
    said = capsys.readouterr().out
    assert "超时率：" in said
    assert "审核办理中（5 个工作日 → 1 个工作小时）" in said
    assert "谷来镇综合执法队（1 人 → 3 人）" in said
    assert "各环节超时率" in chart.read_text("utf-8")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"changes": ["handling=3"]}, "看不懂 handling=3"),
        ({"changes": ["within.nowhere=3d"]}, "有时限的环节"),
        ({"staff": ["没有的队=2"]}, "过去的事项里没有“没有的队”"),
        ({"staff": ["谷来镇综合执法队=0"]}, "看不懂"),
        ({"days": 1}, "没有可以试的"),
        ({"name": "nothing"}, "没有名为 nothing 的规程"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(
    county: SmallCounty, asked: dict[str, object], said: str
) -> None:
    lived(county)
    with clock.fixed(AT + timedelta(days=20)), pytest.raises(CannotRun, match=said):
        command._simulate(options(**asked))


def test_a_procedure_is_walked_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def typed(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))

    typed("1", "九", "1", "1", "1", "1")
    assert command._try("hotline") == 0
    walked = capsys.readouterr()
    assert "轮到：镇街调度员" in walked.out
    assert "到了终点，共走了 5 步：签收 → 审核交办" in walked.out
    assert "请输入 1 到" in walked.err
    typed("q")
    assert command._try("hotline") == 0
    assert "什么也没有写" in capsys.readouterr().out
