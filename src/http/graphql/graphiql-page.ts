/** GraphiQL's page as it is sent: one document with all that it needs, its policy, and its bytes in each encoding. Takes some 0.5 s of a processor. */
import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { GraphiQLOptions } from 'graphql-yoga';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphiqlPage } from './graphiql.ts';

/** Past 5 it takes several times as long to save a few percent. */
const BROTLI_QUALITY = 5;

export function renderPage(options: GraphiQLOptions): GraphiqlPage {
  const html = renderGraphiQL({ title: 'Stockgate GraphiQL', shouldPersistHeaders: false, ...options })
    // HTML has no other line ends: the scripts' hashes are of what the browser reads.
    .replaceAll('\r\n', '\n')
    .replace('</head>', `<style>${mendedStyle}</style><script>${forgetTokens}</script></head>`);
  const bytes = Buffer.from(html);
  const name = hashOf(bytes).slice(0, 22).replaceAll('+', '-').replaceAll('/', '_');
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return {
    policy: policyOf(html),
    encoded: {
      br: { body: brotliCompressSync(bytes, { params }), etag: `"${name}-br"` },
      gzip: { body: gzipSync(bytes), etag: `"${name}-gzip"` },
    },
  };
}

/**
 * GraphiQL's tabs can be dragged, and keep the transform of a layout that is no more. Its own style hides it, but not on the
 * tab that has the focus: pressed, a tab leaps away from the pointer, and the click is lost.
 */
const mendedStyle = '.graphiql-container .graphiql-tab { transform: none !important; }';

/** Headers typed into an earlier version of this page, which kept them. */
const forgetTokens = "localStorage.removeItem('graphiql:headers');";

/** The page's own scripts run, and no others; Monaco makes styles as it goes, and workers of texts that the page holds. */
function policyOf(html: string): string {
  const scripts = Array.from(html.matchAll(/<script>([^]*?)<\/script>/g), ([, text = '']) => text);
  return [
    "default-src 'none'",
    `script-src ${scripts.map((text) => `'sha256-${hashOf(text)}'`).join(' ')}`,
    "style-src 'unsafe-inline'",
    'worker-src blob:',
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64');
}
