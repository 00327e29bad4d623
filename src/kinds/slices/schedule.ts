/**
 * Whether a text is a schedule of a CronJob. Kubernetes judges it too, but says why in words that are not passed on.
 * Source: github.com/robfig/cron/v3, ParseStandard, which Kubernetes uses. What is refused here it refuses, or takes for
 * something that nobody means, such as `,` for no time at all.
 */

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 6, names: DAYS },
];
const NAMED = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
/** A duration of Go. */
const EVERY = /^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;

/** What is wrong with a schedule, as part of a sentence; undefined if it is one. */
export function scheduleFault(schedule: string): string | undefined {
  if (schedule.includes('TZ')) return 'it must not name a time zone';
  if (schedule.startsWith('@')) {
    return NAMED.has(schedule) || EVERY.test(schedule) ? undefined : 'a schedule of that name does not exist';
  }
  const parts = schedule.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length) return `it has ${parts.length} fields, not ${FIELDS.length}`;
  const wrong = FIELDS.find((field, i) => !isField(parts[i] ?? '', field));
  return (
    wrong && `its field for the ${wrong.name} takes ${bounds(wrong)}, in lists (1,2), ranges (1-5) and steps (*/5)`
  );
}

function bounds({ min, max, names }: Field): string {
  const [first, last] = [names[0], names.at(-1)];
  return `${min} to ${max}${first === undefined || last === undefined ? '' : ` or ${first} to ${last}`}`;
}

function isField(text: string, field: Field): boolean {
  return text.split(',').every((range) => isRange(range, field));
}

/** A range, with a step or without. */
function isRange(text: string, field: Field): boolean {
  const [span = '', step = '1', ...more] = text.split('/');
  return more.length === 0 && (numberIn(step) ?? 0) > 0 && isSpan(span, field);
}

/** `*`, `?`, a number or a name, or two of them with a hyphen between. */
function isSpan(text: string, { min, max, names }: Field): boolean {
  if (text === '*' || text === '?') return true;
  const ends = text.split('-').map((end) => numberIn(end, names, min) ?? -1);
  const [low = -1, high = low] = ends;
  return ends.length <= 2 && min <= low && low <= high && high <= max;
}

function numberIn(text: string, names: readonly string[] = [], first = 0): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + first;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
