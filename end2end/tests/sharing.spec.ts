import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import ogs from "open-graph-scraper";
import { unfurl } from "unfurl.js";
import { film } from "../support/film.js";
import type { Server } from "../support/server.js";
import { expect, test } from "../support/test.js";

// What is said to machines, read by libraries that share no code with the server.

type Robots = { getSitemaps(): string[]; isAllowed(url: string, agent: string): boolean };
// Its types and its module disagree on what it exports.
const robotsParser = createRequire(import.meta.url)("robots-parser") as (url: string, text: string) => Robots;

const TITLE = `Tips & "tricks" <live>`;

let made: Promise<{ id: number; token: string; share: string; embed: string }> | undefined;

/** A video with captions and chapters, and a title that has to be escaped everywhere. */
const video = (server: Server) =>
  (made ??= (async () => {
    const token = "sharedWithMachines0001";
    const folder = mkdtempSync(join(tmpdir(), "cuepoint-texts-"));
    const [captions, chapters] = ["captions.vtt", "chapters.vtt"].map((name) => join(folder, name));
    writeFileSync(captions!, "WEBVTT\n\n00:00.000 --> 00:02.000\nWelcome, everyone.\n");
    writeFileSync(chapters!, "WEBVTT\n\n00:00.000 --> 00:02.000\nBegin & see\n\n00:02.000 --> 00:04.000\nEnd\n");
    const id = server.add(film(4), "--token", token, "--title", TITLE, "--captions", `en=${captions}`, "--chapters", chapters!);
    await server.api("PATCH", `/api/v1/videos/${id}`, { description: "What <we> learned." });
    return { id, token, share: `${server.url}/video/play/${token}`, embed: `${server.url}/video/embed/${token}` };
  })());

// Making the film takes a while on a machine that has other work.
test.describe.configure({ timeout: 180_000 });

test.beforeAll(() => void (made = undefined));

const text = async (url: string): Promise<string> => {
  const answer = await fetch(url);
  expect(answer.status, url).toBe(200);
  return answer.text();
};

test("a pasted link unfolds: Open Graph, the Twitter card and schema.org are read by a parser", async ({ server }) => {
  const { share, embed, token } = await video(server);
  const { error, result } = await ogs({ html: await text(share) });
  expect(error).toBe(false);
  expect(result).toMatchObject({
    ogTitle: TITLE,
    ogDescription: "What <we> learned.",
    ogUrl: share,
    ogType: "video.other",
    twitterCard: "summary_large_image",
    twitterTitle: TITLE,
  });
  expect(result.ogImage![0]).toMatchObject({ url: `${server.url}/thumbnails/${token}.jpg`, type: "image/jpeg" });
  expect((await fetch(result.ogImage![0]!.url)).headers.get("content-type")).toBe("image/jpeg");
  expect(result.ogVideo!.map(({ url, type }) => ({ url, type }))).toEqual(
    expect.arrayContaining([
      { url: embed, type: "text/html" },
      { url: `${server.url}/media/${token}/video.mp4`, type: "video/mp4" },
    ]),
  );
  const [told] = result.jsonLD as Record<string, any>[];
  expect(told).toMatchObject({
    "@context": "https://schema.org",
    "@type": "VideoObject",
    name: TITLE,
    description: "What <we> learned.",
    thumbnailUrl: [`${server.url}/thumbnails/${token}.jpg`],
    embedUrl: embed,
    contentUrl: `${server.url}/media/${token}/video.mp4`,
    transcript: "Welcome, everyone.",
    inLanguage: "en",
    hasPart: [
      { "@type": "Clip", name: "Begin & see", startOffset: 0, endOffset: 2, url: `${share}?t=0` },
      { "@type": "Clip", name: "End", startOffset: 2, endOffset: 4, url: `${share}?t=2` },
    ],
  });
  expect(told!.duration).toMatch(/^PT4(\.\d+)?S$/);
  expect(Number.isNaN(Date.parse(told!.uploadDate))).toBe(false);
});

test("an unfurler finds the player by the discovery link", async ({ server }) => {
  const { share, embed } = await video(server);
  const found = await unfurl(share);
  expect(found.title).toContain(TITLE);
  expect(found.oEmbed).toMatchObject({ version: "1.0", type: "video", title: TITLE, width: 640, height: 360 });
  expect((found.oEmbed as { html: string }).html).toContain(`src="${embed}"`);
  expect(found.open_graph).toMatchObject({ title: TITLE, url: share });
});

