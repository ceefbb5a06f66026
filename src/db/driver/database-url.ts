/** Database URLs and what may be said of them: no password that stands in one is printed, logged or sent anywhere. */

/** Of a URL's query, what is no secret: all else may be one. */
const plainKeys = new Set([
  'host',
  'port',
  'user',
  'dbname',
  'sslmode',
  'application_name',
  'connect_timeout',
  'client_encoding',
  'target_session_attrs',
  'prepared',
]);
/** A shorter text is likely a part of something else: it is hidden within URLs alone. */
const MIN_SECRET_LENGTH = 4;
const HIDDEN = '***';
/** In a text: a URL with its scheme, to the blank or quote behind it. */
const urlsInText = /\b([a-z][a-z\d+.-]*):\/\/[^\s"'`<>]+/gi;

/** The store's kind and place, for people: without user, password and parameters. */
export function describeDatabase(url: string): string {
  const [scheme = ''] = url.split(':');
  if (!url.startsWith(`${scheme}://`)) return url;
  const parsed = parse(url);
  if (!parsed) return `${scheme}://${HIDDEN}`;
  const [hosts = ''] = url.replace(/^.*@|^.*?:\/\//, '').split(/[/?#]/);
  return `${scheme}://${hosts.includes(',') ? hosts : parsed.host}${parsed.pathname}`;
}

/** The URL in a form that `URL` can parse: with the first of several hosts, or with one where a socket's folder stands in its place. */
export function withOneHost(url: string): string {
  return url.replace('@/', '@localhost/').replace(/^(\w+:\/\/(?:[^/?]*@)?[^/?,@]*),[^/?@]*/, '$1');
}

/** The text without the secrets of these URLs; what is no URL counts for nothing. */
export function hideSecrets(text: string, urls: readonly string[]): string {
  const secrets = [...new Set(urls.flatMap(secretsIn))].sort((a, b) => b.length - a.length);
  const hidden = secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
  return hidden.replace(urlsInText, (url, scheme: string) =>
    mayHoldSecret(url) ? `${scheme}://${HIDDEN}` : url,
  );
}

/** Hides them in an error's own words: message, stack, and what a driver adds. */
export function hideSecretsIn(error: unknown, url: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof AggregateError) for (const inner of error.errors) hideSecretsIn(inner, url);
  for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (typeof value === 'string' && writable) Object.assign(error, { [name]: hideSecrets(value, [url]) });
    else if (name === 'cause') hideSecretsIn(value, url);
  }
  return error;
}

function parse(url: string): URL | null {
  return URL.parse(url) ?? URL.parse(withOneHost(url));
}

function mayHoldSecret(url: string): boolean {
  return /:\/\/[^@]*:[^@]*@|\?/.test(url);
}

function secretsIn(url: string): string[] {
  const [, rest] = /[a-z][a-z\d+.-]*:\/\/(.*)$/is.exec(url) ?? [];
  if (rest === undefined) return [];
  const known = new Set([
    parse(url)?.hostname,
    parse(url)?.port,
    parse(url)?.pathname.slice(1),
    parse(url)?.username,
  ]);
  return [...passwordsIn(rest), ...parametersIn(rest)]
    .flatMap((text) => [text, decode(text)])
    .flatMap((text) => [text, ...text.split(/[\s=,]+/)])
    .filter((text) => text.length >= MIN_SECRET_LENGTH && !known.has(text));
}

/** What stands before the `@`; also where a password that was not escaped ends the authority too early. */
function passwordsIn(rest: string): string[] {
  const [authority = ''] = rest.split(/[/?#]/);
  return [authority, rest.split('?')[0] ?? '', rest]
    .map((text) => text.slice(0, Math.max(text.lastIndexOf('@'), 0)))
    .filter((userinfo) => userinfo.includes(':'))
    .map((userinfo) => userinfo.slice(userinfo.indexOf(':') + 1));
}

function parametersIn(rest: string): string[] {
  return rest
    .slice(rest.indexOf('?') + 1 || rest.length)
    .split(/[&#]/)
    .map((parameter) => {
      const equals = parameter.indexOf('=');
      return plainKeys.has(parameter.slice(0, equals))
        ? ''
        : parameter.slice(equals + 1).replaceAll('+', ' ');
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
