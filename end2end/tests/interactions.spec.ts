import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { Authored } from "../support/film.js";
import { Receiver, site } from "../support/receiver.js";
import { expect, Player, still, test as base, watch } from "../support/test.js";

const test = base.extend<object, { film: Authored }>({
  film: [async ({ server }, use) => use(Authored.add(server, "filmWithInteractions01")), { scope: "worker" }],
});

const poll = {
  kind: "poll",
  at: { s: 2 },
  layout: "card",
  pause: true,
  gate: "soft",
  spec: { question: "Which colour?", choices: ["Red", "Green", "Blue"] },
};
const form = {
  kind: "lead_form",
  at: { s: 2 },
  layout: "modal",
  gate: "soft",
  spec: {
    title: "Stay in touch",
    fields: [
      { type: "text", name: "first_name", label: "First name" },
      { type: "email", name: "email", label: "E-mail", required: true },
      { type: "select", name: "size", label: "Team", options: ["Small", "Large"] },
      { type: "consent", name: "consent", label: "You may write to me.", version: "v1", required: true },
    ],
  },
};
const cta = {
  kind: "cta",
  at: { s: 2 },
  duration_s: 20,
  layout: { overlay: { x: 60, y: 65, w: 35, h: 25 } },
  spec: { label: "Book a demo", description: "15 minutes", action: { url: "https://example.com/demo" } },
};
const note = {
  kind: "annotation",
  at: { s: 2 },
  duration_s: 20,
  layout: { overlay: { x: 5, y: 60, w: 30, h: 10 } },
  spec: { text: "To the end", seek_to_s: 25 },
};
const endScreen = {
  kind: "end_screen",
  at: "end",
  layout: "card",
  spec: { cards: [{ title: "More", action: { url: "https://example.com/more" } }, { title: "The middle", action: { seek_s: 15 } }] },
};

const paused = (player: Player) => player.video.evaluate((video: HTMLVideoElement) => video.paused);

