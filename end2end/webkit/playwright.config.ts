import { defineConfig } from "@playwright/test";

// Not part of `npm test`: it needs Debian's webkit2gtk-driver, gstreamer1.0-libav, gstreamer1.0-plugins-good,
// gstreamer1.0-plugins-bad (for captions) and, without a display, xvfb.
export default defineConfig({
  testDir: ".",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 1,
  forbidOnly: true,
  outputDir: "../test-results/webkit",
  reporter: [["list"]],
});
