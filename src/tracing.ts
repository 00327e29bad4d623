/**
 * Traces: a span for each turn, with one below it for each request, sent as OTLP over HTTP. Loaded only where traces are wanted;
 * the only importer of OpenTelemetry, which by itself reads the standard variables about headers and certificates.
 */
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Config, Tracing } from './config.ts';
import type { Tracer, TurnTrace } from './following.ts';
import type { RequestObserved } from './kube/call.ts';
import { partsOf } from './api/meta.ts';
import type { Turn } from './runtime/follower.ts';
import type { Log } from './runtime/log.ts';
import type { TurnResult } from './runtime/reconcile.ts';
import { endOf } from './runtime/turn-end.ts';
import { VERSION } from './version.ts';

const NAME = 'xos-operator';
/** For one delivery: whoever stops waits for the last one. */
const DELIVERY_MS = 2_000;

/** Traces that are being made. */
export interface Traces extends Tracer {
  /** Delivers what is left. Never rejects. */
  close(): Promise<void>;
}

export function startTracing({ endpoint, ratio }: Tracing, { instance }: Pick<Config, 'instance'>, log: Log): Traces {
  const delivery = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: DELIVERY_MS });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': NAME,
      'service.version': VERSION,
      'service.instance.id': instance,
    }),
    // A request is traced if its turn is.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: watched(delivery, log), exportTimeoutMillis: DELIVERY_MS + 1_000 }),
    ],
  });
  const tracer = provider.getTracer(NAME, VERSION);
  return {
    begin: (turn) => new SpanOfTurn(turn, tracer),
    close: () => provider.shutdown().catch(() => undefined),
  };
}

/** A turn. Attributes are names and codes: no text that a user wrote beside the names of objects, and none of an error. */
class SpanOfTurn implements TurnTrace {
  readonly #tracer: ReturnType<TracerProvider['getTracer']>;
  readonly #span: Span;

  constructor({ controller, namespace, name, reconcileID }: Turn, tracer: ReturnType<TracerProvider['getTracer']>) {
    this.#tracer = tracer;
    const attributes = { controller, name, reconcileID, ...(namespace !== undefined && { namespace }) };
    this.#span = tracer.startSpan(`reconcile ${controller}`, { attributes }, ROOT_CONTEXT);
  }

  /** It is over when this is told, so the span is made afterwards. */
  requested({ verb, resource, key, code, seconds }: RequestObserved): void {
    const [startTime, endTime] = [Date.now() - seconds * 1_000, Date.now()];
    const attributes = {
      verb,
      resource,
      ...(key !== undefined && partsOf(key)),
      ...(code !== 0 && { 'http.response.status_code': code }),
    };
    const below = trace.setSpan(ROOT_CONTEXT, this.#span);
    const span = this.#tracer.startSpan(`${verb} ${resource}`, { kind: SpanKind.CLIENT, attributes, startTime }, below);
    if (code === 0 || code >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  }

  end(result: TurnResult): void {
    const outcome = endOf(result);
    this.#span.setAttribute('outcome', outcome);
    if (outcome === 'error') {
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
      this.#span.setAttribute('error.type', result.error?.name ?? 'Error');
    }
    this.#span.end();
  }
}

/** Says once that traces do not arrive, and once that they do again. */
function watched(exporter: SpanExporter, log: Log): SpanExporter {
  let arrive = true;
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        const arrived = result.error === undefined;
        if (arrive && !arrived) log.warn('traces do not arrive and are dropped', { status: codeOf(result.error) });
        if (!arrive && arrived) log.info('traces arrive again');
        arrive = arrived;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** Such as ECONNREFUSED, or the status of an answer; what it says besides is the receiver's text. */
function codeOf(error: Error | undefined): string | number | undefined {
  return (error as { code?: string | number } | undefined)?.code;
}
