// What a full page costs beside an empty one: the same film with 100 interactions and 1,000 comments,
// in the server's time and in the first frame; and what 60 changes of overlays a second cost the page.
import { execFileSync } from "node:child_process";
import { chromium as browserType, expect, test, type Browser } from "@playwright/test";
import { chromium } from "../support/chromium.js";
import { Authored } from "../support/film.js";
import { Server } from "../support/server.js";
import { Player } from "../support/test.js";
import { proxy } from "./proxy.js";
import { median, slowPage, spread } from "./slow.js";

const PAIRS = Number(process.env.PAIRS ?? 11);
const REQUESTS = 300;
const ROUNDS = Number(process.env.ROUNDS ?? 5);

/** A hundred interactions of every kind, spread over the film's thirty seconds. */
const hundred = Array.from({ length: 100 }, (_, i) => {
  const at = { s: 1 + i * 0.28 };
  const kinds = [
    { kind: "annotation", duration_s: 1, layout: { overlay: { x: 5, y: 10, w: 30, h: 10 } }, spec: { text: `Note ${i}`, seek_to_s: 3 } },
    { kind: "cta", duration_s: 1, layout: { overlay: { x: 60, y: 60, w: 35, h: 20 } }, spec: { label: `Offer ${i}`, action: { url: "https://example.com/" } } },
    { kind: "poll", layout: "card", gate: "soft", spec: { question: `Question ${i}?`, choices: ["Yes", "No", "Perhaps"] } },
    { kind: "lead_form", layout: "modal", gate: "soft", spec: { title: `Form ${i}`, fields: [{ type: "email", name: "email", label: "E-mail", required: true }] } },
  ];
  return { at, ...kinds[i % kinds.length]! };
});

/** Thirty annotations come and thirty go in each of four seconds, each at its place on the frame. */
const flicker = (place: (i: number) => { x: number; y: number }) =>
  Array.from({ length: 100 }, (_, i) => ({
    kind: "annotation",
    at: { s: 2 + i / 30 },
    duration_s: 0.45,
    layout: { overlay: { ...place(i), w: 12, h: 8 } },
    spec: { text: `Note ${i}`, seek_to_s: 1 },
  }));
const beside = (i: number) => ({ x: [2, 36, 70][i % 3]!, y: 2 + 12 * (Math.floor(i / 3) % 5) });
/** Half of them would cover another, and are moved. */
const piled = (i: number) => ({ x: (i * 7) % 80, y: (i * 11) % 60 });

/** Comments of past viewers, written as the server writes them. */
function fill(database: string, video: number, comments: number): void {
  const script = `
import sqlite3, sys, uuid, time
database, video, comments = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
db = sqlite3.connect(database, timeout=10)
account, = db.execute("select account_id from videos where id = ?", (video,)).fetchone()
now = int(time.time() * 1000)
for i in range(comments):
    db.execute("insert into comments values (?,?,?,null,?,?,null,0,?,?,'shown',?,?,null)",
        (account, video, uuid.uuid4().bytes, uuid.uuid4().bytes, f"Viewer {i}", f"What is said here is number {i}. " * 4, i * 29, i + 1, now - i * 1000))
db.execute("insert into talks values (?,?,?) on conflict do update set seq = excluded.seq", (account, video, comments))
db.commit()`;
  execFileSync("python3", ["-c", script, database, String(video), String(comments)]);
}

async function firstFrame(browser: Browser, url: string): Promise<number> {
  const { page } = await slowPage(browser);
  await page.addInitScript(() => {
    document.addEventListener("loadeddata", () => ((window as any).frame ??= performance.now()), true);
  });
  await page.goto(`${url}?autoplay=1&muted=1`, { waitUntil: "commit" });
  const frame = await page.waitForFunction(() => (window as any).frame as number, null, { timeout: 60_000, polling: 100 });
  const ms = await frame.jsonValue();
  await page.context().close();
  return ms;
}

