import { AxeBuilder } from "@axe-core/playwright";
import type { FrameLocator, Page } from "@playwright/test";
import { SDK, frame, test } from "../support/page.js";
import type { Server } from "../support/server.js";
import { expect, Player, TOKEN } from "../support/test.js";

const PASSWORD = "open sesame";
const axe = async (page: Page) => expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

/** The demo's number. */
const change = (server: Server, settings: unknown) => server.api("PATCH", "/api/v1/videos/1000001", settings);

/** The browser itself names a page that is 403. */
function expected(complaints: string[]): void {
  expect(complaints.filter((text) => !text.includes("403"))).toEqual([]);
  complaints.length = 0;
}

async function unlock(page: Page, at: Page | FrameLocator): Promise<void> {
  const field = at.getByLabel("Password", { exact: true });
  await field.focus();
  await page.keyboard.type("open");
  await page.keyboard.press("Enter");
  await expect(at.getByRole("alert")).toHaveText(/not the password/);
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await axe(page);
  await field.focus();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Tab");
  await expect(at.getByRole("button", { name: "Watch" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(at.getByRole("group", { name: /^Video player/ })).toBeVisible();
}

test.beforeEach(async ({ server }) => {
  await change(server, { access: "password", password: PASSWORD, embed_hosts: null });
});
test.afterAll(async ({ server }) => {
  await change(server, { access: "public", embed_hosts: null });
});

test("the password is given by keyboard, and holds for the next visit", async ({ page, server, complaints }) => {
  const address = `${server.url}/video/play/${TOKEN}?t=20`;
  await page.goto(address);
  await expect(page.getByRole("heading", { name: "This video needs a password" })).toBeVisible();
  await axe(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await axe(page);
    await page.screenshot({ path: `test-results/locked-${colorScheme}.png` });
  }
  await unlock(page, page);
  expect(page.url()).toBe(address);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await page.reload();
  await expect(player.root).toBeVisible();
  expected(complaints);
});

test("in a frame on another site the player comes once the password is given", async ({ page, embed, complaints }) => {
  await embed(`${SDK}${frame()}<script type="module">
    import { Player } from "HOST/sdk/player.js";
    window.player = new Player(document.querySelector("iframe"));
    window.said = player.ready().then(() => "ready", (error) => error.name);
  </script>`);
  await page.waitForFunction(() => (window as any).said);
  expect(await page.evaluate(() => (window as any).said)).toBe("PasswordError");
  const inside = page.frameLocator("iframe");
  await unlock(page, inside);
  // As soon as the frame with the video has loaded.
  const ready = () => page.evaluate(() => (window as any).player.ready().then(() => "ready", (error: Error) => error.name));
  await expect.poll(ready).toBe("ready");
  await page.evaluate(() => (window as any).player.play().catch(() => {}));
  const player = await new Player(inside).live();
  if (await player.video.evaluate((video: HTMLVideoElement) => video.paused)) await player.press("Play video");
  await player.plays();
  expected(complaints);
});

test("in a frame as low as a phone's the field, its button and what was wrong are in sight", async ({ page, embed, complaints }) => {
  await embed(`<meta name="viewport" content="width=device-width">${frame("TOKEN", `style="width:335px;height:188px"`)}`);
  const inside = page.frameLocator("iframe");
  await inside.getByLabel("Password", { exact: true }).fill("open");
  await inside.getByRole("button", { name: "Watch" }).click();
  await expect(inside.getByRole("alert")).toBeInViewport({ ratio: 1 });
  for (const part of [inside.getByLabel("Password", { exact: true }), inside.getByRole("button", { name: "Watch" })]) {
    await expect(part).toBeInViewport({ ratio: 1 });
  }
  await axe(page);
  expected(complaints);
});

test("a site that may not show it hears of a PrivacyError", async ({ page, server, embed, complaints }) => {
  await change(server, { access: "public", embed_hosts: ["example.com"] });
  await embed(`${SDK}${frame()}<script type="module">
    import { Player } from "HOST/sdk/player.js";
    window.said = new Player(document.querySelector("iframe")).ready().then(() => "ready", (error) => error.name);
  </script>`);
  await page.waitForFunction(() => (window as any).said);
  expect(await page.evaluate(() => (window as any).said)).toBe("PrivacyError");
  await expect(page.frameLocator("iframe").getByRole("heading", { name: /can't be shown on this site/ })).toBeVisible();
  expected(complaints);
});

test("an address of the media that ends is renewed, and the place is kept", async ({ page, server, complaints }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Watch" }).click();
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.seek(30);
  // As after hours: what the page has is an address that holds no longer.
  const renewed = page.waitForResponse((answer) => answer.url().includes("/video/media/"));
  await player.video.evaluate((video: HTMLVideoElement) => {
    const { currentTime } = video;
    video.src = video.src.replace(/\/s\/\d+/, "/s/1");
    video.currentTime = currentTime;
    void video.play().catch(() => {});
  });
  expect((await renewed).status()).toBe(200);
  await player.plays();
  const at = await player.time();
  expect(at).toBeGreaterThan(29.5);
  expect(at).toBeLessThan(40);
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.src)).not.toContain("/s/1.");
  await expect(player.root.getByRole("button", { name: "Try again" })).toHaveCount(0);
  expected(complaints);
});
