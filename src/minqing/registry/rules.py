"""What a valid ID number, credit code, phone, name or relation is: plain functions, and the registry's vocabulary."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Final

RESIDENT, HOUSEHOLD, ENTERPRISE, PLACE = "resident", "household", "enterprise", "place"
KIND_LABELS: Final = {RESIDENT: "居民", HOUSEHOLD: "户", ENTERPRISE: "企业", PLACE: "场所"}

MALE, FEMALE = "male", "female"
SEX_LABELS: Final = {MALE: "男", FEMALE: "女"}

# Where people and households sit; an enterprise or a school may belong to the village as a whole.
HOME_LEVELS: Final = frozenset({"grid", "micro_grid"})
SITE_LEVELS: Final = frozenset({"village", "grid", "micro_grid"})

HERE, AWAY = "here", "away"
PRESENCE_LABELS: Final = {HERE: "常住", AWAY: "外出"}

DIED, LEFT, MERGED = "died", "left", "merged"
GONE_LABELS: Final = {DIED: "去世", LEFT: "迁出", MERGED: "并入同一人的另一份档案"}
# What somebody may say of a person; a merge has an act of its own.
LEAVING_LABELS: Final = {DIED: GONE_LABELS[DIED], LEFT: GONE_LABELS[LEFT]}

HEAD: Final = "head"
# The relations of GB/T 4761-2008 that a village register really uses.
RELATION_LABELS: Final = {
    HEAD: "户主",
    "spouse": "配偶",
    "son": "子",
    "daughter": "女",
    "son_in_law": "女婿",
    "daughter_in_law": "儿媳",
    "grandson": "孙子",
    "granddaughter": "孙女",
    "maternal_grandson": "外孙",
    "maternal_granddaughter": "外孙女",
    "father": "父",
    "mother": "母",
    "father_in_law": "岳父或公公",
    "mother_in_law": "岳母或婆婆",
    "grandfather": "祖父或外祖父",
    "grandmother": "祖母或外祖母",
    "brother": "兄弟",
    "sister": "姐妹",
    "other_kin": "其他亲属",
    "not_kin": "非亲属",
}
_RELATION_ALIASES: Final = {
    "本人": HEAD, "丈夫": "spouse", "夫": "spouse", "妻": "spouse", "妻子": "spouse", "爱人": "spouse",
    "儿子": "son", "长子": "son", "次子": "son", "三子": "son", "独生子": "son", "养子": "son", "继子": "son",
    "女儿": "daughter", "长女": "daughter", "次女": "daughter", "三女": "daughter", "独生女": "daughter",
    "养女": "daughter", "继女": "daughter", "媳妇": "daughter_in_law", "父亲": "father", "母亲": "mother",
    "岳父": "father_in_law", "公公": "father_in_law", "岳母": "mother_in_law", "婆婆": "mother_in_law",
    "祖父": "grandfather", "外祖父": "grandfather", "爷爷": "grandfather", "外公": "grandfather",
    "祖母": "grandmother", "外祖母": "grandmother", "奶奶": "grandmother", "外婆": "grandmother",
    "兄": "brother", "弟": "brother", "哥哥": "brother", "弟弟": "brother",
    "姐": "sister", "妹": "sister", "姐姐": "sister", "妹妹": "sister",
    "孙": "grandson", "外孙子": "maternal_grandson", "亲属": "other_kin", "其他": "not_kin",
}  # fmt: skip

EMPLOYEE_BANDS: Final = {
    "under_10": "10 人以下", "10_49": "10—49 人", "50_299": "50—299 人", "300_999": "300—999 人",
    "over_1000": "1000 人以上",
}  # fmt: skip

PLACE_KINDS: Final = {
    "school": "学校幼儿园", "clinic": "卫生院所", "elder_care": "养老场所", "hall": "文化礼堂", "temple": "宗教场所",
    "market": "市场商铺", "canteen": "餐饮食堂", "lodging": "宾馆民宿", "fire": "消防重点", "water": "水域山塘",
    "square": "广场公园", "construction": "工地", "other": "其他场所",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TagKindSeed:
    """One row of the vocabulary of tags that a county starts with."""

    key: str
    label: str
    for_kinds: tuple[str, ...]
    purpose: str
    basis: str
    basis_words: str
    category: str = ""

    @property
    def is_sensitive(self) -> bool:
        return bool(self.category)


# Why one may know it (Personal Information Protection Law, art. 13): somebody agreed, or a law asks for the service.
CONSENT, DUTY = "consent", "duty"
BASIS_LABELS: Final = {CONSENT: "本人同意", DUTY: "法定职责"}
# Sensitive ones follow the law's art. 28 and GB/T 35273-2020, appendix B; each category is seen by roles of its own.
HEALTH, POVERTY, MINORS = "health", "poverty", "minors"
CATEGORY_LABELS: Final = {HEALTH: "健康", POVERTY: "困难救助", MINORS: "未成年人"}
# Who agreed: for somebody under fourteen only a guardian can (art. 31).
CONSENT_LABELS: Final = {"self": "本人同意", "guardian": "监护人同意"}
GUARDIAN_BELOW: Final = 14

# Labels say what care is needed, never a mark out of ten.
TAG_KINDS: Final = (
    TagKindSeed(
        "party_member",
        "党员",
        (RESIDENT,),
        "参加组织生活，结对联系网格",
        DUTY,
        "中国共产党党员教育管理工作条例",
    ),
    TagKindSeed("veteran", "退役军人", (RESIDENT,), "落实优待和走访慰问", DUTY, "退役军人保障法"),
    TagKindSeed(
        "village_sage", "乡贤", (RESIDENT,), "请他为村里出力", CONSENT, "个人信息保护法第十三条第一项"
    ),
    TagKindSeed("volunteer", "志愿者", (RESIDENT,), "组织志愿服务", CONSENT, "志愿服务条例第七条"),
    TagKindSeed("newcomer", "新居民", (RESIDENT, HOUSEHOLD), "办居住证、入学等服务", DUTY, "居住证暂行条例"),
    TagKindSeed("living_alone", "独居老人", (RESIDENT, HOUSEHOLD), "定期探访", DUTY, "老年人权益保障法"),
    TagKindSeed("very_old", "高龄老人", (RESIDENT,), "发放高龄津贴，定期探访", DUTY, "老年人权益保障法"),
    TagKindSeed("left_behind_elder", "留守老人", (RESIDENT,), "定期探访", DUTY, "老年人权益保障法"),
    TagKindSeed("dangerous_house", "危旧房", (HOUSEHOLD,), "排查和解危", DUTY, "城市危险房屋管理规定"),
    TagKindSeed(
        "geological_risk",
        "地质灾害点旁",
        (HOUSEHOLD, ENTERPRISE, PLACE),
        "预警和转移",
        DUTY,
        "地质灾害防治条例",
    ),
    TagKindSeed("fire_risk", "消防重点", (ENTERPRISE, PLACE), "消防检查", DUTY, "消防法"),
    TagKindSeed("key_enterprise", "重点企业", (ENTERPRISE,), "驻企服务", DUTY, "中小企业促进法"),
    TagKindSeed("start_up", "新办企业", (ENTERPRISE,), "开办服务", DUTY, "中小企业促进法"),
    TagKindSeed(
        "left_behind_child",
        "留守儿童",
        (RESIDENT,),
        "关爱保护",
        CONSENT,
        "未成年人保护法、个人信息保护法第三十一条",
        MINORS,
    ),
    TagKindSeed(
        "minimum_living",
        "低保",
        (RESIDENT, HOUSEHOLD),
        "发放最低生活保障，动态核查",
        DUTY,
        "社会救助暂行办法",
        POVERTY,
    ),
    TagKindSeed(
        "low_income_edge",
        "低保边缘",
        (RESIDENT, HOUSEHOLD),
        "临时救助和帮扶",
        DUTY,
        "社会救助暂行办法",
        POVERTY,
    ),
    TagKindSeed("extreme_poverty", "特困供养", (RESIDENT,), "供养和照料", DUTY, "社会救助暂行办法", POVERTY),
    TagKindSeed(
        "disabled",
        "残疾",
        (RESIDENT,),
        "发放补贴，无障碍改造",
        CONSENT,
        "残疾人保障法、个人信息保护法第二十九条",
        HEALTH,
    ),
    TagKindSeed(
        "serious_illness",
        "重病",
        (RESIDENT,),
        "医疗救助，上门看望",
        CONSENT,
        "个人信息保护法第二十九条",
        HEALTH,
    ),
)

NAME_MAX: Final = 50  # the longest names in use (transliterated, with middle dots) stay below
ADDRESS_MAX: Final = 120
CODE_MAX: Final = 40
SHORT_MAX: Final = 60  # occupation, industry, where somebody went
REASON_MAX: Final = 200
AGE_MAX: Final = 130
MEMBERS_MAX: Final = 60  # a household beyond this is a dormitory: register it as a place

ID_LENGTH: Final = 18
ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS: Final = "10X98765432"
_USCC_LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
_USCC_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_DASHES: Final = dict.fromkeys(map(ord, "-‐‑‒–—―−－ \u3000\t()（）"), None)
_NAME: Final = re.compile(r"[^\W\d_]+(?:[ ·•.'’\-][^\W\d_]+)*\.?", re.UNICODE)


def half_width(text: str) -> str:
    """Return the text with full-width letters and digits plain (NFKC), upper-case, without blanks and dashes."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return unicodedata.normalize("NFKC", text).translate(_DASHES).upper()


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid citizen's ID number and what it says."""

    value: str
    birth_date: date
    sex: str