async function served(url: string): Promise<number> {
  const begun = performance.now();
  // As browsers ask.
  const answer = await fetch(url, { headers: { "accept-encoding": "gzip, deflate, br, zstd" } });
  await answer.arrayBuffer();
  expect(answer.status).toBe(200);
  return performance.now() - begun;
}

/** Runs `measure` on both in turn, the first pair to warm up. */
async function interleaved(times: number, empty: () => Promise<number>, full: () => Promise<number>): Promise<[number[], number[]]> {
  const measured: [number[], number[]] = [[], []];
  for (let pair = 0; pair <= times; pair++) {
    for (const which of pair % 2 ? ([0, 1] as const) : ([1, 0] as const)) {
      const ms = await [empty, full][which]();
      if (pair > 0) measured[which].push(ms);
    }
  }
  return measured;
}

function tell(what: string, [empty, full]: [number[], number[]], digits: number): void {
  const of = (xs: number[]) => median(xs).toFixed(digits);
  const ratio = median(full) / median(empty);
  console.log(`  ${what.padEnd(14)} empty ${of(empty)} (${spread(empty)})  full ${of(full)} (${spread(full)})  ratio ${ratio.toFixed(2)}  ${ratio <= 1.3 ? "kept" : "MISSED"} (budget 1.3)`);
}

test("a full page beside an empty one", async () => {
  const server = await Server.start();
  const empty = Authored.add(server, "benchEmptyFilm00000001");
  const full = Authored.add(server, "benchFullFilm000000001");
  fill(server.database, full.id, 1_000);
  await full.write(...hundred);
  expect(await (await fetch(full.play)).text()).toContain("What is said here is number");
  console.log("A play page with 100 interactions and 1,000 comments beside one with none (ms)");
  tell("server", await interleaved(REQUESTS, () => served(empty.play), () => served(full.play)), 2);

  const { url, stop } = await proxy(server.url, {});
  const browser = await browserType.launch(chromium);
  const path = (film: Authored) => url + new URL(film.play).pathname;
  tell("first frame", await interleaved(PAIRS, () => firstFrame(browser, path(empty)), () => firstFrame(browser, path(full))), 0);
  await browser.close();
  stop();
  await server.stop();
});

test("sixty changes of overlays a second", async () => {
  const server = await Server.start();
  const film = Authored.add(server, "benchFlickerFilm000001");
  const browser = await browserType.launch(chromium);
  for (const [name, interactions] of [["none", []], ["beside each other", flicker(beside)], ["piled up", flicker(piled)]] as const) {
    await film.write(...interactions);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await longTasks(browser, film));
    const worst = Math.max(0, ...rounds.flatMap(({ tasks }) => tasks));
    const counts = rounds.map(({ tasks }) => tasks.length).join(", ");
    console.log(`Overlays on a CPU four times slower, ${name}: ${rounds[0]!.changes} changes in about 4 s; long tasks in each round: ${counts}; the longest ${worst} ms`);
    console.log(`  ${rounds.every(({ tasks }) => !tasks.length) ? "kept" : "MISSED"} no task over 50 ms`);
  }
  await browser.close();
  await server.stop();
});

/** Plays the film from its second to its sixth second on a slow CPU: cards that came and went, and tasks over 50 ms. */
async function longTasks(browser: Browser, film: Authored): Promise<{ changes: number; tasks: number[] }> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(film.play);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await page.waitForFunction(() => document.querySelector("video")!.currentTime > 1.5, null, { polling: 50 });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.evaluate(() => {
    const seen = ((window as any).seen = { changes: 0, tasks: [] as number[] });
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: "longtask" });
    new MutationObserver((records) => {
      for (const { addedNodes, removedNodes } of records) seen.changes += addedNodes.length + removedNodes.length;
    }).observe(document.querySelector(".stage")!, { childList: true });
  });
  await page.waitForFunction(() => document.querySelector("video")!.currentTime > 6.5, null, { polling: 200 });
  const seen = await page.evaluate(() => (window as any).seen as { changes: number; tasks: number[] });
  await page.context().close();
  return seen;
}
