/** Warns in the log of tokens that expire soon, so that no script stops without notice. */
import type { Store } from '../db/store/store.ts';
import { expiringTokens } from '../db/tokens.ts';

const DAY_MS = 86_400_000;
/** Tokens that expire within two weeks are warned of, once a day. */
const AHEAD_MS = 14 * DAY_MS;
/** Warnings of one day, at most. */
const MAX_WARNINGS = 100;

/** A part of pino's logger. */
export interface WarningLogger {
  warn(line: object, message: string): void;
  error(line: object, message: string): void;
}

/** Warns now and once a day, until the returned function is called. It resolves once no look-up is under way. */
export function startExpiryWarnings(
  store: Store,
  clock: () => Date,
  logger: WarningLogger,
): () => Promise<void> {
  const warn = async () => {
    const now = clock();
    const until = new Date(now.getTime() + AHEAD_MS);
    const tokens = await expiringTokens(store, now, until, MAX_WARNINGS);
    for (const { supplierName: supplier, name: tokenName, expiresAt, lastUsedOn } of tokens)
      logger.warn({ supplier, tokenName, expiresAt, lastUsedOn }, 'a token expires soon');
  };
  const look = () =>
    warn().catch((error: unknown) => logger.error({ err: error }, 'expiring tokens could not be looked up'));
  let looking = look();
  const timer = setInterval(() => void (looking = look()), DAY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return looking;
  };
}
