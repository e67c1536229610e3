// The runtime that checks a written export: the one that its format is made for, if that is installed.
import type { OpenRuntime } from '../jobs/run-check.js';
import { executorFor } from './executors/index.js';

export const openRuntime: OpenRuntime = (format, files) => executorFor(format, files);
