import { defineConfig } from "@playwright/test";

// Measurements and screenshots; nothing here passes or fails by the clock.
export default defineConfig({
  testDir: "bench",
  testMatch: /.*\.bench\.ts/,
  timeout: 900_000,
  workers: 1,
  reporter: [["line"]],
});