def id_check_digit(body: str) -> str:
    """Compute the 18th character over the first 17 digits (GB 11643-1999; ISO 7064 MOD 11-2)."""
    return ID_CHECKS[sum(map(mul, map(int, body), ID_WEIGHTS)) % 11]


def read_id_number(text: str, today: date) -> IdNumber | str:
    """Return the number (GB 11643-1999), or the sentence that says what is wrong with it."""
    value = half_width(text)
    if len(value) == 15 and value.isascii() and value.isdigit():
        return "证件号是 15 位旧号，请换成 18 位。"
    if len(value) != ID_LENGTH:
        return f"证件号应为 18 位，现在是 {len(value)} 位，请核对。"
    body, check = value[:17], value[17]
    if not (body.isascii() and body.isdigit()) or check not in ID_CHECKS:
        return "证件号前 17 位应为数字，末位为数字或 X，请核对。"
    if id_check_digit(body) != check:
        return "证件号的校验位不对，可能有一位写错，请对照证件核对。"
    try:
        born = date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return "证件号里的出生日期不存在，请核对。"
    if body[0] == "0" or born > today or today.year - born.year > AGE_MAX:
        return "证件号里的地区或出生日期不合理，请核对。"
    return IdNumber(value, born, MALE if int(body[16]) % 2 else FEMALE)


