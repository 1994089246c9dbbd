SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run test slow bench check

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

run: ## install what is needed, build, serve the demo on http://127.0.0.1:3000
	scripts/setup run
	scripts/build
	CUEPOINT_EGRESS_ALLOW=$${CUEPOINT_EGRESS_ALLOW-127.0.0.0/8,::1/128} exec $${CARGO_TARGET_DIR:-target}/release/cuepoint serve --demo

test: ## everything: checks, tests on SQLite and PostgreSQL, the release build in a browser
	scripts/setup test
	scripts/test

slow: ## what takes minutes: two hundred crashes, a full disk, odd input, fuzzing, webhooks under load, long films, a bucket
	scripts/setup test
	. scripts/env && cargo test -p server --lib -- --ignored --nocapture
	. scripts/env && scripts/postgres scripts/s3 scripts/schemathesis cargo test -p server --test it -- --ignored --nocapture --test-threads=1
	scripts/fuzz 60

bench: ## the server's benchmarks and the player's in a browser
	scripts/setup test
	scripts/build
	. scripts/env && scripts/postgres cargo bench -p server
	. scripts/env && npm --prefix end2end run bench

check: ## only formatting, lints and licences
	scripts/setup test
	scripts/test check
