// What the player loads by itself, played and left alone, as it travels, against its budget: on the
// play page, and in a frame on another site whose page speaks Player.js.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium as browserType, expect, test, type FrameLocator, type Page } from "@playwright/test";
import { chromium } from "../support/chromium.js";
import { site } from "../support/receiver.js";
import { Server } from "../support/server.js";

const TOKEN = "demoTourOfCuepoint0001";
const QUIET_MS = 3_000;
const budgets = { "wasm + js": 125_000, css: 15_000, "one chunk": 40_000 };

const library = join(createRequire(import.meta.url).resolve("player.js"), "..", "player-0.1.0.min.js");
const parent = (server: string) => `<!doctype html><html lang="en"><title>A customer's page</title>
<iframe src="${server}/video/embed/${TOKEN}" title="A tour" width="1280" height="720" allow="autoplay"></iframe>
<script>${readFileSync(library, "utf8")}</script>
<script>new playerjs.Player(document.querySelector("iframe")).on("ready",function(){this.on("timeupdate",function(){})})</script></html>`;

test("sizes", async () => {
  const server = await Server.start();
  // A card in the first seconds brings its chunk with the play; that has a budget of its own.
  const timeline = "/api/v1/videos/1000001/interactions";
  const { interactions } = await server.api<{ interactions: { at: { s?: number } }[] }>("GET", timeline);
  await server.api("PUT", timeline, { interactions: interactions.filter(({ at }) => at.s === 20) });
  const customer = await site(parent(server.url));
  const browser = await browserType.launch(chromium);
  const measure = async (name: string, url: string, player: (page: Page) => Page | FrameLocator) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const loaded: { file: string; bytes: Promise<number> }[] = [];
    let last = Date.now();
    page.on("requestfinished", (request) => {
      const { pathname } = new URL(request.url());
      if (!pathname.startsWith("/pkg/")) return;
      loaded.push({ file: pathname.slice("/pkg/".length), bytes: request.sizes().then((size) => size.responseBodySize) });
      last = Date.now();
    });
    const quiet = () => expect.poll(() => Date.now() - last, { timeout: 60_000 }).toBeGreaterThan(QUIET_MS);
    await page.goto(url);
    const at = player(page);
    await expect(at.locator(".player")).toHaveClass(/\blive\b/);
    await at.getByRole("button", { name: "Play video" }).click();
    await expect.poll(() => at.locator("video").evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(3);
    await quiet();
    const itself = loaded.length;
    await at.getByRole("slider", { name: "Seek" }).fill("20500");
    await at.getByRole("link", { name: "Book a demo" }).waitFor();
    await quiet();
    report(name, await Promise.all(loaded.map(async ({ file, bytes }) => ({ file, bytes: await bytes }))), itself);
    await page.close();
  };
  await measure("The play page", `${server.url}/video/play/${TOKEN}`, (page) => page);
  await measure("The embed, framed by another site that speaks Player.js", customer.url, (page) => page.frameLocator("iframe"));
  await browser.close();
  customer.stop();
  await server.stop();
});

type File = { file: string; bytes: number };

/** `itself`: how many of the files came before any action but play. */
function report(name: string, files: File[], itself: number): void {
  const alone = files.slice(0, itself);
  const sum = (files: File[]) => files.reduce((total, { bytes }) => total + bytes, 0);
  // A chunk may travel in several files: all that the call to action fetched.
  const chunk = files.slice(itself).filter(({ file }) => /\.(wasm|js)$/.test(file));
  const rows = {
    "wasm + js": sum(alone.filter(({ file }) => /\.(wasm|js)$/.test(file))),
    css: sum(alone.filter(({ file }) => file.endsWith(".css"))),
    "one chunk": sum(chunk),
  };
  console.log(`${name}: bytes before any action but play (brotli, as they travel)`);
  for (const [row, bytes] of Object.entries(rows)) {
    const budget = budgets[row as keyof typeof budgets];
    console.log(`  ${row.padEnd(14)} ${String(bytes).padStart(7)}  of ${budget}  (${(bytes / budget).toFixed(2)})${bytes > budget ? "  OVER" : ""}`);
  }
  console.log(`  ${alone.length} requests by itself, ${chunk.length} for the chunk`);
  for (const [at, { file, bytes }] of files.entries()) console.log(`    ${at < itself ? "itself" : "later "} ${String(bytes).padStart(7)}  ${file}`);
}
