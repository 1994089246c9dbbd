// node build.mjs <folder>: the SDK as it is served, compressed copies beside it; fails above the size budget.

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const BUDGET = 5_000;

const sdk = resolve(process.argv[2] ?? "target/site/sdk");
const from = import.meta.dirname;

async function compress(path) {
  const raw = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  const [br, gz] = [brotliCompressSync(raw, { params }), gzipSync(raw, { level: 9 })];
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
  console.log(`${path.slice(dirname(sdk).length + 1).padEnd(32)} ${[raw, br, gz].map((b) => String(b.length).padStart(8)).join("")}`);
  return br.length;
}

const shared = { bundle: true, minify: true, target: ["es2022", "safari16.4"], legalComments: "none", logLevel: "warning" };
const script = (entry, outfile, more) =>
  build({ ...shared, entryPoints: [join(from, entry)], outfile: join(sdk, outfile), ...more });

await mkdir(sdk, { recursive: true });
await Promise.all([
  script("player.js", "player.js", { format: "esm" }),
  // A classic script knows its address only while it runs first.
  script("player.js", "player.classic.js", { format: "iife", define: { "import.meta.url": "document.currentScript.src" } }),
  script("docs.js", "docs.js", { format: "esm" }),
  script("../../style/sdk.css", "docs.css", {}),
  copyFile(join(from, "player.d.ts"), join(sdk, "player.d.ts")),
]);

const hls = dirname(createRequire(import.meta.url).resolve("hls.js/package.json"));
const { version } = JSON.parse(await readFile(join(hls, "package.json"), "utf8"));
const engine = join(sdk, "../hls", `hls-${version}.light.min.mjs`);
await mkdir(dirname(engine), { recursive: true });
// Its source map is not served; a browser's developer tools would ask for it.
const source = await readFile(join(hls, "dist/hls.light.min.mjs"), "utf8");
await writeFile(engine, source.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));

console.log(`${"".padEnd(32)} ${["raw", "brotli", "gzip"].map((name) => name.padStart(8)).join("")}`);
const size = await compress(join(sdk, "player.js"));
for (const name of ["player.classic.js", "player.d.ts", "docs.js", "docs.css"]) await compress(join(sdk, name));
await compress(engine);
if (size > BUDGET) {
  console.error(`player.js is ${size} bytes of brotli; ${BUDGET} are allowed.`);
  process.exitCode = 1;
}
