// Screenshots to look at: `npm run shots`, into test-results/shots.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { chromium as browserType, test, type Page } from "@playwright/test";
import { chromium } from "../support/chromium.js";
import { site } from "../support/receiver.js";
import { Server } from "../support/server.js";
import { Player, TOKEN } from "../support/test.js";

const folder = resolve(import.meta.dirname, "../test-results/shots");

const looks = [
  { name: "desktop-light", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { name: "desktop-dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { name: "phone-light", viewport: { width: 375, height: 812 }, colorScheme: "light", hasTouch: true, isMobile: true },
  { name: "phone-dark", viewport: { width: 375, height: 812 }, colorScheme: "dark", hasTouch: true, isMobile: true },
] as const;

test("shots", async () => {
  mkdirSync(folder, { recursive: true });
  const server = await Server.start();
  const browser = await browserType.launch(chromium);
  const parent = await site(`<!doctype html><title>A site</title><body style="margin:40px;font-family:sans-serif"><h1>A customer's page</h1>
    <iframe src="${server.url}/video/embed/${TOKEN}" title="A tour" style="width:100%;max-width:800px;aspect-ratio:16/9;border:0"
    allow="autoplay" allowfullscreen></iframe>`);
  for (const look of looks) {
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const shot = (name: string) => page.screenshot({ path: `${folder}/${look.name}-${name}.png` });
    await page.goto(`${server.url}/video/play/${TOKEN}`);
    const player = await new Player(page).live();
    await shot("1-before");
    await walk(page, player, shot);
    await page.getByText("Share", { exact: true }).click();
    await shot("5-share");
    await page.goto(`${server.url}/video/play/${"A".repeat(22)}`);
    await shot("6-unknown");
    await page.goto(parent.url);
    const embedded = await new Player(page.frameLocator("iframe")).live();
    await embedded.button("Play video").click();
    await embedded.plays();
    await embedded.seek(21);
    await page.frameLocator("iframe").getByRole("link", { name: "Book a demo" }).waitFor();
    await shot("7-embed");
    await context.close();
  }
  parent.stop();
  await browser.close();
  await server.stop();
});

async function walk(page: Page, player: Player, shot: (name: string) => Promise<unknown>): Promise<void> {
  await player.button("Play video").click();
  await player.plays();
  await page.mouse.move(300, 300);
  await shot("2-playing");
  await player.seek(21);
  await page.getByRole("link", { name: "Book a demo" }).waitFor();
  await page.mouse.move(310, 310);
  await shot("3-cta");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Mute" }).focus();
  await shot("4-focus");
}
