/** The page `/log-level`: tells how much is logged, and changes it, for whoever comes from the pod itself. */
import { type AdjustableLog, LOG_LEVELS } from './log.ts';
import type { Asked, Page } from './serve.ts';

/**
 * Probes come from the node, so the port is open to others; `kubectl port-forward`, which is a right of its own, comes from
 * within the pod.
 */
export function logLevelPage(log: AdjustableLog): (asked: Asked) => Page {
  return ({ method, isLocal, body }) => {
    if (method === 'GET') return { status: 200, text: `${log.level}\n` };
    if (method !== 'PUT') return { status: 405, text: 'The log level can be read with GET and changed with PUT.\n' };
    if (!isLocal) return { status: 403, text: 'The log level can be changed through kubectl port-forward only.\n' };
    const level = LOG_LEVELS.find((known) => known === body.trim());
    if (level === undefined) return { status: 400, text: `The log level is one of ${LOG_LEVELS.join(', ')}.\n` };
    log.level = level;
    return { status: 200, text: `${level}\n` };
  };
}