def why_id_disagrees(number: IdNumber, birth_date: date | None, sex: str) -> tuple[str, str] | None:
    """Return (field, sentence) where birth date or sex contradict the number, or None."""
    if birth_date is not None and birth_date != number.birth_date:
        return "birth_date", "出生日期与证件号里的不一致，请核对。"
    if sex and sex != number.sex:
        return "sex", "性别与证件号里的不一致，请核对。"
    return None


def read_uscc(text: str) -> tuple[str, str]:
    """Return (code, "") for a valid unified social credit code (GB 32100-2015), or ("", sentence)."""
    value = half_width(text)
    if len(value) != 18:
        return "", f"统一社会信用代码应为 18 位，现在是 {len(value)} 位，请核对。"
    if any(c not in _USCC_LETTERS for c in value) or not value[2:8].isdigit():
        return "", "统一社会信用代码里有不该出现的字符（不用 I、O、S、V、Z），请核对。"
    total = sum(_ORG_LETTERS.index(c) * w for c, w in zip(value[8:16], _ORG_WEIGHTS, strict=True))
    organisation = "0123456789X0"[(11 - total % 11) % 11]
    total = sum(_USCC_LETTERS.index(c) * w for c, w in zip(value[:17], _USCC_WEIGHTS, strict=True))
    if value[16] != organisation or value[17] != _USCC_LETTERS[(31 - total % 31) % 31]:
        return "", "统一社会信用代码的校验位不对，可能有一位写错，请对照营业执照核对。"
    return value, ""


