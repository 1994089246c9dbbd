// What the server has not acknowledged: kept where the browser lets it, and delivered by the next page.
import type { BrowserContext, Page, Route } from "@playwright/test";
import { Authored } from "../support/film.js";
import { expect, Player, test as base, watch } from "../support/test.js";

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

/** Plays for a second, loses the network, and pauses: the page has something left. A page without a network
 * complains, so it is never the one whose console is watched. */
async function cutOff(context: BrowserContext, film: Authored): Promise<{ page: Page; view: string }> {
  const page = await context.newPage();
  await page.goto(film.play);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await page.waitForFunction(() => document.querySelector("video")!.currentTime > 1, null, { polling: 50 });
  await context.setOffline(true);
  await page.keyboard.press("k");
  await expect.poll(async () => [...(await waiting(page)).values()].flat().map(({ type }) => type)).toContain("pause");
  const [view] = [...(await waiting(page)).keys()];
  return { page, view: view! };
}

/** Every event that waited is stored, none of them twice, and none waits any more. */
async function delivered(next: Page, film: Authored, view: string, events: Numbered[]): Promise<void> {
  await expect.poll(() => stored(film, view)).toEqual(expect.arrayContaining(events.map(({ seq }) => seq)));
  const numbers = await stored(film, view);
  expect(new Set(numbers).size).toBe(numbers.length);
  await expect.poll(async () => (await waiting(next)).has(view)).toBe(false);
}

test("what a page could not send is delivered by the next one, each event once", async ({ browser, film }) => {
  const context = await browser.newContext();
  const { page, view } = await cutOff(context, film);
  const events = (await waiting(page)).get(view)!;
  await page.close();
  await context.setOffline(false);
  const next = await context.newPage();
  await next.goto(film.play);
  await delivered(next, film, view, events);
  await context.close();
});

test("after two minutes without a network and a tab that was killed, the next visit delivers all, each event once", async ({ browser, film }) => {
  const context = await browser.newContext();
  await context.clock.install();
  const { page, view } = await cutOff(context, film);
  await page.clock.runFor("02:00");
  const events = async () => (await waiting(page)).get(view) ?? [];
  await expect.poll(async () => (await events()).filter(({ type }) => type === "here").length).toBeGreaterThanOrEqual(3);
  const left = await events();
  expect(left.map(({ type }) => type)).toEqual(expect.arrayContaining(["watched", "pause"]));
  // Killed, not closed: it has no moment to say good-bye.
  const killed = page.waitForEvent("crash");
  const session = await context.newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await killed;
  await page.close();
  await context.setOffline(false);
  const next = await context.newPage();
  await next.goto(film.play);
  await delivered(next, film, view, left);
  await context.close();
});

test("an answer that did not reach the server is delivered by the next page", async ({ browser, film }) => {
  const spec = { question: "Which colour?", choices: ["Red", "Green"] };
  await film.write({ kind: "poll", at: { s: 1 }, layout: "card", gate: "soft", spec });
  const before = (await film.actions()).questions!;
  const context = await browser.newContext();
  const page = await context.newPage();
  await watch(page, film.play, 0.5);
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await dialog.getByRole("radio", { name: "Green" }).check();
  await context.setOffline(true);
  await dialog.getByRole("button", { name: "Vote" }).click();
  await expect(dialog.getByRole("alert")).not.toBeEmpty();
  const answers = async () => [...(await waiting(page)).values()].flat().filter(({ type }) => type === "answer");
  await expect.poll(answers).toHaveLength(1);
  await page.close();
  await context.setOffline(false);
  const next = await context.newPage();
  await next.goto(film.play);
  await expect.poll(async () => (await waiting(next)).size).toBe(0);
  expect((await film.actions()).questions).toBe(before + 1);
  await film.write();
  await context.close();
});

