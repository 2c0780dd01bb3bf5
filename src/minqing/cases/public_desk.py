"""The part of the front door behind which the desk lists, shares and acts on many; the doors open it by ``public``."""

from minqing.cases.models_desk import (
    DUTY_WORDS_MAX,
    TEMPLATE_NAME_MAX,
    TEMPLATE_WORDS_MAX,
    AnswerTemplate,
)
from minqing.cases.permissions_desk import (
    ACT_ON_MANY,
    EDIT_TEMPLATES,
    EXPORT_CASES,
    KEEP_DUTY,
    RELEASE_PHOTOS,
    SEE_BOARD,
    SHARE_VIEWS,
)
from minqing.cases.queries.asked import (
    ALL,
    ASKED,
    NO_UNIT,
    OPEN,
    TODO,
    VIEWS,
    read_asked,
)
from minqing.cases.queries.asked import (
    TEXT_MAX as QUEUE_TEXT_MAX,
)
from minqing.cases.queries.board import (
    COLOURS as BOARD_COLOURS,
)
from minqing.cases.queries.board import (
    Board,
    board,
)
from minqing.cases.queries.board import (
    Line as BoardLine,
)
from minqing.cases.queries.board import (
    Numbers as BoardNumbers,
)
from minqing.cases.queries.board import (
    SpotLine as BoardSpot,
)
from minqing.cases.queries.bulk import (
    Choices as BulkChoices,
)
from minqing.cases.queries.bulk import (
    choices as bulk_choices,
)
from minqing.cases.queries.bulk import (
    first_of,
)
from minqing.cases.queries.counting import COUNT_MAX, PAGE_ROWS, count_many
from minqing.cases.queries.duty import (
    NOTE_ROWS as DUTY_NOTE_ROWS,
)
from minqing.cases.queries.duty import (
    duty,
)
from minqing.cases.queries.exports import (
    COLUMNS as EXPORT_COLUMNS,
)
from minqing.cases.queries.filtering import QueueFilters
from minqing.cases.queries.listing import LISTED_MAX, Listed, listed
from minqing.cases.queries.photos import (
    photo_to_release,
    released_of,
    released_path,
)
from minqing.cases.queries.queue import (
    COLUMNS as QUEUE_COLUMNS,
)
from minqing.cases.queries.queue import (
    SORTS,
    USUAL_COLUMNS,
    CaseRow,
    QueuePage,
    queue,
    rows,
    topic_keys,
    topics,
    topics_and_groups,
)
from minqing.cases.queries.sets import SETS, Period
from minqing.cases.queries.templates import (
    PLACES as TEMPLATE_PLACES,
)
from minqing.cases.queries.templates import (
    filled as filled_template,
)
from minqing.cases.queries.templates import (
    template_for,
    templates,
    templates_for,
)
from minqing.cases.queries.views import (
    TAB_COUNT_MAX,
    VIEWS_MAX,
    Tab,
    counted,
    counted_with_waiting,
    tabs,
)
from minqing.cases.services.bulk import (
    BULK_MAX,
    TO_PERSON,
    TO_UNIT,
    Ticked,
    act_on_many,
    look_through,
    report_of,
)
from minqing.cases.services.bulk import (
    STEP as BULK_STEP,
)
from minqing.cases.services.bulk import (
    Outcome as BulkOutcome,
)
from minqing.cases.services.bulk import (
    Wish as BulkWish,
)
from minqing.cases.services.duty import (
    take_over,
    write_note,
)
from minqing.cases.services.exporting import (
    export_cases,
    export_table,
)
from minqing.cases.services.redaction import (
    BOXES_MAX,
    release_photo,
    withdraw_photo,
)
from minqing.cases.services.templates import (
    close_template,
    save_template,
)
from minqing.cases.services.views import (
    arrange_views,
    choose_columns,
    forget_view,
    rename_view,
    save_view,
    share_view,
)

__all__ = [
    "ACT_ON_MANY",
    "ALL",
    "ASKED",
    "BOARD_COLOURS",
    "BOXES_MAX",
    "BULK_MAX",
    "BULK_STEP",
    "COUNT_MAX",
    "DUTY_NOTE_ROWS",
    "DUTY_WORDS_MAX",
    "EDIT_TEMPLATES",
    "EXPORT_CASES",
    "EXPORT_COLUMNS",
    "KEEP_DUTY",
    "LISTED_MAX",
    "NO_UNIT",
    "OPEN",
    "PAGE_ROWS",
    "QUEUE_COLUMNS",
    "QUEUE_TEXT_MAX",
    "RELEASE_PHOTOS",
    "SEE_BOARD",
    "SETS",
    "SHARE_VIEWS",
    "SORTS",
    "TAB_COUNT_MAX",
    "TEMPLATE_NAME_MAX",
    "TEMPLATE_PLACES",
    "TEMPLATE_WORDS_MAX",
    "TODO",
    "TO_PERSON",
    "TO_UNIT",
    "USUAL_COLUMNS",
    "VIEWS",
    "VIEWS_MAX",
    "AnswerTemplate",
    "Board",
    "BoardLine",
    "BoardNumbers",
    "BoardSpot",
    "BulkChoices",
    "BulkOutcome",
    "BulkWish",
    "CaseRow",
    "Listed",
    "Period",
    "QueueFilters",
    "QueuePage",
    "Tab",
    "Ticked",
    "act_on_many",
    "arrange_views",
    "board",
    "bulk_choices",
    "choose_columns",
    "close_template",
    "count_many",
    "counted",
    "counted_with_waiting",
    "duty",
    "export_cases",
    "export_table",
    "filled_template",
    "first_of",
    "forget_view",
    "listed",
    "look_through",
    "photo_to_release",
    "queue",
    "read_asked",
    "release_photo",
    "released_of",
    "released_path",
    "rename_view",
    "report_of",
    "rows",
    "save_template",
    "save_view",
    "share_view",
    "tabs",
    "take_over",
    "template_for",
    "templates",
    "templates_for",
    "topic_keys",
    "topics",
    "topics_and_groups",
    "withdraw_photo",
    "write_note",
]  # fmt: skip
