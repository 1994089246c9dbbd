// How soon each player shows a page, a frame and its own controls on slow 4G with a CPU four times
// slower: the same file and poster from one origin, cold caches, interleaved rounds.
import { chromium as browserType, expect, test, type Browser } from "@playwright/test";
import { chromium } from "../support/chromium.js";
import { Server } from "../support/server.js";
import { assemble, bare, ours, type Contender } from "./peers.js";
import { proxy } from "./proxy.js";
import { median, slowPage, spread } from "./slow.js";

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const QUIET_MS = 2_000;
const moments = ["fcp", "frame", "playing", "interactive"] as const;
type Moment = (typeof moments)[number];
type Start = Record<Moment, number> & { complete?: number; bytes: number; foreign: string[] };

/** Run in every page before its own scripts: notes the moments, those inside shadow trees as well. */
type Test = ((boxed: unknown, usable: unknown) => unknown) | null;
const watch = (interactive: Test, complete: Test) => {
  const seen: Record<string, number> = ((window as any).seen = {});
  const listen = (root: Node) => {
    for (const [event, moment] of [["loadeddata", "frame"], ["playing", "playing"]] as const) {
      root.addEventListener(event, () => (seen[moment] ??= performance.now()), true);
    }
  };
  listen(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attach.call(this, init);
    listen(root);
    return root;
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) seen.fcp = entry.startTime;
  }).observe({ type: "paint", buffered: true });
  const boxed = (element: Element | null) => element !== null && element !== undefined && element.getClientRects().length > 0;
  const usable = (element: Element | null) => boxed(element) && !element!.matches(":disabled, [disabled], [aria-disabled=true]");
  const look = (name: string, test: Test) => {
    try {
      if (test?.(boxed, usable)) seen[name] = performance.now();
    } catch {
      // Not there yet.
    }
    if (test && seen[name] === undefined) setTimeout(look, 10, name, test);
  };
  look("interactive", interactive);
  look("complete", complete);
};

async function start(browser: Browser, origin: string, { path, interactive, complete }: Contender): Promise<Start> {
  const { page, devtools } = await slowPage(browser);
  const foreign: string[] = [];
  let [bytes, last] = [0, Date.now()];
  const shared = new Set<string>();
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) foreign.push(url.host + url.pathname);
  });
  devtools.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (/^\/(media|thumbnails)\//.test(new URL(request.url).pathname)) shared.add(requestId);
    else last = Date.now();
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (shared.has(requestId)) return;
    bytes += encodedDataLength;
    last = Date.now();
  });
  // As text: a page with a policy like ours evaluates no strings.
  const test = (said?: string) => (said ? `(boxed, usable) => (${said})` : "null");
  await page.addInitScript(`(${watch})(${test(interactive)}, ${test(complete)})`);
  await page.goto(origin + path, { waitUntil: "commit" });
  const wanted = [...moments.filter((moment) => moment !== "interactive" || interactive), ...(complete ? ["complete"] : [])];
  const seen = () => page.evaluate(() => (window as any).seen as Record<Moment, number>);
  await expect.poll(async () => Object.keys(await seen()), { message: path, timeout: 60_000, intervals: [200] }).toEqual(expect.arrayContaining(wanted));
  const times = await seen();
  // All that comes by itself counts, also what comes after the controls.
  await expect.poll(() => Date.now() - last, { timeout: 60_000 }).toBeGreaterThan(QUIET_MS);
  await page.context().close();
  return { ...times, bytes, foreign };
}

test("startup", async () => {
  test.setTimeout((ROUNDS + 1) * 7 * 30_000);
  const server = await Server.start();
  const { contenders, files } = await assemble();
  const { url, stop } = await proxy(server.url, files);
  // No other host is found: what asks for one is counted, and fails at once.
  const args = [...chromium.args, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  const browser = await browserType.launch({ ...chromium, args });
  const all = [ours, bare, ...contenders];
  const starts = new Map(all.map((contender) => [contender, [] as Start[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    // Another one begins each round, and the first round warms the machine up.
    for (let turn = 0; turn < all.length; turn++) {
      const contender = all[(round + turn) % all.length]!;
      const measured = await start(browser, url, contender);
      if (round > 0) starts.get(contender)!.push(measured);
    }
  }
  await browser.close();
  stop();
  await server.stop();
  report(starts);
  expect(starts.get(ours)!.flatMap(({ foreign }) => foreign), "requests of ours to other hosts").toEqual([]);
});

function report(starts: Map<Contender, Start[]>): void {
  const of = (contender: Contender, what: Moment | "bytes") => median(starts.get(contender)!.map((start) => start[what]));
  console.log(`Startup on slow 4G, CPU x4, muted autoplay, medians of ${ROUNDS} interleaved rounds (ms from navigation start, least–most, ratio to bare <video>)`);
  console.log(`  bytes: all but media and poster, with headers, as transferred until the network is quiet; other hosts are blocked`);
  const row = (cells: string[]) => console.log(`  ${cells.map((cell, at) => (at ? cell.padStart(at === 5 ? 9 : 25) : cell.padEnd(24))).join("")}`);
  row(["", "first paint", "first frame", "playing", "interactive", "bytes"]);
  for (const [contender, measured] of starts) {
    const cells = moments.map((moment) => {
      if (moment === "interactive" && !contender.interactive) return "native controls";
      const ratio = moment === "interactive" ? "" : ` ${(of(contender, moment) / of(bare, moment)).toFixed(2)}`;
      return `${of(contender, moment).toFixed(0)} (${spread(measured.map((start) => start[moment]))})${ratio}`;
    });
    row([contender.name, ...cells, String(of(contender, "bytes"))]);
  }
  const whole = starts.get(ours)!.map((start) => start.complete!);
  console.log(`  Cuepoint's play, sound and time stand in its page (interactive); all of its controls: ${median(whole).toFixed(0)} (${spread(whole)})`);
  for (const [{ name }, measured] of starts) {
    const hosts = [...new Set(measured.flatMap(({ foreign }) => foreign))];
    if (hosts.length) console.log(`  ${name} asked other hosts ${median(measured.map(({ foreign }) => foreign.length))} times a start: ${hosts.join(", ")}`);
  }
  const peers = [...starts.keys()].filter((contender) => contender !== ours && contender !== bare);
  const video8 = peers.find(({ name }) => name.startsWith("Video.js 8"))!;
  const kept = (said: string, yes: boolean) => console.log(`  ${yes ? "kept" : "MISSED"}  ${said}`);
  const ratio = of(ours, "frame") / of(bare, "frame");
  kept(`first frame at ${ratio.toFixed(3)} of a bare <video> (budget 1.05)`, ratio <= 1.05);
  kept("first paint before every peer", peers.every((peer) => of(ours, "fcp") < of(peer, "fcp")));
  kept("interactive before Video.js 8", of(ours, "interactive") < of(video8, "interactive"));
}
