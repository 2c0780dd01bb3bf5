"""Addresses of messages, channels and subscriptions."""

from django.urls import URLPattern, path

from minqing.desk.pages import channels, notices, subscriptions

_ONE = "subscriptions/<uuid:subscription_id>/"
notices_patterns: list[URLPattern] = [
    path("notices/", notices.own, name="notices"),
    path("go/<slug:kind>/<uuid:subject_id>/", notices.go, name="go"),
    path("notices/settings/", notices.settings, name="notice_settings"),
    path("notices/settings/<uuid:channel_id>/", notices.address, name="notice_address"),
    path("notices/settings/<uuid:channel_id>/try/", notices.address_try, name="notice_address_try"),
    path("channels/", channels.channels, name="channels"),
    path("channels/new/", channels.channel_new, name="channel_new"),
    path("channels/quiet/", channels.quiet, name="channels_quiet"),
    path("channels/<uuid:channel_id>/", channels.channel, name="channel"),
    path("channels/<uuid:channel_id>/try/", channels.channel_try, name="channel_try"),
    path("deliveries/", channels.deliveries, name="deliveries"),
    path("deliveries/<uuid:delivery_id>/again/", channels.delivery_again, name="delivery_again"),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/new/", subscriptions.subscription_new, name="subscription_new"),
    path(_ONE, subscriptions.subscription, name="subscription"),
    path(f"{_ONE}edit/", subscriptions.subscription_edit, name="subscription_edit"),
    path(f"{_ONE}try/", subscriptions.subscription_try, name="subscription_try"),
    path(f"{_ONE}again/", subscriptions.failed_again, name="subscription_again"),
    path(f"{_ONE}secret/", subscriptions.secret_change, name="subscription_secret"),
    path(f"{_ONE}secret/forget/", subscriptions.secret_forget, name="subscription_secret_forget"),
    path(f"{_ONE}pushes/<uuid:push_id>/", subscriptions.push, name="push"),
    path(f"{_ONE}pushes/<uuid:push_id>/again/", subscriptions.push_again, name="push_again"),
]
