# The workbench with Jupyter Lab: docker build -t churn-workbench . && docker run --rm -p 127.0.0.1:8888:8888 churn-workbench
ARG BASE=node:24-bookworm-slim
FROM ${BASE} AS build
WORKDIR /workbench
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY scripts scripts
COPY bin bin
COPY src src
RUN npm ci

FROM ${BASE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3-venv \
  && rm -rf /var/lib/apt/lists/* \
  && python3 -m venv /opt/jupyter \
  && /opt/jupyter/bin/pip install --no-cache-dir "jupyterlab==4.*"
ENV PATH=/opt/jupyter/bin:$PATH
WORKDIR /workbench
COPY --from=build /workbench ./
COPY notebooks notebooks
COPY data/README.md data/cdnow.csv.gz data/cdnow.config.json data/
COPY churn.config.json README.md LICENSE ./
RUN mkdir -p output && chown -R node:node data output notebooks .
USER node
EXPOSE 8888
HEALTHCHECK --interval=30s --timeout=20s --start-period=20s CMD ["node", "bin/churn.js", "doctor"]
CMD ["node", "bin/churn.js", "lab", "--no-browser", "--ip", "0.0.0.0", "--port", "8888"]
