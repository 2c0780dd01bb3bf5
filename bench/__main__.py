"""`python -m bench`: every benchmark, or the one named; the last line of each says its figures and `ok` or `below`.

python -m bench                     # all of them, small
python -m bench pages --size demo   # one, on the whole demonstration county
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from bench.outcome import Outcome
from minqing.config.failures import CannotRun, sentences
from minqing.config.processes import Stopped

# name → (one line of help, module with ``configure(parser)`` and ``run(options) -> Outcome``)
BENCHMARKS: Final[dict[str, tuple[str, str]]] = {
    "duplicates": ("八种重复档案的查全率与查准率", "bench.duplicates"),
    "journal-verify": ("核验一百万条流水，与裸读加 SHA-256 之比", "bench.journal_verify"),
    "search": ("全县名册的各种查找，与 LIKE 逐一对照", "bench.search"),
    "lists": ("名单的第一页、筛选和最后一页，居民多十倍时慢多少", "bench.lists"),
    "export": ("导出一百万行名单的时间和内存", "bench.export"),
    "lifecycle": ("完整的办理过程，与同时段的 pgbench 之比", "bench.lifecycle"),
    "burst": ("十倍于县里傍晚高峰的一分钟：不出错、不丢已答应的、一分钟内复原", "bench.burst"),
    "pages": ("主要页面在固定到达率下的响应时间、语句数，以及与裸 SQL 之比", "bench.pages"),
    "import-residents": (
        "从文件导入居民（检查、加密、查重、流水），与裸 COPY 之比",
        "bench.import_residents",
    ),
    "clocks": ("工作日历变动后重新计算全部时限，与只写同样多的行之比", "bench.clocks"),
    "rotate": ("更换个人信息的加密密钥，与只改写同样多的随机字节之比", "bench.rotate"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 when a figure is below its floor or a benchmark could not run."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    asked = [arguments] if arguments else [[name] for name in BENCHMARKS]
    below = False
    try:
        with sentences():
            for words in asked:
                options = _parser().parse_args(words)
                outcome: Outcome = import_module(BENCHMARKS[options.name][1]).run(options)
                print(outcome.line(options.name), flush=True)
                below = below or not outcome.is_ok
    except CannotRun as failure:
        print(failure, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Stopped):
        return 130
    return 1 if below else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="性能测试。不写名字就逐个运行。")
    names = parser.add_subparsers(dest="name", required=True, metavar="名字", title="名字")
    for name, (line, module) in BENCHMARKS.items():
        import_module(module).configure(names.add_parser(name, help=line, description=f"{line}。"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
