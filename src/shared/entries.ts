/** The entries that an XosConfigMap or an XosSecret declares, in whatever form, checked before the API server sees them. */
/** Own properties only: `__proto__` is a legal key. */
export type Entries = Readonly<Record<string, string>>;
/** What was declared, or a sentence that says what is wrong with it. */
export type Declared = { readonly entries: Entries } | { readonly flaw: string };

/** Source: Kubernetes, ConfigMap and Secret validation. */
const KEY = /^[-._a-zA-Z0-9]+$/;
const MAX_KEY = 253;
const MAX_BYTES = 1_048_576;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Texts, as they are. */
export function fromTexts(field: string, texts: Entries): Declared {
  return checked(field, Object.entries(texts));
}

/** Bytes in base64, in its one canonical form; lines may be broken, as `base64` prints them. */
export function fromBase64(field: string, bytes: Entries): Declared {
  const pairs = Object.entries(bytes).map(([key, value]) => [key, value.replace(/[\r\n]/g, '')] as const);
  const index = pairs.findIndex(([, value]) => !BASE64.test(value));
  if (index >= 0)
    return { flaw: `Entry ${index + 1} of spec.${field} is not base64: encode its value, for example with base64.` };
  return checked(field, pairs);
}

/** The text in base64, by its UTF-8 bytes. */
export function base64Of(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The same keys with other values. */
export function mapEntries(entries: Entries, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value)]));
}

/** A sentence if the values together are more than Kubernetes takes. `sizeOf` gives the bytes of one. */
export function tooLarge(entries: Entries, sizeOf: (value: string) => number): string | undefined {
  const bytes = Object.values(entries).reduce((sum, value) => sum + sizeOf(value), 0);
  return bytes <= MAX_BYTES
    ? undefined
    : `The entries have ${bytes} bytes together, and Kubernetes takes ${MAX_BYTES} (1 MiB): split them.`;
}

export function bytesOfText(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The bytes that canonical base64 stands for. */
export function bytesOfBase64(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

/** The entries, if Kubernetes takes their names. */
export function checked(field: string, pairs: readonly (readonly [string, string])[]): Declared {
  const index = pairs.findIndex(
    ([key]) => !KEY.test(key) || key.length > MAX_KEY || key === '.' || key.startsWith('..'),
  );
  if (index < 0) return { entries: Object.fromEntries(pairs) };
  return {
    flaw: `The name of entry ${index + 1} of spec.${field} must be at most ${MAX_KEY} letters, digits, hyphens, underscores and dots, and may not be . or begin with two dots.`,
  };
}
