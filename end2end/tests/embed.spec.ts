import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { site } from "../support/receiver.js";
import { expect, Player, test, TOKEN } from "../support/test.js";

const parent = (server: string) => `<!doctype html><html lang="en"><title>A customer's page</title><main><h1>Hello</h1>
  <iframe src="${server}/video/embed/${TOKEN}" title="A tour" width="800" height="450" allow="autoplay"
  allowfullscreen style="border:0"></iframe></main></html>`;

test("the embed plays inside a frame on another site, and reports", async ({ page, server }) => {
  const { url, stop } = await site(parent(server.url));
  const before = await server.api<{ total_plays: number }>("GET", "/api/v1/me/video/reports/1000001");
  await page.goto(url);
  const player = await new Player(page.frameLocator("iframe")).live();
  await player.button("Play video").click();
  await player.plays();
  const frame = page.frames()[1]!;
  expect(frame.url()).toBe(`${server.url}/video/embed/${TOKEN}`);
  const box = await player.root.evaluate((root) => [root.clientWidth, root.clientHeight]);
  expect(box).toEqual([800, 450]);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.goto("about:blank");
  await expect
    .poll(async () => (await server.api<{ total_plays: number }>("GET", "/api/v1/me/video/reports/1000001")).total_plays)
    .toBe(before.total_plays + 1);
  stop();
});

test("the embed plays inside a frame on a file:// page", async ({ page, server }) => {
  const path = join(mkdtempSync(join(tmpdir(), "cuepoint-page-")), "page.html");
  writeFileSync(path, parent(server.url));
  await page.goto(pathToFileURL(path).href);
  const player = await new Player(page.frameLocator("iframe")).live();
  await player.button("Play video").click();
  await player.plays();
});

test("the keyboard belongs to the embed only while the focus is inside", async ({ page, server }) => {
  const { url, stop } = await site(parent(server.url));
  await page.goto(url);
  const player = await new Player(page.frameLocator("iframe")).live();
  await page.keyboard.press("k");
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
  await player.button("Play video").focus();
  await page.keyboard.press("k");
  await player.plays();
  stop();
});

test("a frame around an unknown video says what is wrong", async ({ page, server, complaints }) => {
  const { url, stop } = await site(parent(server.url).replace(TOKEN, "A".repeat(22)));
  await page.goto(url);
  await expect(page.frameLocator("iframe").getByRole("heading", { name: "There is no video here" })).toBeVisible();
  complaints.length = 0;
  stop();
});
