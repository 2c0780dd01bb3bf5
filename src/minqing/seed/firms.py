"""Settle 300 enterprises and the villages' shared places: halls, canteens, markets, reservoirs, bridges."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from minqing.seed.identity import Identities
from minqing.seed.people import INDUSTRIAL_TOWN
from minqing.seed.tree import SEEDED_TOWNS, AreaSeed, Tree, is_community
from minqing.seed.words import Words, table

FIRMS_TOTAL = 300
FIRMS_BY_TOWN = {"330683106": 55, "330683105": 45, "330683005": 200}
EMPLOYEES_SMALL_MAX = 20
EMPLOYEES_MIDDLE_MAX = 300

# What a village has, and how many of a hundred villages have it: (kind, name, hill, plain).
VILLAGE_PLACES = (
    ("culture_hall", "{village}文化礼堂", 95, 90),
    ("clinic", "{village}卫生室", 85, 60),
    ("canteen", "{village}老年食堂", 62, 70),
    ("shelter", "{village}避灾点", 80, 55),
    ("toilet", "{local}公厕", 100, 100),
    ("toilet", "{local}公厕", 60, 70),
    ("bridge", "{local}桥", 75, 45),
    ("bridge", "{local}老石桥", 35, 10),
    ("reservoir", "{local}山塘", 70, 25),
    ("parking", "{local}停车场", 45, 80),
    ("square", "{village}健身广场", 75, 80),
)
TOWN_PLACES = (
    ("market", "{town}菜市场"),
    ("school", "{town}中心小学"),
    ("school", "{town}初级中学"),
    ("reservoir", "{stem}水库"),
    ("clinic", "{town}卫生院"),
    ("bus_station", "{town}汽车站"),
)
PLACE_LABELS = {
    "culture_hall": "文化礼堂",
    "clinic": "卫生室",
    "canteen": "老年食堂",
    "shelter": "避灾点",
    "toilet": "公厕",
    "bridge": "桥",
    "reservoir": "水库山塘",
    "parking": "停车场",
    "square": "健身广场",
    "market": "菜市场",
    "school": "学校",
    "bus_station": "汽车站",
}


@dataclass(frozen=True, slots=True)
class FirmSeed:
    number: int
    name: str
    credit_code: str
    trade: str
    products: str
    employees: int
    size: str
    contact: str
    phone: str
    area_code: str
    address: str
    founded_on: date


@dataclass(frozen=True, slots=True)
class PlaceSeed:
    number: int
    name: str
    kind: str
    area_code: str
    address: str
    keeper: str
    phone: str
    lon: float
    lat: float


def found_firms(tree: Tree, seed: int, today: date, *, scale: float = 1.0) -> list[FirmSeed]:
    """Found the enterprises of the three towns: 300 at scale 1."""
    return list(Firms(tree, seed, today).everyone(scale))


class Firms:
    """Founds enterprises; the full county founds them in all towns."""

    industrial_towns: Collection[str] = frozenset({INDUSTRIAL_TOWN})

    def __init__(self, tree: Tree, seed: int, today: date) -> None:
        self.tree, self.today = tree, today
        self.rng = Random(f"{seed}:firms")  # noqa: S311  a believable county, not a secret
        self.words, self.identities = Words(self.rng), Identities(self.rng)
        self.tables = table("firms")
        self.names: set[str] = set()

    def everyone(self, scale: float) -> Iterator[FirmSeed]:
        number = 0
        for town, count in FIRMS_BY_TOWN.items():
            for _ in range(max(2, round(count * scale))):
                yield self._firm(number, town)
                number += 1

    def _firm(self, number: int, town: str) -> FirmSeed:
        side = "plain" if town in self.industrial_towns else "hill"
        trades = self.tables["trade"]
        trade = self.rng.choices(trades, [t[side] for t in trades])[0]
        village = self.rng.choice(self.tree.children(town))
        grid = self.rng.choice(self.tree.children(village.code))
        smallest, largest = trade["hands"]
        employees = round(smallest * (largest / smallest) ** (self.rng.random() ** 1.5))
        contact = self.words.surname() + self.words.given_name(self.rng.randint(1962, 1994), "male")
        return FirmSeed(
            number=number,
            name=self._name(trade, town),
            credit_code=self.identities.enterprise_code(),
            trade=trade["label"],
            products=trade["products"],
            employees=employees,
            size=self._size(employees),
            contact=contact,
            phone=self.identities.phone(),
            area_code=self.rng.choice(self.tree.children(grid.code)).code,
            address=self._address(town, village, grid),
            founded_on=self.today - timedelta(days=self.rng.randint(200, 9000)),
        )

    def _name(self, trade: dict[str, list[str]], town: str) -> str:
        while True:
            word = self.rng.choice(self.tables["first"]) + self.rng.choice(self.tables["last"])
            name = f"嵊州市{word}{self.rng.choice(trade['names'])}"
            if word[0] != word[1] and name not in self.names:
                self.names.add(name)
                return name

    def _size(self, employees: int) -> str:
        if employees < EMPLOYEES_SMALL_MAX:
            return "微型"
        return "小型" if employees < EMPLOYEES_MIDDLE_MAX else "中型"

    def _address(self, town: str, village: AreaSeed, grid: AreaSeed) -> str:
        name = self.tree.by_code[town].name
        if town == INDUSTRIAL_TOWN:
            return f"{name}{self.words.road()}{self.rng.randint(1, 399)}号"
        local = "" if village.name.removesuffix("村") == grid.local else grid.local
        return f"{name}{village.name}{local}{self.rng.randint(1, 99)}号"


def lay_out_places(
    tree: Tree,
    seed: int,
    towns: Sequence[str] = SEEDED_TOWNS,
    industrial_towns: Collection[str] = frozenset({INDUSTRIAL_TOWN}),
) -> list[PlaceSeed]:
    """Lay out the shared places of every village and town among the given ones."""
    rng = Random(f"{seed}:places")  # noqa: S311  a believable county, not a secret
    words, identities = Words(rng), Identities(rng)
    places: list[PlaceSeed] = []
    named: set[str] = set()

    def place(kind: str, name: str, area: AreaSeed, address: str) -> None:
        keeper = words.surname() + words.given_name(rng.randint(1955, 1988), rng.choice(("male", "female")))
        if name in named:
            name = f"{name}（{area.local or area.name}）"
        named.add(name)
        lon, lat = round(rng.gauss(area.lon, 0.0008), 5), round(rng.gauss(area.lat, 0.0008), 5)
        places.append(
            PlaceSeed(len(places), name, kind, area.code, address, keeper, identities.phone(), lon, lat)
        )

    for code in towns:
        town = tree.by_code[code]
        short = town.name.removesuffix("镇").removesuffix("街道")
        centre = min(tree.children(code), key=lambda v: (short not in v.name, v.code))
        for kind, name in TOWN_PLACES:
            stem = words.hamlets(2, centre.name)[1]
            area = rng.choice(tree.children(centre.code))
            place(kind, name.format(town=short, stem=stem), area, f"{town.name}{centre.name}{area.local}")
        for village in tree.children(code):
            for kind, name, hill, plain in VILLAGE_PLACES:
                if rng.random() * 100 >= (plain if code in industrial_towns else hill):
                    continue
                if kind == "reservoir" and is_community(village.name):
                    continue
                area = rng.choice(tree.children(village.code))
                full = name.format(village=village.name.removesuffix("社区"), local=area.local)
                place(kind, full, area, f"{town.name}{village.name}{area.local}")
    return places
