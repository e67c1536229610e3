// A verification as a file, in the format that report-format.ts told from its name. The reports are in a file each.
import type { ReportedResult } from '../results/certificate.js';
import { verifyHtml } from './html.js';
import { toJson } from './json.js';
import { verifyJunit } from './junit.js';
import { verifyMarkdown } from './markdown.js';
import type { ReportFormat } from './report-format.js';

/** The result as a file's text. The same result makes the same text. */
export function renderReport(result: ReportedResult, format: ReportFormat): string {
  switch (format) {
    case 'html':
      return verifyHtml(result);
    case 'junit':
      return verifyJunit(result);
    case 'markdown':
      return verifyMarkdown(result);
    case 'json':
      return `${toJson('verify', result)}\n`;
  }
}
