"""Components refuse what is misspelt, escape what they are given, and are all shown on the `/ui/` page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory

from minqing.kernel import clock
from minqing.ui.components.lists import Column
from minqing.ui.components.times import in_words
from minqing.ui.gallery import sample_context, shown
from minqing.ui.gallery_examples import EXAMPLES
from minqing.ui.gallery_forms import SampleForm
from minqing.ui.icon_names import ICONS
from minqing.ui.library import COMPONENTS
from minqing.ui.qr import qr_svg
from minqing.ui.reference import README, readme_with_reference

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def draw(code: str, address: str = "/ui/", **values: Any) -> str:
    request = RequestFactory().get(address)
    return str(engines["django"].from_string("{% load ui %}" + code).render(values, request))


def test_a_misspelt_parameter_is_refused_when_the_template_is_compiled() -> None:
    with pytest.raises(TemplateSyntaxError, match="lable"):
        draw('{% badge lable="即办" %}')


def test_a_missing_parameter_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="label"):
        draw("{% badge %}")


def test_a_positional_value_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError):
        draw('{% badge "即办" %}')


def test_a_misspelt_component_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="bagde"):
        draw('{% bagde label="即办" %}')


def test_a_value_outside_the_choices_is_refused() -> None:
    with pytest.raises(TypeError, match="orange"):
        draw('{% clock_badge colour="orange" words="还剩 1 天" %}')


def test_a_misspelt_variable_is_refused_where_it_matters() -> None:
    with pytest.raises(TypeError, match="page"):
        draw("{% pagination page=paeg %}", page=Paginator([1], 1).page(1))
    with pytest.raises(TypeError, match="at"):
        draw("{% ago at=wehn %}", when=NOON)
    with pytest.raises(TypeError, match="field"):
        draw("{% field_desk field=form.nothing %}", form=SampleForm())
    with pytest.raises(TypeError, match="unsent"):
        draw("{% offline_state unsent=cuont %}")


def test_an_icon_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="ICONS"):
        draw('{% icon name="skull" %}')


def test_every_listed_icon_is_there() -> None:
    for name in ICONS:
        assert "<path" in draw("{% icon name=name %}", name=name), name


def test_every_component_is_on_the_page_of_components() -> None:
    shown_ones = {example.name for example in EXAMPLES}
    assert shown_ones == set(COMPONENTS)
    for example in EXAMPLES:
        assert re.search(r"{%\s*" + example.name + r"\b", example.code), example


@pytest.mark.parametrize("look", ["desk", "phone"])
def test_every_example_is_drawn_without_inline_style_or_script(look: str) -> None:
    for one in shown(RequestFactory().get("/ui/"), look=look, at=NOON):
        assert one.drawn.strip() or one.example.name == "type_mode", one.example
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", one.drawn), one.example


def test_the_reference_in_the_readme_is_fresh() -> None:
    assert README.read_text() == readme_with_reference(), "run: python -m minqing.ui.reference"


def test_what_people_wrote_is_escaped() -> None:
    wicked = "<script>alert(1)</script>"
    for code in (
        "{% badge label=words %}",
        "{% card title=words %}{{ words }}{% endcard %}",
        "{% page_header title=words above=words lead=words %}{{ words }}{% endpage_header %}",
        "{% facts %}{% fact label=words %}{{ words }}{% endfact %}{% endfacts %}",
        "{% cells title=words %}{% cell title=words note=words after=words href=words %}{% endcells %}",
        "{% timeline %}{% moment who=words role=words %}{{ words }}{% endmoment %}{% endtimeline %}",
        "{% copy_text text=words %}",
        "{% qr text=words label=words %}",
        "{% steps labels=words current=0 %}",
        "{% alert title=words %}{{ words }}{% endalert %}",
        "{% empty_state title=words begin=words %}",
        "{% button label=words name=words value=words %}",
    ):
        assert "<script" not in draw(code, words=wicked), code


def test_components_inside_components_are_not_escaped() -> None:
    inside = '{% badge label="即办" %}'
    for outer in ('page_header title="事项"', "facts", 'fact label="时限"', "card", "alert", "thumb_bar"):
        assert "<span" in draw("{% " + outer + " %}" + inside + "{% end" + outer.split()[0] + " %}"), outer


def test_a_fact_that_is_not_there_says_so() -> None:
    assert "未登记" in draw('{% fact label="电话" %}  {% endfact %}')


def test_a_field_with_an_error_tells_a_screen_reader_where_it_is() -> None:
    drawn = draw("{% field_desk field=form.phone %}", form=SampleForm({"phone": "1380575"}))
    described = re.search(r'<input[^>]*aria-describedby="([^"]+)"', drawn)
    assert described
    for name in described[1].split():
        assert f'id="{name}"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "手机号应是 11 位数字，请核对。" in drawn


@pytest.mark.parametrize("tag", ["form_desk", "form_phone"])
def test_a_whole_form_carries_csrf_files_and_every_field(tag: str) -> None:
    drawn = draw("{% " + tag + ' form=form submit="提交" %}', form=SampleForm({}))
    assert "csrfmiddlewaretoken" in drawn
    assert 'enctype="multipart/form-data"' in drawn
    assert "data-once" in drawn
    for name in SampleForm.base_fields:
        assert f'name="{name}"' in drawn
    for jump in re.findall(r'<a href="#(id_[^"]+)"', drawn):
        assert f'id="{jump}"' in drawn


def test_a_form_that_only_asks_carries_no_csrf() -> None:
    assert "csrf" not in draw('{% form_desk form=form submit="查找" method="get" %}', form=SampleForm())


def test_pages_of_a_list_keep_the_rest_of_the_address() -> None:
    drawn = draw(
        "{% pagination page=page %}",
        "/x?town=a&town=b&page=2&q=%E6%B0%B4",
        page=Paginator(range(60), 20).page(2),
    )
    assert 'href="?town=a&amp;town=b&amp;page=3&amp;q=%E6%B0%B4"' in drawn
    assert "共" in drawn


def test_a_column_sorts_up_then_down_and_starts_at_the_first_page() -> None:
    columns = [Column(label="还剩", sort="due"), Column(label="哪里")]
    code = '{% table caption="待办" columns=columns %}{% endtable %}'
    first = draw(code, "/x?q=1&page=3", columns=columns)
    assert 'href="?q=1&amp;sort=due"' in first
    assert 'aria-sort="none"' in first
    again = draw(code, "/x?sort=due", columns=columns)
    assert 'href="?sort=-due"' in again
    assert 'aria-sort="ascending"' in again


def test_times_are_said_as_people_say_them() -> None:
    said = {
        timedelta(seconds=-30): "刚刚",
        timedelta(minutes=-5): "5 分钟前",
        timedelta(hours=-2, minutes=-1): "2 小时前",
        timedelta(hours=-2): "今天 10 时",
        timedelta(hours=3): "今天 15:00",
        timedelta(hours=-13, minutes=1): "昨天 23:01",
        timedelta(hours=-13): "昨天 23 时",
        timedelta(days=1): "明天 12:00",
        timedelta(days=-9): "11月13日 12 时",
        timedelta(days=-400): "2025年10月18日",
    }
    for gap, words in said.items():
        assert in_words(NOON + gap, now=NOON) == words
    with clock.fixed(NOON):
        drawn = draw("{% ago at=at %}", at=NOON - timedelta(hours=2))
    assert 'datetime="2026-11-22T10:00:00+08:00"' in drawn
    assert 'title="2026年11月22日 10:00"' in drawn


def test_a_qr_code_has_no_style_attribute() -> None:
    assert "style" not in qr_svg("https://example.org/d/7KQ4M2XD")


def test_a_clock_always_has_a_word_and_a_shape() -> None:
    for colour, word in {"green": "绿", "yellow": "黄", "red": "红"}.items():
        drawn = draw("{% clock_badge colour=colour words='还剩 1 天' %}", colour=colour)
        assert f'aria-label="{word}"' in drawn
        assert "还剩 1 天" in drawn


def test_examples_speak_of_no_real_person() -> None:
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dX]", str(sample_context(NOON)) + str(EXAMPLES))
