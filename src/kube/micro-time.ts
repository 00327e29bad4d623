/** A time as MicroTime fields want it: six fractional digits. Source: Kubernetes API, meta/v1 MicroTime. */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
