import type { Page } from "@playwright/test";
import { Parent } from "../playerjs/parent.js";
import { serveSuite, type Suite } from "../playerjs/suite.js";
import { expect, test, TOKEN } from "../support/test.js";

const METHODS = ["play", "pause", "getPaused", "mute", "unmute", "getMuted", "setVolume", "getVolume", "getDuration", "setCurrentTime"]
  .concat(["getCurrentTime", "setLoop", "getLoop", "addEventListener", "removeEventListener"]);

/** Runs the protocol's own suite: 12 tests with 19 assertions for each frame. */
async function passes(page: Page, suite: { url: string; stop: () => void }, frames = 1): Promise<void> {
  // Its tests play the video, one after the other.
  test.slow();
  await page.goto(suite.url);
  const run = () => page.evaluate(() => (window as any).suite as Suite);
  const whole = { failed: 0, passed: 19 * frames, total: 19 * frames };
  await expect
    .poll(async () => ({ ...(await run()).done, failures: (await run()).failures }), { timeout: 150_000 })
    .toEqual({ ...whole, failures: [] });
  const { tests, methods } = await run();
  expect(tests).toHaveLength(12 * frames);
  // The suite leaves out what a player does not name.
  expect(methods.length).toBeGreaterThanOrEqual(frames);
  for (const named of methods) expect(named).toEqual(expect.arrayContaining(METHODS));
  suite.stop();
}

test("the Player.js suite runs here as it should: its own player passes it", async ({ page }) => {
  await passes(page, await serveSuite((packaged) => [`${packaged}/test/mock.html`]));
});

test("the embed passes the Player.js suite", async ({ page, server }) => {
  await passes(page, await serveSuite(() => [`${server.url}/video/embed/${TOKEN}`]));
});

test("the embed passes the Player.js suite on a page that tells no referrer", async ({ page, server }) => {
  await passes(page, await serveSuite(() => [`${server.url}/video/embed/${TOKEN}`], { "referrer-policy": "no-referrer" }));
});

test("two embeds on one page pass the Player.js suite", async ({ page, server }) => {
  await passes(page, await serveSuite(() => Array(2).fill(`${server.url}/video/embed/${TOKEN}`)), 2);
});

test("all that a page hears is text in the protocol's own words until it says more", async ({ page, server }) => {
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  await parent.tell({ method: "mute" });
  await parent.tell({ method: "play" });
  await expect.poll(() => parent.ask("getCurrentTime")).toBeGreaterThan(0.3);
  for (const data of await parent.raw()) {
    expect(typeof data).toBe("string");
    expect(JSON.parse(data as string)).toMatchObject({ context: "player.js", version: "0.0.11" });
  }
  parent.stop();
});

test("an address with its query in an odd order comes back letter for letter", async ({ page, server }) => {
  const src = `${server.url}/video/embed/${TOKEN}?t=1m&muted=1&&loop=0&b=%7e~%20+&a&autoplay=0`;
  const parent = await Parent.open(page, src);
  expect((await parent.hears({ event: "ready" })).value.src).toBe(src);
  parent.stop();
});

test("a listener that comes late to ready is told again", async ({ page, server }) => {
  const src = `${server.url}/video/embed/${TOKEN}`;
  const parent = await Parent.open(page, src);
  await parent.listen("ready", "late");
  expect((await parent.hears({ event: "ready", listener: "late" })).value.src).toBe(src);
  parent.stop();
});

test("a method that nobody knows is error 2", async ({ page, server }) => {
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  await parent.listen("error", "e");
  await parent.tell({ method: "fly" });
  expect((await parent.hears({ event: "error", listener: "e" })).value).toEqual({ code: 2, msg: expect.stringContaining("fly") });
  parent.stop();
});

test("a method that this browser can not do is error 3", async ({ page, server }) => {
  // As on an iPhone, where the volume is the device's.
  await page.addInitScript(() => {
    Object.defineProperty(HTMLMediaElement.prototype, "volume", { get: () => 1, set: () => {} });
  });
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  await parent.listen("error", "e");
  await parent.tell({ method: "setVolume", value: 50 });
  expect((await parent.hears({ event: "error", listener: "e" })).value).toEqual({ code: 3, msg: expect.stringContaining("setVolume") });
  parent.stop();
});

