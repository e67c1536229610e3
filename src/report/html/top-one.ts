// The first class of each image in the HTML report: which, what comes next, and whether rounding could change it.
import type { TopOneImageResult, TopOneResult } from '../../results/verify.js';
import { errorText, topOneWords } from '../verify-facts.js';
import { el, type Markup, table } from './markup.js';

const COLUMNS = ['image', 'class', 'runner-up', 'logits apart', 'sigma', 'certain', 'recorded'];

/** Images listed; those whose class could change or was recorded otherwise come first. */
const MOST_IMAGES = 50;

/** A sentence, and a row for each image. */
export function topOneTable(topOne: TopOneResult): Markup {
  const rows = topOne.images.map((image, at) => ({ image, at }));
  const odd = ({ image }: (typeof rows)[number]): boolean => !image.certain || image.agrees === false;
  const shown = [...rows.filter(odd), ...rows.filter((row) => !odd(row))].slice(0, MOST_IMAGES);
  const more = rows.length - shown.length;
  const caption = `By the outputs of ${topOne.layer}. Certain: no other class comes within 12 sigma.${more > 0 ? ` ${more} more images are left out.` : ''}`;
  return el(
    'div',
    { class: 'numbers short' },
    el('p', {}, `${topOneWords(topOne)}.`),
    table(caption, COLUMNS, shown.map(row)),
  );
}

function row({ image, at }: { readonly image: TopOneImageResult; readonly at: number }) {
  const { top, runnerUp, margin, sigma, certain, recorded, agrees } = image;
  return {
    ...((!certain || agrees === false) && { className: 'fault' }),
    cells: [
      String(at),
      String(top),
      String(runnerUp),
      errorText(margin),
      errorText(sigma),
      certain ? 'yes' : '✕ no',
      recorded === null ? '-' : agrees ? String(recorded) : `✕ ${recorded}`,
    ],
  };
}
