"""The examples of the `/ui/` page: component, state, and the code that is both shown and run."""

# ruff: noqa: E501  the code of an example is shown as it stands, on one line

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """One use of a component."""

    name: str
    code: str
    only: str = ""

    @property
    def reaches_the_edges(self) -> bool:
        """Whether a phone draws it from edge to edge, by itself."""
        return self.name in EDGE_TO_EDGE


EDGE_TO_EDGE = frozenset(
    {
        *(
            "page_header",
            "card",
            "cells",
            "cell",
            "table",
            "tabs",
            "tab",
            "pagination",
            "filter_bar",
            "messages_region",
        ),
        *(
            "field_phone",
            "form_phone",
            "sentence_picker",
            "thumb_bar",
            "tabbar",
            "tabbar_item",
            "locate_button",
        ),
        *("empty_state", "loading_state", "error_state", "offline_state", "no_right_state", "menu_item"),
    }
)


EXAMPLES: tuple[Example, ...] = (
    Example(
        "page_header",
        '{% page_header title="举坑村水沟堵塞" above="事项 · 即办" lead="陈阿婆家屋后，下雨漫水" back_href="#list" back_label="回到列表" %}'
        '{% link_button label="打印" href="#print" icon="printer" %}{% endpage_header %}',
    ),
    Example("page_header", '{% page_header title="我的待办" %}{% endpage_header %}'),
    Example("icon", '{% icon name="walk" %} {% icon name="building-community" size=32 label="村社区" %}'),
    Example("badge", '{% badge label="即办" %} {% badge label="民情日记" tone="brand" icon="notebook" %}'),
    Example("badge", '{% badge label="已并单" tone="quiet" %} {% badge label="匿名" tone="strong" %}'),
    Example(
        "clock_badge", '{% clock_badge colour="green" words="还剩 3 个工作日" full="2026年11月26日 17:00" %}'
    ),
    Example("clock_badge", '{% clock_badge colour="yellow" words="还剩 2 个工作小时" %}'),
    Example("clock_badge", '{% clock_badge colour="red" words="超时 2 个工作小时" %}'),
    Example("clock_badge", '{% clock_badge colour="none" words="已挂起，暂不计时" %}'),
    Example("button", '{% button label="签收" type="button" icon="check" %}'),
    Example("button", '{% button label="交办给…" kind="plain" type="button" key="e" %}'),
    Example("button", '{% button label="先存着" kind="quiet" type="button" %}'),
    Example("button", '{% button label="退回" kind="danger" type="button" small=True %}'),
    Example("button", '{% button label="办结上报" type="button" disabled=True wide=True %}'),
    Example("link_button", '{% link_button label="新建走访" href="#new" kind="primary" icon="plus" %}'),
    Example(
        "link_button", '{% link_button label="下载错误清单" href="#errors" icon="download" small=True %}'
    ),
    Example(
        "card",
        '{% card title="反映人的话" icon="message" more_href="#all" more_label="全部经过" %}<p>屋后的水沟堵了，下雨天水会漫到灶间。</p>{% endcard %}',
    ),
    Example("card", '{% card title="现在要做" tone="brand" %}<p>请在今天 17:00 前签收。</p>{% endcard %}'),
    Example("card", '{% card tone="quiet" %}<p>没有标题的一块。</p>{% endcard %}'),
    Example("alert", '{% alert title="还没有网格边界" %}<p>按最近的网格推算，可能不准。</p>{% endalert %}'),
    Example("alert", '{% alert tone="done" %}<p>已签收。请在 11月26日 17:00 前答复。</p>{% endalert %}'),
    Example("alert", '{% alert tone="careful" %}<p>匿名反映不留电话，请记好回执码。</p>{% endalert %}'),
    Example(
        "alert",
        '{% alert tone="wrong" title="没有办成" %}<p>只有承办人可以“办结上报”。承办人：城管中队。</p>{% endalert %}',
    ),
    Example("messages_region", "{% messages_region %}"),
    Example(
        "confirm_dialog",
        '{% link_button label="退回" href="#return" kind="danger" opens_dialog=True %}'
        '{% confirm_dialog id="return" title="退回这件事项？" action="#" label="退回" kind="danger" %}'
        "<p>退回后由镇街重新交办，时限照走。</p>{% endconfirm_dialog %}",
    ),
    Example("copy_text", '{% copy_text text="7KQ4-M2XD" label="复制回执码" %}'),
    Example("qr", '{% qr text="https://example.org/d/7KQ4M2XD" label="扫一扫，看进展" size=120 %}'),
    Example(
        "empty_state",
        '{% empty_state title="这里会列出等您办理的事项" begin="现在没有。走访时点“转为事项”，就会有第一件。" href="#new" action="去走访" %}',
    ),
    Example("loading_state", '{% loading_state what="待办" %}'),
    Example(
        "error_state", '{% error_state title="没有取到名单" what_to_do="请过一会儿重试。" href="#again" %}'
    ),
    Example("offline_state", "{% offline_state unsent=3 %}"),
    Example(
        "no_right_state",
        '{% no_right_state why="只有承办人可以“办结上报”" who="承办人：浦口街道城管中队。" href="#back" %}',
    ),
    Example("ago", "{% ago at=just_now %}，{% ago at=two_hours_ago %}，{% ago at=last_week %}"),
    Example(
        "timeline",
        '{% timeline label="办理经过" %}{% moment at=last_week who="陈阿婆" role="反映人" icon="message" %}<p>水沟堵了。</p>{% endmoment %}'
        '{% moment coming=True icon="hourglass" %}<p>等镇街回访</p>{% endmoment %}{% endtimeline %}',
    ),
    Example(
        "moment",
        '{% timeline %}{% moment at=two_hours_ago who="李芳" role="承办人" icon="check" %}签收{% endmoment %}{% endtimeline %}',
    ),
    Example("timeline_lines", '{% timeline_lines lines=lines label="民情日记" %}'),
    Example(
        "facts",
        '{% facts columns=3 %}{% fact label="户主" %}陈某某{% endfact %}{% fact label="住址" %}举坑村 12 号{% endfact %}'
        '{% fact label="电话" %}{% masked value="138****0000" what="电话" %}{% endfact %}{% endfacts %}',
    ),
    Example("fact", '{% facts %}{% fact label="备注" %}{% endfact %}{% endfacts %}'),
    Example("masked", '{% masked value="330683************" what="身份证号" %}'),
    Example(
        "stat",
        '<div class="mq-stats">{% stat label="今天要办" number=12 unit="件" href="#due" %}'
        '{% stat label="等我签收" number=3 unit="件" href="#sign" colour="yellow" note="最早还剩 2 个工作小时" %}'
        '{% stat label="超时" number=1 unit="件" href="#late" colour="red" note="超时 1 天" %}'
        '{% stat label="本月走访" number="1,204" unit="户" href="#visits" note="上月 1,100 户" %}</div>',
    ),
    Example("steps", '{% steps labels="签收|交办|办理|办结|回访" current=2 label="办理进度" %}'),
    Example("progress", '{% progress label="已走访" done=180 total=240 %}'),
    Example(
        "cells",
        '{% cells title="今天该去看看" tips="按多久没去过排列" keys=True %}'
        '{% cell title="张阿婆" note="独居，已 9 天未走访" href="#a" clock="还剩 1 天" colour="yellow" icon="walk" %}'
        '{% cell title="王家" note="孩子上学有困难" href="#b" after="昨天" badge="重点户" %}{% endcells %}',
    ),
    Example("cell", '{% cells %}{% cell title="谷来镇举坑村" after="304 户" %}{% endcells %}'),
    Example(
        "table",
        '{% table caption="待办事项" columns=columns keys=True %}'
        '<tr data-item><td><a href="#1">水沟堵塞</a></td><td>举坑村</td><td>{% clock_badge colour="green" words="还剩 3 个工作日" %}</td><td class="mq-number">4</td></tr>'
        '<tr data-item><td><a href="#2">路灯不亮</a></td><td>浦口社区</td><td>{% clock_badge colour="red" words="超时 2 个工作小时" %}</td><td class="mq-number">12</td></tr>{% endtable %}',
    ),
    Example(
        "table",
        '{% table caption="各镇件数" columns="镇街|件数#" show_caption=True %}<tr><td>石璜镇</td><td class="mq-number">1,204</td></tr>{% endtable %}',
    ),
    Example(
        "tabs",
        '{% tabs label="事项" %}{% tab label="等我办" href="#mine" current=True count=12 %}{% tab label="全部" href="#all" %}{% endtabs %}',
    ),
    Example("tab", '{% tabs label="档案" %}{% tab label="走访" href="#v" count=0 %}{% endtabs %}'),
    Example("pagination", '{% pagination page=page_of_many unit="件" %}'),
    Example("pagination", "{% pagination page=page_of_one %}"),
    Example("filter_bar", '{% filter_bar form=filter label="筛选事项" %}'),
    Example("field_desk", "{% field_desk field=form.phone %}{% field_desk field=wrong_form.phone %}", "desk"),
    Example("form_desk", '{% form_desk form=form submit="提交" cancel_href="#back" id="whole" %}', "desk"),
    Example("form_desk", '{% form_desk form=wrong_form submit="提交" id="wrong" %}', "desk"),
    Example(
        "field_phone", "{% field_phone field=form.phone %}{% field_phone field=wrong_form.phone %}", "phone"
    ),
    Example(
        "form_phone",
        '{% form_phone form=form submit="提交" title="反映一件事" note="提交后会得到一个回执码" id="whole" %}',
        "phone",
    ),
    Example("form_phone", '{% form_phone form=wrong_form submit="提交" id="wrong" %}', "phone"),
    Example("form_errors", "{% form_errors form=wrong_form %}"),
    Example(
        "form_frame",
        '{% form_frame id="sign" action="#" %}<p>自己排的表单。</p>{% button label="签收" %}{% endform_frame %}',
    ),
    Example("locate_button", "{% locate_button lon=visit.lon lat=visit.lat accuracy=visit.accuracy %}"),
    Example(
        "sentence_picker",
        "{% field_phone field=visit.heard %}{% sentence_picker heard=visit.heard findings=visit.findings %}{% field_phone field=visit.findings %}",
        "phone",
    ),
    Example(
        "sentence_picker",
        "{% field_desk field=visit.heard %}{% sentence_picker heard=visit.heard findings=visit.findings %}{% field_desk field=visit.findings %}",
        "desk",
    ),
    Example(
        "thumb_bar",
        '{% thumb_bar note="还有 2 条没有发出" %}{% button label="记下这次走访" type="button" %}{% endthumb_bar %}',
    ),
    Example(
        "menu_item",
        '<ul class="mq-menu-list">{% menu_item label="我的待办" href="#todo" icon="inbox" current=True count=12 %}{% menu_item label="事项" href="#cases" %}</ul>',
    ),
    Example(
        "tabbar",
        '{% tabbar %}{% tabbar_item label="今天" href="#today" icon="home" current=True count=3 %}{% tabbar_item label="走访" href="#visits" icon="walk" %}'
        '{% tabbar_item label="事项" href="#cases" icon="clipboard-list" %}{% tabbar_item label="我的" href="#me" icon="user" %}{% endtabbar %}',
    ),
    Example(
        "tabbar_item",
        '{% tabbar label="只有一项" %}{% tabbar_item label="事项" href="#c" icon="clipboard-list" %}{% endtabbar %}',
    ),
    Example(
        "account_menu",
        '{% account_menu name="张伟" acting_label="举坑村 网格员" appointments=appointments acting_id=None switch_url="#" sign_out_url="#" %}',
    ),
    Example("large_type_toggle", "{% large_type_toggle %}"),
    Example("type_mode", "<code>&lt;html {% type_mode %}&gt;</code>"),
)
