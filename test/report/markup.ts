// A small, strict parser of XML elements: what is not well-formed is an error. Enough for our own reports; it knows no
// comments, no CDATA and no namespaces, which they have none of.

/** An element: attributes and text with entities replaced, children in order. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** The element's own text, its children's left out. */
  readonly text: string;
}

const NAME = '[A-Za-z][A-Za-z0-9-]*';
const TAG = new RegExp(`^<(/?)(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>`);

/** The one element of a document. `voids` are elements without an end (HTML's). */
export function parseMarkup(document: string, voids: readonly string[] = []): Element {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has none of these (section 2.2)
  const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u.exec(document);
  if (illegal !== null) throw new Error(`illegal character at ${illegal.index}`);
  let rest = document.replace(/^<[?!][^>]*>\s*/, '').trimEnd();
  const content = (name: string): { children: Element[]; text: string } => {
    const children: Element[] = [];
    let text = '';
    for (;;) {
      const end = rest.indexOf('<');
      if (end < 0) throw new Error(`<${name}> does not end`);
      text += unescaped(rest.slice(0, end));
      rest = rest.slice(end);
      if (rest.startsWith(`</${name}>`)) break;
      children.push(element());
    }
    rest = rest.slice(name.length + 3);
    return { children, text };
  };
  const element = (): Element => {
    const [all, slash, name = '', pairs = '', empty] = TAG.exec(rest) ?? [];
    if (all === undefined || slash === '/') throw new Error(`no tag that may begin here: ${rest.slice(0, 60)}`);
    rest = rest.slice(all.length);
    const attributes = attributesOf(pairs);
    if (empty === '/' || voids.includes(name)) return { name, attributes, children: [], text: '' };
    return { name, attributes, ...content(name) };
  };
  const root = element();
  if (rest !== '') throw new Error(`text after the document: ${rest.slice(0, 60)}`);
  return root;
}

function attributesOf(pairs: string): Record<string, string> {
  const found = [...pairs.matchAll(new RegExp(`(${NAME})="([^"]*)"`, 'g'))];
  const attributes = Object.fromEntries(found.map(([, key, value]) => [key!, unescaped(value!)]));
  if (Object.keys(attributes).length !== found.length) throw new Error(`an attribute twice: ${pairs}`);
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescaped(text: string): string {
  return text.replace(/&([^;\s]*);?/g, (all, name: string) => {
    const char = ENTITIES[name];
    if (char === undefined) throw new Error(`no entity: ${all}`);
    return char;
  });
}

/** The element and all in it, in document order. */
export function everyElement(root: Element): Element[] {
  return [root, ...root.children.flatMap(everyElement)];
}

/** All text in the element. */
export function allText(root: Element): string {
  return root.text + root.children.map(allText).join(' ');
}
