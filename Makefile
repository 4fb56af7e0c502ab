# Everything a person or a machine does here. `make help` lists it.
#
# The demo and the tests share one debug build in .build, so that the dependencies are compiled once
# (about 6 minutes on 2 cores, and never again). `make bench`, `journey`, `identity` and many seeds of `simulate` use the
# release configuration; `fuzz` and `threads` have builds of their own.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
CSV ?= ../shared/data/online-retail-uci
CUTS ?= 36
HISTORIES ?= 1000000
TARGET ?=
ALL ?=
# CPU seconds of a fuzz target.
SECONDS ?= 30
export SWIFT

# In CI a warning in our own code is an error; dependencies are left alone (see Package.swift).
ifeq ($(CI),true)
export TRIBUTARY_WARNINGS_AS_ERRORS := 1
endif

BUILD_FLAGS := --explicit-target-dependency-import-check error

.PHONY: help setup build demo identity test browse screenshots mutants soak simulate powercuts breakdowns journey fuzz threads scoreboard lint format bench

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

setup: ## install the system libraries that are missing (says so first)
	@scripts/setup

build: setup ## build everything (debug)
	@scripts/build-notice debug
	$(SWIFT) build $(BUILD_FLAGS)

demo: setup ## play a trading day: a hub, three shops, a warehouse and a web shop
	@scripts/build-notice debug
	$(SWIFT) build $(BUILD_FLAGS)
	@"$$($(SWIFT) build --show-bin-path)/tributary-demo" --csv "$(CSV)"

identity: setup ## hold linking against labelled sets: precision, recall, F1, what was missed (FILE=any.csv TRUTH=column for one of your own)
	$(SWIFT) build $(BUILD_FLAGS) -c release --product tributary-hub
	@scripts/identity "$$($(SWIFT) build -c release --show-bin-path)/tributary-hub" "$(FILE)" "$(TRUTH)"

test: setup ## build and run all tests; the console's browser tests where there is a browser
	@scripts/build-notice debug
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	@scripts/run-tests
	@if command -v python3 >/dev/null; then scripts/console/browse || [ $$? = 77 ]; \
	    else echo "There is no python3: the console is not looked at with a browser."; fi

# Where Chromium, Selenium or axe-core is missing (exit 77) both say what to install, and are passed over.
browse: build ## look at the console with a browser, as those do who work with it (four minutes; `make test` does it, too)
	@scripts/console/browse || [ $$? = 77 ]

screenshots: build ## take pictures of the console for docs/console; ALL=folder: of every page, light and dark, desktop and phone
	@scripts/console/screenshots $(if $(ALL),--all --to "$(ALL)") || [ $$? = 77 ]

journey: setup ## the whole of Online Retail through four tills, held against plain SQL (release)
	@scripts/build-notice release
	$(SWIFT) build -c release $(BUILD_FLAGS)
	@"$$($(SWIFT) build -c release --show-bin-path)/tributary-demo" journey --csv "$(CSV)"

mutants: setup ## make every seeded mistake, one at a time: a test must notice each (two minutes)
	@scripts/build-notice debug
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	@scripts/mutants

simulate: setup ## replay one seed of the simulator with its trace: make simulate SEED=7; or run many: SEEDS=2000 (release)
	@scripts/simulate "$(SEED)" "$(SEEDS)" "$(FROM)"

soak: setup ## the long form of what `make test` tries: the merge against a million histories, 5,000 seeds, all breakdowns (three hours)
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	TRIBUTARY_HISTORIES=$(HISTORIES) TRIBUTARY_MODEL=4x6 $(SWIFT) test --skip-build --filter MergingTests
	@scripts/simulate "" "$(or $(SEEDS),5000)" "$(FROM)"
	@$(MAKE) --no-print-directory breakdowns powercuts

powercuts: build ## cut the power of a shop's machine, and of the hub's, some dozens of times (root; ext4 in a loop-mounted file)
	scripts/breakdown/powercuts --cuts $(CUTS)
	scripts/breakdown/powercuts --cuts $(CUTS) --journal-mode DELETE
	scripts/breakdown/powercuts --cuts $(CUTS) --who hub

# What cannot be made to happen on this machine (exit 77: no root, no compiler, no nft) says so and is passed over.
breakdowns: build ## kill agent and hub, fail their disks, calls, line and clocks, lie between them, restore every disk, bring a thousand shops back at once (an hour and a quarter)
	@for breakdown in "kills --kills 100" "kills --kills 100 --journal-mode DELETE" "kills --kills 100 --who hub" \
	    "kills --kills 100 --who both" "diskfaults --steps 30" "diskfaults --how calls --from 1 --minutes 25" \
	    "diskfaults --how calls --who hub --from 1 --minutes 25" "proxy" "network" "clocks" "smalldisk" "restores" \
	    "backlog --changes 500000" "storm"; do \
	    echo "scripts/breakdown/$$breakdown"; scripts/breakdown/$$breakdown || [ $$? = 77 ]; done

fuzz: setup ## let libFuzzer look for bytes that break a reader, SECONDS=30 of CPU time a target, or one: TARGET=mapping SECONDS=900
	@scripts/fuzz "$(SECONDS)" "$(TARGET)"

threads: setup ## the suites in which threads meet, under the thread sanitizer
	@scripts/threads

scoreboard: ## write the tables of docs/reliability.md from its ledger; LEDGER=docs/reliability/runs.tsv before a command adds its run
	@scripts/scoreboard

lint: ## check format and shell scripts
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Package.swift
	@scripts/lint-shell

format: ## rewrite the sources in our format
	$(SWIFT) format --in-place --parallel --recursive Sources Tests Package.swift

bench: setup ## what is measured so far (release)
	@scripts/build-notice release
	$(SWIFT) build -c release $(BUILD_FLAGS)
	@scripts/bench "$$($(SWIFT) build -c release --show-bin-path)"
	@"$$($(SWIFT) build -c release --show-bin-path)/tributary-demo" backlog
