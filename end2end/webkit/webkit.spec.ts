import { library } from "../playerjs/suite.js";
import { site } from "../support/receiver.js";
import { expect, test, type Tab } from "./browser.js";

const TOKEN = "demoTourOfCuepoint0001";
const video = () => {
  const { controls, paused, currentTime } = document.querySelector("video")!;
  return { controls, paused, currentTime };
};

async function plays(tab: Tab): Promise<void> {
  const { currentTime } = await tab.evaluate(video);
  await expect.poll(async () => (await tab.evaluate(video)).currentTime).toBeGreaterThan(currentTime + 0.3);
}

async function seek(tab: Tab, seconds: number): Promise<void> {
  await tab.evaluate((ms) => {
    const scrubber = document.querySelector<HTMLInputElement>("input[aria-label=Seek]")!;
    scrubber.value = String(ms);
    for (const type of ["input", "change"]) scrubber.dispatchEvent(new Event(type, { bubbles: true }));
  }, seconds * 1000);
  await expect.poll(async () => (await tab.evaluate(video)).currentTime).toBeGreaterThanOrEqual(seconds - 0.1);
}

test("in WebKit the play page plays, seeks, shows captions and the call to action", async ({ tab, server }) => {
  await tab.goto(`${server.url}/video/play/${TOKEN}`);
  await expect.poll(async () => (await tab.evaluate(video)).controls).toBe(false);
  await tab.click("button", "Play video");
  await plays(tab);
  await seek(tab, 5);
  await plays(tab);
  await tab.click("button", "Captions");
  const cues = () => tab.evaluate(() => [...document.querySelector("video")!.textTracks].filter(({ mode }) => mode === "showing").flatMap(({ cues }) => [...(cues ?? [])]).length);
  await expect.poll(cues).toBeGreaterThan(0);
  await seek(tab, 19);
  const seen = () => tab.evaluate(() => (document.querySelector("a[href*='/video/cta/']") ? document.querySelector("video")!.currentTime : 0));
  let came = 0;
  await expect.poll(async () => (came = await seen())).toBeGreaterThan(0);
  expect(came).toBeGreaterThanOrEqual(20);
  // It stands for eight seconds, and each button of the page is asked for its name.
  await tab.evaluate(() => document.querySelector("video")!.pause());
  await tab.find("link", "Book a demo");
  expect(await tab.evaluate(() => document.querySelector<HTMLAnchorElement>("a[href*='/video/cta/']")!.pathname)).toMatch(/^\/video\/cta\/\d+$/);
});

test("in WebKit a page on another site speaks Player.js with the frame", async ({ tab, server }) => {
  const { url, stop } = await site(`<!doctype html><html lang="en"><head><title>A customer's page</title><link rel="icon" href="data:,"></head><body>
    <iframe src="${server.url}/video/embed/${TOKEN}" title="A tour" width="800" height="450" allow="autoplay; fullscreen"></iframe>
    <script>${library}</script>
    <script>window.heard = [];
      const player = new playerjs.Player(document.querySelector("iframe"));
      player.on("ready", () => { heard.push("ready"); player.on("play", () => heard.push("play"));
        player.on("timeupdate", ({ seconds }) => seconds > 0.3 && heard.push("time"));
        player.mute(); player.play() });
    </script></body></html>`);
  await tab.goto(url);
  const heard = () => tab.evaluate(() => (window as any).heard as string[]);
  await expect.poll(heard).toEqual(expect.arrayContaining(["ready", "play", "time"]));
  await tab.enter("iframe");
  await plays(tab);
  await tab.leave();
  stop();
});
