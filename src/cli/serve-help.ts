/** What `stockgate serve --help` prints. */
import { PROGRAM } from './options/command.ts';

/** Lists every option of `serveOptions` with its default. */
export const serveHelp = `Usage: ${PROGRAM} serve [OPTIONS]

Serves GraphQL at /graphql (and GraphiQL to browsers), the legacy path POST /timp/products/skus/inventory/, and the stock board,
a page for people, at /board/.
/health says that it runs, /ready that it can store updates.
Logs go to stderr, one JSON line a request. SIGTERM or SIGINT stops it once all that was accepted is answered.

  --demo                 seed a demo supplier, accept the documented token; listens on loopback only
  --host ADDRESS         where to listen (default 127.0.0.1)
  --port PORT            (default 4000; 0 takes a free one)
  --threads N|auto       threads that serve HTTP, 1 to 64; auto: one for each core (default 1)
  --database URL         sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)
  --pg-prepared on|off   whether PostgreSQL's statements are named and planned once; off for poolers that keep no names
                         (default on)
  --expect-sync-standby  warns if PostgreSQL's commits wait for no standby
  --allowed-host NAME    answers requests for this host name and loopback only; may be given several times (default any
                         name; loopback only with --demo)
  --idempotency-hours N  for how long gateways run before they forget an idempotency key (default 24, the least)
  --idempotency-quota MIB
                         room that one supplier's keys take at most; past it new keys get 429 (default 1024)
  --archive DIR          where changes are written to before they are taken away (see archive --help; default none)
  --history-days N       for how many days gateways run before they take a change away, 1 to 36500; a SKU's newest one stays
                         (default: changes stay for ever)
  --cors-origin ORIGIN   lets pages of this origin call the gateway; may be given several times (default none)
  --rate-limit N         units a second that a token may spend, ten seconds' worth at once; a small request or a row of
                         a bulk call costs one; past it 429 (default 2000; 0: no limit)
  --in-flight-limit MIB  bodies and answers held at once, a quarter for one supplier; past it large requests get 503
                         (default 256)
  --streams-per-token N  live streams that a token may keep open (default 100)
  --streams-per-supplier N
                         and all tokens of one supplier (default 1000)
  --no-board             leaves the stock board out, and signing in with it
  --graphiql off|on      whether a browser that opens /graphql gets GraphiQL (default on)
  --query-timeout N      seconds after which a read is stopped (default 5)
  --feed-spool FOLDER    where files of POST /feeds/inventory wait (default beside the SQLite file: FILE.feeds; with
                         PostgreSQL ./data/feeds)
  --feed-dir DIR         take in the inventory files that suppliers drop in DIR/SUPPLIER/in (see watch --help; default none)
  --feed-dir-wait rest|done
                         until nobody writes to such a file, or until NAME.done is there (default rest)
  --webhook-key-file FILE
                         the key that seals webhook secrets (default beside the SQLite file: FILE.webhook-key, made when it
                         is first needed; with PostgreSQL none, and no endpoint can be created)
  --webhook-allow CIDR   webhooks may be sent to this network too, and without TLS; may be given several times (default:
                         public addresses, over https)
  --log-limit MIB        the longest that SQLite's log may get, which a long backup holds; past it 503 (default 1024)
  --metrics WHERE        /metrics for Prometheus: on, or a port of their own (default off)
  --log-level LEVEL      silent, fatal, error, warn, info or debug (default info; warn with --demo)
`;
