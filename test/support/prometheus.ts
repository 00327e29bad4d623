/** A Prometheus that scrapes operators every second, with our alerts, none of which waits before it fires. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ruleGroups } from '../../hack/generate/alerts.ts';
import type { Cluster } from '../../hack/cluster/cluster.ts';
import { freePorts } from '../../hack/cluster/ports.ts';
import { findPrometheus, type PrometheusPrograms } from '../../hack/prometheus.ts';
import { waitFor } from '../../hack/wait.ts';

/** An alert as Prometheus tells it. Source: Prometheus HTTP API, /api/v1/alerts. */
export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export class Prometheus {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(process: ChildProcess, folder: string, url: string) {
    this.#process = process;
    this.#folder = folder;
    this.#url = url;
  }

  /** It ends with the cluster, if nobody ends it before. */
  static async start({ prometheus }: PrometheusPrograms, cluster: Pick<Cluster, 'adopt'>): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'xos-prometheus-'));
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    writeFileSync(join(folder, 'rules.json'), JSON.stringify(eagerRules()));
    writeFileSync(join(folder, 'targets.json'), '[]');
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config(folder)));
    const args = [`--config.file=${join(folder, 'config.json')}`, `--web.listen-address=${address}`];
    const child = spawn(prometheus, [...args, `--storage.tsdb.path=${join(folder, 'data')}`], { stdio: 'ignore' });
    if (child.pid !== undefined) cluster.adopt('prometheus', child.pid);
    const started = new Prometheus(child, folder, `http://${address}`);
    await waitFor('Prometheus to be ready', () => started.#isReady(), { timeoutMs: 30_000, everyMs: 100 });
    return started;
  }

  /** From now on these are scraped, by their ports. */
  scrape(...ports: readonly number[]): void {
    const file = join(this.#folder, 'targets.json');
    // It is read as soon as it is there, so it has to be there as a whole.
    writeFileSync(`${file}.new`, JSON.stringify([{ targets: ports.map((port) => `127.0.0.1:${port}`) }]));
    renameSync(`${file}.new`, file);
  }

  async alerts(): Promise<FiringAlert[]> {
    const { alerts } = (await this.#ask('/api/v1/alerts')) as { alerts: FiringAlert[] };
    return alerts.filter(({ state }) => state === 'firing');
  }

  /** The values of an expression. @throws Error if Prometheus does not understand it */
  async query(expr: string): Promise<number[]> {
    const { result } = (await this.#ask(`/api/v1/query?query=${encodeURIComponent(expr)}`)) as {
      result: { value: [number, string] }[];
    };
    return result.map(({ value: [, value] }) => Number(value));
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isReady(): Promise<true | undefined> {
    if (this.#process.exitCode !== null) throw new Error('Prometheus ended instead of starting.');
    const response = await fetch(`${this.#url}/-/ready`).catch(() => undefined);
    return response?.ok === true ? true : undefined;
  }

  async #ask(path: string): Promise<unknown> {
    const { status, data, error } = (await (await fetch(`${this.#url}${path}`)).json()) as {
      status: string;
      data: unknown;
      error?: string;
    };
    if (status !== 'success') throw new Error(`Prometheus refused ${path}: ${error}`);
    return data;
  }
}

/** A `describe` with Prometheus, which is left out, in a sentence, where it is not to be had. */
export function describeWithPrometheus(name: string, tests: (programs: PrometheusPrograms) => void): void {
  const programs = findPrometheus();
  if (programs !== undefined) {
    describe(name, () => {
      tests(programs);
    });
    return;
  }
  const sentence = `Left out: ${name}. Prometheus is not here, and apt-get cannot get it: install it to run these tests.`;
  process.stderr.write(`${sentence}\n`);
  test.skip(sentence, () => undefined);
}

/** What holds once is enough. */
function eagerRules(): object {
  const { groups } = ruleGroups();
  return {
    groups: groups.map(({ rules, ...group }) => ({ ...group, rules: rules.map((rule) => ({ ...rule, for: '0s' })) })),
  };
}

/** JSON is YAML. */
function config(folder: string): object {
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(folder, 'rules.json')],
    scrape_configs: [
      {
        job_name: 'xos-operator',
        file_sd_configs: [{ files: [join(folder, 'targets.json')], refresh_interval: '1s' }],
      },
    ],
  };
}
