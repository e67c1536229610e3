// A page of elements made for a test: no browser is asked.

/** Something that looks like an element. */
export class FakeElement {
  [key: string]: unknown;
  listeners = new Map<string, (event: object) => void>();
  children: unknown[] = [];
  attributes = new Map<string, string>();
  marks = new Set<string>();
  classList = { toggle: (mark: string, on: boolean) => (on ? this.marks.add(mark) : this.marks.delete(mark)) };
  tag: string;
  constructor(tag = '') {
    this.tag = tag;
  }
  addEventListener(name: string, listen: (event: object) => void) {
    this.listeners.set(name, listen);
  }
  setAttribute(name: string, value: string) {
    this.attributes.set(name, value);
  }
  append(...children: unknown[]) {
    this.children.push(...children);
  }
  replaceChildren(...children: unknown[]) {
    this.children = children;
  }
}

/** A page of such elements, each made when it is first asked for. */
export function fakePage() {
  const elements = new Map<string, FakeElement>();
  const at = (id: string): FakeElement => {
    const element = elements.get(id) ?? new FakeElement();
    elements.set(id, element);
    return element;
  };
  const createElement = (tag: string): FakeElement => new FakeElement(tag);
  return { at, page: Object.assign(new FakeElement(), { getElementById: at, createElement }) };
}
