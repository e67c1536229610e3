// Which report a file is to be, told from its name. The reports themselves: render-report.ts.

/** What a verification can be written as. */
export type ReportFormat = 'html' | 'junit' | 'markdown' | 'json';

/** Ends of names, each with its format. */
export const REPORT_ENDINGS: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.xml': 'junit',
  '.md': 'markdown',
  '.json': 'json',
};

/** The format that a path's end asks for; `undefined` when it asks for none. `.junit.xml` is one of the `.xml`. */
export function reportFormatOf(path: string): ReportFormat | undefined {
  const ending = Object.keys(REPORT_ENDINGS).find((end) => path.toLowerCase().endsWith(end));
  return ending === undefined ? undefined : REPORT_ENDINGS[ending];
}
