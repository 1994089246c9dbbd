import type { Page } from "@playwright/test";
import type { Player as Handle } from "../../frontend/sdk/player.js";
import { frame, test } from "../support/page.js";
import { Receiver } from "../support/receiver.js";
import { expect, Player, TOKEN } from "../support/test.js";
import { viewerToken } from "../support/viewer.js";

type Links = { items: { id: string; url: string; bound: boolean }[] };

const VIDEO = 1000001;
/** A player around the first iframe of the page, left in `window.player`; what it hears is in `heard`. */
const around = `<script type="module">
  import { Player } from "HOST/sdk/player.js";
  window.heard = [];
  window.player = new Player(document.querySelector("iframe"));
  window.player.on("consentchange", ({ detail }) => window.heard.push(detail));
</script>`;

const ready = (page: Page) => page.waitForFunction(() => window.player).then(() => page.evaluate(() => window.player.ready()));

/** The cookies that the next load of the frame carries. */
async function kept(page: Page): Promise<string> {
  const asked = page.waitForRequest((request) => request.url().includes("/video/embed/"));
  await page.reload();
  const { cookie } = await (await asked).allHeaders();
  await ready(page);
  return cookie ?? "";
}

test("the embedding page says who is watching, and its server's systems hear it", async ({ page, context, embed, server }) => {
  const receiver = await Receiver.start();
  const endpoint = await server.api<{ id: string }>("POST", "/api/v1/webhooks", { url: receiver.url, events: ["VideoCTA"] });
  await context.route("https://example.com/**", (route) => route.fulfill({ body: "The target" }));
  await embed(frame() + around);
  await ready(page);
  await page.evaluate((token) => window.player.setViewer(token), await viewerToken(server, "ada"));
  await page.evaluate(async () => {
    await window.player.play();
    await window.player.setCurrentTime(20.5);
    await window.player.pause();
  });
  const opened = context.waitForEvent("page");
  await page.frameLocator("iframe").getByRole("link", { name: "Book a demo" }).click();
  await (await opened).close();
  await expect.poll(() => receiver.hooks.length).toBe(1);
  expect(JSON.parse(receiver.hooks[0]!.body).VideoCTA.email).toBe("ada@example.com");
  await server.api("DELETE", `/api/v1/webhooks/${endpoint.id}`).catch(() => {});
  receiver.stop();
});

test("a token that does not hold is refused with its reason", async ({ page, embed, server }) => {
  await embed(frame() + around);
  await ready(page);
  const refusal = (token: string) =>
    page.evaluate(
      (token) => window.player.setViewer(token).then(() => "taken", (error: Error) => `${error.name}: ${error.message}`),
      token,
    );
  const good = await viewerToken(server, "ada");
  expect(await refusal("garbage")).toBe("DataError: the token is not a JSON Web Token: three parts with dots between them");
  expect(await refusal(await viewerToken(server, "ada", { exp: 1 }))).toBe("DataError: the token has expired");
  expect(await refusal(`${good.slice(0, -8)}AAAAAAAA`)).toBe("DataError: the token is not signed with this account's viewer key");
  expect(await refusal("")).toBe("DataError: setViewer takes a signed viewer token");
  expect(await refusal(good)).toBe("taken");
});

test("a token in the frame's address is not in its page", async ({ page, embed, server }) => {
  const token = await viewerToken(server, "ada");
  const answered = page.waitForResponse((response) => response.url().includes("/video/embed/"));
  await embed(frame(`TOKEN?viewer_token=${token}`) + around);
  const answer = await answered;
  expect(answer.headers()["cuepoint-viewer-token"]).toBeUndefined();
  const html = await answer.text();
  expect(html).not.toContain(token);
  expect(html).not.toContain("ada@example.com");
});

test("a personal link knows its recipient until somebody says it is not them", async ({ page, server }) => {
  const path = `/api/v1/videos/${VIDEO}/links`;
  const made = await server.api<Links>("POST", path, { recipients: [{ email: "mia@example.com", name: "Mia" }] });
  const { id, url } = made.items[0]!;
  const bound = async () => (await server.api<Links>("GET", path)).items.find((link) => link.id === id)!.bound;
  await page.goto(url);
  await expect(page.getByText("Watching as m***@example.com")).toBeVisible();
  expect(await bound()).toBe(false);

  const player = await new Player(page).live();
  await player.button("Play video").click();
  await expect.poll(() => player.time()).toBeGreaterThan(2);
  await page.keyboard.press("k");
  await expect.poll(bound).toBe(true);
  await page.reload();
  await expect(page.getByText("Watching as m***@example.com")).toBeVisible();
  await page.getByRole("button", { name: "Not you?" }).click();
  await expect(page).toHaveURL(`${server.url}/video/play/${TOKEN}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText("Watching as")).toHaveCount(0);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("somebody else can say so too", async ({ page, server }) => {
    const made = await server.api<Links>("POST", `/api/v1/videos/${VIDEO}/links`, { recipients: [{ email: "noa@example.com" }] });
    await page.goto(made.items[0]!.url);
    await page.getByRole("button", { name: "Not you?" }).click();
    await expect(page).toHaveURL(`${server.url}/video/play/${TOKEN}`);
    await expect(page.getByText("Watching as")).toHaveCount(0);
  });
});

test("a cookie is kept only after a yes, in a frame too, and goes with a no", async ({ page, embed }) => {
  const consent = (analytics: boolean) =>
    page.evaluate((analytics) => window.player.setConsent({ analytics }), analytics);
  await embed(frame() + around);
  await ready(page);
  expect(await kept(page)).not.toContain("__Host-cue");
  await consent(true);
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual([{ analytics: true }]);
  expect(await kept(page)).toMatch(/__Host-cue=g[\w-]{22}/);
  await consent(false);
  expect(await kept(page)).not.toContain("__Host-cue");
  expect(
    await page.evaluate(() =>
      window.player.setConsent({} as Parameters<Handle["setConsent"]>[0]).then(() => "taken", (error: Error) => error.name),
    ),
  ).toBe("DataError");
});

test("where the address says so, no cookie is kept whatever the page says", async ({ page, embed }) => {
  await embed(frame("TOKEN?dnt=1") + around);
  await ready(page);
  await page.evaluate(() => window.player.setConsent({ analytics: true }));
  expect(await kept(page)).not.toContain("__Host-cue");
});
