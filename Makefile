# Kanglian 康链: every common task is one word. `make` alone explains them.

SWIFT := scripts/swift
KANGLIAN := .build/release/kanglian
ARGS ?=

.PHONY: help setup packages build run test lint format bench fuzz spark clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian packages and the pinned PyPI files (root or sudo; quick when done)
	@scripts/setup

packages:
	@scripts/setup --packages-only

build: packages ## Build the program (release): .build/release/kanglian
	@scripts/build

run: build ## Start the sample zone in ./zone and serve it on http://127.0.0.1:8080
	@exec $(KANGLIAN) demo $(ARGS)

test: ## Build and run all tests (release); ARGS='--filter MerkleTests' for some
	@scripts/setup --oracles-optional
	@scripts/test $(ARGS)

lint: ## Check the format and style of all Swift files (changes nothing)
	@scripts/lint

format: ## Format all Swift files in place
	@scripts/lint --fix

bench: build ## Measure the ledger and the import; ARGS=--json for machines
	@$(KANGLIAN) bench ledger $(ARGS)
	@$(KANGLIAN) bench import $(ARGS)

fuzz: packages ## Fuzz the decoders; TARGET=cbor SECONDS=300 (default: all, 60 s each)
	@TARGET='$(TARGET)' DURATION='$(SECONDS)' scripts/fuzz

spark: ## Install Spark and Java for docs/guides/analytics-with-spark.md (into .build/spark)
	@scripts/spark

clean: ## Delete what was built (the zone, keys and data stay)
	@rm -rf .build
