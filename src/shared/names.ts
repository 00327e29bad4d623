/** Names that objects may have. Source: RFC 1123, as Kubernetes uses it for DNS subdomain names. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME = 253;

export function isSubdomain(text: string): boolean {
  return text.length <= MAX_NAME && SUBDOMAIN.test(text);
}
