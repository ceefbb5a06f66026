/** A thread that makes GraphiQL's page and ends: loading its bundle alone would hold up every request for a tenth of a second. */
import { parentPort, workerData } from 'node:worker_threads';
import type { GraphiQLOptions } from 'graphql-yoga';
import { renderPage } from './graphiql-page.ts';

// What graphiql.ts starts it with.
parentPort?.postMessage(renderPage(workerData as GraphiQLOptions));
