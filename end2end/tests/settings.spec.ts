import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, Player, still, test, TOKEN } from "../support/test.js";

const axe = async (page: Page) => {
  await still(page);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
};

async function playing(page: Page, url: string): Promise<Player> {
  await page.goto(url);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  return player;
}

test("the speed is chosen with the mouse, kept, and said", async ({ page, server }) => {
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  await player.press("Settings");
  await page.getByRole("button", { name: /^Speed/ }).click();
  await page.getByRole("radio", { name: "1.5×" }).check();
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.playbackRate)).toBe(1.5);
  await expect(player.root.getByRole("status").last()).toHaveText(/Speed 1\.5/);
  await axe(page);
  await page.reload();
  await new Player(page).live();
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.playbackRate)).toBe(1.5);
});

test("the settings are walked with the keyboard alone, and the focus comes back", async ({ page, server }) => {
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  await player.button("Settings").focus();
  await page.keyboard.press("Enter");
  const speed = page.getByRole("button", { name: /^Speed/ });
  await expect(speed).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("radio", { name: "Normal" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => player.video.evaluate((video: HTMLVideoElement) => video.playbackRate)).toBe(1.25);
  await page.keyboard.press("Escape");
  await expect(speed).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(speed).toBeHidden();
  await expect(player.button("Settings")).toBeFocused();
});

test("Escape closes what floats also when the focus is on the page", async ({ page, server }) => {
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  await player.press("Settings");
  const speed = page.getByRole("button", { name: /^Speed/ });
  await expect(speed).toBeFocused();
  await speed.evaluate((button: HTMLElement) => button.blur());
  await page.keyboard.press("Escape");
  await expect(speed).toBeHidden();
  await expect(player.button("Settings")).toBeFocused();
});

test("captions look as the viewer chose, and still do after a reload", async ({ page, server }) => {
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  await player.press("Captions");
  // The line stays while it is looked at.
  await player.halts();
  await player.seek(4);
  const line = player.root.locator(".captions p").first();
  await expect(line).toBeVisible();
  await player.press("Settings");
  await page.getByRole("dialog", { name: "Settings" }).getByRole("button", { name: /^Captions/ }).click();
  await page.getByRole("button", { name: "Caption style" }).click();
  await axe(page);
  const before = (await line.boundingBox())!.height;
  await page.getByRole("combobox", { name: "Size" }).selectOption({ label: "200%" });
  await page.getByRole("combobox", { name: "Colour" }).selectOption({ label: "Yellow" });
  await expect(line).toHaveCSS("color", "rgb(255, 255, 0)");
  await expect.poll(async () => (await line.boundingBox())!.height).toBeGreaterThan(before * 1.5);
  await page.reload();
  const again = await new Player(page).live();
  await again.button("Play video").click();
  await expect(line).toHaveCSS("color", "rgb(255, 255, 0)");
});

test("the video loops when asked to", async ({ page, server }) => {
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  await player.press("Settings");
  await page.getByRole("switch", { name: "Loop" }).check();
  await player.video.evaluate((video: HTMLVideoElement) => (video.currentTime = video.duration - 0.4));
  await expect.poll(() => player.time()).toBeLessThan(10);
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.paused)).toBe(false);
});

test("the link at the current time is copied", async ({ page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  await player.halts();
  await player.seek(65);
  await player.press("Settings");
  await page.getByRole("button", { name: /^Copy link/ }).click();
  await expect(page.getByRole("button", { name: /^Copied/ })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(new RegExp(`^${server.url}/video/play/${TOKEN}\\?t=6[56]$`));
  await page.goto(link);
  await new Player(page).live();
  await expect.poll(() => player.time()).toBeGreaterThan(64);
});

test("the share dialog opens without a script and copies with one", async ({ page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await playing(page, `${server.url}/video/play/${TOKEN}`);
  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog", { name: "Share" });
  await expect(dialog).toBeVisible();
  await axe(page);
  for (const [name, holds] of [
    ["Link", `/video/play/${TOKEN}`],
    ["Embed, any width", "<iframe src="],
    ["Embed, fixed size", 'width="640" height="360"'],
    ["Embed as an element", "<cuepoint-player token="],
  ] as const) {
    const field = dialog.getByRole("textbox", { name, exact: true });
    await dialog.getByRole("button", { name: "Copy" }).and(page.locator(`[aria-describedby="${await field.getAttribute("aria-labelledby")}"]`)).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), name).toContain(holds);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("the keys are listed, and can be switched off for good", async ({ page, server }) => {
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeVisible();
  await axe(page);
  await dialog.getByRole("switch", { name: "Use keyboard shortcuts" }).uncheck();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await page.keyboard.press("m");
  await page.keyboard.press("?");
  await expect(dialog).toBeHidden();
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.muted)).toBe(false);
  await player.root.getByRole("slider", { name: "Seek" }).focus();
  const before = await player.time();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => player.time()).toBeGreaterThan(before + 4);
});

test("every key of the map does what the list says", async ({ page, server }) => {
  const player = await playing(page, `${server.url}/video/play/${TOKEN}`);
  const read = <T>(what: (video: HTMLVideoElement) => T) => player.video.evaluate(what);
  await page.keyboard.press("k");
  await expect.poll(() => read((video) => video.paused)).toBe(true);
  await page.keyboard.press("5");
  await expect.poll(() => player.time()).toBeGreaterThan(40);
  await page.keyboard.press("j");
  await expect.poll(() => player.time()).toBeLessThan(36);
  await page.keyboard.press("Shift+>");
  await expect.poll(() => read((video) => video.playbackRate)).toBe(1.25);
  await page.keyboard.press("Shift+<");
  await page.keyboard.press("Shift+<");
  await expect.poll(() => read((video) => video.playbackRate)).toBe(0.75);
  const before = await player.time();
  await page.keyboard.press(".");
  await expect.poll(async () => Math.round(((await player.time()) - before) * 30)).toBe(1);
  await page.keyboard.press(",");
  await expect.poll(async () => Math.abs((await player.time()) - before)).toBeLessThan(0.01);
  await player.button("Play").focus();
  await page.keyboard.press("Home");
  await expect.poll(() => player.time()).toBe(0);
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => read((video) => video.volume)).toBeCloseTo(0.95);
});
