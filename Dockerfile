# The workbench, its command and Jupyter Lab, as an ordinary user:
#   docker build -t churn-workbench . && docker run --rm -p 127.0.0.1:8888:8888 churn-workbench
# scripts/build-image.sh builds and tries it where there is no Docker engine.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /workbench
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY scripts/build.js scripts/snapshot-kernel.cjs scripts/
COPY bin bin
COPY src src
COPY stand-ins stand-ins
# the installation compiles; then what only development needs goes: its packages, source maps, binaries of other systems
RUN npm ci --no-audit --no-fund \
  && npm prune --omit=dev --no-audit --no-fund --ignore-scripts \
  && find node_modules -name '*.map' -type f -delete \
  && rm -rf node_modules/zeromq/build/darwin node_modules/zeromq/build/win32 src scripts tsconfig.json

FROM ${BASE} AS jupyter
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3-venv \
  && python3 -m venv /opt/jupyter \
  && /opt/jupyter/bin/pip install --no-cache-dir --disable-pip-version-check "jupyterlab>=4.2,<5" \
  && /opt/jupyter/bin/pip uninstall --yes pip setuptools \
  && find /opt/jupyter -name '*.map' -type f -delete

FROM ${BASE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=jupyter /opt/jupyter /opt/jupyter
COPY docker/entrypoint.sh /usr/local/bin/churn-entrypoint
WORKDIR /workbench
COPY --from=build /workbench ./
COPY churn.config.json README.md LICENSE ./
COPY --chown=node:node notebooks notebooks
COPY --chown=node:node data/README.md data/cdnow.csv.gz data/cdnow.config.json data/
# the user may write here, and nowhere else
RUN mkdir -p output .workbench && chown node:node data output .workbench && ln -s /workbench/bin/churn.js /usr/local/bin/churn
ENV PATH=/opt/jupyter/bin:$PATH NODE_ENV=production HEALTH_URL=http://127.0.0.1:8888/api
USER node
EXPOSE 8888
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/churn-entrypoint"]
CMD ["churn", "lab", "--no-browser", "--ip", "0.0.0.0", "--port", "8888"]
