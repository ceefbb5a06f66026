/** `stockgate webhook`: creates, lists, changes, replays and removes the endpoints that are told of changes. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { withStore } from '../db/store/open-store.ts';
import type { Store } from '../db/store/store.ts';
import { keyFileOf, readOrMakeKey } from '../db/webhook/key-file.ts';
import { findEndpoint, isFirstEndpoint, listAttempts, listEndpoints } from '../db/webhook/read-webhooks.ts';
import { createWriteWebhook, type WebhookWrite } from '../db/webhook/write-webhook.ts';
import { changeSources } from '../domain/change.ts';
import { MAX_ENDPOINTS, type EndpointKey, type WebhookAttempt } from '../domain/webhook/endpoint.ts';
import { pingIdOf } from '../domain/webhook/message-id.ts';
import { createAddresses } from '../webhook/addresses.ts';
import { describeUrlFault } from '../webhook/endpoint-url.ts';
import { sealSecret } from '../webhook/secret.ts';
import { createSecret } from '../webhook/sign.ts';
import {
  chooseAction,
  PROGRAM,
  readOptions,
  UsageError,
  type Action,
  type Command,
  type Io,
} from './options/command.ts';
import { requireSupplier } from './options/require-supplier.ts';
import { database, supplierName, webhookOptions } from './options/settings.ts';
import { describeAttempt, describeEndpoint } from './webhook-lines.ts';

/** How long a ping waits for a gateway, in milliseconds, and how often it looks. */
const PING_WAIT_MS = 40_000;
const PING_LOOK_MS = 200;

const texts = z.array(z.string().min(1)).max(100, 'Give 100 at most.').optional();
const createOptions = {
  database,
  ...webhookOptions,
  supplier: { schema: supplierName },
  url: { schema: z.string('Give the URL that messages are sent to.') },
  sku: { multiple: true, schema: texts },
  actor: { multiple: true, schema: texts },
  source: {
    multiple: true,
    schema: z.array(z.enum(changeSources, `Give ${changeSources.join(', ')}.`)).optional(),
  },
};

export const webhookCommand: Command = {
  help: `Usage: ${PROGRAM} webhook create --supplier NAME --url URL [--sku SKU_ID ...] [--source SOURCE ...]
             [--actor TOKEN_NAME ...] [--webhook-key-file FILE] [--webhook-allow CIDR ...] [--database URL]
       ${PROGRAM} webhook list --supplier NAME [--attempts] [--database URL]
       ${PROGRAM} webhook enable|disable|ping|delete ID [--database URL]
       ${PROGRAM} webhook rotate ID [--webhook-key-file FILE] [--database URL]
       ${PROGRAM} webhook replay ID --after CHANGE_ID [--database URL]

An endpoint is told of every change of a supplier's SKUs, in order, also of those that were made while it was down or disabled.
Messages are signed as Standard Webhooks 1.0.0 describes it. A running gateway sends them: docs/webhooks.md.

create prints the endpoint's ID and its secret, once. The endpoint is told of changes from now on.
list prints a line an endpoint: id, URL, state, changes behind, created, last accepted; with --attempts the last attempts too.
enable lets a disabled endpoint go on where it stopped, and one that fails try again at once. disable keeps its place.
rotate prints a new secret. For 24 hours messages are signed with the old one too.
replay sends again all changes behind a change that was sent. 0 stands for before the first that is kept.
ping lets a gateway send a message without changes, and prints how that went.
delete removes the endpoint. It takes effect after the attempt in hand.

  --supplier NAME    whose changes
  --url URL          where messages are sent; https
  --sku SKU_ID       only changes of this SKU; may be given several times, as the next two
  --source SOURCE    only changes from this source: ${changeSources.join(', ')}
  --actor NAME       only changes that the token of this name made
  --after ID         the id of the last change that is not sent again
  --webhook-key-file FILE, --webhook-allow CIDR
                     as for serve
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)
`,
  run: async ([action, ...args], io) =>
    chooseAction({ create, list, enable, disable, rotate, replay, ping, delete: remove }, action)(args, io),
};

async function create(args: readonly string[], io: Io): Promise<number> {
  const { values } = readOptions(createOptions, [], args, io.env);
  const fault = describeUrlFault(values.url, createAddresses(values['webhook-allow']));
  if (fault !== null) throw new UsageError(`--url (STOCKGATE_URL): ${fault}`);
  return withStore(values.database, async (store) => {
    const supplierId = await requireSupplier(store, values.supplier);
    const key = { supplierId, endpointId: randomUUID() };
    const secret = createSecret();
    const keyFile = keyFileOf(values.database, values['webhook-key-file']);
    const sealingKey = readOrMakeKey(keyFile, await isFirstEndpoint(store));
    const isCreated = await createWriteWebhook(store)({
      create: {
        ...key,
        url: values.url,
        filter: { skuIds: values.sku, sources: values.source, actors: values.actor },
        secret: sealSecret(sealingKey, key, secret),
      },
      now: io.clock().toISOString(),
    });
    if (!isCreated)
      throw new Error(
        `Supplier ${values.supplier} has ${MAX_ENDPOINTS} endpoints already. Delete one first.`,
      );
    io.out(`${key.endpointId}\t${secret}\n`);
    return 0;
  });
}

