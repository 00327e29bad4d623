# The operator as an image: Node, the compiled program and its production dependencies, and nothing to log in with.
# With a registry at hand: docker build -t xos-operator:0.1.0 . — without one: make image.
ARG NODE=docker.io/library/node:26.10.0-bookworm-slim
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM ${NODE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No package runs anything of its own.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm ci --ignore-scripts --omit=dev && rm node_modules/.package-lock.json
# Node needs it, and the image below does not have it.
RUN mkdir lib && cp -L /usr/lib/*/libatomic.so.1 lib/

FROM ${BASE}
ARG BASE
ARG VERSION=0.1.0
# The commit; who builds by hand may give it: --build-arg REVISION=$(git rev-parse HEAD)
ARG REVISION=unknown
LABEL org.opencontainers.image.title="xos-operator" \
  org.opencontainers.image.description="The XOS Kubernetes Service as a Kubernetes operator" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="${BASE}"
COPY --from=build /build/lib/ /usr/lib/
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY LICENSE package.json /app/
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/dist /app/dist
ENV NODE_ENV=production
USER 65532:65532
# The heap follows the memory limit of the container; what it holds apart from old objects takes the rest.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=8", "--max-old-space-size-percentage=70", "/app/dist/main.js"]
