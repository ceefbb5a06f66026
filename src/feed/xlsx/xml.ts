/** Reads a part's XML in slices, in bounded memory. Entities are never defined by the file, and nothing is fetched. */
import { StringDecoder } from 'node:string_decoder';
import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes';
import { FileFault } from '../row.ts';
import { damaged } from './faults.ts';
import { MAX_ATTRIBUTES, MAX_DEPTH, MAX_MARKUP_LENGTH } from './limits.ts';

/** What happens in a part. Elements of other namespaces have the name ''. The root has depth 1. */
export interface XmlHandler {
  open?(name: string, attributes: Attributes, depth: number): void;
  close?(name: string, depth: number): void;
  /** A piece of text. An element's text may come in several. */
  text?(text: string): void;
}

/** An element's attributes by their names in the file. */
export type Attributes = Readonly<Record<string, SaxesAttributeNS>>;

/** The namespaces of what is read: transitional and strict, and those of the package around it. */
const namespaces: ReadonlySet<string> = new Set([
  'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
  'http://purl.oclc.org/ooxml/spreadsheetml/main',
  'http://schemas.openxmlformats.org/package/2006/relationships',
  'http://schemas.openxmlformats.org/package/2006/content-types',
]);

/** The XML of one part, slice by slice. `write` and `end` throw a FileFault where it cannot be read. */
export class XmlReader {
  readonly #part: string;
  readonly #handler: XmlHandler;
  readonly #parser = new SaxesParser<{ xmlns: true; position: false }>({ xmlns: true, position: false });
  #decoder: StringDecoder | undefined;
  #depth = 0;
  /** Attributes of the tag that is being read. */
  #attributes = 0;
  /** Characters since a tag's end. */
  #length = 0;

  constructor(part: string, handler: XmlHandler) {
    this.#part = part;
    this.#handler = handler;
    // Six handlers at most: with a seventh V8 keeps the parser's fields in a dictionary, and it is five times slower.
    this.#parser.on('attribute', () => {
      if (++this.#attributes > MAX_ATTRIBUTES) throw new Error('an element has too many attributes');
    });
    this.#parser.on('opentag', (tag) => this.#open(tag));
    this.#parser.on('closetag', (tag) => this.#close(tag));
    this.#parser.on('doctype', () => {
      throw new Error('it has a document type declaration');
    });
    if (handler.text) {
      const text = handler.text.bind(handler);
      this.#parser.on('text', text);
      this.#parser.on('cdata', text);
    }
  }

  write(bytes: Buffer): void {
    this.#decoder ??= new StringDecoder(encodingOf(bytes));
    this.#parse(this.#decoder.write(bytes));
  }

  end(): void {
    this.#parse(this.#decoder?.end() ?? '');
    this.#parse(null);
  }

  #parse(text: string | null): void {
    try {
      // Ahead of the parser, which sets it back at each tag.
      this.#length += text?.length ?? 0;
      this.#parser.write(text);
    } catch (error) {
      throw error instanceof FileFault ? error : damaged(this.#part, error);
    }
    if (this.#length > MAX_MARKUP_LENGTH)
      throw damaged(`${this.#part}: a text or a tag is longer than ${MAX_MARKUP_LENGTH} characters`);
  }

  #open(tag: SaxesTagNS): void {
    this.#length = 0;
    this.#attributes = 0;
    if (++this.#depth > MAX_DEPTH) throw new Error('its elements are nested too deeply');
    this.#handler.open?.(nameOf(tag), tag.attributes, this.#depth);
  }

  #close(tag: SaxesTagNS): void {
    this.#length = 0;
    this.#handler.close?.(nameOf(tag), this.#depth);
    this.#depth--;
  }
}

/** Reads a whole part. */
export async function readXml(
  part: string,
  bytes: AsyncIterable<Buffer>,
  handler: XmlHandler,
): Promise<void> {
  const reader = new XmlReader(part, handler);
  for await (const chunk of bytes) reader.write(chunk);
  reader.end();
}

/** UTF-16 begins with its byte order mark. A package has no other encodings. */
function encodingOf(bytes: Buffer): 'utf8' | 'utf16le' {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) throw damaged('it is in UTF-16BE');
  return bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8';
}

function nameOf({ uri, local }: SaxesTagNS): string {
  return namespaces.has(uri) ? local : '';
}
