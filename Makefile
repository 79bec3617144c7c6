# What a person does with this tree. Each target says what it is for: make help

SHELL := /bin/sh
DENO_VERSION := 2.9.5

# A deno of the pinned version on PATH, else the one that npm installs here.
DENO := $(shell d=$$(command -v deno 2>/dev/null) && [ "$$("$$d" --version 2>/dev/null | sed -n 's/^deno \([0-9.]*\).*/\1/p')" = "$(DENO_VERSION)" ] && echo "$$d" || echo $(CURDIR)/node_modules/deno/deno)
export UPLINKD_DENO := $(DENO)
export DENO_NO_UPDATE_CHECK := 1
STAMP := node_modules/.installed
V8_FLAGS := --max-semi-space-size=1,--optimize-for-size,--single-threaded
TARGETS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu

TARGET ?= x86_64
COMMIT := $(shell git describe --always --abbrev=12 --dirty=-changed '--exclude=*' 2>/dev/null || echo unknown)
export QUICKJS_SRC SMALL_CC SMALL_STRIP SMALL_CFLAGS

.PHONY: help demo test unit unit-small lint interop interop-small interop-mips interop-32 bench compile bundle small small-all clean fmt
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

$(STAMP): package.json package-lock.json
	@command -v npm >/dev/null 2>&1 || { echo "make: npm is missing; on Debian: apt-get install nodejs npm" >&2; exit 1; }
	@npm ci --loglevel=error --no-audit --no-fund
	@node node_modules/deno/bin.cjs --version >/dev/null
	@touch $@

demo: $(STAMP) ## a link coming up through a virtual modem, and pings across it
	@bin/uplinkd demo

test: $(STAMP) ## everything: lint, unit tests on both engines, and the proof against pppd in User Mode Linux
	@$(DENO) run --allow-all tests/run_all.ts

unit: $(STAMP) ## the unit tests alone
	@$(DENO) test --allow-all --quiet --parallel --ignore=tests/interop,tests/fuzz,tests/bench tests

unit-small: $(STAMP) ## the unit tests on QuickJS: here, and emulated on ARM and MIPS
	@$(DENO) run --allow-all tests/unit_quickjs.ts

lint: $(STAMP) ## format, lint, types, layers, docstrings
	@$(DENO) fmt --quiet --check
	@$(DENO) lint --quiet
	@$(DENO) check --quiet mod.ts ffi/deno/main.ts ffi/quickjs/main.ts ffi/quickjs/build/main.ts $$(find tests -name '*.ts')
	@$(DENO) check --quiet --config src/core.json $$(find src -name '*.ts')
	@$(DENO) test --allow-all --quiet tests/architecture_test.ts tests/docstring_test.ts

interop: $(STAMP) ## the same programs against Debian's pppd and the Linux kernel, in User Mode Linux
	@$(DENO) run --allow-all tests/interop/run.ts $(SCENARIOS)

interop-small: $(STAMP) ## the same with the small binary
	@$(MAKE) --no-print-directory small
	@PPPD_UNDER_TEST="$(CURDIR)/dist/uplinkd-x86_64 pppd" $(DENO) run --allow-all tests/interop/run.ts $(SCENARIOS)

interop-mips: $(STAMP) ## a whole MIPS machine with 64 MB and the small binary, emulated: from boot to ping
	@$(MAKE) --no-print-directory small TARGET=mipsel
	@$(DENO) run --allow-all ffi/quickjs/build/main.ts --tests mipsel
	@$(DENO) run --allow-all tests/interop/mips/run.ts

interop-32: $(STAMP) ## BSD-Compress both ways with a kernel of 32 bits, emulated
	@$(DENO) run --allow-all tests/interop/mips/bsd.ts

small: $(STAMP) ## dist/uplinkd-TARGET, a static binary of less than 2 MB; TARGET=x86_64, arm64, armhf, mipsel or mips
	@$(DENO) run --allow-all ffi/quickjs/build/main.ts $(TARGET)

small-all: $(STAMP) ## the small binary for all five
	@$(DENO) run --allow-all ffi/quickjs/build/main.ts x86_64 arm64 armhf mipsel mips

bench: $(STAMP) ## ratios against references measured in the same run
	@$(DENO) run --allow-all tests/bench/main.ts

bundle: $(STAMP) ## dist/uplinkd.js, the program in one file
	@mkdir -p dist
	@node_modules/.bin/esbuild ffi/deno/main.ts --bundle --platform=neutral --main-fields=module,main --format=esm \
	  --target=es2023 --define:UPLINKD_COMMIT='"$(COMMIT)"' --log-level=warning --outfile=dist/uplinkd.js

# In a folder outside of this tree: deno compile takes along every node_modules that it finds above.
compile: bundle ## one binary for x86-64 and one for arm64; with TARGETS=… DENORT_BIN names its runtime part
	@[ -z "$(DENORT_BIN)" ] || [ $(words $(TARGETS)) -eq 1 ] || { \
	  echo "make: one DENORT_BIN is for one target: make compile DENORT_BIN=FILE TARGETS=x86_64-unknown-linux-gnu" >&2; exit 1; }
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && cp dist/uplinkd.js "$$folder/" && \
	for target in $(TARGETS); do \
	  echo "compiling dist/uplinkd-$$target"; \
	  ( cd "$$folder" && $(DENO) compile --quiet --no-check --no-npm --no-lock --allow-ffi --v8-flags=$(V8_FLAGS) \
	      --target $$target --output "$(CURDIR)/dist/uplinkd-$$target" uplinkd.js ) || { \
	    echo "make: deno compile could not get its runtime part (denort $(DENO_VERSION), $$target)." >&2; \
	    echo "make: it downloads that from dl.deno.land. Without a network, fetch denort there by other means and say" >&2; \
	    echo "make:   make compile TARGETS=$$target DENORT_BIN=/path/to/denort" >&2; \
	    echo "make: dist/uplinkd.js is there and runs: deno run --allow-ffi dist/uplinkd.js version" >&2; \
	    exit 1; }; \
	done

fmt: $(STAMP) ## put the format right
	@$(DENO) fmt --quiet

clean: ## remove what was built and installed
	@rm -rf dist .cache node_modules
