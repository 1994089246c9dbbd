// node render.js WORK OUT [seconds...]: draws every frame of scenes.html into WORK/frames.mjpeg and the
// posters into OUT; with seconds given, only those frames, as WORK/at-<second>.jpg.
const { chromium } = require('playwright-core'), fs = require('fs'), path = require('path');
const [work, out, ...only] = process.argv.slice(2);

(async () => {
  const timeline = JSON.parse(fs.readFileSync(path.join(work, 'timeline.json')));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--force-color-profile=srgb', '--font-render-hinting=none'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.on('pageerror', e => { console.error(e); process.exit(1); });
  await page.goto('file://' + path.join(__dirname, 'scenes.html'));
  await page.evaluate(t => setup(t), timeline);
  await page.evaluate(() => document.fonts.ready);
  const cdp = await page.context().newCDPSession(page);
  const shot = async (quality = 96) => Buffer.from((await cdp.send('Page.captureScreenshot',
    { format: 'jpeg', quality, optimizeForSpeed: true })).data, 'base64');
  const frame = t => page.evaluate(t => seek(t), t).then(() => shot());

  if (only.length) for (const t of only) fs.writeFileSync(path.join(work, `at-${t}.jpg`), await frame(+t));
  else {
    const file = fs.openSync(path.join(work, 'frames.mjpeg'), 'w'), n = Math.round(timeline.length * timeline.fps);
    for (let i = 0; i < n; i++) {
      fs.writeSync(file, await frame(i / timeline.fps));
      if (i % 300 === 0) console.error(`frame ${i} of ${n}`);
    }
    fs.closeSync(file);
    for (const [name, play] of [['poster.jpg', false], ['poster_play.jpg', true]]) {
      await page.evaluate(p => poster(p), play);
      fs.writeFileSync(path.join(out, name), await shot(72));
    }
  }
  await browser.close();
})();
