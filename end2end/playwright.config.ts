import { defineConfig, devices } from "@playwright/test";
import { chromium } from "./support/chromium.js";

// The release binary, one for each worker; see support/server.ts.
export default defineConfig({
  testDir: "tests",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  // A busy machine may starve a browser: what fails twice is broken, what fails once is reported as flaky.
  retries: 1,
  reporter: [["list"]],
  use: {
    launchOptions: chromium,
    trace: "retain-on-failure",
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1280, height: 800 } }, testIgnore: /no-script|phone/ },
    { name: "phone", use: { ...devices["Pixel 7"], launchOptions: chromium }, testMatch: /phone/ },
    // Not Playwright's own browser: the spec drives the system's Firefox itself.
    { name: "firefox", testDir: "firefox" },
    { name: "no-script", use: { javaScriptEnabled: false }, testMatch: /no-script/ },
  ],
});
