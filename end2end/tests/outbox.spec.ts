// What the server has not acknowledged: kept where the browser lets it, and delivered by the next page.
import type { BrowserContext, Locator, Page, Route } from "@playwright/test";
import { Authored } from "../support/film.js";
import { expect, Player, test as base, watch } from "../support/test.js";

const test = base.extend<object, { film: Authored }>({
  film: [async ({ server }, use) => use(Authored.add(server, "filmForTheOutboxTests1")), { scope: "worker" }],
});

const PREFIX = "cuepoint.unsent.";
type Numbered = { seq: number; type: string; answer?: { fields?: { email: string } } };

const poll = { kind: "poll", at: { s: 2 }, layout: "card", gate: "soft", spec: { question: "Which colour?", choices: ["Red", "Green"] } };
const form = {
  kind: "lead_form",
  at: { s: 2 },
  layout: "modal",
  gate: "required",
  spec: { title: "Stay in touch", fields: [{ type: "email", name: "email", label: "E-mail", required: true }] },
};

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

/** The answers among it. */
async function answers(page: Page): Promise<Numbered[]> {
  return [...(await waiting(page)).values()].flat().filter(({ type }) => type === "answer");
}

const isAnswer = (route: Route) => route.request().postData()?.includes('"type":"answer"') ?? false;

/** Opens the film and plays to the card at its second second. What `watch` looks at, a clock of the test's hides. */
async function meet(page: Page, film: Authored, name: string): Promise<Locator> {
  const faces = page.waitForResponse((response) => response.url().includes("/video/faces/"));
  await page.goto(film.play);
  const player = await new Player(page).live();
  await player.begins();
  await (await faces).finished();
  await player.goesOn();
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function vote(dialog: Locator): Promise<void> {
  await dialog.getByRole("radio", { name: "Green" }).check();
  await dialog.getByRole("button", { name: "Vote" }).click();
}

async function write(dialog: Locator, email: string): Promise<void> {
  await dialog.getByRole("textbox", { name: "E-mail" }).fill(email);
  await dialog.getByRole("button", { name: "Send" }).click();
}

/** The e-mail addresses that a form got, as its owner sees them. */
async function given(film: Authored, id: string): Promise<string[]> {
  type Given = { items: { answer: { fields: { email: string } } }[] };
  const { items } = await film.server.api<Given>("GET", `/api/v1/videos/${film.id}/reports/answers/${id}`);
  return items.map(({ answer }) => answer.fields.email);
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
  await film.write(poll);
  const before = (await film.actions()).questions!;
  const context = await browser.newContext();
  const page = await context.newPage();
  const dialog = await meet(page, film, "Which colour?");
  await context.setOffline(true);
  await vote(dialog);
  await expect(dialog.getByRole("alert")).not.toBeEmpty();
  await expect.poll(() => answers(page)).toHaveLength(1);
  await page.close();
  await context.setOffline(false);
  const next = await context.newPage();
  await next.goto(film.play);
  await expect.poll(async () => (await waiting(next)).size).toBe(0);
  expect((await film.actions()).questions).toBe(before + 1);
  await film.write();
  await context.close();
});

test("an answer whose tab is closed while it is on its way is delivered at the next visit, once", async ({ browser, film }) => {
  await film.write(poll);
  const before = (await film.actions()).questions!;
  const context = await browser.newContext();
  const held: Route[] = [];
  let [holds, brought] = [true, 0];
  await context.route("**/engage/record", async (route) => {
    if (isAnswer(route) && holds) return void held.push(route);
    if (isAnswer(route)) brought += 1;
    await route.continue();
  });
  const page = await context.newPage();
  await vote(await meet(page, film, "Which colour?"));
  await expect.poll(() => held.length).toBe(1);
  expect(await answers(page)).toHaveLength(1);
  await page.close();
  holds = false;
  const next = await context.newPage();
  await next.goto(film.play);
  await expect.poll(async () => (await waiting(next)).size).toBe(0);
  expect([held.length, brought]).toEqual([1, 1]);
  expect((await film.actions()).questions).toBe(before + 1);
  await film.write();
  await context.close();
});

test("an answer that the server puts off is sent again when it has said, not before", async ({ browser, film }) => {
  await film.write(poll);
  const before = (await film.actions()).questions!;
  const context = await browser.newContext();
  await context.clock.install();
  let [isBusy, refused, taken] = [true, 0, 0];
  await context.route("**/engage/record", async (route) => {
    if (!isAnswer(route)) return route.continue();
    if (isBusy) refused += 1;
    else taken += 1;
    await (isBusy ? route.fulfill({ status: 503, headers: { "retry-after": "120" }, json: { status: 503, retry_after: 120 } }) : route.continue());
  });
  const page = await context.newPage();
  const dialog = await meet(page, film, "Which colour?");
  await vote(dialog);
  await expect(dialog.getByRole("alert")).not.toBeEmpty();
  isBusy = false;
  // By itself it would try again after ten seconds, and at once when there is a network again.
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.clock.runFor("01:00");
  // Whoever sends holds the lock until there is an answer.
  await page.evaluate((name) => navigator.locks.request(name, () => {}), PREFIX);
  expect([refused, taken]).toEqual([1, 0]);
  await page.clock.runFor("01:30");
  await expect.poll(async () => (await film.actions()).questions).toBe(before + 1);
  await expect.poll(() => answers(page)).toHaveLength(0);
  expect([refused, taken]).toEqual([1, 1]);
  await film.write();
  await context.close();
});

const broken = {
  forbidden: () => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("Forbidden.", "SecurityError");
      },
    });
  },
  full: () => {
    Storage.prototype.setItem = () => {
      throw new DOMException("Full.", "QuotaExceededError");
    };
  },
};

