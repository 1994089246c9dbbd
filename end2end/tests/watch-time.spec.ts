// What the player reports as watched, against what the page itself saw of the video: its position is
// looked at a hundred times a second and before every seek; what it moved while playing is the truth.
import type { Page } from "@playwright/test";
import { launch } from "puppeteer-core";
import { chromium } from "../support/chromium.js";
import { expect, Player, test, TOKEN } from "../support/test.js";

type Span = { from: number; to: number };
type Seen = Span & { took: number; rate: number; hidden: boolean };
type Event = { seq: number; type: string; pos?: number };
type Watched = Event & Span & { rate: number; hidden: boolean };
type Sums = { content: number; unique: number; wall: number };

/** In the page: `truth` holds every stretch the video really moved through, in seconds, and how long each took. */
const look = () => {
  const truth: Seen[] = ((window as any).truth = []);
  let last: { at: number; position: number } | undefined;
  const glance = () => {
    const video = document.querySelector("video");
    if (!video || video.seeking || video.paused) return void (last = undefined);
    const now = { at: performance.now() / 1000, position: video.currentTime };
    const [moved, took] = last ? [now.position - last.position, now.at - last.at] : [0, 0];
    // A jump that no playing explains is a seek between two glances.
    if (moved > 0 && moved <= took * video.playbackRate * 1.5 + 0.05) {
      truth.push({ from: last!.position, to: now.position, took, rate: video.playbackRate, hidden: document.hidden });
    }
    last = now;
  };
  setInterval(glance, 10);
  for (const event of ["playing", "seeked"]) document.addEventListener(event, glance, true);
  // And at the last moment before whatever moves the playhead.
  const position = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "currentTime")!;
  Object.defineProperty(HTMLMediaElement.prototype, "currentTime", {
    ...position,
    set(seconds: number) {
      glance();
      position.set!.call(this, seconds);
    },
  });
};

const sum = (xs: number[]) => xs.reduce((a, b) => a + b, 0);
const length = ({ from, to }: Span) => to - from;

