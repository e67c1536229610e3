// The table of all layers in the HTML report, in the network's order; the strip's units lead to its rows.
import { formatShape } from '../../core/tensor.js';
import type { ReportedResult } from '../../results/certificate.js';
import type { VerifiedLayer } from '../../results/verify.js';
import { errorText, shareText } from '../verify-facts.js';
import { el, type Markup, table } from './markup.js';

const COLUMNS = ['layer', 'verdict', 'shape', 'own error', 'of bound', 'values off', 'free run', 'of 12 sigma'];

/** Every layer with its numbers. */
export function layersTable({ layers }: ReportedResult): Markup {
  const caption = 'Own error: from the recorded inputs. Free run: from the input on. Shares are of what each may be.';
  return el('div', { class: 'numbers' }, table(caption, COLUMNS, layers.map(row)));
}

function row({ layer, verdict, shape, own, maxAbsError, inherited }: VerifiedLayer, at: number) {
  return {
    id: `layer-${at}`,
    ...(verdict === 'fail' && { className: 'fault' }),
    cells: [
      el('code', {}, layer),
      verdict === 'fail' ? '✕ fail' : 'pass',
      formatShape(shape),
      errorText(own?.maxAbsError),
      shareText(own?.budget),
      own === null ? '-' : `${own.off} of ${own.count}`,
      errorText(maxAbsError),
      shareText(inherited?.budget),
    ],
  };
}
