import { expect, Player, still, test, TOKEN } from "../support/test.js";

/** Brings the controls up again, once they have gone. */
async function wake(player: Player): Promise<void> {
  await expect(player.root).toHaveClass(/\bidle\b/);
  await player.video.tap({ position: { x: 200, y: 60 } });
  await expect(player.root).not.toHaveClass(/\bidle\b/);
}

/** Brings the controls up and taps one of them, before they have gone again. */
async function tap(player: Player, name: string): Promise<void> {
  await expect(async () => {
    await wake(player);
    await player.button(name).tap({ timeout: 1_500 });
  }).toPass();
}

test("a phone plays by touch, with nothing cut off", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  const width = page.viewportSize()!.width;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  await wake(player);
  const bar = player.root.locator(".bar");
  for (const name of ["Pause", "Mute", "Captions", "Settings", "Full screen"]) {
    const box = (await bar.getByRole("button", { name, exact: true }).boundingBox())!;
    expect(Math.min(box.width, box.height), name).toBeGreaterThanOrEqual(44);
    expect(box.x + box.width, name).toBeLessThanOrEqual(width);
  }
});

test("on a narrow frame the call to action is a banner inside the frame", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  await player.halts();
  await player.seek(20.5);
  const link = page.getByRole("link", { name: "Book a demo" });
  await expect(link).toBeVisible();
  await still(page);
  const [card, frame] = [(await page.getByRole("group", { name: "Call to action" }).boundingBox())!, (await player.root.boundingBox())!];
  expect(card.width).toBeGreaterThan(frame.width * 0.8);
  expect(card.y).toBeGreaterThanOrEqual(frame.y);
  expect(card.y + card.height).toBeLessThanOrEqual(frame.y + frame.height);
});

test("a tap where the faded scrubber is does not seek", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  const box = (await player.root.getByRole("slider", { name: "Seek" }).boundingBox())!;
  await expect(player.root).toHaveClass(/\bidle\b/);
  await page.touchscreen.tap(box.x + box.width * 0.8, box.y + box.height / 2);
  await expect(player.root).not.toHaveClass(/\bidle\b/);
  expect(await player.time()).toBeLessThan(30);
});

test("a tap brings the controls up and puts them away, and never stops the video", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  await expect(player.root).toHaveClass(/\bidle\b/);
  await player.video.tap({ position: { x: 200, y: 60 } });
  await expect(player.root).not.toHaveClass(/\bidle\b/);
  await player.video.tap({ position: { x: 200, y: 60 } });
  await expect(player.root).toHaveClass(/\bidle\b/);
  await player.plays();
});

test("two taps at a side jump ten seconds", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.begins((button) => button.tap());
  const box = (await player.root.boundingBox())!;
  for (const [share, to] of [[0.9, 50], [0.1, 30]] as const) {
    // A busy machine may bring the second tap too late to belong to the first.
    await expect(async () => {
      await player.seek(40);
      for (let tap = 0; tap < 2; tap++) await page.touchscreen.tap(box.x + box.width * share, box.y + 30);
      await expect.poll(() => player.time(), { timeout: 2_000 }).toBeCloseTo(to, 1);
    }).toPass();
  }
});

test("a finger drags the scrubber", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  const box = (await player.root.getByRole("slider", { name: "Seek" }).boundingBox())!;
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", share: number) =>
    devtools.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: box.x + box.width * share, y: box.y + box.height / 2 }],
    });
  await wake(player);
  await touch("touchStart", 0.1);
  for (let share = 0.15; share <= 0.6; share += 0.05) await touch("touchMove", share);
  await touch("touchEnd", 0.6);
  await expect.poll(() => player.time()).toBeGreaterThan(40);
});

test("what a narrow bar has no room for is in the settings", async ({ page, server }) => {
  await page.goto(`${server.url}/video/embed/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  await tap(player, "Settings");
  await page.getByRole("button", { name: "Chapters and transcript" }).tap();
  await expect(page.getByRole("dialog", { name: "Chapters and transcript" })).toBeVisible();
});

test("a phone that lets no element fill its screen fills the window instead", async ({ page, server }) => {
  await page.addInitScript(() => {
    for (const name of ["fullscreenEnabled", "webkitFullscreenEnabled"]) Object.defineProperty(document, name, { value: false });
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  await tap(player, "Full screen");
  await expect(player.button("Leave full screen")).toBeVisible();
  const { width, height } = page.viewportSize()!;
  expect(await player.root.boundingBox()).toMatchObject({ x: 0, y: 0, width, height });
  await tap(player, "Leave full screen");
  await expect(player.button("Full screen")).toBeVisible();
});

test("a phone turns its screen only once the player fills it", async ({ page, server }) => {
  await page.addInitScript(() => {
    const said: string[] = ((window as any).said = []);
    Element.prototype.requestFullscreen = () => new Promise<void>((filled) => ((window as any).fill = () => (said.push("filled"), filled())));
    Object.assign(screen.orientation, { lock: async (how: string) => void said.push(how) });
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  await tap(player, "Full screen");
  await page.waitForFunction(() => (window as any).fill);
  await page.evaluate(() => (window as any).fill());
  await expect.poll(() => page.evaluate(() => (window as any).said)).toEqual(["filled", "landscape"]);
});
