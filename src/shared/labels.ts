/** Labels that we set on what we make. */
import { FIELD_MANAGER, MARK } from '../api/meta.ts';
import { shortHash } from '../runtime/hash.ts';

/** Longest label value. Source: Kubernetes, "Labels and Selectors". */
const MAX_VALUE = 63;

/** A name as a label value: names may be 253 characters long, values 63, so a long one is cut and gets a hash. */
export function labelValue(name: string): string {
  if (name.length <= MAX_VALUE) return name;
  const hash = shortHash(name);
  return `${name.slice(0, MAX_VALUE - hash.length - 1)}-${hash}`;
}

/** A text as a DNS label, which has no dots: for names inside of objects, such as those of volumes and ports. */
export function dnsLabel(text: string): string {
  return /^[-a-z0-9]{1,63}$/.test(text) ? text : `${text.replaceAll('.', '-').slice(0, 52)}-${shortHash(text)}`;
}

/** On every object that the operator makes. */
export const MANAGED_BY: Readonly<Record<string, string>> = { [MARK.managedBy]: FIELD_MANAGER, [MARK.managed]: 'true' };