test("of two tabs that find something left, one delivers it", async ({ browser, film }) => {
  const context = await browser.newContext();
  const { page, view } = await cutOff(context, film);
  const events = (await waiting(page)).get(view)!;
  await page.close();
  await context.setOffline(false);
  // Counts how often a tab asks to be the one.
  await context.addInitScript(() => {
    const ask = navigator.locks.request.bind(navigator.locks) as (...given: unknown[]) => Promise<unknown>;
    const seen = window as unknown as { asked: number };
    seen.asked = 0;
    navigator.locks.request = (...given: unknown[]) => {
      seen.asked += 1;
      return ask(...given);
    };
  });
  const held: Route[] = [];
  await context.route("**/engage/record", async (route) => {
    if (route.request().postData()?.includes(view)) held.push(route);
    else await route.continue();
  });
  const tabs = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all(tabs.map((tab) => tab.goto(film.play)));
  for (const tab of tabs) await tab.waitForFunction(() => (window as unknown as { asked: number }).asked > 0, null, { polling: 50 });
  await expect.poll(() => held.length).toBe(1);
  await held[0]!.continue();
  await delivered(tabs[0], film, view, events);
  expect(held).toHaveLength(1);
  await context.close();
});

for (const status of [429, 503]) {
  test(`what is answered with ${status} is kept, and sent again when the server has said, not before`, async ({ browser, film }) => {
    const context = await browser.newContext();
    await context.clock.install();
    const page = await context.newPage();
    let [refused, taken] = [0, 0];
    let isBusy = true;
    await context.route("**/engage/record", async (route) => {
      if (isBusy) refused += 1;
      else taken += 1;
      await (isBusy ? route.fulfill({ status, headers: { "retry-after": "120" }, json: { status, retry_after: 120 } }) : route.continue());
    });
    await page.goto(film.play);
    const player = await new Player(page).live();
    await expect.poll(() => refused).toBe(1);
    await player.button("Play video").click();
    await player.plays();
    await page.keyboard.press("k");
    // By itself it would try again after twenty seconds at most.
    await page.clock.runFor("01:00");
    await expect.poll(async () => [...(await waiting(page)).values()].flat().map(({ type }) => type)).toContain("pause");
    expect([refused, taken]).toEqual([1, 0]);
    const [[view, events]] = [...(await waiting(page))] as [[string, Numbered[]]];
    isBusy = false;
    await page.clock.runFor("01:30");
    await delivered(page, film, view, events);
    expect(taken).toBeGreaterThan(0);
    await context.close();
  });
}

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

test("where storage takes nothing, the page delivers from memory once there is a network again", async ({ browser, film }) => {
  const context = await browser.newContext();
  await context.clock.install();
  await context.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("Full.", "QuotaExceededError");
    };
  });
  const page = await context.newPage();
  const bodies: string[] = [];
  page.on("request", (request) => request.url().endsWith("/engage/record") && bodies.push(request.postData() ?? ""));
  await page.goto(film.play);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await context.setOffline(true);
  await page.keyboard.press("k");
  await expect.poll(() => bodies.some((body) => body.includes('"pause"'))).toBe(true);
  const view = JSON.parse(bodies[0]!).session as string;
  const before = await stored(film, view);
  await context.setOffline(false);
  await page.clock.runFor("01:00");
  await expect.poll(async () => (await stored(film, view)).length).toBeGreaterThan(before.length + 1);
  const numbers = await stored(film, view);
  expect(numbers).toEqual(numbers.map((_, i) => i));
  expect((await waiting(page)).size).toBe(0);
  await context.close();
});

test("what is too much is told to the recorder, and kept as far as the browser goes", async ({ page, film }) => {
  await page.goto(film.play);
  await new Player(page).live();
  const told = await page.evaluate(() => {
    const cue = (window as unknown as { __cue: { unsent: (session: string, bodies: string[]) => boolean } }).__cue;
    const keep = (bodies: string[]) => [cue.unsent("full", bodies), localStorage.getItem("cuepoint.unsent.full")?.length ?? 0];
    return [keep(["x".repeat(250_000)]), keep(["x".repeat(260_000)]), keep(["x".repeat(50_000_000)]), keep([])];
  });
  expect(told.map(([fits]) => fits)).toEqual([true, false, false, true]);
  // What the browser has no room for leaves what was kept before.
  expect(told[1]![1]).toBeGreaterThan(260_000);
  expect(told.slice(2).map(([, length]) => length)).toEqual([told[1]![1], 0]);
});
