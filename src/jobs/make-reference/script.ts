// The Python script that make-reference writes, put together. Read first in this folder: what the parts are, and in
// which order they stand. The Python shares nothing with this project's own network: it is a second implementation.
import { head, type ScriptFacts } from './head.js';
import { ARTICLE_PY } from './python-article.js';
import { INPUTS_PY } from './python-inputs.js';
import { KERAS_PY } from './python-keras.js';
import { NUMPY_PY } from './python-numpy.js';
import { OWN_MODEL_PY } from './python-own-model.js';
import { WEIGHTS_PY } from './python-weights.js';

/** The whole script: literals, then functions, each part after those it needs. */
export function referenceScript(facts: ScriptFacts): string {
  const end = facts.flavour === 'numpy' ? [NUMPY_PY] : [KERAS_PY, OWN_MODEL_PY];
  // Each part begins with an empty line, and PEP 8 wants two.
  return [head(facts), WEIGHTS_PY, ARTICLE_PY, INPUTS_PY, ...end].join('\n').replace(/^/, '#!/usr/bin/env python3\n');
}
