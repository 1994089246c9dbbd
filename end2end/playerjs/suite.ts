import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, resolve, sep } from "node:path";

const root = resolve(createRequire(import.meta.url).resolve("player.js"), "../..");
const read = (path: string) => readFileSync(resolve(root, path));

/** The protocol's library with its adapters, in the order of its own Gruntfile. */
export const library = [
  ...["core", "keeper", "player", "receiver"].map((name) => `src/${name}.js`),
  ...readdirSync(resolve(root, "src/adapters")).sort().map((name) => `src/adapters/${name}`),
]
  .map((path) => read(path).toString())
  .join("\n");

/** What a run of the suite leaves in the page as `suite`. */
export type Suite = {
  tests: string[];
  failures: string[];
  methods: string[][];
  done?: { failed: number; passed: number; total: number };
};

/** Appended to the suite's QUnit: its settings, and a record of the run. */
const record = () => {
  const { QUnit } = window as any;
  const suite: Suite = ((window as any).suite = { tests: [], failures: [], methods: [] });
  QUnit.config.testTimeout = 15_000;
  QUnit.config.reorder = false;
  QUnit.testDone(({ name }: { name: string }) => suite.tests.push(name));
  QUnit.log(({ result, name, message }: { result: boolean; name: string; message?: string }) => {
    if (!result) suite.failures.push(`${name}: ${message}`);
  });
  QUnit.done(({ failed, passed, total }: NonNullable<Suite["done"]>) => (suite.done = { failed, passed, total }));
  addEventListener("message", ({ data }) => {
    const said = JSON.parse(data);
    if (said.event === "ready") suite.methods.push(said.value.methods);
  });
};

const types: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".mp4": "video/mp4" };

/**
 * Serves the test-suite of the npm package player.js on localhost, as published but for the frames that it tests.
 * `frames` gets the suite's origin under another site's name, for the players that come with the package.
 */
export async function serveSuite(frames: (packaged: string) => string[], headers: Record<string, string> = {}): Promise<{ url: string; stop: () => void }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    const path = resolve(root, `.${pathname}`);
    const { port } = server.address() as AddressInfo;
    let body: string | Buffer;
    if (pathname === "/favicon.ico") body = "";
    else if (pathname === "/dist/player.js") body = library;
    else if (!path.startsWith(root + sep)) body = "";
    else body = read(path);
    if (pathname === "/test/test.js") {
      const named = JSON.stringify(frames(`http://127.0.0.1:${port}`));
      body = body.toString().replace(/var FRAMES = \[[^\]]*\];/, () => `var FRAMES = ${named};`);
    }
    if (pathname === "/test/lib/qunit-1.12.0.js") body = `${body}\n(${record})();`;
    response.writeHead(200, { "content-type": types[extname(pathname)] ?? "application/octet-stream", ...headers });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/test/player_test.html`, stop };
}