async function list(args: readonly string[], io: Io): Promise<number> {
  const options = { database, supplier: { schema: supplierName }, attempts: flag };
  const { values } = readOptions(options, [], args, io.env);
  return withStore(values.database, async (store) => {
    const supplierId = await requireSupplier(store, values.supplier);
    const { endpoints, lastPosition } = await listEndpoints(store, supplierId);
    for (const endpoint of endpoints) {
      io.out(describeEndpoint(endpoint, lastPosition));
      if (values.attempts)
        for (const attempt of await listAttempts(store, endpoint)) io.out(describeAttempt(attempt));
    }
    return 0;
  });
}

const flag = { type: 'boolean', schema: z.boolean().default(false) } as const;

/** An action on the endpoint whose ID is the only argument. */
function actOn(write: (key: EndpointKey, now: string) => WebhookWrite): Action {
  return async (args, io) => {
    const { values, positionals } = readOptions({ database }, ['ID'], args, io.env);
    return withStore(values.database, async (store) => {
      await writeTo(store, await requireEndpoint(store, positionals[0]), (key) =>
        write(key, io.clock().toISOString()),
      );
      return 0;
    });
  };
}

const enable = actOn((change, now) => ({ change, to: { isEnabled: true }, now }));
const disable = actOn((change, now) => ({ change, to: { isEnabled: false }, now }));
const remove = actOn((key) => ({ remove: key }));

async function rotate(args: readonly string[], io: Io): Promise<number> {
  const { 'webhook-key-file': keyFile } = webhookOptions;
  const { values, positionals } = readOptions(
    { database, 'webhook-key-file': keyFile },
    ['ID'],
    args,
    io.env,
  );
  return withStore(values.database, async (store) => {
    const secret = createSecret();
    const sealingKey = readOrMakeKey(keyFileOf(values.database, values['webhook-key-file']), true);
    await writeTo(store, await requireEndpoint(store, positionals[0]), (key) => ({
      rotate: key,
      secret: sealSecret(sealingKey, key, secret),
      now: io.clock().toISOString(),
    }));
    io.out(`${secret}\n`);
    return 0;
  });
}

async function replay(args: readonly string[], io: Io): Promise<number> {
  const after = {
    schema: z.coerce
      .number('Give the id of a change, or 0.')
      .int('Give the id of a change, or 0.')
      .min(0, 'Give the id of a change, or 0.'),
  };
  const { values, positionals } = readOptions({ database, after }, ['ID'], args, io.env);
  return withStore(values.database, async (store) => {
    const key = await requireEndpoint(store, positionals[0]);
    if (await createWriteWebhook(store)({ replay: key, behind: values.after })) return 0;
    throw new Error(
      `The endpoint has not accepted change ${values.after} yet, so what follows it is sent anyway. A replay goes back only.`,
    );
  });
}

/** Waits for the attempt of a running gateway. */
async function ping(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions({ database }, ['ID'], args, io.env);
  return withStore(values.database, async (store) => {
    const key = await requireEndpoint(store, positionals[0]);
    const pingId = pingIdOf(key, randomUUID());
    await writeTo(store, key, () => ({ ping: key, pingId }));
    io.err('Waiting for a gateway to send it.\n');
    for (let waitedMs = 0; waitedMs < PING_WAIT_MS && !io.stop.aborted; waitedMs += PING_LOOK_MS) {
      const attempt = (await listAttempts(store, key)).find(isOf(pingId));
      if (attempt) {
        io.out(describeAttempt(attempt));
        return attempt.outcome === 'ACCEPTED' ? 0 : 1;
      }
      await pause(PING_LOOK_MS);
    }
    throw new Error(
      'No gateway has sent the ping. Is one running on this database? If so, its log tells why, such as a key that is missing.',
    );
  });
}

const isOf = (messageId: string) => (attempt: WebhookAttempt) => attempt.messageId === messageId;

async function writeTo(
  store: Store,
  key: EndpointKey,
  write: (key: EndpointKey) => WebhookWrite,
): Promise<void> {
  if (!(await createWriteWebhook(store)(write(key)))) throw new Error('The endpoint is gone.');
}

async function requireEndpoint(store: Store, endpointId = ''): Promise<EndpointKey> {
  const key = await findEndpoint(store, endpointId);
  if (key) return key;
  throw new Error(
    `No endpoint has the id "${endpointId}"; \`${PROGRAM} webhook list --supplier NAME\` shows a supplier's.`,
  );
}
