/** Ports of a Service as a status shows them to people. */
import type { ServicePort } from '../api/service.ts';

/** So many characters of them: a mirror shall be small, and nobody reads more. */
const MAX_SHOWN = 512;

/** One port, such as `80:30080/TCP`. */
export function portInWords({ port, nodePort, protocol = 'TCP' }: ServicePort): string {
  return `${port}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol}`;
}

/** The first of the ports, and how many there are besides. */
export function portsInWords(ports: readonly ServicePort[]): string {
  const words = ports.map(portInWords);
  let length = 0;
  const shown = words.filter((each) => (length += each.length + 1) <= MAX_SHOWN);
  const rest = words.length - shown.length;
  return `${shown.join(',')}${rest === 0 ? '' : ` and ${rest} more`}`;
}
