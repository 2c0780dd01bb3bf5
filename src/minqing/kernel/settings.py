"""Typed settings from the environment (prefix ``MINQING_``), with a git-ignored file as the fall-back.

The file ``var/local.json`` (mode 0600) is written by whoever starts the embedded server: its two addresses, and secrets
made once for this machine. What the environment says wins; the two database addresses are never mixed.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

_CHECKOUT: Final = Path(__file__).resolve().parents[3]
LOCAL_FILE: Final = "local.json"
KEY_BYTES: Final = 32
_ADDRESSES: Final = frozenset({"database_url", "owner_url"})


class MissingSetting(RuntimeError):
    """A variable is missing or cannot be read; the message is a Chinese sentence that says what to set."""


def _home() -> Path:
    """The checkout we run from, or the current folder when installed as a package."""
    return _CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path.cwd()


class Settings(BaseSettings):
    """Everything an operator may set."""

    model_config = SettingsConfigDict(env_prefix="MINQING_", extra="ignore", env_ignore_empty=True)

    home: Path = Field(default_factory=_home, description="代码所在目录")
    var: Path | None = Field(None, description="数据目录，默认为代码目录下的 var")
    database_url: str | None = Field(None, description="应用账号的数据库地址")
    owner_url: str | None = Field(None, description="迁移账号的数据库地址")
    database_prepare: bool = Field(
        True,
        description="常用语句在数据库连接上预先准备好（省数据库约一半的计算）；"
        "前面有按事务复用连接的连接池（如 1.22 版以前的 PgBouncer）时设为 false",
    )
    county: str = Field("330683", pattern=r"^[0-9]{6}$", description="县（市、区）行政区划代码")
    secret_key: str = Field("", description="会话签名密钥")
    keys: str = Field("", description="个人信息加密密钥：编号:Base64，多个用逗号分隔，编号最大者为现用")
    blind_key: str = Field("", description="盲索引密钥，Base64")
    seal_key: str = Field("", description="流水封存的签名密钥（Ed25519）：编号:Base64，编号最大者为现用")
    seal_public: str = Field("", description="流水封存的公钥：编号:Base64，只核验不签名的机器用")
    roots: str = Field("", description="封存的根写到哪些目录，逗号分隔，默认为数据目录下的 roots")
    cipher: Literal["aes", "sm4"] = Field("aes", description="个人信息的加密算法：aes 或 sm4（国密）")
    host: str = Field("127.0.0.1", description="监听地址")
    port: int = Field(8000, ge=1, le=65535, description="监听端口")
    web_processes: int = Field(
        0,
        ge=0,
        le=32,
        description="网站的进程数，每个约占 0.25 GB 内存、最多五个数据库连接；0 为每个处理器核心一个，最多四个",
    )
    web_waiting: int = Field(
        48, ge=8, le=400, description="网站的每个进程里最多有多少人排队，再来的请他过一会儿再来"
    )
    web_patience: float = Field(
        1.2,
        ge=0.2,
        le=30,
        description="预计要排多少秒的队就不再排，请他过一会儿再来（提交的内容可以等 3.5 倍）",
    )
    live_port: int = Field(0, ge=0, le=65535, description="实时更新进程的监听端口，默认为网站端口加一")
    live_url: str = Field(
        "",
        pattern=r"^(off|/[^\s?#]*|https?://[^\s/?#;,]+(/[^\s?#;,]*)?)?$",
        description="网页从哪里取实时更新：同一域名下的路径（如 /live/）或完整网址，off 为不用；"
        "留空时，站点经 HTTPS 访问为 /live/，否则为本机的实时更新端口",
    )
    hosts: str = Field("", description="允许的域名，逗号分隔")
    https: bool = Field(False, description="站点经 HTTPS 访问")
    proxies: int = Field(0, ge=0, le=8, description="前面可信反向代理的层数")
    debug: bool = Field(False, description="开发模式")
    seed: bool = Field(False, description="外部数据库上也载入演示数据")
    test_name: str = Field("", pattern=r"^[a-z0-9_]*$", description="测试数据库名后缀")
    second_factor: Literal["", "required", "offered"] = Field(
        "", description="第二重验证：required 人人要，offered 自愿；留空则只有演示县自愿"
    )
    password_max_days: int = Field(
        0, ge=0, le=3650, description="密码最长用几天（等保要求定期更换的单位填 90），0 为不强制更换"
    )
    desk_idle_minutes: int = Field(60, ge=1, le=1440, description="电脑上多久不用就要重新登录（分钟）")
    desk_session_hours: int = Field(8, ge=1, le=72, description="电脑上登录一次最多用多久（小时）")
    phone_idle_minutes: int = Field(240, ge=1, le=2880, description="手机上多久不用就要重新登录（分钟）")
    phone_session_hours: int = Field(12, ge=1, le=168, description="手机上登录一次最多用多久（小时）")
    tile_url: str = Field("", description="地图瓦片地址，留空则不使用底图")
    site: str = Field(
        "",
        pattern=r"^(https?://[^/?#]+/?)?$",
        description="站点的完整网址（如 https://mq.example.cn），发出去的消息里的链接用它，留空则不带链接",
    )
    outbound: Literal["public", "intranet", "any"] = Field(
        "public",
        description="告知和推送可以发到哪里：public 只限公网，intranet 也可以发到内网，any 连本机也可以（只用于测试）",
    )

    @property
    def streams_port(self) -> int:
        """The port of the live process."""
        return self.live_port or min(self.port + 1, 65535)

    @property
    def streams_url(self) -> str:
        """Where pages ask for streams: a path, an address, ``off``, or nothing: the other port of the same host."""
        return self.live_url or ("/live/" if self.https or self.proxies else "")

    @property
    def data(self) -> Path:
        """The git-ignored folder of this machine's own files."""
        return self.var or self.home / "var"

    def sealing_key(self, key_id: int | None = None) -> tuple[int, bytes]:
        """Return a key by id, or the newest. ``KeyError`` when there is none of that id."""
        held = _numbered(self.keys)
        if not held:
            raise MissingSetting(
                "请设置 MINQING_KEYS（编号:Base64 编码的 32 字节密钥），个人信息要用它加密。"
            )
        wanted = max(held) if key_id is None else key_id
        return wanted, held[wanted]

    def seal_keys(self) -> Mapping[int, bytes]:
        """Return the secret keys that sign roots of the journal, by number; empty on a machine that only checks."""
        return _numbered(self.seal_key, "MINQING_SEAL_KEY")

    def seal_public_keys(self) -> Mapping[int, bytes]:
        """Return the public keys that were given without their secret ones."""
        return _numbered(self.seal_public, "MINQING_SEAL_PUBLIC")

    @property
    def roots_folders(self) -> list[Path]:
        """Where roots of the journal are published: outside the database, best on more than one machine."""
        given = [Path(one.strip()) for one in self.roots.split(",") if one.strip()]
        return given or [self.data / "roots"]

    def key_numbers(self) -> list[int]:
        """Return the numbers of the keys that are held, oldest first."""
        return sorted(_numbered(self.keys))

    def index_key(self) -> bytes:
        """Return the key of the blind indexes."""
        if not self.blind_key:
            raise MissingSetting(
                "请设置 MINQING_BLIND_KEY（Base64 编码的 32 字节密钥），证件号和电话要用它查找。"
            )
        return _decoded("MINQING_BLIND_KEY", self.blind_key)

    @field_validator("keys")
    @classmethod
    def _keys_can_be_read(cls, value: str) -> str:
        _numbered(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _LocalFile(settings_cls, env_settings)


class _LocalFile(PydanticBaseSettingsSource):
    """The fall-back file, without its addresses when the environment names a database."""

    def __init__(self, settings_cls: type[BaseSettings], environment: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._environment = environment

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError("the file is read whole")

    def __call__(self) -> dict[str, Any]:
        said = self._environment()
        folder = Path(said["var"]) if "var" in said else Path(said.get("home", _home())) / "var"
        try:
            held: dict[str, Any] = json.loads((folder / LOCAL_FILE).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise MissingSetting(
                f"读不出 {folder / LOCAL_FILE}，请检查文件权限，或移走它后重新运行。"
            ) from error
        if said.keys() & _ADDRESSES:
            held = {key: value for key, value in held.items() if key not in _ADDRESSES}
        return held


@lru_cache(maxsize=4)
def _numbered(text: str, name: str = "MINQING_KEYS") -> Mapping[int, bytes]:
    """Read ``1:base64,2:base64``."""
    held: dict[int, bytes] = {}
    for part in filter(None, text.split(",")):
        number, _, encoded = part.strip().partition(":")
        if not number.isdecimal() or not 0 < int(number) < 256:
            raise MissingSetting(f"{name} 的每一项应写成“编号:Base64”，编号为 1 到 255。")
        held[int(number)] = _decoded(name, encoded)
    return MappingProxyType(held)


@lru_cache(maxsize=8)
def _decoded(name: str, encoded: str) -> bytes:
    try:
        key = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise MissingSetting(f"{name} 里的密钥应是 {KEY_BYTES} 字节的 Base64 编码。")
    return key


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings, read once a process (``settings.cache_clear()`` reads them again)."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        what = Settings.model_fields[name].description
        raise MissingSetting(
            f"MINQING_{name.upper()}（{what}）的值“{wrong['input']}”不能用，请改正后重试。"
        ) from error
