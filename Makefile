# `make` lists what there is. Everything goes through tools/bootstrap.py, which makes this checkout able to run first.
PYTHON ?= python3
bootstrap := $(PYTHON) tools/bootstrap.py

.DEFAULT_GOAL := help
.PHONY: help run test check bench docs

help:
	@echo "make run     启动平台（首次运行会自动安装所需的一切，并载入演示县）"
	@echo "make test    运行全部测试"
	@echo "make check   运行全部检查，然后运行全部测试"
	@echo "make bench   运行性能测试"
	@echo "make docs    由代码重新生成参考文档"
	@echo "选项：MINQING_PORT=8001 make run；更多命令见 .venv/bin/minqing --help"

run:
	@$(bootstrap) run

test:
	@$(bootstrap) --dev -m tools.testing

check:
	@$(bootstrap) --dev -m tools.check

bench:
	@$(bootstrap) --dev -m bench

docs:
	@$(bootstrap) --dev docs
