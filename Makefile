# `make` lists the targets. Everything installs itself: Python tools into .venv, .venv-deploy, .venv-lint and .venv-bench,
# pinned with hashes by requirements/*.txt. Needed beforehand: Rust 1.94 or newer, Python 3.11 or later with venv, a C compiler.

PYTHON ?= python3
# Of the deployed functions: arm64, or x86_64.
ARCHITECTURE ?= arm64
# Only what was said to make itself: the run book's commands set a shell variable of that name.
CONFIG := $(or $(if $(filter command line,$(origin ECHO)),$(ECHO)),default)
VENV := .venv
DEPLOY_VENV := .venv-deploy
LINT_VENV := .venv-lint
BENCH_VENV := .venv-bench
FUNCTIONS := new modify reboot request-approval approve promote retire
SAM_BUILD := .aws-sam/build
# Absolute: SAM runs cargo in the functions' folders.
override CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
# cargo-lambda always names the machine; cargo must do so too, or each compiles the AWS SDK for itself.
HOST := $(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')
BUILT := $(CARGO_TARGET_DIR)/$(HOST)/debug
RELEASED := $(CARGO_TARGET_DIR)/$(HOST)/release
# What is measured runs on this machine, and is otherwise what `make deploy` ships.
BENCH_PACKAGES := $(CARGO_TARGET_DIR)/bench/packages
BENCH_LAMBDA = PATH="$(abspath $(VENV))/bin:$$PATH" cargo lambda build --release --locked $(if $(filter aarch64-%,$(HOST)),--arm64,--x86-64) --output-format zip

export CARGO_TARGET_DIR
# The local cloud forgets the environment's AWS settings by itself; these are for what talks to AWS's SDKs alone.
LOCAL := PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 RDS_SIM_BIN=$(BUILT)/rds-sim RDS_ECHO_BIN=$(BUILT)/rds-echo FUNCTIONS_DIR=$(CARGO_TARGET_DIR)/lambda \
  BENCH_DRIVER_BIN=$(BUILT)/bench-driver AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
BENCH := PYTHONPATH=tests:. PYTHONDONTWRITEBYTECODE=1 RDS_SIM_BIN=$(RELEASED)/rds-sim BENCH_DRIVER_BIN=$(RELEASED)/bench-driver \
  SIMULATION_BIN=$(RELEASED)/simulation BENCH_PACKAGES_DIR=$(BENCH_PACKAGES) $(VENV)/bin/python -m bench
# By version, so that a new one is installed beside the old one.
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(CARGO_TARGET_DIR)/tools/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
# A hundred lifetimes for each mutant, not two thousand.
MUTANTS := -- -- --skip two_thousand --skip a_seed_replays --skip the_command

.DEFAULT_GOAL := help
.PHONY: help demo test test-rust test-python test-browser screenshots mutants bench bench-short bench-packages check lint build deploy requirements clean rust python

help: ## lists these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-13s %s\n", $$1, $$2 }'

demo: build ## two whole cycles on a local AWS; APPROVE=auto presses the mailed buttons for you; STORY=failure or rollback: what goes wrong
	@$(LOCAL) $(VENV)/bin/python -m local.demo

test: test-rust test-python ## every test

test-rust: rust ## the tests in Rust: stages, settings, the simulated RDS
	cargo test --workspace --target $(HOST)

test-python: build ## the tests from outside: the simulated RDS against botocore, the whole on a local AWS
	$(LOCAL) $(VENV)/bin/python -m pytest -c tests/pytest.ini tests

# Not part of `make test`, which needs no browser. The script finds the system's Chromium, or installs it where it can.
test-browser: build $(VENV)/.browser-installed ## the page and the mails in a real Chromium: scanners, leaks, keyboard, accessibility, layout
	CHROMIUM="$$(tests/browser/chromium.sh)" && export CHROMIUM && $(LOCAL) $(VENV)/bin/python -m pytest -c tests/pytest.ini tests/browser

screenshots: build $(VENV)/.browser-installed ## photographs the mail and the page of a story on the local AWS into docs/images
	CHROMIUM="$$(tests/browser/chromium.sh)" && export CHROMIUM && $(LOCAL) $(VENV)/bin/python -m pytest -c tests/pytest.ini -q tests/browser/screenshots.py

mutants: rust ## changes the code in one place after another and runs the tests against each; takes hours
	@cargo mutants --version >/dev/null 2>&1 || { echo "make: install it first: cargo install cargo-mutants --locked"; exit 1; }
	cargo mutants -p tag-state --test-package tag-state,stages,simulation -o $(CARGO_TARGET_DIR)/mutants-tag-state $(MUTANTS)
	cargo mutants -p stages --test-package stages,simulation -o $(CARGO_TARGET_DIR)/mutants-stages $(MUTANTS)

# Without the peers' Python the bench says that it leaves it out.
bench: bench-packages ## how close the functions are to one that does nothing, against bars; RECORD=1 records the figures, RUNS=n cold starts (30)
	$(BENCH_LAMBDA) --lambda-dir $(BENCH_PACKAGES)/clients --package clients --features programs
	cargo build --release --locked --target $(HOST) --package simulation
	-@$(MAKE) --no-print-directory $(BENCH_VENV)/.installed
	@$(BENCH) $(if $(RECORD),--record) $(if $(RUNS),--runs $(RUNS))

bench-short: bench-packages ## instructions, sizes and calls alone: fails where one rose by 10% since it was recorded
	@$(BENCH) --short

# The floor by itself the second time: its feature is one of lambda_runtime, and would be the functions' too.
bench-packages: $(VENV)/.installed rust
	$(BENCH_LAMBDA) --lambda-dir $(BENCH_PACKAGES)/functions $(addprefix --package ,$(FUNCTIONS) floor)
	$(BENCH_LAMBDA) --lambda-dir $(BENCH_PACKAGES)/as-documented --package floor --features as-documented
	cargo build --release --locked --target $(HOST) --package bench-driver --package rds-sim

check: rust ## format, clippy with warnings denied, and what the pure crate may depend on
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features --target $(HOST) -- -D warnings
	@.ci/pure-crate

# checkov looks at the template as it is deployed. A file that it cannot read it passes over, and succeeds: hence grep.
# All of it runs without AWS; SAM only wants to know a region.
lint: $(DEPLOY_VENV)/.installed $(LINT_VENV)/.installed $(CARGO_DENY) ## the template, and the crates: licences, sources, doubles, advisories (ADVISORIES=path of a clone)
	$(DEPLOY_VENV)/bin/cfn-lint --non-zero-exit-code warning template.yaml
	AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 $(DEPLOY_VENV)/bin/sam validate --lint --template template.yaml
	@mkdir -p $(CARGO_TARGET_DIR)/lint
	$(DEPLOY_VENV)/bin/python .ci/deployed-template template.yaml > $(CARGO_TARGET_DIR)/lint/deployed.json
	$(LINT_VENV)/bin/checkov --config-file .checkov.yaml --file $(CARGO_TARGET_DIR)/lint/deployed.json > $(CARGO_TARGET_DIR)/lint/checkov.txt 2>&1; \
	  status=$$?; cat $(CARGO_TARGET_DIR)/lint/checkov.txt; \
	  grep -q '^Passed checks: [1-9]' $(CARGO_TARGET_DIR)/lint/checkov.txt || { echo "make: checkov read no template"; exit 1; }; exit $$status
	$(CARGO_DENY) --locked check -D warnings licenses bans sources
	.ci/advisories $(CARGO_DENY)

build: $(VENV)/.installed rust ## the functions' packages and the simulated RDS, unoptimized, for the local AWS
	PATH="$(abspath $(VENV))/bin:$$PATH" cargo lambda build --compiler cargo --output-format zip --target $(HOST)

# What `sam build` does, with one compilation for all functions: packages and a template where `sam deploy` looks first.
# That template takes no other processor than the packages are for. Each line runs only after the one before succeeded:
# without a built template `sam deploy` would take the sources for the functions.
# Asks for what samconfig.toml does not tell of [ECHO.deploy.parameters]; ECHO is `default` unless given behind `make`.
deploy: $(DEPLOY_VENV)/.installed rust ## builds optimized functions and deploys to AWS; ECHO=dev takes that part of samconfig.toml, asks where there is none
	@case "$(ARCHITECTURE)" in arm64|x86_64) ;; *) echo "make: ARCHITECTURE is $(ARCHITECTURE): say arm64 or x86_64"; exit 1;; esac
	rm -rf $(SAM_BUILD)
	PATH="$(abspath $(DEPLOY_VENV))/bin:$$PATH" cargo lambda build --release --locked --$(subst _,-,$(ARCHITECTURE)) \
	  --output-format zip --lambda-dir $(SAM_BUILD) $(addprefix --package ,$(FUNCTIONS))
	@.ci/glibc $(ARCHITECTURE) $(FUNCTIONS:%=$(SAM_BUILD)/%/bootstrap.zip)
	sed -E -e 's|^( *CodeUri: )functions/([a-z-]+)$$|\1\2/bootstrap.zip|' -e 's|^( *AllowedValues: )\[arm64, x86_64\]$$|\1[$(ARCHITECTURE)]|' \
	  -e 's|^( *Default: )arm64$$|\1$(ARCHITECTURE)|' template.yaml > $(SAM_BUILD)/template.yaml
	@! grep -n 'CodeUri: functions/' $(SAM_BUILD)/template.yaml
	PATH="$(abspath $(DEPLOY_VENV))/bin:$$PATH" sam deploy --config-env $(CONFIG) \
	  $$(grep -qs '^\[$(CONFIG)\.deploy\.' samconfig.toml || echo --guided) \
	  --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

