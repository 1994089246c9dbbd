// The first frame on slow 4G with a CPU four times slower, beside a page with a bare <video> of the
// same file: interleaved pairs, cold caches, both through one proxy, so that only the page differs.
import { chromium as browserType, test } from "@playwright/test";
import { chromium } from "../support/chromium.js";
import { Server } from "../support/server.js";
import { assemble, bare } from "./peers.js";
import { proxy } from "./proxy.js";
import { median, slowPage, spread } from "./slow.js";

const PAIRS = Number(process.env.PAIRS ?? 15);
const OURS = "/video/play/demoTourOfCuepoint0001?autoplay=1&muted=1";

test("first frame", async () => {
  const server = await Server.start();
  const { url, stop } = await proxy(server.url, (await assemble()).files);
  const browser = await browserType.launch(chromium);
  const firstFrame = async (path: string): Promise<number> => {
    const { page } = await slowPage(browser);
    await page.addInitScript(() => {
      document.addEventListener("loadeddata", () => ((window as any).frame ??= performance.now()), true);
    });
    await page.goto(url + path, { waitUntil: "commit" });
    const frame = await page.waitForFunction(() => (window as any).frame as number, null, { timeout: 60_000, polling: 100 });
    const ms = await frame.jsonValue();
    await page.context().close();
    return ms;
  };
  const times = new Map([[bare.path, [] as number[]], [OURS, []]]);
  for (let pair = 0; pair <= PAIRS; pair++) {
    for (const path of pair % 2 ? [OURS, bare.path] : [bare.path, OURS]) {
      const ms = await firstFrame(path);
      // The first pair warms the machine up.
      if (pair > 0) times.get(path)!.push(ms);
    }
  }
  await browser.close();
  stop();
  await server.stop();
  const [theirs, ours] = [times.get(bare.path)!, times.get(OURS)!];
  console.log(`First frame on slow 4G, CPU x4, ${PAIRS} interleaved pairs (ms from navigation start)`);
  console.log(`  bare <video>  median ${median(theirs).toFixed(0)}  spread ${spread(theirs)}`);
  console.log(`  play page     median ${median(ours).toFixed(0)}  spread ${spread(ours)}`);
  console.log(`  ratio ${(median(ours) / median(theirs)).toFixed(3)} (budget 1.05)`);
});
