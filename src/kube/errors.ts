/**
 * What the API server refuses, as structured facts. The text of its answers is never kept: it quotes what was sent,
 * secrets included. Source: Kubernetes API conventions, "Response Status Kind".
 */
import type { Obstacle } from '../api/obstacles.ts';
import { PlainError } from '../runtime/errors.ts';
import { isAboutNodePort, sentenceOf } from './sentence.ts';

/** What was asked, for sentences, logs and metrics. */
export interface Call {
  /** As in RBAC: get, list, watch, create, patch, delete. */
  readonly verb: string;
  /** `deployments.apps`, with `/status` if it was about a subresource. */
  readonly resource: string;
  readonly key?: string | undefined;
}

/** One of the server's reasons: a code, and the field it is about. */
export interface Cause {
  readonly reason: string;
  readonly field: string;
}

/** A field that the kind does not have, or whose value is of another type; the path is not always known. */
export interface Misfit {
  readonly field?: string | undefined;
  readonly undeclared: boolean;
}

/** The structured part of a Status. */
export interface StatusDetails {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly causes: readonly Cause[];
  /** The verb that an account may not use. The server says so in words only. */
  readonly deniedVerb?: string | undefined;
  /** What was applied does not fit its kind. The server calls that a failure of its own, and says so in words only. */
  readonly misfit?: Misfit | undefined;
  /** What of other people's stands in the way. The server says so in words only. */
  readonly obstacle?: Obstacle | undefined;
}

/** The facts of a refusal. */
export interface Refusal {
  readonly call: Call;
  readonly status: number;
  /** A CamelCase code such as `AlreadyExists`; empty if the server gave none. */
  readonly reason: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly details: StatusDetails;
}

/** An answer that is not success. The message is a sentence for people, without any text of the answer. */
export class ApiError extends PlainError {
  override readonly name = 'ApiError';
  readonly call: Call;
  readonly status: number;
  readonly reason: string;
  readonly retryAfter: number | undefined;
  readonly details: StatusDetails;

  constructor(refusal: Refusal) {
    super(sentenceOf(refusal));
    this.call = refusal.call;
    this.status = refusal.status;
    this.reason = refusal.reason;
    this.retryAfter = refusal.retryAfter;
    this.details = refusal.details;
  }
}

/** An error with this status: narrower than ApiError, so that "not this one" leaves an ApiError. */
type With<Status extends number> = ApiError & { readonly status: Status };

function hasStatus<Status extends number>(error: unknown, status: Status): error is With<Status> {
  return error instanceof ApiError && error.status === status;
}

/** A webhook or a policy of others denies it. Its author chose the status, so that means nothing. */
export function isDenied(error: unknown): error is ApiError {
  return hasObstacle(error, ['Webhook', 'Policy']);
}

export function isNotFound(error: unknown): error is With<404> {
  return hasStatus(error, 404) && !isDenied(error);
}

/** The name is taken. */
export function isAlreadyExists(error: unknown): error is With<409> {
  return hasStatus(error, 409) && error.reason === 'AlreadyExists' && !isDenied(error);
}

/** The object changed meanwhile, or a precondition did not hold. Not: the name is taken. */
export function isConflict(error: unknown): error is With<409> {
  return hasStatus(error, 409) && error.reason !== 'AlreadyExists' && !isDenied(error);
}

export function isForbidden(error: unknown): error is With<403> {
  return hasStatus(error, 403);
}

/** The resourceVersion or continue token is too old. */
export function isGone(error: unknown): boolean {
  return hasStatus(error, 410) || (error instanceof ApiError && error.reason === 'Expired');
}

export function isInvalid(error: unknown): error is With<422> {
  return hasStatus(error, 422);
}

/** The node port of a Service is in use, or not one that the cluster has to give. */
export function isNodePortRefused(error: unknown): error is With<422> {
  return isInvalid(error) && isAboutNodePort(error.details.causes);
}

export function isTooManyRequests(error: unknown): error is With<429> {
  return hasStatus(error, 429);
}

/** The server asks to come back later: overloaded, or just starting or stopping. */
export function isBusy(error: unknown): error is With<429> | With<503> {
  return !isDenied(error) && (isTooManyRequests(error) || hasStatus(error, 503));
}

/** The server has not seen the resourceVersion yet: it, or its etcd, lost data or restarted. */
export function isResourceVersionTooLarge(error: unknown): boolean {
  return error instanceof ApiError && hasCause(error, 'ResourceVersionTooLarge');
}

/** Nothing can be created there any more. */
export function isNamespaceTerminating(error: unknown): error is With<403> {
  return isForbidden(error) && hasCause(error, 'NamespaceTerminating');
}

/** An apply without force met a field that another writer keeps. */
export function hasFieldConflict(error: unknown): boolean {
  return hasStatus(error, 409) && hasCause(error, 'FieldManagerConflict');
}

/** There is no such resource at all: what answers is not the API of a kind. */
export function isMissingPath(error: unknown): boolean {
  return isNotFound(error) && error.reason === '';
}

export function isQuotaExceeded(error: unknown): error is With<403> {
  return isForbidden(error) && hasObstacle(error, ['Quota']);
}

function hasObstacle(error: unknown, sorts: readonly Obstacle['sort'][]): boolean {
  return (
    error instanceof ApiError && error.details.obstacle !== undefined && sorts.includes(error.details.obstacle.sort)
  );
}

function hasCause(error: ApiError, reason: string): boolean {
  return error.details.causes.some((cause) => cause.reason === reason);
}
