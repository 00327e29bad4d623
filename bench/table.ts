/** The price list as a table that can be read, and put into a page. */

export interface Row {
  readonly what: string;
  readonly must: string;
  readonly is: string;
  readonly met: boolean;
}

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ what, must, is, met }) => `| ${what} | ${must} | ${is} | ${met ? 'yes' : 'no'} |`);
  return ['| what | must reach | reaches | met |', '|---|---|---|---|', ...lines].join('\n');
}

/** Three significant digits. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