def read_phone(text: str) -> tuple[str, str]:
    """Return (digits, "") for a mainland mobile or landline number, or ("", sentence)."""
    value = half_width(text).removeprefix("+86")
    if len(value) == 13 and value.startswith("86"):
        value = value[2:]
    if not (value.isascii() and value.isdigit()):
        return "", "电话里有数字以外的字符，请核对。"
    if value.startswith("1"):
        if len(value) == 11 and value[1] in "3456789":
            return value, ""
        if len(value) != 11:
            return (
                "",
                f"手机号应为 11 位，{'少' if len(value) < 11 else '多'} {abs(11 - len(value))} 位，请核对。",
            )
        return "", "手机号的号段不对，请核对。"
    if re.fullmatch(r"0\d{9,11}|[2-9]\d{6,7}", value):
        return value, ""
    return "", "电话号码的位数不对，请核对（座机请带区号）。"


def why_not_name(name: str, longest: int = NAME_MAX) -> str | None:
    """Return the sentence that refuses a person's name, or None."""
    if not name:
        return "姓名没有填。"
    if len(name) > longest:
        return f"姓名太长（最多 {longest} 个字），请核对。"
    return None if _NAME.fullmatch(name) else "姓名里有数字或符号，请核对。"


def relation_key(text: str) -> str | None:
    """Return the key of a relation to the head as people write it, or None."""
    text = text.strip()
    if text in RELATION_LABELS:
        return text
    by_label = next((key for key, label in RELATION_LABELS.items() if label == text), None)
    return by_label or _RELATION_ALIASES.get(text)


def sex_key(text: str) -> str | None:
    """Return the key of a sex as people write it (男, 女, 男性, 1, 2 …), or None."""
    return {"男": MALE, "男性": MALE, "1": MALE, "女": FEMALE, "女性": FEMALE, "2": FEMALE}.get(text.strip())


def age_on(birth_date: date, day: date) -> int:
    """Return full years of age."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def why_not_birth_date(birth_date: date, today: date) -> str | None:
    """Return the sentence that refuses a birth date, or None."""
    if birth_date > today:
        return "出生日期在今天之后，请核对。"
    return "出生日期太早，请核对。" if today.year - birth_date.year > AGE_MAX else None


def why_not_tag(
    *,
    is_sensitive: bool,
    for_kinds: tuple[str, ...],
    subject_kind: str,
    starts_on: date,
    ends_on: date | None,
    needs_consent: bool = False,
    consent: str = "",
    is_child: bool = False,
) -> tuple[str, str] | None:
    """Return (field, sentence) that refuses a tag, or None. ``is_child``: under fourteen on the day it starts."""
    if subject_kind not in for_kinds:
        return "kind", f"这个标签不用于{KIND_LABELS[subject_kind]}。"
    if ends_on is None and is_sensitive:
        return "ends_on", "敏感标签要有截止日期，到期再核实。"
    if ends_on is not None and ends_on < starts_on:
        return "ends_on", "截止日期早于开始日期，请核对。"
    if needs_consent and consent not in CONSENT_LABELS:
        return "consent", "这个标签要先得到本人或监护人同意，请问过以后再选是谁同意的。"
    if needs_consent and is_child and consent != "guardian":
        return "consent", f"不满 {GUARDIAN_BELOW} 周岁，要由监护人同意。"
    return None