test("oEmbed's XML says what its JSON says, and a player fits where it has to", async ({ page, server, complaints }) => {
  const { share } = await video(server);
  const ask = (more: string) => text(`${server.url}/services/oembed?url=${encodeURIComponent(share)}${more}`);
  const xml = await ask("&format=xml&maxwidth=320&maxheight=400");
  expect(XMLValidator.validate(xml)).toBe(true);
  const { oembed } = new XMLParser({ parseTagValue: false }).parse(xml) as { oembed: Record<string, string> };
  const json = JSON.parse(await ask("&format=json&maxwidth=320&maxheight=400")) as Record<string, unknown>;
  const plain = (value: unknown) => (Number.isNaN(Number(value)) ? String(value) : Number(value));
  const all = (fields: object) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
  expect(all(oembed)).toEqual(all(json));
  expect(json).toMatchObject({ width: 320, height: 180 });
  // What a page gets that takes it as it is.
  await page.setContent(`<!doctype html><html lang="en"><title>Host</title>${json.html as string}`);
  const frame = page.locator("iframe");
  await expect(frame).toHaveAttribute("title", TITLE);
  expect(await frame.boundingBox()).toMatchObject({ width: 320, height: 180 });
  // This browser does not know every word of the frame's allowances, and says so.
  expect(complaints.splice(0).filter((text) => !/web-share|allowfullscreen/.test(text))).toEqual([]);
  const status = async (query: string) => (await fetch(`${server.url}/services/oembed?${query}`)).status;
  expect(await status(`url=${encodeURIComponent(share)}&format=yaml`)).toBe(501);
  expect(await status(`url=${encodeURIComponent(`${server.url}/video/play/noSuchVideoAnywhere001`)}`)).toBe(404);
});

test("the sitemap has the video until it is unlisted, and robots may read it", async ({ server }) => {
  const { id, share, embed, token } = await video(server);
  const robots = robotsParser(`${server.url}/robots.txt`, await text(`${server.url}/robots.txt`));
  expect(robots.getSitemaps()).toEqual([`${server.url}/sitemap.xml`]);
  expect(robots.isAllowed(share, "AnyBot")).toBe(true);
  for (const path of ["/api/v1/videos", "/report/x", "/upload"]) expect(robots.isAllowed(server.url + path, "AnyBot"), path).toBe(false);

  const parser = new XMLParser({ isArray: (name) => ["sitemap", "url"].includes(name), parseTagValue: false });
  const entries = async () => {
    const index = await text(robots.getSitemaps()[0]!);
    expect(XMLValidator.validate(index)).toBe(true);
    const files = (parser.parse(index) as { sitemapindex: { sitemap: { loc: string }[] } }).sitemapindex.sitemap;
    const found: { loc: string; "video:video": Record<string, string> }[] = [];
    for (const { loc } of files) {
      const map = await text(loc);
      expect(XMLValidator.validate(map)).toBe(true);
      found.push(...((parser.parse(map) as { urlset: { url?: typeof found } }).urlset.url ?? []));
    }
    return found.filter(({ loc }) => loc === share);
  };
  const [entry] = await entries();
  expect(entry!["video:video"]).toMatchObject({
    "video:title": TITLE,
    "video:description": "What <we> learned.",
    "video:thumbnail_loc": `${server.url}/thumbnails/${token}.jpg`,
    "video:player_loc": embed,
    "video:duration": "4",
  });
  await server.api("PATCH", `/api/v1/videos/${id}`, { unlisted: true });
  expect(await entries()).toEqual([]);
  const html = await text(share);
  expect(html).toContain('name="robots" content="noindex"');
  const { result } = await ogs({ html });
  expect(result).toMatchObject({ ogTitle: TITLE });
  expect(result.jsonLD).toBeUndefined();
  await server.api("PATCH", `/api/v1/videos/${id}`, { unlisted: false });
});

test("what is copied for a mail is a moving picture that leads to the page", async ({ page, server }) => {
  const { share, token } = await video(server);
  await page.goto(share);
  await page.getByRole("button", { name: "Share" }).click();
  const snippet = await page.getByRole("dialog", { name: "Share" }).getByRole("textbox", { name: /mail/i }).inputValue();
  await page.setContent(`<!doctype html><html lang="en"><title>A mail</title>${snippet}`);
  const link = page.getByRole("link", { name: `Play video: ${TITLE}` });
  await expect(link).toHaveAttribute("href", share);
  const picture = link.getByRole("img");
  const src = (await picture.getAttribute("src"))!;
  expect(src).toMatch(new RegExp(`^${server.url}/(previews/${token}\\.gif|thumbnails/${token}_play\\.jpg)$`));
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
});
