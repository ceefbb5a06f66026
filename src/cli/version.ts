/** `stockgate version`: prints the version of the program. */
import packageJson from '../../package.json' with { type: 'json' };
import { PROGRAM, readOptions, type Command } from './options/command.ts';

/** The version in package.json, such as `0.1.0`. */
export const { version } = packageJson;

export const versionCommand: Command = {
  help: `Usage: ${PROGRAM} version

Prints the version. /health says it too.
`,
  run: (args, io) => {
    readOptions({}, [], args, io.env);
    io.out(`${version}\n`);
    return Promise.resolve(0);
  },
};
