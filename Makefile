# Everything that can be typed here: `make help`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
# npm brings the Node version that the sources need, whatever the machine has.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

NODE_MODULES := node_modules/.package-lock.json

.PHONY: help demo test test-unit test-cluster test-node test-tools bench bench-growth lint types format generate verify run build bundle image image-load \
	cluster-up cluster-down cluster-status cluster-build

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' Makefile
	@echo
	@echo 'KUBECONFIG=FILE uses that cluster in place of a local one; PROVIDER=kind uses kind; NODES=real makes the local'
	@echo 'one run containers, on a real node in namespaces of its own (Linux and root).'

demo: $(NODE_MODULES) ## start a cluster and the operator, apply the example, show what happens
	@node hack/demo.ts

test: $(NODE_MODULES) ## every check and every test
	@node hack/test.ts

test-unit: $(NODE_MODULES) ## the tests that need no cluster
	@npm run --silent test:unit

test-cluster: $(NODE_MODULES) ## the tests on a real cluster
	@npm run --silent test:cluster

test-node: $(NODE_MODULES) ## the tests inside containers, on a real node: Linux and root
	@npm run --silent test:node

test-tools: $(NODE_MODULES) ## the tests with Argo CD and Flux themselves, which no other test waits for: Linux and root
	@npm run --silent test:tools

bench: $(NODE_MODULES) ## what the inventory costs, beside a raw writer; BENCH_PODS=1000 for a short run
	@node bench/main.ts

bench-growth: $(NODE_MODULES) ## how that grows with the pods; BENCH_SIZES=500,1000,2000 for a short run
	@node bench/growth.ts

lint: $(NODE_MODULES) ## look for mistakes and for unused code
	@npm run --silent lint
	@npm run --silent knip

types: $(NODE_MODULES) ## check the types
	@npm run --silent types

format: $(NODE_MODULES) ## format all files
	@npm run --silent format

generate: $(NODE_MODULES) ## generate code from crds/
	@npm run --silent generate

verify: lint types $(NODE_MODULES) ## every check, no test
	@npm run --silent format:check
	@node hack/generate/main.ts --check

run: $(NODE_MODULES) ## run the operator against $KUBECONFIG
	@npm start

build: $(NODE_MODULES) ## compile to dist/
	@npm run --silent build

bundle: $(NODE_MODULES) ## write dist/install.yaml, all of config/default in one file
	@node hack/bundle.ts

image: $(NODE_MODULES) ## build the image without a registry, and say what it is like: Linux and root
	@node hack/image/main.ts

image-load: $(NODE_MODULES) ## bring that image onto the node of `make cluster-up NODES=real`
	@node hack/cluster/main.ts load dist/xos-operator-*.tar

cluster-up: $(NODE_MODULES) ## start the local cluster, or mend it; print its kubeconfig
	@node hack/cluster/main.ts up

cluster-down: $(NODE_MODULES) ## end the local cluster and forget its state
	@node hack/cluster/main.ts down

cluster-status: $(NODE_MODULES) ## say what runs
	@node hack/cluster/main.ts status

cluster-build: $(NODE_MODULES) ## build the programs of the local cluster
	@node hack/cluster/main.ts build

# npm itself writes this file, with the time of the installation.
$(NODE_MODULES): package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or newer from https://nodejs.org.' >&2; exit 1; }
	@echo 'Installing the dependencies with npm ci (next: what you asked for) …' >&2
	@npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@
