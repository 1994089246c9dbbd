import { randomBytes } from "node:crypto";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type Page } from "@playwright/test";
import type { Server } from "../support/server.js";
import { expect, Player, test, TOKEN } from "../support/test.js";

const VIDEO = 1000001;

const link = async (server: Server): Promise<string> =>
  (await server.api<{ url: string }>("POST", `/api/v1/videos/${VIDEO}/report-links`, { days: 1 })).url;

/** A view of ten minutes ago that watched these seconds; sent as its player would have. */
async function watched(server: Server, ...stretches: [from: number, to: number][]): Promise<void> {
  const opened = Date.now() - 600_000;
  const hex = opened.toString(16).padStart(12, "0") + "7" + randomBytes(8).toString("hex").slice(0, 3) + "8" + randomBytes(8).toString("hex").slice(0, 15);
  const session = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  let at = 0;
  const events: object[] = [
    { seq: 0, at: 0, type: "load", surface: "play", referrer: "https://news.example.com/" },
    { seq: 1, at: 0, type: "play", pos: 0 },
  ];
  for (const [from, to] of stretches) {
    at += (to - from) * 1_000;
    events.push({ seq: events.length, at, type: "watched", from: from * 1_000, to: to * 1_000, rate: 100, hidden: false, muted: false });
  }
  const body = JSON.stringify({ v: 1, session, video: TOKEN, sent: Date.now(), events });
  const answer = await fetch(`${server.url}/engage/record`, { method: "POST", body });
  expect(answer.status).toBe(200);
}

const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"]`);

test("a report shows its figures, and each chart has its table", async ({ page, server }) => {
  await watched(server, [0, 40], [10, 20]);
  await page.goto(await link(server));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("A tour of Cuepoint");
  await expect(page.getByRole("img", { name: /^Retention/ })).toBeVisible();
  const card = page.getByRole("region", { name: "Retention", exact: true });
  await card.getByText("Show as a table").click();
  await expect(card.getByRole("row").nth(1)).toContainText("0:00");
  await page.getByRole("link", { name: "By hour" }).click();
  await expect(page.getByRole("link", { name: "By hour" })).toHaveAttribute("aria-current", "true");
  await expect(page.getByRole("region", { name: "Where viewers came from" })).toContainText("news.example.com");
  await expect(page.getByRole("heading", { name: "Anonymous viewer" }).first()).toBeVisible();
});

test("an open report follows a viewer live", async ({ page, server, browser }) => {
  await watched(server, [0, 5]);
  await page.goto(await link(server));
  await expect(page.getByText("Follows viewers live")).toBeVisible();
  const before = Number((await figure(page, "plays").textContent())!.replaceAll(",", ""));
  await page.getByRole("region", { name: "How far viewers got" }).getByText("Show as a table").click();
  const other = await (browser as Browser).newPage();
  await other.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(other).live();
  await player.button("Play video").click();
  await player.plays();
  // Leaving sends the rest by beacon; closing takes the beacon along with the browser's window.
  await other.goto("about:blank");
  await expect(figure(page, "plays")).toHaveText(String(before + 1), { timeout: 30_000 });
  await other.close();
  await expect(page.locator("#far-table")).toHaveAttribute("open", "");
});

test("a report reads on a phone, in the dark and from right to left", async ({ page, server }) => {
  await watched(server, [0, 70]);
  await page.setViewportSize({ width: 375, height: 800 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${await link(server)}&lang=ar`);
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a report is all there", async ({ page, server }) => {
    await watched(server, [0, 30]);
    await page.goto(await link(server));
    await expect(figure(page, "plays")).not.toHaveText("0");
    await expect(page.getByRole("img", { name: /^How far viewers got/ })).toBeVisible();
    await expect(page.getByText("Follows viewers live")).toBeHidden();
  });
});

test("axe finds nothing on a report, light and dark, nor on what the figures mean", async ({ page, server }) => {
  // Four long pages, each with all of its tables.
  test.slow();
  await watched(server, [0, 30], [5, 9]);
  const report = await link(server);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const address of [report, `${server.url}/docs/metrics`]) {
      await page.goto(address);
      for (const table of await page.getByText("Show as a table").all()) await table.click();
      expect((await new AxeBuilder({ page }).analyze()).violations, address).toEqual([]);
    }
  }
});

test("who has no link gets no report", async ({ page, server }) => {
  const answer = await page.request.get(`${server.url}/report/${TOKEN}`);
  expect(answer.status()).toBe(403);
  expect(await answer.text()).not.toContain("A tour of Cuepoint");
});
