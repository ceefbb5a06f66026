/** `stockgate schema`: prints the GraphQL schema, or the OpenAPI document of all else. */
import { z } from 'zod';
import { openApiDocument } from '../http/openapi/document.ts';
import { printedSchema } from '../schema/index.ts';
import { PROGRAM, readOptions, type Command } from './options/command.ts';
import { version } from './version.ts';

/** The command `schema`. It opens no store. */
export const schemaCommand: Command = {
  help: `Usage: ${PROGRAM} schema [--openapi]

Prints the GraphQL schema in its own language, sorted: for code generators, and for a look at all there is.

  --openapi   print the OpenAPI document of the legacy paths and the files instead, in JSON
`,
  run: async (args, io) => {
    const { values } = readOptions(
      { openapi: { type: 'boolean', schema: z.boolean().default(false) } },
      [],
      args,
      io.env,
    );
    io.out(values.openapi ? `${JSON.stringify(openApiDocument(version), null, 2)}\n` : printedSchema());
    return Promise.resolve(0);
  },
};
