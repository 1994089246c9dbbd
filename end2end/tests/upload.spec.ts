import { AxeBuilder } from "@axe-core/playwright";
import { readFileSync } from "node:fs";
import { Upload, type UploadOptions } from "tus-js-client";
import { film } from "../support/film.js";
import { Server } from "../support/server.js";
import { expect, Player, test } from "../support/test.js";

// Every step of the way in is taken, on a machine that may have other work.
test.describe.configure({ timeout: 180_000 });

const link = async (server: Server): Promise<string> => (await server.api<{ url: string }>("POST", "/api/v1/me/upload-links", {})).url;

const ready = (server: Server, id: number) =>
  expect.poll(async () => (await server.api<{ state: string }>("GET", `/api/v1/videos/${id}`)).state, { timeout: 60_000 }).toBe("ready");

/** Sends with the official client; `stop` is told how far it is and may end it there. */
function send(server: Server, file: Buffer, options: Partial<UploadOptions>, stop = (_: number) => false): Promise<Upload> {
  return new Promise((done, failed) => {
    const upload: Upload = new Upload(file, {
      endpoint: `${server.url}/api/v1/uploads`,
      headers: { authorization: `Bearer ${server.apiKey}` },
      chunkSize: 100_000,
      retryDelays: [100, 200, 400, 800],
      metadata: { filename: "A tour.mp4" },
      onError: failed,
      onSuccess: () => done(upload),
      onChunkComplete: (_size, accepted) => {
        if (stop(accepted)) void upload.abort().then(() => done(upload), failed);
      },
      ...options,
    });
    upload.start();
  });
}

const videoOf = async (server: Server, upload: Upload): Promise<number> => {
  const path = new URL(upload.url!).pathname;
  return (await server.api<{ video_id: number }>("GET", path)).video_id;
};

test("tus-js-client goes on where it or the server was stopped", async () => {
  const server = await Server.start();
  const file = readFileSync(film(12));
  expect(file.length).toBeGreaterThan(400_000);
  const begun = await send(server, file, {}, (accepted) => accepted >= 200_000);
  const offsets: number[] = [];
  // The client was stopped; then the server is, in the middle of what the next one sends.
  let crashed: Promise<void> | undefined;
  // As long as the server takes to come back.
  const retryDelays = Array<number>(100).fill(200);
  const went = await send(server, file, { uploadUrl: begun.url, retryDelays, onProgress: (sent) => offsets.push(sent) }, (accepted) => {
    if (accepted >= 300_000) crashed ??= server.crash();
    return false;
  });
  await crashed;
  expect(offsets[0]).toBeGreaterThanOrEqual(200_000);
  const id = await videoOf(server, went);
  await ready(server, id);
  const { items } = await server.api<{ items: unknown[] }>("GET", "/api/v1/jobs");
  expect(items).toHaveLength(1);
  const video = await server.api<{ source: { bytes: number } }>("GET", `/api/v1/videos/${id}`);
  expect(video.source.bytes).toBe(file.length);
  expect(await server.stop()).toBe(0);
});

test("tus-js-client ends an upload, and nothing of it is left", async ({ server }) => {
  const begun = await send(server, readFileSync(film(4)), {}, () => true);
  await begun.abort(true);
  const answer = await fetch(begun.url!, { method: "HEAD", headers: { authorization: `Bearer ${server.apiKey}`, "tus-resumable": "1.0.0" } });
  expect(answer.status).toBe(404);
});

test("several files are chosen at once, and each plays in the end", async ({ page, server }) => {
  await page.goto(await link(server));
  await expect(page.getByRole("heading", { level: 1, name: "Upload videos" })).toBeVisible();
  const [first, second] = [film(2), film(3)].map((path, n) => ({ name: `Film ${n + 1}.mp4`, mimeType: "video/mp4", buffer: readFileSync(path) }));
  await page.getByLabel(/^Drop videos here/).setInputFiles([first!, second!, { name: "Note.mp4", mimeType: "video/mp4", buffer: Buffer.from("no video") }]);
  const rows = page.getByRole("listitem");
  await expect(rows).toHaveCount(3);
  for (const name of ["Film 1.mp4", "Film 2.mp4"]) {
    await expect(rows.filter({ hasText: name }).getByText("Ready", { exact: true })).toBeVisible({ timeout: 60_000 });
  }
  await expect(rows.filter({ hasText: "Note.mp4" }).getByText("The file is no video that is known here.")).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await rows.filter({ hasText: "Film 1.mp4" }).getByRole("link", { name: "Play video" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Film 1" })).toBeVisible();
  const player = new Player(page);
  await player.live();
  await player.video.evaluate((video: HTMLVideoElement) => video.play());
  // From its beginning: so short a film may be over before it is looked at.
  await expect.poll(() => player.time()).toBeGreaterThan(0.3);
});

test("an upload is paused, and goes on in a page that is opened anew", async ({ page, server }) => {
  const url = await link(server);
  await page.goto(url);
  const file = { name: "Long.mp4", mimeType: "video/mp4", buffer: readFileSync(film(20)) };
  // Slow enough to be caught in the middle.
  const tools = await page.context().newCDPSession(page);
  await tools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 });
  await page.getByLabel(/^Drop videos here/).setInputFiles(file);
  const row = page.getByRole("listitem").filter({ hasText: "Long.mp4" });
  await expect(row.getByText("Uploading", { exact: true })).toBeVisible();
  await expect.poll(() => row.getByRole("progressbar").evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(5);
  await row.getByRole("button", { name: "Pause: Long.mp4" }).click();
  await expect(row.getByText("Paused", { exact: true })).toBeVisible();
  await tools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await page.goto(url);
  await page.getByLabel(/^Drop videos here/).setInputFiles(file);
  await expect(row.getByText("Ready", { exact: true })).toBeVisible({ timeout: 60_000 });
  const { items } = await server.api<{ items: { step: string }[] }>("GET", "/api/v1/jobs");
  expect(items[0]).toMatchObject({ state: "done" });
});

test("a file is dropped on the page", async ({ page, server }) => {
  await page.goto(await link(server));
  const bytes = [...readFileSync(film(1))];
  const data = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "Dropped.mp4", { type: "video/mp4" }));
    return data;
  }, bytes);
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
  await expect(page.getByRole("listitem").filter({ hasText: "Dropped.mp4" }).getByText("Ready", { exact: true })).toBeVisible({ timeout: 60_000 });
});
