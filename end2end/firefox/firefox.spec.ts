import { library } from "../playerjs/suite.js";
import { site } from "../support/receiver.js";
import { expect, Player, test } from "./browser.js";

const TOKEN = "demoTourOfCuepoint0001";

test("in Firefox the play page plays, seeks, shows captions and the call to action", async ({ tab, server }) => {
  await tab.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(tab).live();
  await player.click("button", "Play video");
  await player.plays();
  await player.seek(5);
  await player.plays();
  await player.click("button", "Captions");
  const showing = () => player.video((video) => [...video.textTracks].filter(({ kind, mode }) => kind === "captions" && mode === "showing").length);
  await expect.poll(showing).toBe(1);
  await expect.poll(() => player.video((video) => [...video.textTracks].flatMap(({ cues }) => [...(cues ?? [])]).length)).toBeGreaterThan(0);

  await player.seek(19);
  const link = await player.find("link", "Book a demo");
  expect(await player.time()).toBeGreaterThanOrEqual(20);
  expect(await link.evaluate((link) => (link as HTMLAnchorElement).pathname)).toMatch(/^\/video\/cta\//);
  await expect.poll(() => link.isVisible()).toBe(true);
});

test("in Firefox what was watched is reported", async ({ tab, server }) => {
  const report = () => server.api<{ total_plays: number }>("GET", "/api/v1/me/video/reports/1000001");
  const before = (await report()).total_plays;
  await tab.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(tab).live();
  await player.click("button", "Play video");
  await expect.poll(() => player.time()).toBeGreaterThan(2);
  // Leaving sends the rest by beacon.
  await tab.goto("about:blank");
  await expect.poll(async () => (await report()).total_plays).toBe(before + 1);
});

test("in Firefox a page on another site speaks Player.js with the frame", async ({ tab, server }) => {
  const { url, stop } = await site(`<!doctype html><html lang="en"><head><title>A customer's page</title><link rel="icon" href="data:,"></head><body>
    <iframe src="${server.url}/video/embed/${TOKEN}" title="A tour" width="800" height="450" allow="autoplay; fullscreen"></iframe>
    <script>${library}</script>
    <script>window.heard = [];
      const player = new playerjs.Player(document.querySelector("iframe"));
      player.on("ready", () => { heard.push("ready"); player.on("play", () => heard.push("play"));
        player.on("timeupdate", ({ seconds }) => seconds > 0.3 && heard.push("time"));
        player.getDuration((duration) => { window.duration = duration; player.mute(); player.play() }) });
    </script></body></html>`);
  await tab.goto(url);
  const heard = () => tab.evaluate(() => (window as any).heard as string[]);
  await expect.poll(heard, { timeout: 20_000 }).toEqual(expect.arrayContaining(["ready", "play", "time"]));
  expect(await tab.evaluate(() => (window as any).duration as number)).toBeCloseTo(81.9, 0);
  const player = new Player(tab.frames().find((frame) => frame.url().includes("/video/embed/"))!);
  await player.plays();
  stop();
});
