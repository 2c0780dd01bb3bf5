"""``minqing journal``: seal the journal, verify all of it, show root and key, check a proof somebody was given."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from minqing.config.commands import without_database
from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.screen import complain, say, step
from minqing.kernel import clock
from minqing.kernel.settings import settings

if TYPE_CHECKING:
    from minqing.journal.public import Root


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="动作", title="动作")
    what.add_parser("seal", help="现在就封存一次（平时由后台任务每分钟做）")
    what.add_parser("root", help="显示最近一次封存的根")
    what.add_parser("key", help="显示公钥，请把它公布出去")
    verify = what.add_parser("verify", help="重算全部流水，指出第一条被改、被删、被插、被换序或被截去的记录")
    _add_trust(verify)
    proof = what.add_parser("check-proof", help="核对一份证明文件，不需要数据库")
    proof.add_argument("file", type=Path, metavar="文件", help="从回执页下载的证明")
    _add_trust(proof)
    resume = what.add_parser("resume", help="恢复备份之后，说明原因，接着封存")
    resume.add_argument("--because", required=True, metavar="原因", help="会写进公布的根里，任何人都看得到")


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--roots",
        type=Path,
        metavar="路径",
        help="您保存的根：一个 .jsonl 文件，或整个目录；默认用本机公布的",
    )
    parser.add_argument(
        "--public-key", action="append", default=[], metavar="编号:Base64", help="公钥，可以写多次"
    )


def run(options: argparse.Namespace) -> int:
    """Do the one thing asked for."""
    actions: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
        "seal": _seal, "root": _root, "key": _key, "verify": _verify, "check-proof": _check_proof, "resume": _resume,
    }  # fmt: skip
    return actions[options.what](options)


def _seal(options: argparse.Namespace) -> int:
    with database_at_hand(say, owner=False):
        from minqing.journal.public import SealingStopped, last_seal, root_of_seal, seal

        try:
            made = seal(at=clock.now())
        except SealingStopped as stopped:
            raise CannotRun(str(stopped)) from stopped
        last = made or last_seal()
        if last is None:
            say("还没有可封存的记录。")
            return 0
        say("已封存。" if made else "没有新的记录，上一次封存仍然有效。")
        _show(root_of_seal(last))
    return 0


def _root(options: argparse.Namespace) -> int:
    with database_at_hand(say, owner=False):
        from minqing.journal.public import last_seal, root_of_seal

        last = last_seal()
        if last is None:
            complain("还没有封存过，请运行 minqing journal seal。")
            return 1
        _show(root_of_seal(last))
    return 0


def _show(root: Root) -> None:
    say(f"第 {root.number + 1:,} 次封存，{clock.local(root.at):%Y-%m-%d %H:%M:%S}，共 {root.size:,} 条，根：")
    say(root.root.hex())
    say(json.dumps(root.line(), ensure_ascii=False))


def _key(options: argparse.Namespace) -> int:
    without_database()
    from minqing.journal.public import public_keys, write_public_key

    keys = public_keys()
    if not keys:
        raise CannotRun("这台机器上没有封存密钥，请设置 MINQING_SEAL_KEY 或 MINQING_SEAL_PUBLIC。")
    for number, key in sorted(keys.items()):
        say(write_public_key(number, key))
    return 0


def _verify(options: argparse.Namespace) -> int:
    with database_at_hand(say, owner=False):
        from minqing.journal.public import verify_journal

        if options.roots is not None and not options.roots.exists():
            raise CannotRun(f"没有 {options.roots}，请核对根文件的路径。")
        folder = settings().roots_folders[0]
        if options.roots is None and not any(folder.glob("*.jsonl")):
            say(f"{folder} 里没有公布过的根，只能与数据库自己的封存核对；请用 --roots 指明保存的根。")
        with step("正在核验流水") as progress:
            report = verify_journal(roots=options.roots, keys=_keys(options), progress=progress)
        for sentence in report.told:
            say(sentence)
        for finding in report.findings:
            complain(finding.sentence)
        say(f"核验没有通过，共 {len(report.findings)} 处。" if report.findings else report.sentence())
        say(f"用时 {report.seconds:.1f} 秒。")
        return 1 if report.findings else 0


def _check_proof(options: argparse.Namespace) -> int:
    without_database()
    from minqing.journal.public import Unreadable, check_proof, read_roots

    try:
        line: Any = json.loads(options.file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CannotRun(f"读不出 {options.file}，请确认它是从回执页下载的证明文件。") from error
    files = []
    if options.roots is not None:
        files = sorted(options.roots.glob("*.jsonl")) if options.roots.is_dir() else [options.roots]
    try:
        holds, sentence = check_proof(
            line, keys=_keys(options), roots=[root for _, root in read_roots(files)]
        )
    except (Unreadable, OSError) as error:
        raise CannotRun(
            str(error) if isinstance(error, Unreadable) else f"读不出 {options.roots}。"
        ) from error
    (say if holds else complain)(sentence)
    return 0 if holds else 1


def _resume(options: argparse.Namespace) -> int:
    with database_at_hand(say, owner=False):
        from minqing.journal.public import SealingStopped, resume

        try:
            said = resume(because=options.because, at=clock.now())
        except SealingStopped as stopped:
            raise CannotRun(str(stopped)) from stopped
        say(f"从第 {said.size:,} 条之后接着封存，原因已写进公布的根。")
    return 0


def _keys(options: argparse.Namespace) -> dict[int, bytes]:
    from minqing.journal.public import Unreadable, read_public_key

    try:
        return dict(read_public_key(one) for one in options.public_key)
    except Unreadable as error:
        raise CannotRun(str(error)) from error
