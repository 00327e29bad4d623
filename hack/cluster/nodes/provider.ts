/** What brings nodes into a cluster. Simulated nodes are one way; real ones can stand beside them. */
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { Component } from '../record.ts';

/** One way to have nodes. */
export interface NodeProvider {
  /** The users that the components need a kubeconfig for, with their groups. */
  readonly users: Readonly<Record<string, readonly string[]>>;
  /** The processes, started once the API server answers. */
  components(build: Build, layout: Layout): Component[];
  /** Objects to apply once the API server answers. */
  objects(): object[];
  /** The names of the nodes that must become Ready. */
  readonly nodeNames: readonly string[];
}
