import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Receiver } from "../support/receiver.js";
import { expect, Player, test, TOKEN } from "../support/test.js";

type Endpoint = { id: string; secret_key: string; whsec: string };

test("a call to action appears at its second, and its click reaches a customer's server, signed", async ({ page, context, server }) => {
  const receiver = await Receiver.start();
  const endpoint = await server.api<Endpoint>("POST", "/api/v1/webhooks", {
    url: receiver.url,
    events: ["VideoCTA", "VideoPlayedSessions"],
    secret_key: "a secret of our own, long enough",
  });
  await context.route("https://example.com/**", (route) => route.fulfill({ body: "The target" }));
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.begins();
  await player.seek(18.5);
  const link = page.getByRole("link", { name: "Book a demo" });
  await expect(link).toBeHidden();
  await player.playsFrom(18.5);
  await expect(link).toBeVisible();
  expect(await player.time()).toBeGreaterThanOrEqual(20);
  await player.halts();
  await expect(link).not.toHaveAttribute("href", /example\.com/);

  const opened = context.waitForEvent("page");
  await link.click();
  await (await opened).close();
  // Those who watched before this test leave as well.
  const told = (event: string) => receiver.hooks.filter(({ body }) => JSON.parse(body).eventName === event);
  await expect.poll(() => told("VideoCTA").length).toBe(1);
  const hook = told("VideoCTA")[0]!;
  const headers = hook.headers as Record<string, string>;
  new Webhook(endpoint.whsec).verify(hook.body, headers);
  expect(headers["x-hippo-signature"]).toBe(createHmac("sha256", endpoint.secret_key).update(hook.body).digest("hex"));
  const click = JSON.parse(hook.body);
  expect(click.hook.uuid).toBe(headers["webhook-id"]);
  expect(click.VideoCTA.ctaTargetUrl).toBe("https://example.com/demo");
  expect(click.VideoCTA.ctaClickedTime).toBeGreaterThanOrEqual(20);

  // To the end, and away: the session is over and announced.
  await player.playsFrom(80);
  await expect.poll(() => player.video.evaluate((video: HTMLVideoElement) => video.ended)).toBe(true);
  const before = told("VideoPlayedSessions").length;
  await page.goto("about:blank");
  await expect.poll(() => told("VideoPlayedSessions").length).toBeGreaterThan(before);
  receiver.stop();
});

test("a call to action is recorded as shown and as clicked by keyboard, and can be put away", async ({ page, context, server }) => {
  await context.route("https://example.com/**", (route) => route.fulfill({ body: "The target" }));
  const report = () => server.api<{ actions: { call_to_actions: number } }>("GET", "/api/v1/me/video/reports/1000001");
  const before = (await report()).actions.call_to_actions;
  const batches: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/engage/record")) batches.push(request.postData() ?? "");
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  // It stays as long as it takes to press it twice.
  await player.begins();
  await player.seek(20.5);
  const link = page.getByRole("link", { name: "Book a demo" });
  await link.focus();
  for (let clicks = 1; clicks <= 2; clicks++) {
    const opened = context.waitForEvent("page");
    await page.keyboard.press("Enter");
    await (await opened).close();
    await expect.poll(async () => (await report()).actions.call_to_actions).toBe(before + clicks);
  }
  expect(batches.join().match(/"type":"shown"/g)).not.toBeNull();
  await page.locator("[data-cue]").getByRole("button", { name: "Close" }).click();
  await expect(link).toBeHidden();
  await expect(player.root.getByRole("slider", { name: "Seek" })).toBeFocused();
});

test("what was watched is reported as it was played", async ({ page, server }) => {
  const events: Record<string, unknown>[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/engage/record")) events.push(...JSON.parse(request.postData() ?? "{}").events);
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await expect.poll(() => player.time()).toBeGreaterThan(2);
  await player.seek(40);
  await expect.poll(() => player.time()).toBeGreaterThan(42);
  await page.keyboard.press("k");
  await expect.poll(() => events.some((event) => event.type === "pause")).toBe(true);
  const seen = new Map(events.map((event) => [event.seq, event]));
  const watched = [...seen.values()].filter((event) => event.type === "watched") as { from: number; to: number }[];
  const total = watched.reduce((sum, span) => sum + span.to - span.from, 0);
  expect(watched[0]!.from).toBeLessThan(200);
  // The element knows what it played; how long that took depends on the machine.
  const played = await player.video.evaluate((video: HTMLVideoElement) => {
    const ranges = Array.from({ length: video.played.length }, (_, i) => video.played.end(i) - video.played.start(i));
    return ranges.reduce((sum, seconds) => sum + seconds, 0) * 1_000;
  });
  expect(total).toBeGreaterThan(3_800);
  expect(Math.abs(total - played)).toBeLessThan(500);
  expect(watched.every((span) => span.to < 39_000 || span.from >= 39_000)).toBe(true);
});
