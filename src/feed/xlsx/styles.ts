/** Reads what a workbook's styles say about numbers: which of them are dates. */
import type { Archive } from './archive.ts';
import { damaged } from './faults.ts';
import { MAX_STYLES } from './limits.ts';
import { builtInFormat, parseFormat, PLAIN, type NumberFormat } from './number-format.ts';
import { readXml } from './xml.ts';

/** The number formats of the styles, by the numbers that cells name. */
export async function readStyles(archive: Archive, part: string | undefined): Promise<NumberFormat[]> {
  const styles: NumberFormat[] = [];
  const spelled = new Map<number, NumberFormat>();
  if (part === undefined || !archive.names.has(part)) return styles;
  let isInStyles = false;
  await readXml('its styles', archive.read(part), {
    open: (name, attributes, depth) => {
      if (depth === 2) isInStyles = name === 'cellXfs';
      if (name === 'numFmt' && depth === 3) {
        const code = attributes['formatCode']?.value ?? '';
        spelled.set(Number(attributes['numFmtId']?.value), parseFormat(code));
      }
      if (name === 'xf' && depth === 3 && isInStyles) {
        const id = Number(attributes['numFmtId']?.value ?? 0);
        styles.push(spelled.get(id) ?? builtInFormat(id));
      }
      if (styles.length > MAX_STYLES || spelled.size > MAX_STYLES) throw damaged('it has too many styles');
    },
  });
  return styles;
}

/** The format of a cell. A style that the workbook does not have is its first one. */
export function formatOf(styles: readonly NumberFormat[], style: string | undefined): NumberFormat {
  return styles[style === undefined ? 0 : Number(style)] ?? PLAIN;
}
