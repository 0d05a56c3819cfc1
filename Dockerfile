# syntax=docker/dockerfile:1
# The image of workers and commands: compiled Longtake with its tools, not root, nothing in it that builds.
ARG NODE_VERSION

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY bootstrap bootstrap
COPY src src
RUN npm run build
# The image brings its own Node, so the optional packages that carry one stay out.
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:${NODE_VERSION}-bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ffmpeg fonts-dejavu-core openssh-client rsync tini util-linux \
    && rm -rf /var/lib/apt/lists/*
ARG LONGTAKE_UID=1000
ARG LONGTAKE_GID=1000
# A new volume takes owner and mode of the directory that it covers.
RUN install -d -m 0700 -o ${LONGTAKE_UID} -g ${LONGTAKE_GID} \
      /var/lib/longtake /var/lib/longtake/media /var/lib/longtake/export /var/lib/longtake/ssh /var/lib/longtake/gate
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/bin bin
COPY --from=build /app/bootstrap bootstrap
COPY --from=build /app/dist dist
# The root file system may be read-only: caches go to /tmp.
ENV NODE_ENV=production HOME=/tmp XDG_CACHE_HOME=/tmp/cache
USER ${LONGTAKE_UID}:${LONGTAKE_GID}
ENTRYPOINT ["tini", "--", "node", "/app/bin/longtake.js"]
CMD ["worker"]
