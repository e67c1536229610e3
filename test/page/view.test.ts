// The elements of the page that `port` writes, on elements made for the test: no browser is asked.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { viewOf } from '../../src/page/view.js';
import { type FakeElement, fakePage } from '../helpers/fake-page.js';

afterEach(() => vi.unstubAllGlobals());

/** The view of such a page. */
function fakeView() {
  const made = fakePage();
  return { ...made, view: viewOf(made.page as unknown as Document) };
}

describe('the elements', () => {
  test('say what is said, and mark failures', () => {
    const { at, view } = fakeView();
    view.fail('broken');
    expect(at('status')).toMatchObject({ textContent: 'broken', marks: new Set(['failed']) });
    view.say('ready');
    expect(at('status')).toMatchObject({ textContent: 'ready', marks: new Set() });
  });

  test('let be chosen what is asked', () => {
    const { at, view } = fakeView();
    view.open({ preprocess: true, size: false });
    expect(at('controls').disabled).toBe(false);
    expect([at('recipe-row').hidden, at('size-row').hidden]).toEqual([false, true]);
    Object.assign(at('recipe'), { value: 'tf' });
    Object.assign(at('size'), { value: '96' });
    expect(view.choice()).toEqual({ preprocess: 'tf', size: 96 });
    const chosen = vi.fn(async () => {});
    view.onChoice(chosen);
    at('recipe').listeners.get('change')!({});
    at('size').listeners.get('change')!({});
    expect(chosen).toHaveBeenCalledTimes(2);
  });

  test('show classes as rows with a heading, text only', () => {
    const { at, view } = fakeView();
    view.show([{ name: '<b>cat</b>', probability: 0.75, percent: '75.0 %' }], 'fast');
    expect(at('times').textContent).toBe('fast');
    expect(at('result').hidden).toBe(false);
    const [row] = at('classes').children as FakeElement[];
    const [heading, value, bar] = row!.children as FakeElement[];
    expect([row!.tag, heading!.tag, value!.tag, bar!.tag]).toEqual(['tr', 'th', 'td', 'td']);
    expect(heading).toMatchObject({ textContent: '<b>cat</b>', attributes: new Map([['scope', 'row']]) });
    expect(value!.textContent).toBe('75.0 %');
    expect(bar!.children).toMatchObject([
      { tag: 'meter', value: 0.75, attributes: new Map([['aria-hidden', 'true']]) },
    ]);
  });

  test('take a picture that is chosen, dropped or pasted; nothing where there is none', () => {
    const { at, page, view } = fakeView();
    const taken: unknown[] = [];
    view.onPicture(async (file) => void taken.push(file));
    Object.assign(at('picture'), { files: ['chosen'] });
    at('picture').listeners.get('change')!({});
    const prevented = vi.fn();
    page.listeners.get('dragover')!({ preventDefault: prevented });
    page.listeners.get('drop')!({ preventDefault: prevented, dataTransfer: { files: ['dropped', 'second'] } });
    page.listeners.get('drop')!({ preventDefault: prevented, dataTransfer: null });
    page.listeners.get('paste')!({ clipboardData: { files: ['pasted'] } });
    page.listeners.get('paste')!({ clipboardData: { files: [] } });
    expect(taken).toEqual(['chosen', 'dropped', 'pasted']);
    expect(prevented).toHaveBeenCalledTimes(3);
  });

  test('draw a picture at its own size, and read its pixels', async () => {
    const { at, view } = fakeView();
    const close = vi.fn();
    const bitmap = { width: 3, height: 2, close };
    vi.stubGlobal('createImageBitmap', async (file: unknown) => file === 'file' && bitmap);
    const drawn: unknown[] = [];
    const data = new Uint8ClampedArray(24);
    at('shown').getContext = () => ({
      drawImage: (...args: unknown[]) => drawn.push(...args),
      getImageData: (...args: unknown[]) => ({ data: args.join() === '0,0,3,2' && data }),
    });
    expect(await view.draw('file' as unknown as Blob)).toEqual({ data, width: 3, height: 2 });
    expect(drawn).toEqual([bitmap, 0, 0]);
    expect(at('shown')).toMatchObject({ width: 3, height: 2, hidden: false });
    expect(close).toHaveBeenCalledOnce();
  });
});
