/**
 * Image references, read as container runtimes do: a colon before the last slash is a port, after it a tag; what
 * follows `@` is a digest. Source: github.com/distribution/reference, the grammar in its package comment.
 */

export interface ImageReference {
  /** Registry and repository, as written. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Takes a reference apart. Text that is no reference comes back as a name: it is reported, not judged. */
export function parseImage(text: string): ImageReference {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const hasTag = colon > rest.lastIndexOf('/');
  const name = hasTag ? rest.slice(0, colon) : rest;
  return { name, ...(hasTag && { tag: rest.slice(colon + 1) }), ...(digest !== undefined && { digest }) };
}

/** The text of a reference. A digest says it all, so a tag beside it is left out. */
export function formatImage({ name, tag, digest }: ImageReference): string {
  if (digest !== undefined) return `${name}@${digest}`;
  return tag === undefined ? name : `${name}:${tag}`;
}

/** One text for all ways to write the same reference, for comparing. */
export function canonicalImage(text: string): string {
  return formatImage(parseImage(text));
}
