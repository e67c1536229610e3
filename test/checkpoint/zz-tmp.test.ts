import { test } from 'vitest';
import { openHdf5 } from '../../src/checkpoint/hdf5.js';
import { fixtureBytes } from '../helpers/models.js';
test('t', async () => {
  const file = await openHdf5(fixtureBytes('stores/doubled.weights.h5'), 'd');
  let n = 0, k = 0; const s = performance.now();
  const walk = (at: string): void => {
    n++;
    if (n % 1000 === 0) console.log(n, k, Math.round(performance.now() - s));
    for (const name of file.members(at === '' ? '/' : at)) { k++; if (file.kind(`${at}/${name}`) === 'group') { file.kind(`${at}/${name}/vars`); walk(`${at}/${name}`); } }
  };
  try { walk(''); } catch (e) { console.log('fail at', n, k, String(e)); }
  try { file.close(); const { openDamaged } = await import('../helpers/damaged.js'); const c = await openDamaged('fixed-names'); console.log('afterwards:', c.layers.length); } catch (e) { console.log('after fails', String(e)); }
}, 60000);