test("taking listeners away without naming one takes away all of them", async ({ page, server }) => {
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  await parent.listen("pause", "one");
  await parent.listen("pause", "two");
  await parent.tell({ method: "mute" });
  const playAndPause = async () => {
    await parent.tell({ method: "play" });
    await expect.poll(() => parent.ask("getPaused")).toBe(false);
    await parent.tell({ method: "pause" });
    await expect.poll(() => parent.ask("getPaused")).toBe(true);
  };
  await playAndPause();
  await parent.hears({ event: "pause", listener: "one" });
  await parent.hears({ event: "pause", listener: "two" });
  await parent.tell({ method: "removeEventListener", value: "pause" });
  await parent.listen("timeupdate", "t");
  await playAndPause();
  await parent.hears({ event: "timeupdate", listener: "t" });
  expect((await parent.said()).filter(({ event }) => event === "pause")).toHaveLength(2);
  parent.stop();
});

test("progress tells seconds, duration and how much of it", async ({ page, server }) => {
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  await parent.listen("progress", "p");
  expect(await parent.ask("getPaused")).toBe(true);
  // So short a video may be here already, and then the browser says no more.
  await page.frameLocator("#player").locator("video").evaluate((video) => video.dispatchEvent(new Event("progress")));
  const { value } = await parent.hears({ event: "progress", listener: "p" });
  expect(Object.keys(value).sort()).toEqual(["duration", "percent", "seconds"]);
  expect(value.duration).toBeCloseTo(81.9, 0);
  expect(value.seconds).toBeLessThanOrEqual(value.duration + 0.1);
  expect(value.percent).toBeGreaterThanOrEqual(0);
  expect(value.percent).toBeLessThanOrEqual(1);
  parent.stop();
});

test("messages may be objects as well as text", async ({ page, server }) => {
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  await parent.tell({ method: "getDuration", listener: "o" }, "object");
  expect((await parent.hears({ event: "getDuration", listener: "o" })).value).toBeCloseTo(81.9, 0);
  parent.stop();
});

test("only the page around the frame is obeyed", async ({ page, server }) => {
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  await parent.tell({ method: "getDuration", listener: "stranger" }, "text", "stranger");
  await parent.tell({ method: "mute" }, "text", "stranger");
  await parent.tell({ method: "play" }, "text", "stranger");
  await parent.tell({ method: "setVolume", value: 10 }, "object", "stranger");
  expect(await parent.ask("getPaused")).toBe(true);
  expect(await parent.ask("getMuted")).toBe(false);
  expect(await parent.ask("getVolume")).toBe(100);
  expect((await parent.said()).filter(({ listener }) => listener === "stranger")).toEqual([]);
  parent.stop();
});

test("what is set can be read at once", async ({ page, server }) => {
  const parent = await Parent.open(page, `${server.url}/video/embed/${TOKEN}`);
  // One after the other, with nothing waited for in between.
  const told = [
    { method: "setVolume", value: 40 },
    { method: "getVolume", listener: "volume" },
    { method: "mute" },
    { method: "mute" },
    { method: "getMuted", listener: "muted" },
    { method: "setLoop", value: true },
    { method: "setLoop", value: true },
    { method: "getLoop", listener: "loop" },
    { method: "setCurrentTime", value: 30 },
    { method: "getCurrentTime", listener: "time" },
  ];
  await parent.tellAll(told);
  expect((await parent.hears({ event: "getCurrentTime", listener: "time" })).value).toBeCloseTo(30, 1);
  expect((await parent.hears({ event: "getVolume", listener: "volume" })).value).toBe(40);
  expect((await parent.hears({ event: "getMuted", listener: "muted" })).value).toBe(true);
  expect((await parent.hears({ event: "getLoop", listener: "loop" })).value).toBe(true);
  parent.stop();
});
