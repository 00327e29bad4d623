/** Comparing Kubernetes quantities. Source: k8s.io/apimachinery, resource.Quantity (serialisation format). */
import type { Json } from '../api/object.ts';

const UNITS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const FORMAT = /^([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|([numkKMGTPE]i?)?)$/;

/** Whether two values are one amount, as `1000m` and `1` are. False if either is no quantity. */
export function sameQuantity(left: Json | undefined, right: Json | undefined): boolean {
  const [a, b] = [amount(left), amount(right)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.abs(a) * 1e-12;
}

function amount(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const match = typeof value === 'string' ? FORMAT.exec(value) : null;
  if (match === null) return undefined;
  const [, digits = '', exponent = '', unit = ''] = match;
  const scale = UNITS[unit];
  const number = Number(digits + exponent);
  return scale === undefined || Number.isNaN(number) ? undefined : number * scale;
}
