/** Fresh certificates for one cluster: an authority of its own, and what it signs. */
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;

/** A certificate with its private key, both as PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

/** Whom a certificate is for. */
export interface Subject {
  /** Kubernetes takes it for the user's name. */
  commonName: string;
  /** Kubernetes takes them for the user's groups. */
  groups?: readonly string[];
  /** Host names and IP addresses of a server. */
  addresses?: readonly string[];
}

/** A new certificate authority. */
export async function createAuthority(): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['xos-local-cluster'] }],
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) };
}

/** A certificate that serves as client and as server, signed by the authority. */
export async function issue(authority: KeyPair, subject: Subject): Promise<KeyPair> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [...(subject.groups ?? []).map((group) => ({ O: [group] })), { CN: [subject.commonName] }],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await fromPem(authority.key),
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...alternativeNames(subject.addresses ?? []),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) };
}

/** A private key alone, as PEM: the API server signs the tokens of service accounts with it. */
export function createSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  // In this older form the API server also finds the public key in it.
  return privateKey.export({ type: 'sec1', format: 'pem' });
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    type: 'pkcs8',
    format: 'pem',
  });
}

function fromPem(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
}

/** Starts an hour ago, for clocks that differ a little. */
function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - hourMs), notAfter: new Date(now + 10 * yearMs) };
}

function alternativeNames(addresses: readonly string[]): x509.Extension[] {
  if (addresses.length === 0) return [];
  const names = addresses.map((value) => ({
    type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const),
    value,
  }));
  return [new x509.SubjectAlternativeNameExtension(names)];
}