requirements: $(VENV)/.installed ## pins the Python tools anew from requirements/*.in
	@test -x $(VENV)/bin/pip-compile || $(VENV)/bin/pip install --quiet pip-tools
	cd requirements && for file in local deploy browser lint bench; do \
	  CUSTOM_COMPILE_COMMAND="make requirements" ../$(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe \
	    --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file $$file.txt $$file.in \
	  || exit 1; done

clean: ## removes everything that was built and installed
	rm -rf $(CARGO_TARGET_DIR) $(VENV) $(DEPLOY_VENV) $(LINT_VENV) $(BENCH_VENV) .aws-sam

rust:
	@cargo --version >/dev/null 2>&1 || { echo "make: cargo is missing: install Rust, such as from https://rustup.rs"; exit 1; }
	@needed="$$(sed -n 's/^rust-version = "\([0-9.]*\)"$$/\1/p' Cargo.toml)"; there="$$(rustc --version | sed -n 's/^rustc \([0-9.]*\).*/\1/p')"; \
	  echo "$$needed $$there" | awk '{ split($$1, least, "."); split($$2, is, "."); exit !(is[1] + 0 > least[1] + 0 || is[1] == least[1] && is[2] + 0 >= least[2] + 0) }' || \
	  { echo "make: rustc is $${there:-missing}, and $$needed or newer is needed: rustup update stable, or install a newer one"; exit 1; }

python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "make: $(PYTHON) is missing, older than 3.11, or without venv: install it, or say PYTHON=..."; exit 1; }

# The stamp is written last: an installation that was interrupted is made again.
$(VENV)/.installed $(DEPLOY_VENV)/.installed $(LINT_VENV)/.installed $(BENCH_VENV)/.installed: %/.installed: | python
$(VENV)/.installed: requirements/local.txt
$(DEPLOY_VENV)/.installed: requirements/deploy.txt
$(LINT_VENV)/.installed: requirements/lint.txt
$(BENCH_VENV)/.installed: requirements/bench.txt
$(VENV)/.installed $(DEPLOY_VENV)/.installed $(LINT_VENV)/.installed $(BENCH_VENV)/.installed:
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# On top of the other tools; gone with them when they are installed anew, because that clears the folder.
$(VENV)/.browser-installed: requirements/browser.txt $(VENV)/.installed
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# Unoptimized: to compile it takes longer than ever to run it. What it was compiled from is in its own Cargo.lock.
$(CARGO_DENY): | rust
	CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/tools/build cargo install --quiet --debug --locked \
	  --no-default-features --version $(CARGO_DENY_VERSION) --root $(CARGO_TARGET_DIR)/tools/cargo-deny-$(CARGO_DENY_VERSION) cargo-deny
	rm -rf $(CARGO_TARGET_DIR)/tools/build
