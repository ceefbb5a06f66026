/** Reads a PostgreSQL URL as libpq does: several hosts, a service, TLS and target_session_attrs; and completes it from the environment. */
import { readService } from './service-file.ts';

/** How long connecting to one of several hosts may take, in milliseconds, unless connect_timeout says otherwise. */
const HOST_TIMEOUT_MS = 1_500;
/** What libpq's environment variables stand for, as far as the driver does not read them itself. */
const variables = {
  PGHOST: 'host',
  PGPORT: 'port',
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  PGTARGETSESSIONATTRS: 'target_session_attrs',
  PGCONNECT_TIMEOUT: 'connect_timeout',
} as const;
/** Not `prefer` and `allow`: an attacker on the way could turn TLS off. */
const sslModes = ['disable', 'require', 'verify-ca', 'verify-full'];
/** https://www.postgresql.org/docs/current/libpq-connect.html, without those that may choose a server that takes no writes. */
const sessionAttributes = ['any', 'read-write', 'primary'];

type Environment = Readonly<Record<string, string | undefined>>;

/** One server of a database. */
export interface Server {
  /** Host and port, for people. */
  readonly name: string;
  /** The URL for the driver. It may contain a password. */
  readonly url: string;
}

/** Where a database is. */
export interface ConnectionSettings {
  readonly servers: readonly Server[];
  /** Whether only a server that takes writes is used. */
  readonly needsPrimary: boolean;
  /** How long connecting to one host may take, in milliseconds. Undefined: as long as the caller waits. */
  readonly connectTimeoutMs: number | undefined;
  /** Whether statements have names, so that the server plans them once a connection. Some poolers cannot keep named statements. */
  readonly isPrepared: boolean;
}

/** Throws a one-line error that says what to give. */
export function readConnectionSettings(url: string): ConnectionSettings {
  const parameters = readUrl(url);
  const hosts = listOf(parameters, 'host');
  const session = parameters.get('target_session_attrs') ?? (hosts.length > 1 ? 'read-write' : 'any');
  if (!sessionAttributes.includes(session) || (session === 'any' && hosts.length > 1))
    throw new Error(
      'target_session_attrs must be read-write or primary: a gateway needs the server that takes writes.',
    );
  requireTls(parameters);
  const prepared = parameters.get('prepared') ?? 'on';
  if (!['on', 'off'].includes(prepared)) throw new Error('prepared must be on or off.');
  const seconds = Number(parameters.get('connect_timeout') ?? 0);
  return {
    servers: hosts.map((host, i) => toServer(host, portOf(parameters, i, hosts.length), parameters)),
    isPrepared: prepared === 'on',
    needsPrimary: session !== 'any',
    connectTimeoutMs: seconds > 0 ? seconds * 1_000 : hosts.length > 1 ? HOST_TIMEOUT_MS : undefined,
  };
}

/** The URL's parts under libpq's names. Throws if it has no such form. */
function readUrl(url: string): Map<string, string> {
  const [, authority = '', path = '', query = ''] =
    /^postgres(?:ql)?:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url) ?? refuseUrl();
  const at = authority.lastIndexOf('@');
  const [user = '', ...password] = authority.slice(0, Math.max(at, 0)).split(':');
  const hosts = authority
    .slice(at + 1)
    .split(',')
    .map(splitPort);
  const parts = {
    user: decode(user),
    password: decode(password.join(':')),
    host: hosts.map(({ host }) => decode(host)).join(','),
    port: hosts.some(({ port }) => port !== '') ? hosts.map(({ port }) => port).join(',') : '',
    dbname: decode(path),
  };
  const named = Object.entries(parts).filter(([, value]) => value !== '');
  return new Map([...named, ...new URLSearchParams(query)]);
}

function refuseUrl(): never {
  throw new Error(
    'The database URL cannot be read. Encode special characters of user and password, such as %2F for /.',
  );
}

