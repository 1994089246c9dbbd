// What the server has not acknowledged: kept where the browser lets it, and delivered by the next page.
import type { Page } from "@playwright/test";
import { Authored } from "../support/film.js";
import { expect, Player, test as base } from "../support/test.js";

const test = base.extend<object, { film: Authored }>({
  film: [async ({ server }, use) => use(Authored.add(server, "filmForTheOutboxTests1")), { scope: "worker" }],
});

const PREFIX = "cuepoint.unsent.";
type Numbered = { seq: number; type: string };

/** What waits in the page's storage, by session. */
async function waiting(page: Page): Promise<Map<string, Numbered[]>> {
  const found = await page.evaluate((prefix) => Object.entries(localStorage).filter(([key]) => key.startsWith(prefix)), PREFIX);
  return new Map(
    found.map(([key, text]) => {
      const bodies = JSON.parse(text)[1] as string[];
      return [key.slice(PREFIX.length), bodies.flatMap((body) => JSON.parse(body).events as Numbered[])];
    }),
  );
}

/** The numbers of a view's events as the ledger has them. */
async function stored(film: Authored, view: string): Promise<number[]> {
  const { url, apiKey } = film.server;
  const answer = await fetch(`${url}/api/v1/videos/${film.id}/exports/entries.ndjson`, { headers: { authorization: `Bearer ${apiKey}` } });
  const rows = (await answer.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line) as { view: string; seq: number });
  return rows.filter((row) => row.view === view).map(({ seq }) => seq);
}

test("what a page could not send is delivered by the next one, each event once", async ({ browser, film }) => {
  // A page without a network complains: it is not the one whose console is watched.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(film.play);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await page.waitForFunction(() => document.querySelector("video")!.currentTime > 1, null, { polling: 50 });
  await context.setOffline(true);
  await page.keyboard.press("k");
  await expect.poll(async () => [...(await waiting(page)).values()].flat().map(({ type }) => type)).toContain("pause");
  const [[view, events]] = [...(await waiting(page))] as [[string, Numbered[]]];
  await page.close();
  await context.setOffline(false);

  const next = await context.newPage();
  await next.goto(film.play);
  await expect.poll(() => stored(film, view)).toEqual(expect.arrayContaining(events.map(({ seq }) => seq)));
  const numbers = await stored(film, view);
  expect(new Set(numbers).size).toBe(numbers.length);
  await expect.poll(async () => (await waiting(next)).has(view)).toBe(false);
  await context.close();
});

test("where storage is forbidden, memory is enough", async ({ page, film }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("Forbidden.", "SecurityError");
      },
    });
  });
  const report = () => film.server.api<{ total_plays: number }>("GET", `/api/v1/me/video/reports/${film.id}`);
  const before = (await report()).total_plays;
  await page.goto(film.play);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await page.keyboard.press("k");
  await expect.poll(async () => (await report()).total_plays).toBe(before + 1);
});

test("where there is too much, intervals become one and no answer is lost", async ({ page, film }) => {
  await page.goto(film.play);
  await new Player(page).live();
  const kept = await page.evaluate(() => {
    const events = Array.from({ length: 6_000 }, (_, i) =>
      i % 1_000 === 999
        ? { seq: i, at: i * 10, type: "answer", interaction: "one", answer: {} }
        : { seq: i, at: i * 10, type: "watched", from: i * 10, to: i * 10 + 10, rate: 100, hidden: false, muted: false },
    );
    const cue = (window as unknown as { __cue: { unsent: (session: string, bodies: string[]) => void } }).__cue;
    cue.unsent("full", [JSON.stringify({ v: 1, events })]);
    return localStorage.getItem("cuepoint.unsent.full")!;
  });
  expect(kept.length).toBeLessThan(256_000);
  const events = JSON.parse(JSON.parse(kept)[1][0]).events as (Numbered & { from: number; to: number })[];
  expect(events.filter(({ type }) => type === "answer")).toHaveLength(6);
  const watched = events.filter(({ type }) => type === "watched");
  expect(watched).toHaveLength(6);
  expect(watched.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(5_994 * 10);
});
