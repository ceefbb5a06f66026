/** Finds the parts of a workbook: by their types and by the relationships between them, and not by customary names. */
import { FileFault } from '../row.ts';
import type { Archive } from './archive.ts';
import { damaged } from './faults.ts';
import { explainContentType, explainEntries } from './kind-of-file.ts';
import { MAX_INDEX_BYTES } from './limits.ts';
import { readXml } from './xml.ts';

const CONTENT_TYPES = '[content_types].xml';
/** What relationships within a workbook have before their kind: transitional and strict. */
const kinds = [
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships/',
  'http://purl.oclc.org/ooxml/officeDocument/relationships/',
];

/** Where a part points to. */
export interface Relationship {
  /** `worksheet`, for example; '' where it is of no kind that matters. */
  readonly kind: string;
  /** The name of an entry in the archive. */
  readonly target: string;
}

/** The name of the entry with the workbook itself. Throws a FileFault where the archive has none that may be read. */
export async function findWorkbook(archive: Archive): Promise<string> {
  const other = explainEntries(archive.names);
  if (other !== null) throw new FileFault(other);
  const relationships = await readRelationships(archive, '');
  const main = relationships.values().find(({ kind }) => kind === 'officeDocument');
  if (!main) throw damaged('it does not say where its content is');
  const unreadable = explainContentType(await readContentType(archive, main.target));
  if (unreadable !== null) throw new FileFault(unreadable);
  return main.target;
}

async function readContentType(archive: Archive, part: string): Promise<string> {
  let own: string | undefined;
  let byExtension: string | undefined;
  await readXml('its content types', archive.read(CONTENT_TYPES, MAX_INDEX_BYTES), {
    open: (name, attributes) => {
      const type = attributes['ContentType']?.value;
      if (name === 'Override' && attributes['PartName']?.value.toLowerCase() === `/${part}`) own = type;
      const extension = attributes['Extension']?.value.toLowerCase() ?? '';
      if (name === 'Default' && part.endsWith(`.${extension}`)) byExtension = type;
    },
  });
  return own ?? byExtension ?? '';
}

/** The relationships of a part by their ids; those of the whole package where the part is ''. */
export async function readRelationships(
  archive: Archive,
  part: string,
): Promise<ReadonlyMap<string, Relationship>> {
  const found = new Map<string, Relationship>();
  const file = part.lastIndexOf('/') + 1;
  const name = `${part.slice(0, file)}_rels/${part.slice(file)}.rels`;
  if (!archive.names.has(name)) return found;
  await readXml('its relationships', archive.read(name, MAX_INDEX_BYTES), {
    open: (element, attributes) => {
      const target = attributes['Target']?.value;
      if (element !== 'Relationship' || target === undefined) return;
      if (attributes['TargetMode']?.value === 'External') return;
      const type = attributes['Type']?.value ?? '';
      const prefix = kinds.find((one) => type.startsWith(one)) ?? type;
      found.set(attributes['Id']?.value ?? '', {
        kind: type.slice(prefix.length),
        target: resolveTarget(archive, part, target),
      });
    },
  });
  return found;
}

/** The entry that a target names: from the archive's root where it starts with a slash, else from the part's folder. */
function resolveTarget(archive: Archive, part: string, target: string): string {
  const folder = target.startsWith('/') ? [] : part.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '..') folder.pop();
    else if (step !== '' && step !== '.') folder.push(step);
  }
  const name = folder.join('/').toLowerCase();
  return archive.names.has(name) ? name : decode(name);
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name;
  }
}

/** Whether an attribute's namespace is that of references to relationships. */
export function isReference(uri: string): boolean {
  return kinds.includes(`${uri}/`);
}
