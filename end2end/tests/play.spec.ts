import { AxeBuilder } from "@axe-core/playwright";
import { expect, Player, still, test, TOKEN } from "../support/test.js";

test("the play button plays, and the controls show what the video does", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  await expect(page).toHaveTitle("A tour of Cuepoint");
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.press("Pause");
  await expect(player.button("Play")).toBeVisible();
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
});

test("the video plays before any script has arrived", async ({ page, server, complaints }) => {
  await page.route("**/pkg/*.wasm", (route) => route.abort());
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const video = page.locator("video");
  // What never arrives leaves the native controls.
  await expect(video).toHaveAttribute("controls", "");
  await expect(page.getByRole("button", { name: "Play video" })).toBeHidden();
  await video.evaluate((video: HTMLVideoElement) => video.play());
  await new Player(page).plays();
  // The browser names the request that this test cut off.
  complaints.length = 0;
});

for (const kind of ["play", "embed"]) {
  test(`play, sound and time of the ${kind} page work while the player is on its way, and the focus stays`, async ({ page, server }) => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    await page.route("**/pkg/*.wasm", async (route) => {
      await arrived;
      await route.continue();
    });
    await page.goto(`${server.url}/video/${kind}/${TOKEN}`);
    const player = new Player(page);
    await expect(player.button("Pause")).toBeHidden();
    await player.button("Play video").click();
    await player.plays();
    await expect(player.button("Play video")).toBeHidden();
    await player.button("Mute").click();
    await expect(player.button("Unmute")).toBeVisible();
    await expect(player.root.locator(".first-bar .time")).toContainText(/0:(0[1-9]|[1-5]\d)\s*1:/);
    await player.button("Pause").focus();
    await page.keyboard.press("Enter");
    await expect(player.button("Play")).toBeFocused();
    expect(await player.video.evaluate((video: HTMLVideoElement) => [video.paused, video.muted, video.controls])).toEqual([true, true, false]);
    expect((await new AxeBuilder({ page }).include(".player").analyze()).violations).toEqual([]);
    arrive();
    await player.live();
    await expect(player.button("Play")).toBeFocused();
    await expect(player.button("Play")).toHaveCount(1);
    await expect(player.button("Unmute")).toBeVisible();
    await page.keyboard.press("Enter");
    await player.plays();
  });
}

test("a video that was slow to start before the player was there is seen to wait", async ({ page, server }) => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/media/*/tour.mp4", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`, { waitUntil: "commit" });
  const player = new Player(page);
  await player.button("Play video").click();
  await player.live();
  await expect(player.root).toHaveClass(/\bwaiting\b/);
  arrive();
  await player.plays();
  await expect(player.root).not.toHaveClass(/\bwaiting\b/);
});

test("no wasm is asked for before the first frame", async ({ page, server }) => {
  await page.addInitScript(() => {
    document.addEventListener("loadeddata", () => performance.mark("first-frame"), true);
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  await new Player(page).live();
  const [frame, wasm] = await page.evaluate(() => [
    performance.getEntriesByName("first-frame")[0]!.startTime,
    performance.getEntriesByType("resource").find((entry) => entry.name.endsWith(".wasm"))!.startTime,
  ]);
  // Three seconds is as long as the player waits for a picture that a busy machine is slow to draw.
  expect(wasm).toBeGreaterThanOrEqual(Math.min(frame!, 3_000));
});

test("everything can be done with the keyboard alone", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await page.keyboard.press("k");
  await player.plays();
  await page.keyboard.press("l");
  await expect.poll(() => player.time()).toBeGreaterThan(10);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("m");
  await expect(player.button("Unmute")).toBeVisible();
  await page.keyboard.press("m");
  await expect(player.button("Mute")).toBeVisible();
  await page.keyboard.press("c");
  await expect(player.button("Captions")).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("f");
  await expect(player.button("Leave full screen")).toBeVisible();
  await page.keyboard.press("f");
  await expect(player.button("Full screen")).toBeVisible();
  await player.button("Pause").focus();
  await page.keyboard.press("Space");
  await expect(player.button("Play")).toBeFocused();
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
});

test("with the focus elsewhere the keys that scroll the page go on scrolling it", async ({ page, server }) => {
  await page.setViewportSize({ width: 1280, height: 400 });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await page.keyboard.press("End");
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0);
  expect(await player.video.evaluate((video: HTMLVideoElement) => [video.paused, video.currentTime])).toEqual([true, 0]);
});

test("what is played before the script arrives is reported", async ({ page, server }) => {
  const events: Record<string, unknown>[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/engage/record")) events.push(...JSON.parse(request.postData() ?? "{}").events);
  });
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = new Player(page);
  await player.video.evaluate((video: HTMLVideoElement) => video.play());
  await expect.poll(() => player.time()).toBeGreaterThan(1.5);
  await player.video.evaluate((video: HTMLVideoElement) => video.pause());
  arrive();
  await player.live();
  await expect.poll(() => events.filter((event) => event.type === "watched")).toHaveLength(1);
  const [watched] = events.filter((event) => event.type === "watched") as { from: number; to: number }[];
  expect(watched!.from).toBeLessThan(100);
  expect(watched!.to).toBeGreaterThan(1_400);
  expect(events.some((event) => event.type === "play")).toBe(true);
});

test("the scrubber seeks and says the time in words", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.begins();
  await player.seek(65);
  const scrubber = player.root.getByRole("slider", { name: "Seek" });
  await expect(scrubber).toHaveAttribute("aria-valuetext", /^1 minute \d+ seconds? of 1 minute 2\d seconds, Signed webhooks$/);
  await scrubber.focus();
  const before = await player.time();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => player.time()).toBeGreaterThan(before + 4);
  // Every arrow belongs to the slider that has the focus.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => player.time()).toBeLessThan(before + 4);
  const after = await player.time();
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => player.time()).toBeGreaterThan(after + 4);
  await expect(player.video).toHaveJSProperty("volume", 1);
});

test("Caps Lock leaves the keys as they are", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  const press = (key: string, shiftKey = false) =>
    player.root.evaluate((root, how) => root.dispatchEvent(new KeyboardEvent("keydown", { ...how, bubbles: true })), { key, shiftKey });
  await press("M");
  await expect(player.video).toHaveJSProperty("muted", true);
  await press("M", true);
  await expect(player.video).toHaveJSProperty("muted", true);
  await press("K");
  await player.plays();
});

test("the volume can be set and is shown", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.button("Mute").focus();
  await player.root.getByRole("slider", { name: "Volume" }).fill("40");
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.volume)).toBeCloseTo(0.4);
  await player.press("Mute");
  await expect(player.button("Unmute")).toBeVisible();
});

test("controls fade while the video plays and come back", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await page.mouse.move(5, 5);
  await expect(player.root).toHaveClass(/\bidle\b/);
  // They go again after a while, which may be before a busy machine has looked.
  await expect(async () => {
    await player.stir();
    await expect(player.root).not.toHaveClass(/\bidle\b/, { timeout: 1_000 });
  }).toPass();
});

test("axe finds nothing on the play page, before and while it plays", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await player.button("Play video").click();
  await player.plays();
  await player.seek(21);
  await expect(page.getByRole("link", { name: "Book a demo" })).toBeVisible();
  await still(page);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test("a page without a video helps, and says so with its status", async ({ page, server, complaints }) => {
  const answer = await page.goto(`${server.url}/video/play/AAAAAAAAAAAAAAAAAAAAAA`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is no video here" })).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  // The browser reports the status itself.
  complaints.length = 0;
});
