"""Addresses of joint work and of supervision."""

from django.urls import URLPattern, path

from minqing.desk.pages import joint, supervision

joint_patterns: list[URLPattern] = [
    path("joint/", joint.joint, name="joint"),
    path("joint/<uuid:part_id>/", joint.joint_part, name="joint_part"),
    path("joint/<uuid:part_id>/steps/<slug:step>/", joint.joint_part_step, name="joint_part_step"),
    path("joint/<uuid:part_id>/overrule/", joint.joint_part_overrule, name="joint_part_overrule"),
    path("cases/<uuid:case_id>/joint/", joint.case_joint, name="case_joint"),
    path("cases/<uuid:case_id>/parts/new/", joint.case_part, name="case_part"),
    path("cases/<uuid:case_id>/supervise/", supervision.case_supervise, name="case_supervise"),
    path("cases/<uuid:case_id>/progress/", supervision.case_progress, name="case_progress"),
    path("cases/<uuid:case_id>/supervision-order/", supervision.case_order, name="case_order"),
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/proposals/", supervision.supervision_proposals, name="supervision_proposals"),
    path(
        "supervision/proposals/<uuid:proposal_id>/dismiss/",
        supervision.supervision_dismiss,
        name="supervision_dismiss",
    ),
    path("supervision/rules/", supervision.supervision_rules, name="supervision_rules"),
]
