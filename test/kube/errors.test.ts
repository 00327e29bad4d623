import { connectionErrorOf } from '../../src/kube/connection-errors.ts';
import {
  isAlreadyExists,
  isBusy,
  isConflict,
  isDenied,
  isForbidden,
  isGone,
  isInvalid,
  isNamespaceTerminating,
  isNotFound,
  isQuotaExceeded,
  isResourceVersionTooLarge,
  isTooManyRequests,
} from '../../src/kube/errors.ts';
import { apiErrorFrom, apiErrorOf } from '../../src/kube/status-body.ts';

const call = { verb: 'create', resource: 'pods', key: 'demo/web' };
const status = (code: number, reason: string, details: object = {}) => ({
  kind: 'Status',
  code,
  reason,
  message: 'SECRET-CANARY',
  details,
});

describe('API errors', () => {
  test.each([
    { code: 404, reason: 'NotFound', is: isNotFound },
    { code: 409, reason: 'AlreadyExists', is: isAlreadyExists },
    { code: 409, reason: 'Conflict', is: isConflict },
    { code: 403, reason: 'Forbidden', is: isForbidden },
    { code: 410, reason: 'Gone', is: isGone },
    { code: 410, reason: 'Expired', is: isGone },
    { code: 422, reason: 'Invalid', is: isInvalid },
    { code: 429, reason: 'TooManyRequests', is: isTooManyRequests },
    { code: 503, reason: 'ServiceUnavailable', is: isBusy },
  ])('$code $reason is told from the others by $is.name', ({ code, reason, is }) => {
    expect(is(apiErrorOf(call, status(code, reason)))).toBe(true);
    expect(is(apiErrorOf(call, status(500, 'InternalError')))).toBe(false);
    expect(is(new Error('other'))).toBe(false);
  });

  test('a name that is taken is no conflict, and the other way round', () => {
    expect(isConflict(apiErrorOf(call, status(409, 'AlreadyExists')))).toBe(false);
    expect(isAlreadyExists(apiErrorOf(call, status(409, 'Conflict')))).toBe(false);
  });

  test('reads the causes that have no status of their own', () => {
    const cause = (reason: string) => ({ causes: [{ reason, message: 'SECRET-CANARY', field: 'metadata.namespace' }] });
    expect(isResourceVersionTooLarge(apiErrorOf(call, status(504, 'Timeout', cause('ResourceVersionTooLarge'))))).toBe(
      true,
    );
    expect(isNamespaceTerminating(apiErrorOf(call, status(403, 'Forbidden', cause('NamespaceTerminating'))))).toBe(
      true,
    );
    expect(
      isQuotaExceeded(
        apiErrorOf(call, {
          ...status(403, 'Forbidden'),
          message: 'pods "x" is forbidden: exceeded quota: x, requested',
        }),
      ),
    ).toBe(true);
  });

  test.each([404, 409, 422, 503])('a webhook that denies with %d means none of what that status means', (code) => {
    const message = 'admission webhook "no.example.com" denied the request: SECRET-CANARY';
    const error = apiErrorOf(call, { ...status(code, code === 409 ? 'Conflict' : ''), message });
    expect(isDenied(error)).toBe(true);
    expect([isNotFound, isConflict, isAlreadyExists, isBusy].filter((is) => is(error))).toEqual([]);
    expect(error.message).toContain('webhook no.example.com denies it');
    expect(error.message).not.toContain('CANARY');
  });

  test('no message repeats a word of the server, but names verb, object, code and fields', () => {
    const details = {
      causes: [{ reason: 'FieldValueInvalid', message: 'Invalid value: "SECRET-CANARY"', field: 'spec.a' }],
    };
    const { message } = apiErrorOf(call, status(422, 'Invalid', details));
    expect(message).toBe(
      'The API server refused to create pods demo/web (422 Invalid): it is not valid: spec.a (FieldValueInvalid); correct it.',
    );
    for (const code of [400, 401, 403, 404, 409, 410, 413, 429, 500, 503, 504]) {
      expect(
        JSON.stringify([apiErrorOf(call, status(code, 'X')), apiErrorOf(call, status(code, 'X')).message]),
      ).not.toContain('CANARY');
    }
  });

  test('the header Retry-After wins over the body, and a body that is no Status adds nothing', () => {
    const body = JSON.stringify(status(429, 'TooManyRequests', { retryAfterSeconds: 7 }));
    expect(apiErrorFrom(call, { status: 429, body }).retryAfter).toBe(7);
    expect(apiErrorFrom(call, { status: 429, body, retryAfter: 3 })).toMatchObject({
      retryAfter: 3,
      status: 429,
      reason: 'TooManyRequests',
    });
    expect(apiErrorFrom(call, { status: 502, body: '<html>SECRET-CANARY' })).toMatchObject({ status: 502, reason: '' });
    expect(apiErrorFrom(call, { status: 502, body: '[null]' }).message).not.toContain('CANARY');
  });
});

describe('connection errors', () => {
  test.each([
    ['ECONNREFUSED', 'start the API server'],
    ['ENOTFOUND', 'cannot be resolved'],
    ['ETIMEDOUT', 'does not answer'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'not signed by the CA'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'not signed by the CA'],
    ['CERT_HAS_EXPIRED', 'not valid at this time'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host name'],
    ['EPROTO', 'http or https'],
    ['ESOMETHING', 'broke before the answer was complete (ESOMETHING)'],
  ])('%s is a sentence that says: %s', (code, words) => {
    const cause = Object.assign(new Error('SECRET-CANARY'), { code });
    const { message } = connectionErrorOf(new Error('outer', { cause }), 'https://host:6443');
    expect(message).toContain(words);
    expect(message).toMatch(/^[^\n]*\.$/);
    expect(message).not.toContain('CANARY');
  });
});
