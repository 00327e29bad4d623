/** What brings nodes into a cluster. Simulated nodes are one way; real ones can stand beside them. */
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { Component } from '../record.ts';

/** One way to have nodes. */
export interface NodeProvider {
  /** The users that the components need a kubeconfig for, with their groups. */
  readonly users: Readonly<Record<string, readonly string[]>>;
  /** Users that get a certificate below `pki`, with their groups. */
  readonly clients?: Readonly<Record<string, readonly string[]>>;
  /** A root of cgroups that goes with the cluster. */
  readonly cgroup?: string;
  /** Files that must be there before the first process starts. */
  prepare?(layout: Layout): Promise<void>;
  /** What the API server must know to reach the nodes. */
  apiServerArgs?(layout: Layout): readonly string[];
  /** The processes, started once the API server answers on this port of loopback. */
  components(build: Build, layout: Layout, port: number): Component[];
  /** Objects to apply once the API server answers. */
  objects(): object[];
  /** The names of the nodes that must become Ready. */
  readonly nodeNames: readonly string[];
}
