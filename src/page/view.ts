// The elements of the page that `port` writes, by their ids in src/report/page.ts. Read first: demo.ts.
import type { Recipe } from '../image/recipes.js';
import type { PixelData } from '../runtime/platform.js';
import type { ClassRow, View } from './demo.js';

/** The elements of `page` as the demo needs them. */
export function viewOf(page: Document): View {
  const at = <E extends HTMLElement>(id: string): E => page.getElementById(id) as E;
  const status = at('status');
  const [picture, recipe, size] = [
    at<HTMLInputElement>('picture'),
    at<HTMLSelectElement>('recipe'),
    at<HTMLInputElement>('size'),
  ];
  const told = (words: string, failed: boolean): void => {
    status.textContent = words;
    status.classList.toggle('failed', failed);
  };
  return {
    say: (words) => told(words, false),
    fail: (words) => told(words, true),
    open: (asked) => {
      at('recipe-row').hidden = !asked.preprocess;
      at('size-row').hidden = !asked.size;
      at<HTMLFieldSetElement>('controls').disabled = false;
    },
    choice: () => ({ preprocess: recipe.value as Recipe | '', size: Number(size.value) }),
    draw: (file) => drawOn(at<HTMLCanvasElement>('shown'), file),
    show: (rows, times) => {
      at('classes').replaceChildren(...rows.map((row) => rowElement(page, row)));
      at('times').textContent = times;
      at('result').hidden = false;
    },
    onPicture: (take) => {
      picture.addEventListener('change', () => takeFirst(picture.files, take));
      page.addEventListener('paste', ({ clipboardData }) => takeFirst(clipboardData?.files, take));
      page.addEventListener('dragover', (event) => event.preventDefault());
      page.addEventListener('drop', (event) => {
        event.preventDefault();
        takeFirst(event.dataTransfer?.files, take);
      });
    },
    onChoice: (take) => {
      for (const element of [recipe, size]) element.addEventListener('change', () => void take());
    },
  };
}

function takeFirst(files: Iterable<File> | null | undefined, take: (file: Blob) => Promise<void>): void {
  const [file] = files ?? [];
  if (file !== undefined) void take(file);
}

/** Draws the picture at its own size; CSS shows it as large as there is room. */
async function drawOn(canvas: HTMLCanvasElement, file: Blob): Promise<PixelData> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  Object.assign(canvas, { width, height, hidden: false });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { data: data as Uint8ClampedArray, width, height };
}

function rowElement(page: Document, { name, probability, percent }: ClassRow): HTMLElement {
  const [row, heading, value, bar] = ['tr', 'th', 'td', 'td'].map((tag) => page.createElement(tag));
  heading!.setAttribute('scope', 'row');
  heading!.textContent = name;
  value!.textContent = percent;
  const meter = page.createElement('meter');
  meter.value = probability;
  meter.setAttribute('aria-hidden', 'true');
  bar!.append(meter);
  row!.append(heading!, value!, bar!);
  return row!;
}
