/** `stockgate schema`: prints the GraphQL schema. */
import { printedSchema } from '../schema/index.ts';
import { PROGRAM, readOptions, type Command } from './options/command.ts';

/** The command `schema`. It opens no store. */
export const schemaCommand: Command = {
  help: `Usage: ${PROGRAM} schema

Prints the GraphQL schema in its own language, sorted: for code generators, and for a look at all there is.
`,
  run: async (args, io) => {
    readOptions({}, [], args, io.env);
    io.out(printedSchema());
    return Promise.resolve(0);
  },
};
