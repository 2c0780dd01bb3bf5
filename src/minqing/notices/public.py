"""The front door of notices."""

from minqing.notices.forms import AddressForm, PreferenceForm
from minqing.notices.models import (
    Address,
    Channel,
    Delivery,
    Notice,
    Preference,
    Push,
    PushAttempt,
    QuietHours,
    Subscription,
)
from minqing.notices.permissions import MANAGE_CHANNELS, MANAGE_SUBSCRIPTIONS
from minqing.notices.queries.lists import (
    COUNT_MAX,
    PAGE_ROWS,
    DeliveryFilters,
    OwnChannel,
    attempts,
    channel,
    channels,
    count_own,
    county_quiet_hours,
    deliveries,
    deliveries_of,
    latest_unread,
    own_channel,
    own_channels,
    own_notices,
    preference,
    push,
    pushes,
    subscription,
    subscriptions,
    told_kinds,
    unread,
)
from minqing.notices.rules import (
    ADDRESS_MAX,
    KINDS,
    NAME_MAX,
    OLD_SECRET_KEPT,
    PLACEHOLDER,
    SCHEMES,
    SIGNATURE_HEADER,
    STATE_LABELS,
    TRIAL,
    URL_MAX,
    Kind,
    Quiet,
    State,
    kind,
    sign,
)
from minqing.notices.services.channels import send_again, set_channel, set_county_quiet, try_channel
from minqing.notices.services.following import follow, sweep
from minqing.notices.services.own import mark_read, read_about, set_address, set_preference, try_own
from minqing.notices.services.pushing import TRIAL_KIND, Announcement, announce
from minqing.notices.services.subscriptions import (
    change_secret,
    forget_old_secret,
    push_again,
    set_subscription,
    try_subscription,
)
from minqing.notices.services.telling import News, tell, tell_many

__all__ = [
    "ADDRESS_MAX", "COUNT_MAX", "KINDS", "MANAGE_CHANNELS", "MANAGE_SUBSCRIPTIONS", "NAME_MAX", "OLD_SECRET_KEPT",
    "PAGE_ROWS", "PLACEHOLDER", "SCHEMES", "SIGNATURE_HEADER", "STATE_LABELS", "TRIAL", "TRIAL_KIND", "URL_MAX",
    "Address", "AddressForm", "Announcement", "Channel", "Delivery", "DeliveryFilters", "Kind", "News", "Notice",
    "OwnChannel", "Preference", "PreferenceForm", "Push", "PushAttempt", "Quiet", "QuietHours", "State",
    "Subscription", "announce", "attempts", "change_secret", "channel", "channels", "count_own",
    "county_quiet_hours", "deliveries", "deliveries_of", "follow", "forget_old_secret", "kind",
    "latest_unread", "mark_read",
    "own_channel", "own_channels", "own_notices", "preference", "push", "push_again", "pushes", "read_about",
    "send_again", "set_address", "set_channel", "set_county_quiet", "set_preference", "set_subscription", "sign",
    "subscription", "subscriptions", "sweep", "tell", "tell_many", "told_kinds", "try_channel", "try_own",
    "try_subscription", "unread",
]  # fmt: skip
