/** The server of an HTTP thread, made of what the thread has. */
import { randomUUID } from 'node:crypto';
import { createSessions } from '../../db/board-sessions.ts';
import { createFeeds } from '../../db/feed/feeds.ts';
import type { SideInventory } from '../../db/inventory.ts';
import type { Store } from '../../db/store/store.ts';
import { createWebhooks, type WebhookSettings } from '../../db/webhook/webhooks.ts';
import { createAuthenticate, createFindCaller, type LookUp } from '../../db/authenticate.ts';
import { hashToken } from '../../db/tokens.ts';
import type { Authenticate, Caller, Sessions } from '../../domain/caller.ts';
import { createServer, type ServerOptions } from '../../http/server.ts';

type Wired =
  | 'inventory'
  | 'feeds'
  | 'webhooks'
  | 'authenticate'
  | 'board'
  | 'createId'
  | 'ready'
  | 'observer'
  | 'metrics'
  | 'limits';

/** The server's own settings. A part that is given here replaces the wired one. */
export type ServerSettings = Omit<ServerOptions, Wired> & Partial<Pick<ServerOptions, Wired>>;

/** Who may call beside the tokens of the store, and from where. */
export interface CallerSettings {
  /** Where the board's page is, and the token that its form is filled in with. Undefined: there is no board. */
  readonly board?: { readonly folder: string; readonly demoToken: string | null } | undefined;
  /** Good tokens that no store holds, with their callers. */
  readonly extraTokens?: ReadonlyMap<string, Caller> | undefined;
}

/** What a thread has for its server. */
export interface ServerParts
  extends CallerSettings, Pick<ServerOptions, 'observer' | 'metrics' | 'feedFiles'> {
  readonly store: Store;
  readonly inventory: Omit<SideInventory, 'close'>;
  readonly clock: () => Date;
  /** Left out where no webhooks are sent. */
  readonly webhooks?: WebhookSettings | undefined;
  readonly heavyWork: ServerOptions['heavyWork'] | undefined;
  readonly limits: ServerOptions['limits'] | undefined;
  /** As in `SessionParts`. */
  readonly sessionEnds: Int32Array;
  readonly server: ServerSettings;
}

/** Creates the server, not yet listening. */
export function createGatewayServer(parts: ServerParts): ReturnType<typeof createServer> {
  const { store, inventory, clock, webhooks, board, heavyWork, limits, observer, metrics, feedFiles } = parts;
  const { authenticate, sessions } = findCallers(parts);
  return createServer({
    inventory,
    authenticate,
    board: board && { ...board, sessions },
    feeds: createFeeds(store),
    webhooks: webhooks && createWebhooks(store, inventory.writeWebhook, clock, webhooks),
    createId: randomUUID,
    ready: () => inventory.ready(),
    observer,
    metrics,
    ...(heavyWork && { heavyWork }),
    ...(limits && { limits }),
    feedFiles,
    ...parts.server,
  });
}

/** Who calls: by a token, or by a session that began with one. */
function findCallers({
  store,
  inventory,
  clock,
  sessionEnds: ends,
  extraTokens = new Map<string, Caller>(),
}: ServerParts): { readonly authenticate: Authenticate; readonly sessions: Sessions } {
  const extraHashes = new Map(Array.from(extraTokens, ([token, caller]) => [hashToken(token), caller]));
  const orExtra =
    (extra: ReadonlyMap<string, Caller>, find: Authenticate): Authenticate =>
    async (name) =>
      extra.get(name) ?? find(name);
  // No request waits for it. If the store has trouble, a later use is noted instead.
  const noteUse: LookUp['noteUse'] = (tokenUse) =>
    void inventory.writeAccess({ tokenUse }).catch(() => undefined);
  const findCaller = orExtra(extraHashes, createFindCaller(store, clock, { noteUse }));
  return {
    authenticate: orExtra(extraTokens, createAuthenticate(store, clock, { noteUse })),
    sessions: createSessions({ store, clock, findCaller, write: inventory.writeAccess, ends }),
  };
}
