/** What an archive of an image says about it. */
import { basename } from 'node:path';
import { run } from '../run.ts';

/** How containers of the image are. */
export interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

/** An image, as its archive describes it. */
export interface Image {
  readonly id: string;
  readonly config: ImageConfig;
  /** The paths of all files and folders in it. */
  readonly files: readonly string[];
}

/** Reads an archive as `docker save` writes it. */
export async function readImage(archive: string): Promise<Image> {
  const [manifest] = JSON.parse(await member(archive, 'manifest.json')) as [{ Config: string; Layers: string[] }];
  const { config } = JSON.parse(await member(archive, manifest.Config)) as { config: ImageConfig };
  const lists = await Promise.all(manifest.Layers.map((layer) => filesIn(archive, layer)));
  return { id: `sha256:${basename(manifest.Config, '.json')}`, config, files: lists.flat() };
}

async function member(archive: string, name: string): Promise<string> {
  return (await run('tar', ['--extract', '--to-stdout', '--file', archive, name])).stdout;
}

/** A layer is an archive in the archive. */
async function filesIn(archive: string, layer: string): Promise<string[]> {
  const list = 'tar --extract --to-stdout --file "$1" "$2" | tar --list';
  const { stdout } = await run('bash', ['-o', 'pipefail', '-c', list, 'bash', archive, layer]);
  return stdout.trim().split('\n');
}
