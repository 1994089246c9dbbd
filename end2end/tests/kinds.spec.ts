import type { FrameLocator, Locator, Page } from "@playwright/test";
import { Authored } from "../support/film.js";
import { site } from "../support/receiver.js";
import { expect, Player, test as base } from "../support/test.js";

const test = base.extend<object, { film: Authored }>({
  film: [async ({ server }, use) => use(Authored.add(server, "filmOfEveryKind0000001")), { scope: "worker" }],
});

type Hand = {
  /** Presses a button or opens a link. */
  press(target: Locator): Promise<void>;
  /** Chooses a radio button, or ticks a box. */
  choose(target: Locator): Promise<void>;
  write(target: Locator, text: string): Promise<void>;
};

const mouse: Hand = {
  press: (target) => target.click(),
  choose: (target) => target.check(),
  write: (target, text) => target.fill(text),
};

/** Walks with Tab, as somebody does who has nothing else. */
const keyboard = (page: Page): Hand => {
  const reach = async (target: Locator) => {
    const there = () => target.evaluate((element) => element.matches(":focus"));
    for (let presses = 0; presses < 40 && !(await there()); presses++) await page.keyboard.press("Tab");
    await expect(target).toBeFocused();
  };
  return {
    async press(target) {
      await reach(target);
      await page.keyboard.press("Enter");
    },
    async choose(target) {
      await reach(target);
      await page.keyboard.press("Space");
      await expect(target).toBeChecked();
    },
    async write(target, text) {
      await reach(target);
      await page.keyboard.type(text);
    },
  };
};

const overlay = { at: { s: 2 }, duration_s: 25, layout: { overlay: { x: 55, y: 50, w: 40, h: 25 } } };

type Kind = { name: string; counted: string; from: number; definition: object; act(at: Page | FrameLocator, hand: Hand, page: Page): Promise<void> };

/** Another page opens, which is enough. */
async function leads(page: Page, open: () => Promise<void>): Promise<void> {
  const opened = page.context().waitForEvent("page");
  await open();
  await (await opened).close();
}

const kinds: Kind[] = [
  {
    name: "annotation",
    counted: "annotations",
    from: 1.5,
    definition: { kind: "annotation", ...overlay, spec: { text: "Read on", url: "https://example.com/more" } },
    act: (at, hand, page) => leads(page, () => hand.press(at.getByRole("link", { name: "Read on" }))),
  },
  {
    name: "call to action",
    counted: "call_to_actions",
    from: 1.5,
    definition: { kind: "cta", ...overlay, spec: { label: "Book a demo", action: { url: "https://example.com/demo", new_tab: true } } },
    act: (at, hand, page) => leads(page, () => hand.press(at.getByRole("link", { name: "Book a demo" }))),
  },
  {
    name: "poll",
    counted: "questions",
    from: 1.5,
    definition: { kind: "poll", at: { s: 2 }, layout: "card", gate: "soft", spec: { question: "Which?", choices: ["Red", "Green"] } },
    async act(at, hand) {
      const dialog = at.getByRole("dialog", { name: "Which?" });
      await hand.choose(dialog.getByRole("radio", { name: "Red" }));
      await hand.press(dialog.getByRole("button", { name: "Vote" }));
      await hand.press(dialog.getByRole("button", { name: "Continue" }));
      await expect(dialog).toBeHidden();
    },
  },
  {
    name: "lead form",
    counted: "forms",
    from: 1.5,
    definition: {
      kind: "lead_form",
      at: { s: 2 },
      layout: "modal",
      gate: "soft",
      spec: {
        title: "Stay in touch",
        fields: [
          { type: "email", name: "email", label: "E-mail", required: true },
          { type: "consent", name: "consent", label: "You may write.", version: "v1", required: true },
        ],
      },
    },
    async act(at, hand) {
      const dialog = at.getByRole("dialog", { name: "Stay in touch" });
      await hand.write(dialog.getByRole("textbox", { name: "E-mail" }), "ada@example.com");
      await hand.choose(dialog.getByRole("checkbox"));
      // A form sent faster than anybody types is asked for once more.
      await expect(async () => {
        await hand.press(dialog.getByRole("button", { name: "Send" }));
        await expect(dialog.getByRole("button", { name: "Continue" })).toBeVisible({ timeout: 2_000 });
      }).toPass();
      await hand.press(dialog.getByRole("button", { name: "Continue" }));
      await expect(dialog).toBeHidden();
    },
  },
  {
    name: "end screen",
    counted: "end_screens",
    from: 29,
    definition: { kind: "end_screen", at: "end", layout: "card", spec: { cards: [{ title: "More", action: { url: "https://example.com/" } }] } },
    act: (at, hand, page) => leads(page, () => hand.press(at.getByRole("link", { name: "More" }))),
  },
];

type Place = { name: string; open(page: Page, film: Authored): Promise<{ at: Page | FrameLocator; done?: () => void }> };

const places: Place[] = [
  {
    name: "on the play page",
    async open(page, film) {
      await page.goto(film.play);
      return { at: page };
    },
  },
  {
    name: "in a frame on another site",
    async open(page, film) {
      const { url, stop } = await site(`<!doctype html><html lang="en"><title>A customer's page</title><link rel="icon" href="data:,">
        <iframe src="${film.embed}" title="A film" width="960" height="540" allow="autoplay; fullscreen" style="border:0"></iframe>`);
      await page.goto(url);
      return { at: page.frameLocator("iframe"), done: stop };
    },
  },
  {
    name: "in full screen",
    async open(page, film) {
      await page.goto(film.play);
      await new Player(page).live();
      await page.keyboard.press("f");
      await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
      return { at: page };
    },
  },
  {
    name: "375 pixels wide",
    async open(page, film) {
      await page.setViewportSize({ width: 375, height: 740 });
      await page.goto(film.play);
      return { at: page };
    },
  },
];

for (const place of places) {
  for (const [by, handOf] of [
    ["by mouse", () => mouse],
    ["with the keyboard alone", keyboard],
  ] as const) {
    test(`every kind is acted on ${place.name}, ${by}`, async ({ page, context, film }) => {
      test.setTimeout(120_000);
      await context.route("https://example.com/**", (route) => route.fulfill({ body: "The target" }));
      const hand = handOf(page);
      for (const { name, counted, from, definition, act } of kinds) {
        await test.step(name, async () => {
          await film.write(definition);
          const before = (await film.actions())[counted]!;
          expect(before, counted).toBeGreaterThanOrEqual(0);
          const { at, done } = await place.open(page, film);
          const player = await new Player(at).live();
          await player.begins(hand.press);
          await player.playsFrom(from);
          await act(at, hand, page);
          await expect.poll(async () => (await film.actions())[counted]).toBe(before + 1);
          done?.();
        });
      }
    });
  }
}
