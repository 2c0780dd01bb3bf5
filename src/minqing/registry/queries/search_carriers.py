"""A page of the files that carry a tag, where no word is asked for: one statement, whatever becomes of it.

Tags do not know the names of files. So either all carriers are looked up and sorted, or the order is read and everybody
asked whether they carry it; which of both costs less is known as soon as they are counted.
"""

# ruff: noqa: S608  (statements are put together from texts of our own; every value is a parameter)

from __future__ import annotations

from typing import Final

from minqing.registry.queries.search_reading import Ways, from_an_end, ids_of, in_order
from minqing.registry.queries.search_sql import ORDER, Carried, Place

TAGGED_MAX: Final = 3_000  # more of them lie so close together in the order that reading it is quicker
NEAR_MIN: Final = 1_500  # to look up so many costs more than to read the order
NEAR_ROWS: Final = 60  # up to so many of them from its nearer end
HASHED_MAX: Final = (
    20_000  # carriers put together as a list to ask; more are soon met, and looked up one by one
)
PROBED_MIN: Final = 30  # so few rows are soon met too


def carriers_statement(by: Ways, place: Place, carried: Carried, *, page: int, size: int, walked: int) -> str:
    """Return the rest of the statement after the tables of the areas: (total, first, ids, is_cut).

    ``walked``: which page is read of the order, if there are so many that they are not counted; ``total`` is then how
    many were read, one more than the page needs if there are.
    """
    cut = f"(SELECT total FROM counted) > {TAGGED_MAX}"
    first = f"least({page - 1}, greatest(total - 1, 0) / {size}) * {size} AS first"
    row = f"SELECT r.{by.column} AS sorted_by, r.id FROM {by.table} r WHERE"
    is_near = f"least(first + {size}, total - first) <= {NEAR_ROWS}"
    tables = {
        "tagged (id)": f"{carried.subjects} LIMIT {TAGGED_MAX + 1}",
        # Tags end with their file (services.tags), so they are as many as the files.
        "counted": "SELECT count(*) AS total FROM tagged",
        "near": (
            f"SELECT * FROM (SELECT total, {first} FROM counted) AS asked "
            f"WHERE total > {NEAR_MIN} AND total <= {TAGGED_MAX} AND {is_near}"
        ),
        "found": (
            f"{row} r.id = {ids_of('tagged')} AND {place.open()}{place.test()} "
            f"AND NOT {cut} AND NOT EXISTS (SELECT FROM near)"
        ),
        "pages": f"SELECT total, {first} FROM (SELECT count(*) AS total FROM found) AS every",
        "crowd": f"SELECT EXISTS ({carried.ever} OFFSET {HASHED_MAX}) AS is_large",
    }
    last = walked * size
    test = carried.test if last <= PROBED_MIN else _asked_of_a_list(carried)
    tables["walked"] = in_order(by, place, [test], last + 1)
    near = from_an_end(by, place, size, pages="near", tests=["r.id IN (SELECT id FROM tagged)"])
    ids = (
        f"CASE WHEN {cut} THEN ARRAY(SELECT id FROM walked {ORDER} LIMIT {size} OFFSET {last - size}) "
        f"WHEN near.total IS NOT NULL THEN (SELECT {near} FROM near) "
        f"ELSE ARRAY(SELECT id FROM found {ORDER} LIMIT {size} OFFSET (SELECT first FROM pages)) END"
    )
    total = f"CASE WHEN {cut} THEN (SELECT count(*) FROM walked) ELSE coalesce(near.total, pages.total) END"
    written = ", ".join(f"{name} AS MATERIALIZED ({table})" for name, table in tables.items())
    return (
        f"{written} SELECT {total}, coalesce(near.first, pages.first), {ids}, {cut} "
        "FROM pages LEFT JOIN near ON true"
    )


def _asked_of_a_list(carried: Carried) -> str:
    """Return the test whether a row carries the tag, for many rows: who is on the list is looked up."""
    listed = f"r.id IN ({carried.marked})"
    return f"CASE WHEN (SELECT is_large FROM crowd) OR {listed} THEN {carried.test} ELSE false END"
