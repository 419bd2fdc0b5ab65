# The service as an image: docker build -t windlass .   (BuildKit; linux/amd64 and linux/arm64)
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build

# The real kustomize and helm, each from its own release and by checksum: output that equals Argo CD's needs the same programs.
# Where these hosts cannot be reached, *_DOWNLOADS names a mirror with the same paths.
FROM ${NODE_IMAGE} AS tools
ARG TARGETARCH
ARG KUSTOMIZE_VERSION=5.8.1
ARG KUSTOMIZE_SHA256_AMD64=029a7f0f4e1932c52a0476cf02a0fd855c0bb85694b82c338fc648dcb53a819d
ARG KUSTOMIZE_SHA256_ARM64=0953ea3e476f66d6ddfcd911d750f5167b9365aa9491b2326398e289fef2c142
ARG KUSTOMIZE_DOWNLOADS=https://github.com/kubernetes-sigs/kustomize/releases/download
ARG HELM_VERSION=3.19.0
ARG HELM_SHA256_AMD64=a7f81ce08007091b86d8bd696eb4d86b8d0f2e1b9f6c714be62f82f96a594496
ARG HELM_SHA256_ARM64=440cf7add0aee27ebc93fada965523c1dc2e0ab340d4348da2215737fc0d76ad
ARG HELM_DOWNLOADS=https://get.helm.sh
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/*
RUN set -eu; \
    case "${TARGETARCH}" in \
      amd64) kustomize="${KUSTOMIZE_SHA256_AMD64}"; helm="${HELM_SHA256_AMD64}" ;; \
      arm64) kustomize="${KUSTOMIZE_SHA256_ARM64}"; helm="${HELM_SHA256_ARM64}" ;; \
      *) echo "no checksums are known for architecture '${TARGETARCH}'; expected amd64 or arm64 (set by BuildKit)" >&2; exit 1 ;; \
    esac; \
    fetch() { curl --fail --silent --show-error --location --output "$1" "$2"; echo "$3  $1" | sha256sum --check --strict; }; \
    fetch /tmp/kustomize.tar.gz \
      "${KUSTOMIZE_DOWNLOADS}/kustomize%2Fv${KUSTOMIZE_VERSION}/kustomize_v${KUSTOMIZE_VERSION}_linux_${TARGETARCH}.tar.gz" "${kustomize}"; \
    fetch /tmp/helm.tar.gz "${HELM_DOWNLOADS}/helm-v${HELM_VERSION}-linux-${TARGETARCH}.tar.gz" "${helm}"; \
    tar --extract --gzip --file /tmp/kustomize.tar.gz --directory /usr/local/bin kustomize; \
    tar --extract --gzip --file /tmp/helm.tar.gz --directory /usr/local/bin --strip-components=1 "linux-${TARGETARCH}/helm"; \
    kustomize version; \
    helm version --short

FROM ${NODE_IMAGE}
# tini ends what a killed git leaves behind: Node as process 1 reaps only its own children.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git openssh-client tini \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=node --group=node --mode=0750 /var/lib/windlass
COPY --from=tools /usr/local/bin/kustomize /usr/local/bin/helm /usr/local/bin/
WORKDIR /app
COPY package.json LICENSE ./
COPY charts/windlass/crds charts/windlass/crds
COPY --from=build /build/dist dist

# The root file system may be read-only: only these two are written, the clones and what a rendering needs for its duration.
ENV NODE_ENV=production \
    WINDLASS_GIT_STATE_DIR=/var/lib/windlass/git
VOLUME ["/var/lib/windlass", "/tmp"]

# By number, so that runAsNonRoot can be checked; it is the image's user node.
USER 1000:1000
EXPOSE 8080
ENTRYPOINT ["tini", "--", "node", "dist/cli.js", "run"]
