/** Images for a real node, made here: no registry is asked. All hold busybox and nothing else. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../run.ts';

/** What holds the namespaces of a pod. */
export const pauseImage = 'xos.local/pause:1';

/** Images that run for ever: the one above, and stand-ins for those of the examples. */
const pauses = [pauseImage, 'k8s.gcr.io/pause-amd64:3.0', 'registry.k8s.io/pause:3.10', 'registry.k8s.io/etcd:3.6'];

/** A shell with the usual commands, in two versions that differ by what `VERSION` says. */
const shells = ['1', '2'].map((version) => ({ tag: `xos.local/busybox:${version}`, env: [`VERSION=${version}`] }));

const folders = ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'var', 'run', 'www'];
const commands = 'sh ls cat echo sleep wget nc httpd ps id env mkdir touch sed grep test true false stat readlink kill';

/** Writes them into a folder, as archives that the container runtime imports. */
export async function makeImages(folder: string): Promise<void> {
  const layer = await makeLayer(folder);
  await makeImage(join(folder, 'pause.tar'), layer, pauses, { Entrypoint: ['/bin/sleep', '2147483647'] });
  for (const [index, { tag, env }] of shells.entries()) {
    await makeImage(join(folder, `busybox-${index}.tar`), layer, [tag], { Cmd: ['/bin/sh'], Env: env });
  }
  rmSync(layer);
}

/** A file system with busybox, as a tar archive; gives its path. */
async function makeLayer(folder: string): Promise<string> {
  const root = join(folder, 'root');
  for (const name of folders) mkdirSync(join(root, name), { recursive: true, mode: 0o755 });
  copyFileSync('/bin/busybox', join(root, 'bin', 'busybox'));
  for (const name of commands.split(' ')) symlinkSync('busybox', join(root, 'bin', name));
  const layer = join(folder, 'layer');
  await archive(layer, root, ['.']);
  rmSync(root, { recursive: true });
  return layer;
}

async function makeImage(
  file: string,
  layer: string,
  tags: readonly string[],
  config: { Env?: readonly string[]; Entrypoint?: readonly string[]; Cmd?: readonly string[] },
): Promise<void> {
  const parts = `${file}.parts`;
  mkdirSync(parts);
  copyFileSync(layer, join(parts, 'layer.tar'));
  const description = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { ...config, Env: ['PATH=/bin', ...(config.Env ?? [])] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest(readFileSync(layer))}`] },
    history: [{ created_by: 'hack/cluster' }],
  });
  const name = `${digest(description)}.json`;
  writeFileSync(join(parts, name), description);
  const manifest = [{ Config: name, RepoTags: tags, Layers: ['layer.tar'] }];
  writeFileSync(join(parts, 'manifest.json'), JSON.stringify(manifest));
  await archive(file, parts, ['manifest.json', name, 'layer.tar']);
  rmSync(parts, { recursive: true });
}

async function archive(file: string, folder: string, members: readonly string[]): Promise<void> {
  await run('tar', ['--create', '--owner=0', '--group=0', '--file', file, '--directory', folder, ...members]);
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
