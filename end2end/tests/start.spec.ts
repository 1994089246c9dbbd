import { AxeBuilder } from "@axe-core/playwright";
import { expect, Player, test, TOKEN } from "../support/test.js";

const state = (player: Player) =>
  player.video.evaluate((video: HTMLVideoElement) => ({
    paused: video.paused,
    muted: video.muted,
    rate: video.playbackRate,
    loop: video.loop,
    captions: [...video.textTracks].some((track) => track.mode === "showing"),
  }));

test("the address says how the player starts", async ({ page, server }) => {
  await page.goto(`${server.url}/video/embed/${TOKEN}?start=30&muted=1&loop=true&playbackRate=1.5&captions=en&title=1&color=ff6600`);
  const player = await new Player(page).live();
  expect(await state(player)).toEqual({ paused: true, muted: true, rate: 1.5, loop: true, captions: true });
  await expect.poll(() => player.time()).toBeCloseTo(30, 0);
  await expect(page.getByRole("link", { name: "A tour of Cuepoint" })).toHaveAttribute("href", `${server.url}/video/play/${TOKEN}`);
  const accent = await player.root.evaluate((root) => getComputedStyle(root).getPropertyValue("--cue-accent"));
  expect(accent).toMatch(/^#[0-9a-f]{6}$/);
});

test("a parent that asks for playback before the video is there is heard", async ({ page, server }) => {
  await page.addInitScript(() => {
    const ask = { data: { context: "cuepoint", play: true }, source: window, ports: [new MessageChannel().port2] };
    // As soon as the page's first script has run: the parser has not come to the video.
    new MutationObserver((_, sight) => {
      if (!document.documentElement.classList.contains("js")) return;
      sight.disconnect();
      (window as any).early = document.querySelector("video") === null;
      dispatchEvent(new MessageEvent("message", ask));
    }).observe(document, { attributes: true, subtree: true });
  });
  await page.goto(`${server.url}/video/embed/${TOKEN}?muted=1`);
  await new Player(page).plays();
  expect(await page.evaluate(() => (window as any).early)).toBe(true);
});

test("playback stops where the address says, and goes on when asked", async ({ page, server }) => {
  await page.goto(`${server.url}/video/embed/${TOKEN}?start=10&stop=11`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await expect.poll(() => player.time()).toBeGreaterThan(10.9);
  await expect.poll(async () => (await state(player)).paused).toBe(true);
  await player.press("Play");
  await expect.poll(() => player.time()).toBeGreaterThan(11.5);
});

test("without controls the frame and the keys are all there is", async ({ page, server }) => {
  await page.goto(`${server.url}/video/embed/${TOKEN}?controls=0`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await expect(player.root.getByRole("slider")).toHaveCount(0);
  await player.root.focus();
  await page.keyboard.press("k");
  await expect.poll(async () => (await state(player)).paused).toBe(true);
});

test("an embedder switches the keys off", async ({ page, server }) => {
  await page.goto(`${server.url}/video/embed/${TOKEN}?keyboard=false`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.root.focus();
  await page.keyboard.press("k");
  await page.keyboard.press("m");
  expect(await state(player)).toMatchObject({ paused: false, muted: false });
});

test("a viewer goes on where the video was left, or starts over", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  let player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.seek(40);
  await page.keyboard.press("k");
  // The player has heard of it, and remembers the place.
  await expect(player.button("Play")).toBeVisible();
  await page.reload();
  player = await new Player(page).live();
  await expect.poll(() => player.time()).toBeGreaterThan(39);
  await player.button("Start over").click();
  await expect.poll(() => player.time()).toBeLessThan(10);
  await player.plays();
  await page.goto(`${server.url}/video/play/${TOKEN}?t=20`);
  await player.live();
  await expect.poll(() => player.time()).toBeCloseTo(20, 0);
});

test("a viewer who presses play before the player is there goes on where the video was left as well", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.seek(40);
  await page.keyboard.press("k");
  await expect(player.button("Play")).toBeVisible();
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.reload();
  await player.button("Play video").click();
  await player.plays();
  expect(await player.time()).toBeLessThan(5);
  arrive();
  await player.live();
  await expect.poll(() => player.time()).toBeGreaterThan(39);
  await player.plays();
});

test("who has paused before the player was there is not started again", async ({ page, server }) => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(`${server.url}/video/embed/${TOKEN}?autoplay=1&muted=1`);
  const player = new Player(page);
  await player.plays();
  await player.button("Pause").click();
  await expect(player.video).toHaveJSProperty("paused", true);
  const before = await player.time();
  arrive();
  await player.live();
  await expect(player.button("Play")).toBeVisible();
  expect(await player.time()).toBe(before);
});

test("every language has its own words, and Arabic is mirrored", async ({ browser, server }) => {
  for (const [lang, play, title] of [
    ["de-AT", "Video abspielen", "Hier gibt es kein Video"],
    ["ja", "動画を再生", null],
    ["ar", null, null],
  ] as const) {
    const context = await browser.newContext({ locale: lang, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(`${server.url}/video/play/${TOKEN}`);
    const root = page.locator(".player");
    await expect(root).toHaveClass(/\blive\b/);
    if (play !== null) await expect(root.getByRole("button", { name: play })).toBeVisible();
    await root.locator(".big-play").click();
    await expect(root.locator(".bar")).toBeVisible();
    const html = page.locator("html");
    await expect(html).toHaveAttribute("lang", lang.slice(0, 2));
    await expect(html).toHaveAttribute("dir", lang === "ar" ? "rtl" : "ltr");
    const bar = (await root.locator(".bar").boundingBox())!;
    const first = (await root.locator(".bar .control").first().boundingBox())!;
    expect(first.x > bar.x + bar.width / 2, lang).toBe(lang === "ar");
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    if (title !== null) {
      await page.goto(`${server.url}/video/play/${"A".repeat(22)}`);
      await expect(page.getByRole("heading", { name: title })).toBeVisible();
    }
    await page.goto(`${server.url}/video/play/${TOKEN}?lang=fr`);
    await expect(html).toHaveAttribute("lang", "fr");
    await context.close();
  }
});

test("what went wrong is named, and trying again goes on", async ({ page, server, complaints }) => {
  let broken = true;
  await page.route("**/media/*/tour.mp4", (route) => (broken ? route.fulfill({ status: 200, contentType: "video/mp4", body: "no" }) : route.continue()));
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The video could not be loaded.");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  broken = false;
  await alert.getByRole("button", { name: "Try again" }).click();
  await new Player(page).plays();
  await expect(alert).toBeHidden();
  complaints.length = 0;
});

test("an owner's theme and end are the player's", async ({ page, server }) => {
  const { videos } = { videos: "/api/v1/videos/1000001" };
  const theme = { accent: "#0f766e", text: "#1f2937", background: "#fff7ed", radius: 4 };
  await server.api("PATCH", videos, { theme, end: "reset", download: true });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await expect(player.button("Play video")).toHaveCSS("background-color", "rgb(15, 118, 110)");
  await player.button("Play video").click();
  await player.plays();
  await player.press("Settings");
  await expect(page.getByRole("link", { name: "Download" })).toHaveAttribute("href", `/media/${TOKEN}/tour.mp4`);
  await page.keyboard.press("Escape");
  await player.video.evaluate((video: HTMLVideoElement) => (video.currentTime = video.duration - 0.3));
  await expect(player.button("Play video")).toBeVisible();
  expect(await player.time()).toBe(0);
  await expect(server.api("PATCH", videos, { theme: { accent: "#ffff99" } })).rejects.toThrow(/422.*theme\.accent.*#[0-9a-f]{6}/s);
  await server.api("PATCH", videos, { theme: null, end: "stay", download: false });
});

test("the system's media controls know the video and drive it", async ({ page, server }) => {
  await page.addInitScript(() => {
    const acts = ((window as any).acts = {} as Record<string, (details: object) => void>);
    const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
    navigator.mediaSession.setActionHandler = (name, act) => {
      acts[name] = act as (details: object) => void;
      set(name, act);
    };
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  expect(await page.evaluate(() => navigator.mediaSession.metadata?.title)).toBe("A tour of Cuepoint");
  const act = (name: string, more = {}) =>
    page.evaluate(([name, more]) => (window as any).acts[name as string]({ action: name, ...(more as object) }), [name, more] as const);
  await act("seekto", { seekTime: 30 });
  await expect.poll(() => player.time()).toBeGreaterThan(29.9);
  await act("nexttrack");
  await expect.poll(() => player.time()).toBeGreaterThan(37.7);
  await act("pause");
  await expect.poll(async () => (await state(player)).paused).toBe(true);
});