function splitPort(text: string): { readonly host: string; readonly port: string } {
  const [, host = text, port = ''] = /^(.*?)(?::(\d*))?$/s.exec(text) ?? [];
  // An IPv6 address has colons of its own, and stands in brackets.
  return text.endsWith(']') ? { host: text, port: '' } : { host, port };
}

/**
 * The URL with what its service and libpq's environment variables add to it. Threads then need the URL alone. Throws a one-line error
 * that says what to give.
 */
export function completeUrl(url: string, env: Environment): string {
  const given = readUrl(url);
  const service = given.get('service') ?? env['PGSERVICE'];
  const fromEnvironment = Object.entries(variables).flatMap(([variable, name]) => {
    const value = env[variable];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const parameters = new Map([
    ...fromEnvironment,
    ...(service === undefined ? [] : readService(service, env)),
    ...given,
  ]);
  parameters.delete('service');
  // Where nothing was added, the URL stays as the operator wrote it.
  const complete = parameters.size === given.size && !given.has('service') ? url : writeUrl(parameters);
  readConnectionSettings(complete);
  return complete;
}

function listOf(parameters: ReadonlyMap<string, string>, name: string): readonly string[] {
  return (parameters.get(name) ?? '').split(',');
}

/** The ports of all hosts, or one for all of them. */
function portOf(parameters: ReadonlyMap<string, string>, i: number, hosts: number): string {
  const ports = listOf(parameters, 'port');
  if (ports.length !== 1 && ports.length !== hosts)
    throw new Error('The database URL must have one port, or as many ports as hosts.');
  return ports[ports.length === 1 ? 0 : i] ?? '';
}

function requireTls(parameters: Map<string, string>): void {
  const mode = parameters.get('sslmode');
  if (mode !== undefined && !sslModes.includes(mode))
    throw new Error(`sslmode must be one of ${sslModes.join(', ')}.`);
  // Node's own certificates are those of the system.
  if (parameters.get('sslrootcert') === 'system') {
    parameters.delete('sslrootcert');
    parameters.set('sslmode', 'verify-full');
  }
}

/** What the driver does not know, or what is chosen for each server. */
const own = ['host', 'port', 'target_session_attrs', 'connect_timeout', 'service', 'prepared'];

function toServer(host: string, port: string, parameters: ReadonlyMap<string, string>): Server {
  const rest = [...parameters].filter(([name]) => !own.includes(name));
  // The driver then means the same by sslmode as libpq.
  const compatible = parameters.has('sslmode') ? [['uselibpqcompat', 'true'] as const] : [];
  const place = Object.entries({ host, port }).filter(([, value]) => value !== '');
  return {
    name: `${host === '' ? 'localhost' : host}:${port === '' ? '5432' : port}`,
    url: writeUrl(new Map([...rest, ...place, ...compatible])),
  };
}

/** Everything but credentials, hosts and the database's name is a parameter of the query. So is a socket's folder. */
function writeUrl(parameters: ReadonlyMap<string, string>): string {
  const { user = '', password, dbname = '', host = '', port = '', ...rest } = Object.fromEntries(parameters);
  const isSocket = host.startsWith('/');
  const query = new URLSearchParams({ ...rest, ...(isSocket && { host, ...(port !== '' && { port }) }) });
  const ports = port.split(',');
  const hosts = host.split(',').map((name, i) => {
    const given = ports.length === 1 ? port : (ports[i] ?? '');
    return given === '' ? name : `${name}:${given}`;
  });
  const credentials =
    encodeURIComponent(user) + (password === undefined ? '' : `:${encodeURIComponent(password)}`);
  const at = credentials === '' ? '' : `${credentials}@`;
  const place = isSocket ? (at === '' ? '' : 'localhost') : hosts.join();
  const database = encodeURI(dbname).replaceAll('?', '%3F').replaceAll('#', '%23');
  return `postgres://${at}${place}/${database}${query.size > 0 ? `?${query}` : ''}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuseUrl();
  }
}
