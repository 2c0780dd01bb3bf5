"""While it migrates: an index or a constraint is noted, and the classes of the models stay."""

from __future__ import annotations

from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from minqing.kernel.postgres.states import classes_stay

INDEX = models.Index(fields=["name"], name="shed_name")
UNIQUE = models.UniqueConstraint(fields=["name"], name="one_name")


def _state() -> ProjectState:
    """A shed, and a tool that lies in one."""
    state = ProjectState()
    key = models.BigAutoField(primary_key=True)
    state.add_model(ModelState("yard", "Shed", [("id", key), ("name", models.TextField())]))
    shed = models.ForeignKey("yard.Shed", on_delete=models.PROTECT)
    state.add_model(ModelState("yard", "Tool", [("id", key), ("shed", shed)]))
    return state


def test_what_comes_and_goes_is_noted_and_no_class_is_made_anew() -> None:
    state = _state()
    made = {one.__name__: one for one in state.apps.get_models()}
    shed = made["Shed"]._meta
    with classes_stay():
        state.add_index("yard", "shed", INDEX)
        state.add_constraint("yard", "shed", UNIQUE)
        assert [one.name for one in shed.indexes] == ["shed_name"]
        assert [one.name for one in shed.total_unique_constraints] == ["one_name"]
        state.remove_constraint("yard", "shed", "one_name")
        assert shed.total_unique_constraints == shed.constraints == []
        state.remove_index("yard", "shed", "shed_name")
        assert shed.indexes == state.models["yard", "shed"].options["indexes"] == []
    assert {one.__name__: one for one in state.apps.get_models()} == made


def test_a_field_still_makes_its_class_anew_and_afterwards_all_is_as_django_has_it() -> None:
    state = _state()
    before = state.apps.get_model("yard", "shed")
    with classes_stay():
        state.add_field("yard", "shed", "roof", models.TextField(default=""), preserve_default=True)
    roofed = state.apps.get_model("yard", "shed")
    assert roofed is not before
    assert roofed._meta.get_field("roof")
    state.add_index("yard", "shed", INDEX)
    assert state.apps.get_model("yard", "shed") is not roofed


def test_before_classes_are_made_it_is_only_noted() -> None:
    state = _state()
    with classes_stay():
        state.add_index("yard", "shed", INDEX)
    assert [one.name for one in state.apps.get_model("yard", "shed")._meta.indexes] == ["shed_name"]
