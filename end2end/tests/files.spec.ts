import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, truncateSync, writeFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "../support/server.js";
import { expect, Player, test } from "../support/test.js";

// Files as people have them: each plays in the browser in the end, or the page says why it does not.

const folder = mkdtempSync(join(tmpdir(), "cuepoint-files-"));
const COLOURS = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=3";
const TONE = "-f lavfi -i sine=440:duration=3";
const H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

function made(name: string, words: string): string {
  const file = join(folder, name);
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...words.split(" "), file]);
  return file;
}

function cut(): string {
  const file = made("cut.mp4", `${COLOURS} ${TONE} ${H264} -c:a aac -movflags +faststart`);
  truncateSync(file, statSync(file).size / 2);
  return file;
}

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Name, the file, its sides as they are seen, and about how many seconds it has. */
const PLAYS: [name: string, file: () => string, shape: [number, number], seconds: number][] = [
  ["H.264 with its index at the end", () => made("end.mp4", `${COLOURS} ${TONE} ${H264} -c:a aac`), [320, 180], 3],
  ["VP9 and Opus", () => made("vp9.webm", `${COLOURS} ${TONE} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus`), [320, 180], 3],
  [
    "a film that is turned",
    () => made("turned.mov", `-i ${made("upright.mp4", `${COLOURS} ${H264}`)} -c copy -metadata:s:v:0 rotate=90`),
    [180, 320],
    3,
  ],
  ["HEVC with ten bits", () => made("ten.mp4", `${COLOURS} -c:v libx265 -x265-params log-level=none -preset ultrafast -pix_fmt yuv420p10le -tag:v hvc1`), [320, 180], 3],
  ["a variable frame rate", () => made("variable.mp4", `${COLOURS} -vf select='not(mod(n\\,3))+lt(n\\,20)' -vsync vfr ${H264}`), [320, 180], 3],
  ["a single dot", () => made("dot.mkv", "-f lavfi -i color=red:size=2x2:rate=25:duration=2 -vf scale=1:1 -c:v ffv1"), [2, 2], 2],
  ["no sound", () => made("silent.mkv", `${COLOURS} -c:v ffv1`), [320, 180], 3],
];

const FAILS: [name: string, file: () => string][] = [
  ["sound alone", () => made("sound.m4a", `${TONE} -c:a aac -vn`)],
  ["no bytes", () => written("empty.mp4", "")],
  ["a text that is called a film", () => written("text.mp4", "Dear reader, this is no video.\n")],
  ["a playlist of a file here", () => written("list.mp4", "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n")],
];

// Every step of the way in is taken, on a machine that may have other work.
test.describe.configure({ timeout: 180_000 });

type Video = { video_id: number; share_url: string; state: string; error?: string };

async function upload(server: Server, name: string, file: string): Promise<Video> {
  const form = new FormData();
  form.set("title", name);
  form.set("file", new Blob([readFileSync(file)]), name);
  const answer = await fetch(`${server.url}/api/v1/videos`, { method: "POST", headers: { authorization: `Bearer ${server.apiKey}` }, body: form });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Video;
}

async function over(server: Server, { video_id }: Video): Promise<Video> {
  const look = () => server.api<Video>("GET", `/api/v1/videos/${video_id}`);
  await expect.poll(async () => (await look()).state, { timeout: 120_000 }).not.toBe("processing");
  return look();
}

for (const [name, file, shape, seconds] of PLAYS) {
  test(`${name} plays`, async ({ page, server }) => {
    const video = await over(server, await upload(server, name, file()));
    expect(video).toMatchObject({ state: "ready" });
    await page.goto(video.share_url);
    const player = await new Player(page).live();
    await player.video.evaluate((video: HTMLVideoElement) => {
      video.muted = true;
      return video.play();
    });
    // From its beginning: so short a film may be over before it is looked at.
    await expect.poll(() => player.time()).toBeGreaterThan(0.3);
    const seen = await player.video.evaluate((video: HTMLVideoElement) => ({ sides: [video.videoWidth, video.videoHeight], lasts: video.duration }));
    expect(seen.sides).toEqual(shape);
    expect(Math.abs(seen.lasts - seconds)).toBeLessThan(0.3);
    await expect.poll(() => player.video.evaluate((video: HTMLVideoElement) => video.ended)).toBe(true);
  });
}

for (const [name, file] of FAILS) {
  test(`${name} is refused, and the page says so`, async ({ page, server }) => {
    const video = await over(server, await upload(server, name, file()));
    expect(video).toMatchObject({ state: "failed", error: "UNSUPPORTED_FORMAT" });
    await page.goto(video.share_url);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByText("Its file is not a video that can be played here.")).toBeVisible();
  });
}

test("a film that is cut off plays as far as it goes, or says why not", async ({ page, server }) => {
  const video = await over(server, await upload(server, "Cut", cut()));
  await page.goto(video.share_url);
  if (video.state === "failed") {
    expect(["UNSUPPORTED_FORMAT", "PREPROCESS_FAILED"]).toContain(video.error);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    return;
  }
  const player = await new Player(page).live();
  await player.video.evaluate((video: HTMLVideoElement) => {
    video.muted = true;
    return video.play();
  });
  await expect.poll(() => player.time()).toBeGreaterThan(0.3);
});
