import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";
import { type Hook, Receiver } from "../support/receiver.js";
import type { Server } from "../support/server.js";
import { expect, test } from "../support/test.js";

type Endpoint = { id: string; whsec: string };
type Told = { state: string; attempts: { status: number | null }[] };

const EVENTS = [
  "VideoCreated",
  "VideoTranscoded",
  "VideoPlayedSessions",
  "VideoCTA",
  "VideoLeadGenaration",
  "VideoAnnotation",
  "VideoQuestion",
  "VideoEndScreen",
  "VideoComment",
  "VideoReply",
  "VideoReaction",
  "EndpointDisabled",
];

const create = (server: Server, url: string) =>
  server.api<Endpoint>("POST", "/api/v1/webhooks", { url, events: ["VideoCTA"] });

const send = (server: Server, endpoint: Endpoint, event: string) =>
  server.api<Told>("POST", `/api/v1/webhooks/${endpoint.id}/test`, { event });

/** The same message with one bit of its body turned. */
function turned({ body }: Hook): string {
  const at = body.indexOf('"eventName":"') + '"eventName":"'.length;
  return body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 0x20) + body.slice(at + 1);
}

/** Throws unless libraries that share no code with the server accept it; they must refuse another body. */
function verified(hook: Hook, whsec: string): void {
  const headers = hook.headers as Record<string, string>;
  expect(new Standard(whsec).verify(hook.body, headers)).toEqual(JSON.parse(hook.body));
  // Svix's tells good from bad by throwing, and returns nothing.
  new Svix(whsec).verify(hook.body, headers);
  for (const Library of [Standard, Svix]) {
    expect(() => new Library(whsec).verify(turned(hook), headers)).toThrow("No matching signature found");
  }
}

test("off-the-shelf libraries verify a test of every event", async ({ server }) => {
  const receiver = await Receiver.start();
  const endpoint = await create(server, receiver.url);
  const key = Buffer.from(endpoint.whsec.slice("whsec_".length), "base64");
  for (const event of EVENTS) {
    expect(await send(server, endpoint, event)).toMatchObject({ state: "done", attempts: [{ status: 200 }] });
    const hook = receiver.hooks.at(-1)!;
    verified(hook, endpoint.whsec);
    const hex = (body: string) => createHmac("sha256", key).update(body).digest("hex");
    expect(hook.headers["x-hippo-signature"]).toBe(hex(hook.body));
    expect(hook.headers["x-hippo-signature"]).not.toBe(hex(turned(hook)));
    expect(JSON.parse(hook.body)).toMatchObject({ eventName: event, hook: { uuid: hook.headers["webhook-id"] } });
  }
  receiver.stop();
});

test("while a secret is rotated the old and the new one verify", async ({ server }) => {
  const receiver = await Receiver.start();
  const endpoint = await create(server, receiver.url);
  const rotated = await server.api<Endpoint>("POST", `/api/v1/webhooks/${endpoint.id}/rotate`);
  expect(rotated.whsec).not.toBe(endpoint.whsec);
  await send(server, endpoint, "VideoCTA");
  const hook = receiver.hooks.at(-1)!;
  verified(hook, endpoint.whsec);
  verified(hook, rotated.whsec);
  receiver.stop();
});

/** A port that was free a moment ago. */
async function port(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Runs a receiver as the documentation shows it. */
async function documented(command: string, file: string, at: number, whsec: string): Promise<ChildProcess> {
  const child = spawn(command, [resolve(import.meta.dirname, "../receivers", file)], {
    env: { PATH: process.env.PATH ?? "", PORT: String(at), WHSEC: whsec },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await expect(async () => {
    expect((await fetch(`http://127.0.0.1:${at}/`, { method: "POST", body: "{}" })).status).toBe(401);
  }).toPass({ timeout: 15_000 });
  return child;
}

for (const [name, command, file] of [
  ["Node", process.execPath, "receiver.mjs"],
  ["Python", process.env.RECEIVER_PYTHON ?? "", "receiver.py"],
] as const) {
  test(`the receiver that the documentation shows for ${name} works`, async ({ server }) => {
    if (command === "") throw new Error("RECEIVER_PYTHON is missing: run scripts/setup, then scripts/test.");
    const at = await port();
    const endpoint = await create(server, `http://127.0.0.1:${at}/`);
    const child = await documented(command, file, at, endpoint.whsec);
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    for (const event of ["VideoCTA", "VideoLeadGenaration"]) {
      expect(await send(server, endpoint, event)).toMatchObject({ state: "done", attempts: [{ status: 204 }] });
      expect(JSON.parse((await lines.next()).value as string)).toMatchObject({ eventName: event, metadata: { test: true } });
    }
    await server.api("POST", `/api/v1/webhooks/${endpoint.id}/rotate`);
    expect(await send(server, endpoint, "VideoCTA"), "the old secret signs too").toMatchObject({ state: "done" });
    const other = await create(server, `http://127.0.0.1:${at}/`);
    expect(await send(server, other, "VideoCTA"), "another's secret").toMatchObject({ state: "dead", attempts: [{ status: 401 }] });
    child.kill();
    await once(child, "exit");
  });
}

test("the documentation stands up to axe, light and dark, and its code can be copied", async ({ page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.url}/docs/webhooks`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Webhooks");
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
  await page.getByRole("link", { name: "Verify what you get" }).first().click();
  const section = page.getByRole("region", { name: "Verify what you get" });
  for (const name of ["Node", "Python", "Rust", "Go", "PHP"]) await expect(section.getByRole("heading", { name, exact: true })).toBeVisible();
  const code = section.locator(".docs-code").first();
  await code.hover();
  await code.getByRole("button", { name: "Copy" }).click();
  await expect(code.getByRole("status")).toHaveText("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("standardwebhooks");
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
