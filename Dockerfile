# Stockgate in a container: SQLite under /data, or PostgreSQL by STOCKGATE_DATABASE. Put TLS in front; see docs/operating.md.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY build.ts build-board.ts tsconfig.json ./
COPY src ./src
# The board uses the client.
COPY packages/client/src ./packages/client/src
RUN node build.ts

FROM node:26-slim
WORKDIR /app

# The image brings Node, which outside of it is an optional package.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

COPY --from=build /app/dist ./dist
RUN mkdir /data && chown node:node /data

USER node
VOLUME /data
ENV STOCKGATE_HOST=0.0.0.0 \
    STOCKGATE_DATABASE=sqlite:/data/stockgate.db
EXPOSE 4000

# Alive, not ready: a store that is out of reach is no reason to restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.STOCKGATE_PORT ?? 4000) + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# A small young generation keeps memory flat, at the same speed.
ENTRYPOINT ["node", "--max-semi-space-size=16", "--v8-pool-size=2", "dist/main.js"]
CMD ["serve"]
