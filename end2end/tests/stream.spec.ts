import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, Player, test } from "../support/test.js";

const TOKEN = "streamInTwoQualities01";

/** A film of forty seconds with a picture that is hard to compress, so that its qualities differ. */
function film(): string {
  const file = join(mkdtempSync(join(tmpdir(), "cuepoint-film-")), "film.mp4");
  const picture = "testsrc2=size=1280x720:rate=25:duration=40,noise=alls=40:allf=t";
  execFileSync("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=frequency=440:duration=40"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "3M", "-maxrate", "3M", "-bufsize", "6M", "-pix_fmt", "yuv420p"],
    ...["-c:a", "aac", "-shortest", file],
  ]);
  return file;
}

const address = (player: Player) => player.video.evaluate((video: HTMLVideoElement) => video.src);

/** Someone comes near the player, and the stream takes the place of the plain file. */
async function streams(player: Player): Promise<void> {
  await player.root.hover({ position: { x: 10, y: 60 } });
  await expect.poll(() => address(player)).toMatch(/^blob:/);
}

test("on a connection that turns slow the stream plays on in a lower quality, and nothing twice", async ({ page, server }) => {
  test.setTimeout(240_000);
  server.add(film(), "--stream", "--token", TOKEN, "--title", "In two qualities");
  const qualities = new Set<string>();
  page.on("request", (request) => {
    const segment = /(\d+p)-\d+\.m4s/.exec(request.url());
    if (segment) qualities.add(segment[1]!);
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await streams(player);
  await page.evaluate(() => {
    const video = document.querySelector("video")!;
    let last = 0;
    (window as any).rewinds = 0;
    video.addEventListener("timeupdate", () => {
      if (video.currentTime < last - 0.05) (window as any).rewinds++;
      last = video.currentTime;
    });
  });
  await player.button("Play video").click();
  await player.plays();
  await expect.poll(() => player.time(), { timeout: 30_000 }).toBeGreaterThan(6);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 50,
    downloadThroughput: 1_200_000 / 8,
    uploadThroughput: 1_000_000 / 8,
  });
  await expect.poll(() => qualities.size, { timeout: 60_000 }).toBeGreaterThan(1);
  await expect.poll(() => player.time(), { timeout: 90_000 }).toBeGreaterThan(30);
  expect(await page.evaluate(() => (window as any).rewinds)).toBe(0);
});

test("a viewer chooses the quality", async ({ page, server }) => {
  test.setTimeout(120_000);
  const token = "streamOfAChosenQuality";
  server.add(film(), "--stream", "--token", token, "--title", "Choose");
  await page.goto(`${server.url}/video/play/${token}`);
  const player = await new Player(page).live();
  await streams(player);
  await player.button("Play video").click();
  await player.plays();
  await player.press("Settings");
  await page.getByRole("button", { name: /^Quality/ }).click();
  await page.getByRole("radio", { name: "360p" }).check();
  await expect.poll(() => player.video.evaluate((video: HTMLVideoElement) => video.videoHeight), { timeout: 30_000 }).toBe(360);
});

test("an audio description takes over at the same position, by key and by button", async ({ page, server }) => {
  const token = "describedForTheEars001";
  const source = film();
  server.add(source, "--token", token, "--title", "Described", "--sound", `en=English, described=${source}`, "--described");
  await page.goto(`${server.url}/video/play/${token}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.seek(20);
  const described = player.button("Audio description");
  await page.keyboard.press("d");
  await expect(described).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => address(player)).toMatch(/sound-1/);
  await expect.poll(() => player.time()).toBeGreaterThan(20);
  await player.plays();
  await player.press("Audio description");
  await expect(described).toHaveAttribute("aria-pressed", "false");
  await expect.poll(() => address(player)).toMatch(/video\.mp4$/);
  await expect.poll(() => player.time()).toBeGreaterThan(20);
});

test("a page that nobody touches fetches no engine, and a play that comes first waits for it", async ({ page, server }) => {
  test.setTimeout(120_000);
  const token = "streamThatNobodyPlays1";
  server.add(film(), "--stream", "--token", token, "--title", "Untouched");
  const engines: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.startsWith("/hls/")) engines.push(request.url());
  });
  await page.goto(`${server.url}/video/embed/${token}`, { waitUntil: "networkidle" });
  let player = await new Player(page).live();
  expect(engines).toEqual([]);
  await streams(player);
  expect(engines).toHaveLength(1);
  await page.mouse.move(0, 0);
  await page.goto(`${server.url}/video/play/${token}`);
  player = await new Player(page).live();
  // No pointer has come near: the key is the first that the player hears of anyone.
  await page.keyboard.press("k");
  await player.plays();
  expect(await address(player)).toMatch(/^blob:/);
});

test("where the engine does not come, the plain file plays", async ({ page, server }) => {
  test.setTimeout(120_000);
  const token = "streamWithoutItsEngine";
  server.add(film(), "--stream", "--token", token, "--title", "No engine");
  // Neither an answer nor an error.
  await page.route("**/hls/*", () => {});
  await page.goto(`${server.url}/video/play/${token}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  expect(await address(player)).not.toMatch(/^blob:/);
});

test("a stream starts and stops where the address says", async ({ page, server }) => {
  test.setTimeout(120_000);
  const token = "streamOfAMomentInside1";
  server.add(film(), "--stream", "--token", token, "--title", "A moment");
  await page.goto(`${server.url}/video/embed/${token}?t=20&stop=22`);
  const player = await new Player(page).live();
  await streams(player);
  await expect.poll(() => player.time()).toBeCloseTo(20, 0);
  await player.button("Play video").click();
  await expect.poll(() => player.time()).toBeGreaterThan(21.9);
  await expect(player.video).toHaveJSProperty("paused", true);
  expect(await player.time()).toBeLessThan(23);
  await player.press("Play");
  await expect.poll(() => player.time()).toBeGreaterThan(23);
});

test("what plays by itself plays the stream", async ({ page, server }) => {
  test.setTimeout(120_000);
  const token = "streamThatPlaysItself1";
  server.add(film(), "--stream", "--token", token, "--title", "By itself");
  await page.goto(`${server.url}/video/embed/${token}?autoplay=1&muted=1&t=10`);
  const player = await new Player(page).live();
  await expect.poll(() => address(player)).toMatch(/^blob:/);
  await expect.poll(() => player.time()).toBeGreaterThan(10.5);
});

test("other sound takes the place of a stream, and its qualities go from the menu", async ({ page, server }) => {
  test.setTimeout(120_000);
  const token = "streamWithOtherSounds1";
  const source = film();
  server.add(source, "--stream", "--token", token, "--title", "Sounds", "--sound", `de=Deutsch=${source}`);
  await page.goto(`${server.url}/video/play/${token}`);
  const player = await new Player(page).live();
  await streams(player);
  await player.button("Play video").click();
  await player.plays();
  await player.seek(20);
  const choose = async (sound: string, file: RegExp) => {
    await player.press("Settings");
    await page.getByRole("button", { name: /^Audio/ }).click();
    await page.getByRole("radio", { name: sound }).check();
    await expect.poll(() => address(player)).toMatch(file);
    await expect.poll(() => player.time()).toBeGreaterThan(20);
    await player.plays();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: /^Speed/ })).toBeVisible();
    await expect(page.getByRole("button", { name: /^Quality/ })).toHaveCount(0);
    await page.keyboard.press("Escape");
  };
  await choose("Deutsch", /sound-1/);
  await choose("Original", /(?<!sound-1)\.mp4$/);
});