test("a poll pauses, takes an answer by mouse, shows how others answered, and gives playback back", async ({ page, film }) => {
  const receiver = await Receiver.start();
  await film.server.api("POST", "/api/v1/webhooks", { url: receiver.url, events: ["VideoQuestion"] });
  await film.write(poll);
  const before = (await film.actions()).questions!;
  const player = await watch(page, film.play);
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await expect(dialog).toBeVisible();
  await expect(dialog).toBeFocused();
  expect(await paused(player)).toBe(true);
  await dialog.getByRole("button", { name: "Vote" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("Pick one of the choices.");
  await dialog.getByRole("radio", { name: "Green" }).check();
  await dialog.getByRole("button", { name: "Vote" }).click();
  await expect(dialog.getByRole("button", { name: "Continue" })).toBeFocused();
  await expect(dialog.getByText("100%")).toBeVisible();
  await expect(dialog.getByRole("status")).toHaveText("Votes: 1");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toBeHidden();
  await player.plays();
  expect((await film.actions()).questions).toBe(before + 1);
  await expect.poll(() => receiver.hooks.length).toBe(1);
  expect(JSON.parse(receiver.hooks[0]!.body).VideoQuestion).toMatchObject({ question: "Which colour?", choice: "Green" });
  // Answered is answered: it does not come again.
  await player.seek(1);
  await expect.poll(() => player.time()).toBeGreaterThan(3);
  await expect(dialog).toBeHidden();
  receiver.stop();
});

test("a poll is answered, or skipped, with the keyboard alone", async ({ page, film }) => {
  await film.write(poll, { ...poll, at: { s: 6 }, spec: { ...poll.spec, question: "And now?" } });
  const player = await watch(page, film.play);
  const first = page.getByRole("dialog", { name: "Which colour?" });
  await expect(first).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await expect(first.getByRole("radio", { name: "Green" })).toBeChecked();
  await page.keyboard.press("Enter");
  await expect(first.getByRole("button", { name: "Continue" })).toBeFocused();
  await page.keyboard.press("Enter");
  const second = page.getByRole("dialog", { name: "And now?" });
  await expect(second).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(second).toBeHidden();
  await player.plays();
});

test("a quiz says what is right only after the answer, and no page holds it before", async ({ page, film }) => {
  await film.write({ ...poll, spec: { ...poll.spec, mode: "quiz", correct: [2] } });
  const bodies: string[] = [];
  page.on("response", async (response) => {
    if (/\/video\/(play|faces)\//.test(response.url())) bodies.push(await response.text());
  });
  await watch(page, film.play);
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await dialog.getByRole("radio", { name: "Red" }).check();
  await expect.poll(() => bodies.length).toBeGreaterThan(1);
  expect(bodies.join()).not.toMatch(/correct/);
  await dialog.getByRole("button", { name: "Check answer" }).click();
  await expect(dialog.locator(".poll-choice", { hasText: "Red" })).toContainText("Not right");
  await expect(dialog.locator(".poll-choice", { hasText: "Blue" })).toContainText("Right");
});

test("a form says what is wrong beside each field, and a viewer who filled one in is not asked again", async ({ page, film }) => {
  const receiver = await Receiver.start();
  await film.server.api("POST", "/api/v1/webhooks", { url: receiver.url, events: ["VideoLeadGenaration"] });
  await film.write(form, { ...form, at: { s: 5 }, skip_if_known: true, spec: { ...form.spec, title: "Once more" } });
  const player = await watch(page, film.play);
  const dialog = page.getByRole("dialog", { name: "Stay in touch" });
  await expect(dialog).toBeFocused();
  // Below a modal nothing can be reached.
  await expect(player.root.locator(".controls")).toHaveAttribute("inert", "");
  await dialog.getByRole("button", { name: "Send" }).click();
  const email = dialog.getByRole("textbox", { name: "E-mail" });
  await expect(email).toBeFocused();
  await expect(email).toHaveAccessibleDescription("This is needed.");
  await email.fill("nobody@nowhere");
  await dialog.getByRole("checkbox", { name: "You may write to me." }).check();
  await dialog.getByRole("button", { name: "Send" }).click();
  await expect(email).toHaveAccessibleDescription(/e-mail address/i);
  await email.fill("ada@example.com");
  await dialog.getByRole("textbox", { name: /First name/ }).fill("Ada");
  await dialog.getByRole("combobox", { name: /Team/ }).selectOption("Large");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await dialog.getByRole("button", { name: "Send" }).click();
  await expect(dialog.getByRole("status")).toHaveText("Thank you. Your answer was sent.");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await player.plays();
  await expect.poll(() => receiver.hooks.length).toBe(1);
  const lead = JSON.parse(receiver.hooks[0]!.body).VideoLeadGenaration;
  expect(lead).toMatchObject({ firstName: "Ada", lastName: null, email: "ada@example.com", fields: { size: "Large" } });
  await expect.poll(() => player.time()).toBeGreaterThan(6);
  await expect(page.getByRole("dialog", { name: "Once more" })).toHaveCount(0);
  receiver.stop();
});

test("the focus stays inside a modal, and goes back where it was", async ({ page, film }) => {
  await film.write(form);
  // The slider that brings them there has the focus.
  const player = await watch(page, film.play);
  const dialog = page.getByRole("dialog", { name: "Stay in touch" });
  await expect(dialog).toBeFocused();
  for (let presses = 0; presses < 9; presses++) {
    await page.keyboard.press(presses % 4 === 3 ? "Shift+Tab" : "Tab");
    expect(await dialog.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(player.root.getByRole("slider", { name: "Seek" })).toBeFocused();
});

test("no seek, key or click passes a required gate; its answer does", async ({ page, film }) => {
  await film.write({ ...poll, at: { s: 8 }, gate: "required" });
  const player = await watch(page, film.play, 1);
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await player.root.getByRole("slider", { name: "Seek" }).fill("20000");
  await expect(dialog).toBeVisible();
  await expect.poll(() => player.time()).toBeCloseTo(8, 1);
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("button", { name: "Skip" })).toHaveCount(0);
  await page.keyboard.press("l");
  await expect.poll(() => player.time()).toBeCloseTo(8, 1);
  await page.keyboard.press("k");
  await expect.poll(() => paused(player)).toBe(true);
  await expect.poll(() => player.time()).toBeCloseTo(8, 1);
  await expect(dialog).toBeVisible();
  await dialog.getByRole("radio", { name: "Red" }).check();
  await dialog.getByRole("button", { name: "Vote" }).click();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect.poll(() => player.time()).toBeGreaterThan(8.5);
});

test("a gate before the video keeps the film itself back until it is answered", async ({ page, film }) => {
  await film.write({ ...form, at: "before", gate: "required" });
  const html = await (await fetch(film.play)).text();
  expect(html).not.toMatch(/\.mp4/);
  await page.goto(`${film.play}?t=12.5`);
  const player = await new Player(page).live();
  const dialog = page.getByRole("dialog", { name: "Stay in touch" });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("k");
  await dialog.getByRole("textbox", { name: "E-mail" }).fill("ada@example.com");
  await dialog.getByRole("checkbox").check();
  // A form sent faster than anybody types is asked for once more.
  await expect(async () => {
    await dialog.getByRole("button", { name: "Send" }).click();
    await expect(dialog.getByRole("button", { name: "Continue" })).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect.poll(() => player.time()).toBeGreaterThan(12.8);
  expect(await player.video.evaluate((video: HTMLVideoElement) => video.played.start(0))).toBeCloseTo(12.5, 0);
});

test("an end screen leads on by keyboard, and plays the video again", async ({ page, film, context }) => {
  await context.route("https://example.com/**", (route) => route.fulfill({ body: "The target" }));
  await film.write(endScreen);
  const before = (await film.actions()).end_screens!;
  const player = await watch(page, film.play, 29.2);
  const screen = page.getByRole("dialog", { name: "More, The middle" });
  await expect(screen).toBeFocused();
  await still(page);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press("Tab");
  await expect(screen.getByRole("button", { name: "Play again" })).toBeFocused();
  await page.keyboard.press("Tab");
  const opened = context.waitForEvent("page");
  await page.keyboard.press("Enter");
  await (await opened).close();
  await expect.poll(async () => (await film.actions()).end_screens).toBe(before + 1);
  await page.keyboard.press("Tab");
  await expect(screen.getByRole("button", { name: "The middle" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(screen).toBeHidden();
  await expect.poll(() => player.time()).toBeGreaterThanOrEqual(15);
});

test("the next video's countdown can be stopped", async ({ page, film }) => {
  await film.write({ ...endScreen, spec: { ...endScreen.spec, next_after_s: 30 } });
  await watch(page, film.play, 29.2);
  const screen = page.getByRole("dialog", { name: "More, The middle" });
  const timer = screen.getByRole("timer");
  const left = async () => Number(/\d+/.exec((await timer.textContent()) ?? "")?.[0]);
  await expect(timer).toHaveText(/Next in \d+/);
  const first = await left();
  expect(first).toBeLessThanOrEqual(30);
  await expect.poll(left).toBeLessThan(first);
  await screen.getByRole("button", { name: "Stay here" }).click();
  await expect(timer).toBeHidden();
  await expect(screen.getByRole("link", { name: "More" })).toBeFocused();
});

test("an annotation leads to its second, and what stands beside it stays clear of it", async ({ page, film }) => {
  await film.write(note, cta, { ...cta, at: { s: 3 }, spec: { ...cta.spec, label: "Another" } });
  const player = await watch(page, film.play, 4);
  const before = (await film.actions()).annotations!;
  const cards = page.getByRole("group", { name: /^(Annotation|Call to action)$/ });
  await expect(cards).toHaveCount(3);
  // They stay as long as it takes to look at them.
  await player.halts();
  await still(page);
  const boxes = await cards.evaluateAll((cards) => cards.map((card) => card.parentElement!.getBoundingClientRect().toJSON() as DOMRect));
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(i + 1)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      expect(apart, JSON.stringify([a, b])).toBe(true);
    }
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByRole("button", { name: "To the end" }).click();
  await expect.poll(() => player.time()).toBeGreaterThanOrEqual(25);
  await expect.poll(async () => (await film.actions()).annotations).toBe(before + 1);
});

test("what the playhead is dragged across is not met, and playback goes on where it is let go", async ({ page, film }) => {
  await film.write({ ...cta, at: { s: 12 }, duration_s: 4 });
  const shown: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/engage/record")) shown.push(...((request.postData() ?? "").match(/"type":"shown"/g) ?? []));
  });
  const player = await watch(page, film.play, 5);
  await player.plays();
  const box = (await player.root.getByRole("slider", { name: "Seek" }).boundingBox())!;
  const settled = () => page.waitForFunction(() => !document.querySelector("video")!.seeking, null, { polling: 10 });
  // So far before it that playback does not come there by itself.
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
  await page.mouse.down();
  for (const share of [0.4, 0.44, 0.48, 0.52, 0.6, 0.7]) {
    await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
    await settled();
    await expect(player.video).toHaveJSProperty("paused", true);
    await expect(page.locator("[data-cue]")).toHaveCount(0);
  }
  await page.mouse.up();
  await player.plays();
  expect(await player.time()).toBeGreaterThan(20);
  await player.halts();
  await page.mouse.click(box.x + box.width * 0.45, box.y + box.height / 2);
  await expect(page.getByRole("group", { name: "Call to action" })).toBeVisible();
  await expect.poll(() => shown.length).toBe(1);
});

test("from the list an interaction is opened whatever its time", async ({ page, film }) => {
  await film.write({ ...poll, at: { s: 20 } });
  await page.goto(film.play);
  const player = await new Player(page).live();
  await page.getByRole("complementary", { name: "Chapters and transcript" }).hover();
  await page.getByRole("tab", { name: "Moments" }).click();
  await page.getByRole("button", { name: /^Which colour/ }).click();
  await expect(page.getByRole("dialog", { name: "Which colour?" })).toBeVisible();
  await expect.poll(() => player.time()).toBeCloseTo(20, 0);
});

test("cards stand in full screen, and where the frame is small", async ({ page, film }) => {
  await film.write(poll);
  const player = await watch(page, film.play, 0.5);
  await page.keyboard.press("f");
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await expect(dialog).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement?.contains(document.querySelector("[data-cue]")))).toBe(true);
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.exitFullscreen().catch(() => {}));
  await page.setViewportSize({ width: 375, height: 740 });
  const small = await watch(page, film.play);
  await expect(dialog).toBeVisible();
  const [card, frame] = await Promise.all([dialog.boundingBox(), small.root.boundingBox()]);
  expect(Math.abs(card!.width - frame!.width)).toBeLessThanOrEqual(2);
});

test("in a frame on another site the page hears what viewers do", async ({ page, film }) => {
  await film.write(poll);
  const { url, stop } = await site(`<!doctype html><html lang="en"><title>A customer's page</title><main><h1>Hello</h1>
    <iframe src="${film.embed}" title="A film" width="640" height="360" allow="autoplay" style="border:0"></iframe></main>
    <script type="module">
      import { Player } from "${film.server.url}/sdk/player.js";
      const player = new Player(document.querySelector("iframe"));
      window.heard = [];
      for (const name of ["interactionshow", "gateenter", "questionanswer", "gaterelease"]) player.on(name, (event) => heard.push(event.type));
    </script>`);
  await page.goto(url);
  const frame = page.frameLocator("iframe");
  const player = await new Player(frame).live();
  await player.begins();
  await player.playsFrom(1.2);
  const dialog = frame.getByRole("dialog", { name: "Which colour?" });
  await dialog.getByRole("radio", { name: "Blue" }).check();
  await dialog.getByRole("button", { name: "Vote" }).click();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await player.plays();
  const heard = () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  await expect.poll(heard).toEqual(["interactionshow", "gateenter", "questionanswer", "gaterelease"]);
  stop();
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing with each kind open, ${scheme}`, async ({ page, film }) => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const kind of [poll, form, cta, note, { ...endScreen, at: { s: 2 } }]) {
      await film.write(kind);
      const player = await watch(page, film.play);
      await expect(page.locator("[data-cue]")).toBeVisible();
      await player.halts();
      await still(page);
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    }
  });
}

test("each kind reads well", async ({ page, film }) => {
  await film.write(form);
  await watch(page, film.play);
  await expect(page.getByRole("dialog", { name: "Stay in touch" })).toMatchAriaSnapshot(`
    - dialog "Stay in touch":
      - form "Stay in touch":
        - heading "Stay in touch" [level=3]
        - textbox "First name (optional)"
        - textbox "E-mail"
        - combobox "Team (optional)"
        - checkbox "You may write to me."
        - button "Send"
      - button "Skip"
  `);
  await film.write(note, cta);
  await watch(page, film.play);
  await expect(page.getByRole("group", { name: "Call to action" })).toMatchAriaSnapshot(`
    - group "Call to action":
      - paragraph: 15 minutes
      - link "Book a demo"
  `);
  await expect(page.getByRole("group", { name: "Annotation" })).toMatchAriaSnapshot(`
    - group "Annotation":
      - button "To the end"
  `);
});
