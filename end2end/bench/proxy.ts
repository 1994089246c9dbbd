import { createServer, request } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, constants } from "node:zlib";

export type File = { type: string; body: string | Buffer };

/** The origin all measured pages share: `files` from memory, compressed once and as far as brotli goes, and the server for every other path. */
export async function proxy(server: string, files: Record<string, File>): Promise<{ url: string; stop: () => void }> {
  const shelf = new Map(
    Object.entries(files).map(([path, { type, body }]) => {
      const raw = Buffer.from(body);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
      return [path, { type, body: brotliCompressSync(raw, { params }) }];
    }),
  );
  const { hostname, port } = new URL(server);
  const listener = createServer((asked, answer) => {
    const file = shelf.get(asked.url!);
    if (file !== undefined) {
      answer.writeHead(200, { "content-type": file.type, "content-encoding": "br", "content-length": file.body.length });
      answer.end(file.body);
      return;
    }
    const passed = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode!, got.headers);
      got.pipe(answer);
    });
    answer.on("close", () => passed.destroy());
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const stop = () => {
    listener.closeAllConnections();
    listener.close();
  };
  return { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, stop };
}
