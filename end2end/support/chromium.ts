import { existsSync } from "node:fs";

const places = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = places.find((place) => place !== "" && existsSync(place));
if (executablePath === undefined) throw new Error("No Chromium found: install it, or name it in CHROMIUM.");

/** How every test starts the browser: the system's Chromium, which has the codecs, and no calls home. */
export const chromium = {
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
  ],
};
