// What the play page loads before the first action other than play, as it travels, against its budget.
import { chromium as browserType, test, type Request } from "@playwright/test";
import { chromium } from "../support/chromium.js";
import { Server } from "../support/server.js";

const budgets = { "wasm + js": 125_000, css: 12_000, "each chunk": 40_000 };

test("sizes", async () => {
const server = await Server.start();
const browser = await browserType.launch(chromium);
const page = await browser.newPage();
const loaded: { name: string; sizes: ReturnType<Request["sizes"]> }[] = [];
page.on("response", async (response) => {
  const url = new URL(response.url());
  if (url.pathname.startsWith("/pkg/")) loaded.push({ name: url.pathname, sizes: response.request().sizes() });
});
await page.goto(`${server.url}/video/play/demoTourOfCuepoint0001`);
await page.getByRole("button", { name: "Play video" }).click();
await page.waitForFunction(() => document.querySelector("video")!.currentTime > 3);
const before = loaded.splice(0);
await page.getByRole("slider", { name: "Seek" }).fill("20500");
await page.getByRole("link", { name: "Book a demo" }).waitFor();

const bytes = async (files: typeof loaded, ending: RegExp) => {
  const sizes = await Promise.all(files.filter(({ name }) => ending.test(name)).map(({ sizes }) => sizes));
  return sizes.map((size) => size.responseBodySize);
};
const sum = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0);
const rows = {
  "wasm + js": sum(await bytes(before, /\.(wasm|js)$/)),
  css: sum(await bytes(before, /\.css$/)),
  "each chunk": Math.max(...(await bytes(loaded, /\.wasm$/))),
};
console.log("Bytes of the play page before the first action other than play (brotli, as they travel)");
for (const [name, size] of Object.entries(rows)) {
  console.log(`  ${name.padEnd(10)} ${String(size).padStart(7)}  of ${budgets[name as keyof typeof budgets]}  (${(size / budgets[name as keyof typeof budgets]).toFixed(2)})`);
}
await browser.close();
await server.stop();
});