function union(spans: Span[]): number {
  let [total, end] = [0, -Infinity];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

/** All events of a page, each once, as its batches bring them. */
class Reported {
  private readonly events = new Map<number, Event>();
  take(url: string, body: string | null | undefined): void {
    if (!url.endsWith("/engage/record")) return;
    for (const event of JSON.parse(body ?? '{"events":[]}').events) this.events.set(event.seq, event);
  }
  /** Waits for the pause at `seconds`, before which every interval stands. */
  async until(seconds: number): Promise<Watched[]> {
    const all = () => [...this.events.values()];
    const there = () => all().some(({ type, pos }) => type === "pause" && Math.abs(pos! / 1000 - seconds) < 0.3);
    await expect.poll(there, { message: `a pause at ${seconds} s` }).toBe(true);
    return all().filter(({ type }) => type === "watched") as Watched[];
  }
}

/** Within 5 % or 0.3 s of the truth, in content, unique and wall time. */
function compare(watched: Watched[], seen: Seen[]): Sums {
  const reported = {
    content: sum(watched.map(length)) / 1000,
    unique: union(watched) / 1000,
    wall: sum(watched.map((span) => (length(span) * 100) / span.rate)) / 1000,
  };
  const [content, unique] = [sum(seen.map(length)), union(seen)];
  const truth = {
    content: [content, content],
    unique: [unique, unique],
    // The playhead of a busy machine stumbles: what it needed at its rate, and what it took.
    wall: [sum(seen.map((span) => length(span) / span.rate)), sum(seen.map(({ took }) => took))],
  };
  for (const measure of ["content", "unique", "wall"] as const) {
    const [least, most] = truth[measure] as [number, number];
    const off = Math.max(least - reported[measure], reported[measure] - most);
    const said = `${measure}: reported ${reported[measure].toFixed(2)} s, truth ${[...new Set([least.toFixed(2), most.toFixed(2)])].join(" to ")} s`;
    test.info().annotations.push({ type: "watched", description: said });
    expect(off, said).toBeLessThanOrEqual(Math.max(0.3, least * 0.05));
  }
  return reported;
}

/** The play page, playing, with both records of it. */
class Watch {
  private readonly reported = new Reported();
  private constructor(
    readonly page: Page,
    readonly player: Player,
  ) {}

  static async open(page: Page, server: { url: string }): Promise<Watch> {
    const watch = new Watch(page, new Player(page));
    await page.addInitScript(look);
    page.on("request", (request) => watch.reported.take(request.url(), request.postData()));
    await page.goto(`${server.url}/video/play/${TOKEN}`);
    await watch.player.live();
    await watch.player.button("Play video").click();
    return watch;
  }

  reaches(seconds: number): Promise<unknown> {
    return this.page.waitForFunction((seconds) => document.querySelector("video")!.currentTime >= seconds, seconds, { polling: 10 });
  }

  /** What the page itself has seen until now. */
  seen(): Promise<Seen[]> {
    return this.page.evaluate(() => (window as any).truth as Seen[]);
  }

  /** Pauses, and compares. */
  async ends(): Promise<Sums & { watched: Watched[] }> {
    await this.page.keyboard.press("k");
    await expect.poll(() => this.player.video.evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
    const watched = await this.reported.until(await this.player.time());
    return { ...compare(watched, await this.seen()), watched };
  }
}

test("five seconds played are five seconds watched", async ({ page, server }) => {
  const watch = await Watch.open(page, server);
  await watch.reaches(5);
  expect((await watch.ends()).content).toBeGreaterThan(4.7);
});

test("what a seek jumps over is not watched", async ({ page, server }) => {
  const watch = await Watch.open(page, server);
  await watch.reaches(3);
  await watch.player.seek(21);
  await watch.reaches(24);
  const { content, watched } = await watch.ends();
  // A busy machine plays on for a while before it seeks.
  const left = Math.max(...(await watch.seen()).map(({ to }) => to).filter((to) => to < 20));
  expect(content).toBeLessThan(left + 6);
  expect(watched.filter(({ from, to }) => from < 20_500 && to > (left + 0.5) * 1_000)).toEqual([]);
});

test("a scene seen twice is watched twice, and unique once", async ({ page, server }) => {
  const watch = await Watch.open(page, server);
  await watch.reaches(3);
  const back = page.waitForFunction(() => document.querySelector("video")!.currentTime < 1, null, { polling: 10 });
  await watch.player.root.getByRole("slider", { name: "Seek" }).fill("0");
  await back;
  await watch.reaches(3);
  const { content, unique } = await watch.ends();
  expect(content - unique).toBeGreaterThan(2.5);
});

test("at twice the speed the content is twice the time", async ({ page, server }) => {
  const watch = await Watch.open(page, server);
  await watch.player.video.evaluate((video: HTMLVideoElement) => (video.playbackRate = 2));
  await watch.reaches((await watch.player.time()) + 5);
  const { content, wall, watched } = await watch.ends();
  expect(watched.some(({ rate }) => rate === 200)).toBe(true);
  expect(content - wall).toBeGreaterThan(1.5);
});

test("twenty seeks of a dragged scrubber are hardly watched at all", async ({ page, server }) => {
  const watch = await Watch.open(page, server);
  await watch.reaches(0.2);
  const settled = () => page.waitForFunction(() => !document.querySelector("video")!.seeking, null, { polling: 10 });
  const box = (await watch.player.root.getByRole("slider", { name: "Seek" }).boundingBox())!;
  let before = 0;
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height / 2);
  await page.mouse.down();
  for (let step = 1; step <= 20; step++) {
    await page.mouse.move(box.x + box.width * (0.1 + step * 0.04), box.y + box.height / 2);
    await settled();
    // From here on playback stands still.
    if (step === 1) before = sum((await watch.seen()).map(length));
  }
  await page.mouse.up();
  await settled();
  expect(await watch.player.time()).toBeGreaterThan(65);
  expect((await watch.ends()).content - before).toBeLessThan(3);
});

test("what plays in a hidden tab is watched, and told apart", async ({ server }) => {
  // Playwright keeps every page visible: here another tab really comes to the front.
  const browser = await launch({ ...chromium, headless: true, defaultViewport: { width: 1280, height: 800 } });
  const page = await browser.newPage();
  const reported = new Reported();
  page.on("request", (request) => reported.take(request.url(), request.postData()));
  await page.evaluateOnNewDocument(look);
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const video = <T>(read: (video: HTMLVideoElement) => T) => page.$eval("video", read);
  const time = () => video((video) => video.currentTime);
  const hidden = () => page.evaluate(() => document.hidden);
  await page.waitForSelector(".player.live");
  await page.locator("::-p-aria(Play video)").click();
  await expect.poll(time).toBeGreaterThan(2);
  const other = await browser.newPage();
  await expect.poll(hidden).toBe(true);
  const left = await time();
  await expect.poll(time).toBeGreaterThan(left + 3);
  await other.close();
  await page.bringToFront();
  await expect.poll(hidden).toBe(false);
  const back = await time();
  await expect.poll(time).toBeGreaterThan(back + 2);
  await page.keyboard.press("k");
  await expect.poll(() => video((video) => video.paused)).toBe(true);
  const watched = await reported.until(await time());
  const seen = (await page.evaluate(() => (window as any).truth)) as Seen[];
  await browser.close();
  compare(watched, seen);
  const inHiding = sum(watched.filter(({ hidden }) => hidden).map(length)) / 1000;
  expect(inHiding).toBeGreaterThan(2);
  // A hidden page's clock ticks once a second.
  expect(Math.abs(inHiding - sum(seen.filter(({ hidden }) => hidden).map(length)))).toBeLessThan(1.1);
});