for (const [state, script] of Object.entries(broken)) {
  test(`where storage is ${state}, an answer that failed is sent again from memory`, async ({ browser, film }) => {
    await film.write(poll);
    const before = (await film.actions()).questions!;
    const context = await browser.newContext();
    await context.clock.install();
    await context.addInitScript(script);
    let isCut = true;
    await context.route("**/engage/record", (route) => (isCut && isAnswer(route) ? route.abort() : route.continue()));
    const page = await context.newPage();
    const dialog = await meet(page, film, "Which colour?");
    await vote(dialog);
    await expect(dialog.getByRole("alert")).not.toBeEmpty();
    isCut = false;
    await page.clock.runFor("01:00");
    await expect.poll(async () => (await film.actions()).questions).toBe(before + 1);
    await film.write();
    await context.close();
  });
}

test("of an e-mail address that is corrected after it was not sent, the server has the right one alone", async ({ browser, film }) => {
  const [{ id }] = (await film.write(form)) as [{ id: string }];
  const context = await browser.newContext();
  await context.clock.install();
  let isCut = true;
  await context.route("**/engage/record", (route) => (isCut && isAnswer(route) ? route.abort() : route.continue()));
  const page = await context.newPage();
  const dialog = await meet(page, film, "Stay in touch");
  // Nobody writes faster than this.
  await page.clock.runFor("00:02");
  const left = async () => (await answers(page)).map(({ seq, answer }) => [seq, answer?.fields?.email]);
  await write(dialog, "ada@exmaple.com");
  await expect(dialog.getByRole("alert")).not.toBeEmpty();
  const [[first]] = (await left()) as [[number, string]];
  await write(dialog, "ada@example.com");
  await expect.poll(left).toEqual([[expect.any(Number), "ada@example.com"]]);
  await expect(dialog.getByRole("alert")).not.toBeEmpty();
  const [[second]] = (await left()) as [[number, string]];
  expect(second).toBeGreaterThan(first);
  isCut = false;
  await page.clock.runFor("02:00");
  await expect.poll(() => given(film, id)).toEqual(["ada@example.com"]);
  await expect.poll(left).toEqual([]);
  // What arrived meanwhile is thanked for, and not stored twice.
  await dialog.getByRole("button", { name: "Send" }).click();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toBeHidden();
  expect(await given(film, id)).toEqual(["ada@example.com"]);
  await film.write();
  await context.close();
});

test("whoever changes an answer that has arrived after all is told that it counts, and goes on", async ({ browser, film }) => {
  const [{ id }] = (await film.write(form)) as [{ id: string }];
  const context = await browser.newContext();
  await context.clock.install();
  let isLost = true;
  await context.route("**/engage/record", async (route) => {
    if (!isLost || !isAnswer(route)) return route.continue();
    // It is stored; what the server says to that is lost.
    expect((await route.fetch()).status()).toBe(200);
    await route.abort();
  });
  const page = await context.newPage();
  const dialog = await meet(page, film, "Stay in touch");
  await page.clock.runFor("00:02");
  await write(dialog, "ada@exmaple.com");
  await expect(dialog.getByRole("alert")).not.toBeEmpty();
  isLost = false;
  await write(dialog, "ada@example.com");
  await expect(dialog.getByRole("alert")).toHaveText("You have answered this already.");
  await expect(dialog.getByText(/^Thank you/)).toHaveCount(0);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toBeHidden();
  expect(await given(film, id)).toEqual(["ada@exmaple.com"]);
  expect(await answers(page)).toEqual([]);
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
  await page.addInitScript(broken.forbidden);
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
  await context.addInitScript(broken.full);
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

test("what is too old goes first, then the oldest views of other pages, and an answer never", async ({ page, film }) => {
  await page.goto(film.play);
  await new Player(page).live();
  // In one go: whatever stands there for longer, the page would send.
  const steps = await page.evaluate((prefix) => {
    type Cue = { unsent(session: string, bodies: string[]): boolean; left(key: string, body: string): unknown };
    const { __cue: cue } = window as unknown as { __cue: Cue };
    const body = (type: string, length: number) => JSON.stringify({ events: [{ type }], rest: "x".repeat(length) });
    const put = (name: string, daysOld: number, text: string) =>
      localStorage.setItem(prefix + name, JSON.stringify([Date.now() - daysOld * 86_400_000, [text]]));
    const names = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)).sort();
    const steps: [unknown, string[]][] = [];
    const step = (told: unknown) => steps.push([told, names()]);
    localStorage.clear();
    put("late answer", 8, body("answer", 10));
    put("late view", 8, body("watched", 10));
    put("an answer", 6, body("answer", 60_000));
    put("older", 5, body("watched", 60_000));
    put("newer", 4, body("watched", 60_000));
    step(cue.unsent("own", [body("watched", 10)]));
    step(cue.unsent("own", [body("watched", 100_000)]));
    step(cue.unsent("own", [body("watched", 190_000)]));
    step(typeof cue.left("new answer", body("answer", 60_000)));
    // A browser that takes nothing while that view is there.
    put("last", 3, body("watched", 10));
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key: string, text: string) {
      if (localStorage.getItem(`${prefix}last`)) throw new DOMException("Full.", "QuotaExceededError");
      setItem.call(this, key, text);
    };
    step(typeof cue.left("third answer", body("answer", 10)));
    Storage.prototype.setItem = setItem;
    localStorage.clear();
    return steps;
  }, PREFIX);
  expect(steps).toEqual([
    [true, ["an answer", "newer", "older", "own"]],
    [true, ["an answer", "newer", "own"]],
    [true, ["an answer", "own"]],
    ["function", ["an answer", "new answer"]],
    ["function", ["an answer", "new answer", "third answer"]],
  ]);
});
