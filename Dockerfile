# syntax=docker/dockerfile:1
# One image for every process; the command chooses: the API (default), `dist/src/workers/main.js`, `dist/src/db/migrate.js`,
# `dist/tools/prepare-temporal.js`, `dist/tools/keys.js`, `dist/tools/people.js`, `dist/tools/stores.js`.
ARG NODE_IMAGE=node:22.23.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package here needs its install script; some would ask the network for more.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY tools tools
COPY dashboard dashboard
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional: test tools that a package names as its optional peers, and compilers that the built workflows do not need.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY docker/healthcheck.mjs docker/healthcheck.mjs
# The account `node`, by number, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "docker/healthcheck.mjs", "api"]
CMD ["node", "dist/src/api/main.js"]
