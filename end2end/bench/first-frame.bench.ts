// The first frame on slow 4G with a CPU four times slower, beside a page with a bare <video> of the
// same file: interleaved pairs, cold caches, both through one proxy, so that only the page differs.
import { createServer, request } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { chromium as browserType, test } from "@playwright/test";
import { chromium } from "../support/chromium.js";
import { Server } from "../support/server.js";

const PAIRS = Number(process.env.PAIRS ?? 15);
const TOKEN = "demoTourOfCuepoint0001";
const SLOW_4G = { offline: false, latency: 562.5, downloadThroughput: (1.47 * 1e6) / 8, uploadThroughput: (0.675 * 1e6) / 8 };

test("first frame", async () => {
const server = await Server.start();
const bare = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title><style>body{margin:0}</style>
<video src="/media/${TOKEN}/tour.mp4" poster="/thumbnails/${TOKEN}.jpg" width="1280" height="720" preload="metadata"
controls playsinline autoplay muted></video></html>`;
const proxy = createServer((asked, answer) => {
  if (asked.url === "/bare") {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(bare);
    return;
  }
  const { hostname, port } = new URL(server.url);
  const passed = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (got) => {
    answer.writeHead(got.statusCode!, got.headers);
    got.pipe(answer);
  });
  answer.on("close", () => passed.destroy());
  passed.on("error", () => answer.destroy());
  asked.pipe(passed);
});
proxy.listen(0, "127.0.0.1");
await once(proxy, "listening");
const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const browser = await browserType.launch(chromium);

async function firstFrame(path: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", SLOW_4G);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.addInitScript(() => {
    document.addEventListener("loadeddata", () => ((window as any).frame ??= performance.now()), true);
  });
  await page.goto(origin + path, { waitUntil: "commit" });
  const frame = await page.waitForFunction(() => (window as any).frame as number, null, { timeout: 60_000, polling: 100 });
  const ms = await frame.jsonValue();
  await context.close();
  return ms;
}

const median = (xs: number[]): number => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]!;
const spread = (xs: number[]) => `${Math.min(...xs).toFixed(0)} to ${Math.max(...xs).toFixed(0)}`;
const ours: number[] = [];
const theirs: number[] = [];
for (let pair = 0; pair <= PAIRS; pair++) {
  const order = pair % 2 ? ["ours", "bare"] : ["bare", "ours"];
  for (const which of order) {
    const ms = await firstFrame(which === "bare" ? "/bare" : `/video/play/${TOKEN}?autoplay=1&muted=1`);
    // The first pair warms the machine up.
    if (pair > 0) (which === "bare" ? theirs : ours).push(ms);
  }
}
console.log(`First frame on slow 4G, CPU x4, ${PAIRS} interleaved pairs (ms from navigation start)`);
console.log(`  bare <video>  median ${median(theirs).toFixed(0)}  spread ${spread(theirs)}`);
console.log(`  play page     median ${median(ours).toFixed(0)}  spread ${spread(ours)}`);
console.log(`  ratio ${(median(ours) / median(theirs)).toFixed(3)} (budget 1.05)`);
await browser.close();
proxy.closeAllConnections();
proxy.close();
await server.stop();
});
