// A server of files in memory, on this machine, for what downloads.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** How a file is delivered. */
export interface Delivery {
  readonly bytes: Uint8Array;
  /** `cut`: the connection ends in the middle; `stuck`: it stays open there; `gzip`: compressed on the way. */
  readonly how?: 'whole' | 'cut' | 'stuck' | 'gzip';
}

/** A running server. */
export interface FileServer {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Serves `files` by path, without the leading slash; anything else is a 404. */
export async function serveFiles(files: ReadonlyMap<string, Delivery>): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!.slice(1).split('?')[0]!;
    asked.push(path);
    const file = files.get(path);
    if (file === undefined) response.writeHead(404).end('none here');
    else deliver(response, file);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  };
  return { url: `http://127.0.0.1:${port}/`, asked, close };
}

function deliver(response: ServerResponse, { bytes, how = 'whole' }: Delivery): void {
  if (how === 'gzip') {
    const packed = gzipSync(bytes);
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
    return;
  }
  response.writeHead(200, { 'content-length': bytes.length });
  if (how === 'whole') response.end(bytes);
  else response.write(bytes.subarray(0, bytes.length / 2), () => how === 'cut' && response.destroy());
}
