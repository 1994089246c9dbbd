// Every scene is a function of its local time t (seconds) and the moments c[] at which the
// narration starts each line; nothing else moves it, so each frame can be drawn on its own.
const stage = document.getElementById('stage');
const clamp = (x, a = 0, b = 1) => Math.min(b, Math.max(a, x));
const out = x => 1 - (1 - x) ** 3, inOut = x => x < .5 ? 4 * x ** 3 : 1 - (2 - 2 * x) ** 3 / 2;
const pr = (t, at, len = .6, ease = out) => ease(clamp((t - at) / len));
const mix = (a, b, k) => a + (b - a) * k;
const show = (el, k, dy = 16, scale = 1) => { el.style.opacity = k; el.style.transform = `translateY(${(1 - k) * dy}px) scale(${mix(scale, 1, k)})`; };
const pop = (el, t, at, dy = 16, scale = 1) => show(el, pr(t, at), dy, scale);
const at = (x, y, w, h) => `left:${x}px;top:${y}px;` + (w ? `width:${w}px;` : '') + (h ? `height:${h}px;` : '');

const logo = size => `<svg style="position:static;display:block" width="${size}" height="${size}" viewBox="0 0 48 48">
  <rect width="48" height="48" rx="12" fill="oklch(0.55 0.2 280)"/><path d="M17 10.5v18.2l15.5-9.1z" fill="#fff" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"/>
  <path d="M10 38h28" stroke="#fff" stroke-opacity=".45" stroke-width="3" stroke-linecap="round"/><circle cx="29" cy="38" r="4.5" fill="#fff"/></svg>`;
const cursor = `<svg class="cursor abs" width="40" height="40" viewBox="0 0 24 24" style="left:0;top:0"><circle class="ring" cx="4" cy="3" r="16" fill="none" stroke="#fff" stroke-width="1.6" opacity="0"/>
  <path d="M4 3l5.6 16 2.5-6.4L18.5 10z" fill="#fff" stroke="#17151f" stroke-width="1.4" stroke-linejoin="round"/></svg>`;
const tick = (size, colour) => `<svg style="position:static;display:block" width="${size}" height="${size}" viewBox="0 0 24 24"><circle cx="12" cy="12" r="12" fill="${colour}"/><path class="stroke" d="M6.5 12.4l3.7 3.7 7.3-7.6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
const heart = 'M12 20.5C5 15.5 2.5 12 2.5 8.5 2.5 5.7 4.6 4 7 4c2 0 3.8 1.1 5 3 1.2-1.9 3-3 5-3 2.4 0 4.5 1.7 4.5 4.5 0 3.5-2.5 7-9.5 12z';
const star = 'M12 2.5l2.9 6.2 6.7.8-5 4.6 1.4 6.7-6-3.4-6 3.4 1.4-6.7-5-4.6 6.7-.8z';

function moveCursor(root, t, path, clicks) { // path: [time, x, y] stops
  const el = root.querySelector('.cursor'), ring = root.querySelector('.ring');
  let [, x, y] = path[0];
  for (let i = 1; i < path.length; i++) {
    const k = pr(t, path[i - 1][0], path[i][0] - path[i - 1][0], inOut);
    if (t >= path[i - 1][0]) { x = mix(path[i - 1][1], path[i][1], k); y = mix(path[i - 1][2], path[i][2], k); }
  }
  const press = clicks.reduce((m, at) => Math.max(m, 1 - Math.abs(t - at) / .14), 0);
  el.style.transform = `translate(${x - 7}px,${y - 5}px) scale(${1 - .16 * clamp(press)})`;
  el.style.opacity = pr(t, path[0][0], .3) * (1 - pr(t, path[path.length - 1][0] + .9, .4));
  const c = clicks.find(at => t >= at && t < at + .7), k = c === undefined ? 1 : pr(t, c, .7);
  ring.setAttribute('r', 3 + 15 * k); ring.setAttribute('opacity', .9 * (1 - k));
}

const SCENES = {
  title: { html: () => `<canvas width="1280" height="720"></canvas>
    <div class="abs" style="inset:0;background:linear-gradient(180deg,rgba(22,18,64,.82) 0,rgba(22,18,64,.5) 32%,rgba(22,18,64,0) 46%,rgba(18,16,44,.1) 66%,rgba(18,16,44,.62) 84%,rgba(18,16,44,.8))"></div>
    <div class="abs a" style="${at(80, 72)}display:flex;align-items:center;gap:16px;font:600 36px/56px 'Inter Display',Inter">${logo(56)}Cuepoint</div>
    <h1 class="abs b" style="${at(76, 144, 1100)}">A tour of Cuepoint</h1>
    <div class="abs d" style="${at(80, 244, 900)}font-size:32px;line-height:44px;color:#dcd8f2">The interactive player you host yourself</div>
    <div class="track" style="${at(80, 604, 1120)}"><div class="fill"></div><div class="marks"></div><div class="knob"></div></div>
    <div class="pills"></div>`,
    init(r) {
      this.marks = [[.16, 'A note', 'dark'], [.4, 'Sail with us', 'btn'], [.66, 'Where next?', 'paper2'], [.88, '♥', 'dark']];
      r.querySelector('.marks').innerHTML = this.marks.map(([p]) => `<div class="mark" style="left:${p * 100}%"></div>`).join('');
      r.querySelector('.pills').innerHTML = this.marks.map(([p, label, k]) => `<div class="pill ${k === 'paper2' ? '' : k}" style="left:${80 + 1120 * p}px;top:524px;${k === 'paper2' ? 'background:var(--paper);color:var(--ink);' : ''}">
        ${label === '♥' ? `<svg style="position:static;display:block;margin-top:2px" width="32" height="32" viewBox="0 0 24 24"><path d="${heart}" fill="#ff8aa0"/></svg>` : label}</div>`).join('');
      r.querySelectorAll('.pill').forEach(el => el.style.translate = '-50% 0');
    },
    draw(r, t, c, len) {
      film(r.querySelector('canvas'), t - 13);
      pop(r.querySelector('.a'), t, .2); pop(r.querySelector('.b'), t, .45, 24); pop(r.querySelector('.d'), t, c[1] - .2);
      const k = pr(t, .8, len - 1.6, inOut), now = .02 + .94 * k;
      r.querySelector('.track').style.opacity = pr(t, .5, .8);
      r.querySelector('.fill').style.width = r.querySelector('.knob').style.left = now * 100 + '%';
      const pills = r.querySelectorAll('.pill');
      r.querySelectorAll('.mark').forEach((m, i) => {
        const on = clamp((now - this.marks[i][0]) / .035);
        m.style.background = on > 0 ? '#fff' : '#8b86b4'; show(pills[i], out(on), 20, .8);
      });
    } },

  first: { html: () => `<h2 class="abs a" style="${at(80, 104, 400)}">The video<br>never waits</h2>
    <div class="abs rows" style="${at(80, 264, 400)}">${['Page', 'First frame', 'Scripts'].map((n, i) => `<div class="row abs" style="top:${i * 92}px;width:384px"><div style="color:${i === 1 ? '#fff' : 'var(--dim)'};font-weight:${i === 1 ? 600 : 500}">${n}</div>
      <div class="abs" style="top:48px;left:0;width:384px;height:12px;border-radius:6px;background:rgba(255,255,255,.07)"></div><div class="abs bar" style="top:48px;height:12px;border-radius:6px;background:${['#77729c', 'var(--accent)', '#4b4768'][i]}"></div></div>`).join('')}</div>
    <div class="box frame" style="${at(528, 88, 672, 472)}"><div class="abs" style="inset:0 0 auto 0;height:64px;background:#2a2840">
      ${[0, 1, 2].map(i => `<div class="abs" style="${at(24 + i * 28, 24, 16, 16)}border-radius:50%;background:#4a4768"></div>`).join('')}
      <div class="abs url" style="${at(128, 10, 520, 44)}border-radius:8px;background:#1a1829;padding:4px 20px;color:#cfcbe6"></div></div>
      <div class="abs" style="${at(0, 64, 672, 408)}background:#17152500"></div>
      <canvas width="672" height="408" style="left:0;top:64px"></canvas>
      <div class="abs ui" style="${at(0, 64, 672, 408)}"><div class="track" style="${at(32, 360, 608)}"><div class="fill"></div>${[30, 58, 82].map(x => `<div class="mark" style="left:${x}%;background:#cfc8ff"></div>`).join('')}<div class="knob"></div></div></div>
      <div class="pill dark badge" style="${at(32, 88)}display:flex;gap:12px;align-items:center">${tick(28, 'var(--accent)')}First frame</div></div>`,
    draw(r, t, c) {
      pop(r.querySelector('.a'), t, -.05, 20); show(r.querySelector('.frame'), pr(t, 0, .7), 28, .97);
      const url = 'play.example.org/lake', typed = Math.round(url.length * clamp((t - .5) / .7));
      r.querySelector('.url').textContent = url.slice(0, typed);
      const f = c[0] + .9, bars = [[0, .3, c[0] - .3, .5], [.3, .24, f - .15, .35], [.54, .46, c[0] + 2.3, 1.4]];
      r.querySelectorAll('.row').forEach((row, i) => {
        pop(row, t, .6 + i * .15);
        const [x, w, a, d] = bars[i], b = row.querySelector('.bar');
        b.style.left = x * 384 + 'px'; b.style.width = w * 384 * pr(t, a, d, inOut) + 'px';
      });
      const cv = r.querySelector('canvas'), play = c[0] + 3.4;
      film(cv, 4 + Math.max(0, t - play)); cv.style.opacity = pr(t, f, .3);
      show(r.querySelector('.badge'), pr(t, f + .35), 12);
      r.querySelector('.ui').style.opacity = pr(t, play - .5, .5);
      r.querySelector('.fill').style.width = r.querySelector('.knob').style.left = 4 + 3.2 * Math.max(0, t - play) + '%';
    } },

  cue: { html: () => `<h2 class="abs a" style="${at(80, 104, 340)}">At the right moment</h2>
    <div class="abs s1" style="${at(80, 256, 330)}"><b style="font-weight:600">A note</b><br><span class="dim">says what it is</span></div>
    <div class="abs s2" style="${at(80, 360, 330)}"><b style="font-weight:600">A call to action</b><br><span class="dim">says what comes next</span></div>
    <div class="box" style="${at(440, 80, 760, 428)}"><canvas width="760" height="428"></canvas>
      <div class="abs" style="inset:auto 0 0 0;height:120px;background:linear-gradient(0deg,rgba(18,14,44,.75),transparent)"></div>
      <svg class="lead" width="760" height="428" style="left:0;top:0"><path class="ln" fill="none" stroke="#fff" stroke-width="2.5"/><circle class="dot" r="7" fill="#fff"/><circle class="halo" r="7" fill="none" stroke="#fff" stroke-width="2"/></svg>
      <div class="pill dark note" style="left:0;top:0">Built by hand</div>
      <div class="pill btn go" style="${at(484, 296, 244, 64)}padding:0;line-height:64px;text-align:center;box-shadow:0 8px 28px rgba(20,10,60,.5)"><span class="g1">Sail with us</span></div>
      <div class="pill go2" style="${at(484, 296, 244, 64)}background:var(--paper);color:var(--ink);display:flex;align-items:center;justify-content:center;gap:12px;padding:0">${tick(32, 'var(--accent)')}On the way</div>
      <div class="track" style="${at(32, 392, 696)}"><div class="fill"></div><div class="marks"></div><div class="knob"></div></div></div>${cursor}`,
    draw(r, t, c) {
      pop(r.querySelector('.a'), t, -.05, 20);
      const n = c[0] + .7, g = c[1] + .6, click = c[2] + .55, pos = t => .06 + .075 * t;
      pop(r.querySelector('.s1'), t, n); pop(r.querySelector('.s2'), t, g);
      const ft = 6 + t; film(r.querySelector('canvas'), ft);
      const b = boatAt(ft), s = 760 / 1280, x = (b.x - 56) * s, y = (b.y - 70) * s, k = pr(t, n, .7), bye = 1 - pr(t, g + .1, .5);
      const lead = r.querySelector('.lead'), nx = x - 60 * k, ny = y - 60 * k;
      lead.style.opacity = bye * pr(t, n, .2);
      r.querySelector('.ln').setAttribute('d', `M${x} ${y}L${nx} ${ny}`);
      for (const q of ['.dot', '.halo']) { r.querySelector(q).setAttribute('cx', x); r.querySelector(q).setAttribute('cy', y); }
      const pulse = (t - n) % 1.4 / 1.4; r.querySelector('.halo').setAttribute('r', 7 + 16 * pulse); r.querySelector('.halo').setAttribute('opacity', 1 - pulse);
      const note = r.querySelector('.note'); note.style.opacity = pr(t, n + .25, .4) * bye; note.style.transform = `translate(${nx - 168}px,${ny - 50}px)`;
      const press = clamp(1 - Math.abs(t - click) / .15), done = pr(t, click + .2, .45);
      const go = r.querySelector('.go'); show(go, pr(t, g, .6), 28, .9); go.style.opacity *= 1 - done; if (press) go.style.transform = `scale(${1 - .05 * press})`;
      show(r.querySelector('.go2'), done, 0, .92);
      const p = pos(t); r.querySelector('.fill').style.width = r.querySelector('.knob').style.left = p * 100 + '%';
      r.querySelector('.marks').innerHTML = [n, g].map(m => `<div class="mark" style="left:${pos(m) * 100}%;background:${t >= m ? '#fff' : '#a9a3d0'}"></div>`).join('');
      moveCursor(r, t, [[g + .4, 1090, 560], [click - .15, 1066, 416], [click + 1.2, 1066, 416], [click + 2, 1090, 420]], [click]);
    } },

  ask: { html: () => `<h2 class="abs a" style="${at(80, 52, 1000)}">Ask, and listen</h2>
    <div class="box pl" style="${at(80, 132, 1120, 412)}"><canvas width="1120" height="412"></canvas><div class="abs" style="inset:0;background:rgba(18,14,44,.62)"></div></div>
    <div class="paper poll" style="${at(112, 160, 512, 356)}padding:24px 28px"><div style="font:600 32px/44px 'Inter Display',Inter">Where next?</div>
      ${['The harbour', 'The islands', 'Open sea'].map((n, i) => `<div class="opt abs" style="${at(28, 88 + i * 84, 456, 68)}border-radius:12px;background:#e9e6f6;overflow:hidden"><div class="abs bar" style="inset:0 auto 0 0;background:#c9bff7"></div><div class="abs" style="${at(20, 16)}font-weight:600">${n}</div><div class="abs pc" style="right:20px;top:16px;font-weight:600;font-feature-settings:'tnum'"></div></div>`).join('')}</div>
    <div class="paper form" style="${at(656, 160, 512, 356)}padding:24px 28px"><div style="font:600 32px/44px 'Inter Display',Inter">Stay in touch</div>
      ${['Name', 'Email'].map((n, i) => `<div class="fld abs" style="${at(28, 88 + i * 84, 456, 68)}border-radius:12px;box-shadow:inset 0 0 0 2px #d5d0ea;padding:16px 20px"><span class="ph" style="color:#77728e">${n}</span><span class="val"></span><i class="caret" style="display:inline-block;width:2px;height:32px;margin:0 0 -6px 3px;background:var(--accent)"></i></div>`).join('')}
      <div class="abs send" style="${at(28, 256, 456, 68)}border-radius:12px;background:var(--accent);color:#fff;font-weight:600;text-align:center;line-height:68px">Send</div>
      <div class="abs thanks" style="${at(28, 256, 456, 68)}border-radius:12px;background:var(--paper);display:flex;gap:12px;align-items:center;justify-content:center;font-weight:600">${tick(36, 'oklch(0.6 0.15 160)')}Thank you, Ada</div></div>${cursor}`,
    draw(r, t, c) {
      pop(r.querySelector('.a'), t, -.05, 20); show(r.querySelector('.pl'), pr(t, 0, .7), 24, .98); film(r.querySelector('.pl canvas'), 19, .62);
      const both = pr(t, c[1] - .5, .8, inOut), poll = r.querySelector('.poll'), a = pr(t, .5, .7), pick = c[0] + .9;
      poll.style.opacity = a; poll.style.transform = `translate(${272 * (1 - both)}px,${(1 - a) * 24}px)`;
      const share = [46, 38, 16];
      r.querySelectorAll('.opt').forEach((o, i) => {
        const k = pr(t, pick + .25 + i * .12, 1.4); o.querySelector('.bar').style.width = share[i] * k + '%';
        o.querySelector('.pc').textContent = t > pick + .25 ? Math.round(share[i] * k) + '%' : '';
        o.style.boxShadow = i === 1 && t > pick ? 'inset 0 0 0 3px oklch(0.55 0.2 280)' : '';
      });
      const f = c[1], form = r.querySelector('.form'), k = pr(t, f - .2, .8);
      form.style.opacity = k; form.style.transform = `translateX(${(1 - k) * 40}px)`;
      const send = f + 3.35, texts = [['Ada Lind', f + .7, .9], ['ada@example.org', f + 1.7, 1.3]];
      r.querySelectorAll('.fld').forEach((el, i) => {
        const [s, a, d] = texts[i], n = Math.round(s.length * clamp((t - a) / d)), on = t > a - .2 && t < a + d + .1;
        el.querySelector('.val').textContent = s.slice(0, n); el.querySelector('.ph').style.display = n ? 'none' : '';
        el.querySelector('.caret').style.opacity = on ? 1 : 0; el.style.boxShadow = `inset 0 0 0 2px ${on ? 'oklch(0.55 0.2 280)' : '#d5d0ea'}`;
      });
      r.querySelector('.send').style.transform = `scale(${1 - .04 * clamp(1 - Math.abs(t - send) / .15)})`;
      const sent = pr(t, send + .2, .5); r.querySelector('.send').style.opacity = 1 - sent; show(r.querySelector('.thanks'), sent, 0);
      moveCursor(r, t, [[.9, 900, 560], [pick - .1, 760, 372], [pick + .6, 760, 372], [f - .3, 700, 560], [f + 2.6, 700, 560], [send - .1, 960, 452], [send + .25, 960, 452], [send + 1, 1110, 566]], [pick, send]);
    } },

  talk: { html: () => `<h2 class="abs a" style="${at(80, 52, 1100)}">In its place on the timeline</h2>
    <div class="box pl" style="${at(80, 132, 1120, 296)}"><canvas width="1120" height="296"></canvas><div class="abs" style="inset:40% 0 0 0;background:linear-gradient(0deg,rgba(18,14,44,.55),transparent)"></div></div>
    <svg class="hearts" width="1280" height="720" style="left:0;top:0"></svg><svg class="hist" width="1280" height="720" style="left:0;top:0"></svg>
    <div class="track" style="${at(80, 528, 1120)}"><div class="fill"></div></div><div class="who"></div><div class="knob" style="top:528px"></div>${cursor}`,
    init(r) {
      this.said = [[.14, 'Love this light', '#f2a38f', '#5b4bb8'], [.42, 'Which lake is it?', '#8fc7f2', '#33508f'], [.72, 'Same time next year', '#f2d08f', '#7c4b8f']];
      r.querySelector('.who').innerHTML = this.said.map(([p, s, a, b]) => `<svg class="face" width="56" height="56" viewBox="0 0 56 56" style="left:${52 + 1120 * p}px;top:504px"><circle cx="28" cy="28" r="28" fill="#181627"/><circle cx="28" cy="28" r="24" fill="${b}"/><circle cx="28" cy="22" r="9" fill="${a}"/><path d="M11.5 45a17 15 0 0 1 33 0a24 24 0 0 1-33 0z" fill="${a}"/></svg>
        <div class="pill bub" style="left:${52 + 1120 * p}px;top:352px;background:var(--paper);color:var(--ink);transform-origin:28px 52px">${s}<svg width="24" height="12" style="left:16px;top:51px" viewBox="0 0 24 12"><path d="M0 0h24L12 12z" fill="#f7f6fc"/></svg></div>`).join('');
      let h = 5; const rnd = () => (h = h * 16807 % 2147483647) / 2147483647;
      this.bars = Array.from({ length: 56 }, (_, i) => { const p = i / 55; return 6 + 50 * (.75 * Math.exp(-(((p - .2) / .07) ** 2)) + .95 * Math.exp(-(((p - .48) / .06) ** 2)) + .7 * Math.exp(-(((p - .8) / .07) ** 2))) * (.75 + .25 * rnd()) + 6 * rnd(); });
      this.fly = Array.from({ length: 14 }, (_, i) => ({ p: [.16, .19, .22, .25, .43, .46, .49, .5, .53, .76, .78, .81, .84, .87][i], dx: 60 * (rnd() - .5), s: 34 + 14 * rnd(), kind: i % 3 }));
    },
    draw(r, t, c) {
      pop(r.querySelector('.a'), t, -.05, 20); show(r.querySelector('.pl'), pr(t, 0, .7), 24, .98);
      const back = c[1] + 1.3, run = clamp((t - .5) / (back - .5 + .05)) * .95;
      const k = pr(t, back, .7, inOut), now = t < back ? run : mix(.95, .42, k) + .02 * Math.max(0, t - back - .7);
      film(r.querySelector('canvas'), 2 + now * 34, .66);
      r.querySelector('.fill').style.width = now * 100 + '%'; r.querySelector('.knob').style.left = 80 + 1120 * now + 'px';
      r.querySelectorAll('.bub').forEach((b, i) => { const p = this.said[i][0], on = clamp((run - p) / .045);
        const off = t > back ? (i === 1 ? 0 : k) : 0; show(b, out(on), 20, .8); b.style.opacity = out(on) * (1 - .7 * off);
        if (i === 1) b.style.boxShadow = `0 0 0 ${4 * k}px oklch(0.6 0.2 280), 0 12px 40px rgba(10,8,30,.45)`; });
      r.querySelectorAll('.face').forEach((f, i) => { const p = this.said[i][0], on = out(clamp((run - p + .02) / .03)); f.style.transform = `scale(${mix(.5, 1, on)})`; f.style.opacity = mix(.45, 1, on); });
      r.querySelector('.hist').innerHTML = this.bars.map((h, i) => { const p = i / 55, on = out(clamp((run - p) / .05)); return `<rect x="${80 + p * 1108}" y="${496 - h * on}" width="12" height="${h * on}" rx="4" fill="oklch(0.55 0.2 280)" opacity=".9"/>`; }).join('');
      r.querySelector('.hearts').innerHTML = this.fly.map(({ p, dx, s, kind }) => { const a = .5 + p / .95 * (back - .45), k = clamp((t - a) / 2.2); if (k <= 0 || k >= 1) return '';
        return `<g transform="translate(${80 + 1120 * p + 70 + dx * k + 8 * Math.sin(k * 9 + dx)} ${350 - 190 * out(k)}) scale(${s / 24 * out(clamp(k * 5))})" opacity="${1 - k ** 3}"><path d="${kind === 2 ? star : heart}" fill="${['#ff8aa0', '#ffb3c0', '#ffd98a'][kind]}"/></g>`; }).join('');
      moveCursor(r, t, [[c[1] - .1, 900, 620], [back - .12, 550, 534], [back + 1, 550, 534], [back + 1.4, 580, 570]], [back]);
    } },

  ledger: { html: () => `<h2 class="abs a" style="${at(80, 48, 1100)}">One ledger of played intervals</h2><svg class="g" width="1280" height="720" style="left:0;top:0"></svg>
    <div class="abs names"></div>
    <div class="box fig" style="${at(876, 136, 324, 204)}padding:20px 24px"><div class="dim">Watched</div><div class="num" style="font:600 96px/108px 'Inter Display',Inter;letter-spacing:-.04em;margin-top:4px"></div></div>
    <div class="paper why" style="${at(876, 364, 324, 192)}padding:36px 24px;line-height:40px"><div class="w1" style="font-weight:600"></div><div>each counted once,</div><div>by four viewers</div></div>
    <svg width="40" height="24" class="nib" style="left:916px;top:344px" viewBox="0 0 40 24"><path d="M20 0L38 22H2z" fill="#f7f6fc"/></svg>`,
    init(r) {
      // The figures on screen are counted from these intervals (seconds of a 100-second video).
      this.rows = [['Ada', [[0, 100]]], ['Noor', [[0, 46], [62, 88]]], ['Tomas', [[0, 30], [38, 72]]], ['Mei', [[8, 64]]]];
      const secs = [...Array(100).keys()], seen = (iv, s) => iv.some(([a, b]) => s >= a && s < b);
      this.at = secs.map(s => this.rows.filter(([, iv]) => seen(iv, s)).length);
      this.total = this.at.reduce((a, b) => a + b, 0);
      r.querySelector('.names').innerHTML = this.rows.map(([n], i) => `<div class="abs" style="${at(80, 138 + i * 50)}">${n}</div>`).join('');
      const soften = v => v.map((_, i) => { const w = v.slice(Math.max(0, i - 2), i + 3); return w.reduce((a, b) => a + b) / w.length; });
      this.curve = soften(soften(soften(this.at))).map((v, i) => [200 + 6.4 * (i + .5), 556 - v * 44]);
    },
    draw(r, t, c) {
      pop(r.querySelector('.a'), t, -.05, 20);
      r.querySelectorAll('.names > div').forEach((el, i) => pop(el, t, .4 + i * .12));
      let s = '<defs><linearGradient id="ar" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="oklch(0.55 0.2 280)" stop-opacity=".6"/><stop offset="1" stop-color="oklch(0.55 0.2 280)" stop-opacity=".06"/></linearGradient></defs>';
      let painted = 0;
      this.rows.forEach(([, iv], i) => {
        const y = 144 + i * 50, o = pr(t, .4 + i * .12), head = 100 * pr(t, c[0] + .2 + i * .3, 2.6, inOut);
        s += `<rect x="200" y="${y}" width="640" height="24" rx="8" fill="#fff" opacity="${.08 * o}"/>`;
        for (const [a, b] of iv) if (head > a && (painted += Math.min(b, head) - a)) s += `<rect x="${200 + a * 6.4}" y="${y}" width="${(Math.min(b, head) - a) * 6.4}" height="24" rx="8" fill="${head < b ? 'oklch(0.74 0.13 285)' : 'oklch(0.62 0.19 281)'}"/>`;
      });
      const d = pr(t, c[1] + .1, 2.6, inOut), n = Math.max(0, Math.round(100 * d)), pts = this.curve.slice(0, n), grid = pr(t, .8);
      for (let v = 0; v <= 4; v += 2) s += `<path d="M200 ${556 - v * 44}H840" stroke="#fff" stroke-opacity="${(v ? .09 : .25) * grid}" stroke-width="2"/>`;
      if (n > 1) { const p = pts.map(q => q.join(' ')).join('L'), [x, y] = pts[n - 1];
        s += `<path d="M${p}L${x} 556L${pts[0][0]} 556Z" fill="url(#ar)"/><path d="M${p}" fill="none" stroke="#c9bfff" stroke-width="5" stroke-linejoin="round" stroke-linecap="round"/>`;
        if (d < 1) s += `<path d="M${x} 136V556" stroke="#fff" stroke-opacity=".35" stroke-width="2"/>`; s += `<circle cx="${x}" cy="${y}" r="9" fill="#fff"/>`; }
      s += `<text x="80" y="${556 - 166}" fill="#b3b0c8" opacity="${grid}" style="font:500 28px Inter">People</text>`;
      r.querySelector('.g').innerHTML = s;
      pop(r.querySelector('.fig'), t, .5, 24); r.querySelector('.num').textContent = Math.round(painted / 4) + '%';
      r.querySelector('.w1').textContent = `${this.total} of 400 s,`;
      const w = pr(t, c[2] + .3); show(r.querySelector('.why'), w, -16, .97); r.querySelector('.nib').style.opacity = w;
      r.querySelector('.fig').style.boxShadow = `0 0 0 ${1 + 3 * w}px ${w > 0 ? 'oklch(0.55 0.2 280)' : 'rgba(255,255,255,.1)'}, 0 24px 64px rgba(0,0,0,.45)`;
    } },

  hook: { html: () => `<h2 class="abs a" style="${at(80, 52, 1100)}">Signed, so you can trust it</h2>
    <svg class="g" width="1280" height="720" style="left:0;top:0"></svg>
    <div class="box l" style="${at(80, 168, 360, 372)}"><canvas width="360" height="204"></canvas><div class="abs" style="${at(28, 228)}display:flex;gap:16px;align-items:center;font:600 32px/48px 'Inter Display',Inter">${logo(48)}Cuepoint</div><div class="abs dim" style="${at(28, 300)}">Ada left her email</div></div>
    <div class="box rr" style="${at(840, 168, 360, 372)}">
      ${[0, 1, 2].map(i => `<div class="abs" style="${at(28, 28 + i * 56, 304, 44)}border-radius:8px;background:#2d2a45"><div class="abs led" style="${at(16, 16, 12, 12)}border-radius:50%;background:#55517a"></div><div class="abs" style="${at(200, 20, 88, 4)}border-radius:2px;background:#45416a"></div></div>`).join('')}
      <div class="abs" style="${at(28, 228)}font:600 32px/48px 'Inter Display',Inter">Your server</div><div class="abs ok" style="${at(28, 296)}display:flex;gap:12px;align-items:center">${tick(36, 'oklch(0.6 0.15 160)')}Signature valid</div></div>
    <div class="paper pk" style="left:0;top:0;width:256px;height:112px;padding:16px 24px"><div style="font-weight:600">New lead</div><div style="color:#5b5675;display:flex;align-items:center;gap:8px;margin-top:4px"><svg style="position:static" width="28" height="28" viewBox="0 0 24 24"><path d="M12 2l8 3v6c0 5-3.4 9-8 11-4.6-2-8-6-8-11V5z" fill="oklch(0.55 0.2 280)"/><path d="M8 12l3 3 5-6" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>signed</div></div>
    <div class="pill back" style="left:0;top:0;background:oklch(0.6 0.15 160);color:#fff">200 OK</div>`,
    draw(r, t, c) {
      pop(r.querySelector('.a'), t, -.05, 20); show(r.querySelector('.l'), pr(t, .3, .7), 24); show(r.querySelector('.rr'), pr(t, .5, .7), 24);
      film(r.querySelector('canvas'), 22 + t);
      const go = c[0] + 1.5, arrive = go + 1.5, ok = c[1] + .3, ret = c[1] + 1.3, o = pr(t, .7);
      const arc = (k, up) => [mix(440, 840, k), up ? 300 - 96 * Math.sin(Math.PI * k) : 440 + 48 * Math.sin(Math.PI * k)];
      r.querySelector('.g').innerHTML = `<path d="M456 300Q640 140 824 300" fill="none" stroke="#fff" stroke-opacity="${.28 * o}" stroke-width="3" stroke-dasharray="2 14" stroke-dashoffset="${-40 * t}" stroke-linecap="round"/>
        <path d="M824 464Q640 540 456 464" fill="none" stroke="oklch(0.78 0.15 160)" stroke-opacity="${.5 * pr(t, ret - .2)}" stroke-width="3" stroke-dasharray="2 14" stroke-dashoffset="${-40 * t}" stroke-linecap="round"/>`;
      const rise = pr(t, c[0] + .4, .7), k = pr(t, go, 1.5, inOut), x = mix(260, 1020, k), y = mix(272, 270, k) - 62 * Math.sin(Math.PI * k), land = pr(t, arrive - .1, .5);
      const pk = r.querySelector('.pk'); pk.style.opacity = rise * (1 - land);
      pk.style.transform = `translate(${x - 128}px,${y - 56 + 24 * (1 - rise)}px) rotate(${4 * Math.sin(Math.PI * k)}deg) scale(${mix(.92, 1, rise) - .3 * land})`;
      r.querySelectorAll('.led').forEach((el, i) => el.style.background = t > arrive + .15 * i ? 'oklch(0.78 0.15 160)' : '#55517a');
      show(r.querySelector('.ok'), pr(t, ok), 12);
      const q = pr(t, ret, 1.3, inOut), b = r.querySelector('.back'), e = pr(t, ret - .3, .4);
      b.style.opacity = e; b.style.transform = `translate(${mix(772, 640, q) - 69}px,${464 - 26 + 36 * Math.sin(Math.PI / 2 * q)}px) scale(${mix(.8, 1, e)})`;
    } },

  end: { html: () => `<div class="abs lg" style="${at(592, 112, 96, 96)}">${logo(96)}</div>
    <h1 class="abs ws" style="${at(0, 268, 1280)}font-size:72px;line-height:88px;text-align:center;white-space:nowrap">${['Self-hosted.', 'One binary.', 'Yours.'].map(w => `<span style="display:inline-block;margin:0 12px">${w}</span>`).join('')}</h1>
    <div class="abs dim sub" style="${at(0, 380, 1280)}text-align:center;font-size:32px;line-height:44px">Bring your own video, and press play</div>
    <div class="track" style="${at(240, 520, 800)}"><div class="fill"></div><div class="marks"></div><div class="knob"></div></div>`,
    init(r) { r.querySelector('.marks').innerHTML = [10, 26, 42, 58, 74, 90].map(p => `<div class="mark" style="left:${p}%"></div>`).join(''); },
    draw(r, t, c, len) {
      show(r.querySelector('.lg'), pr(t, .2, .8), 20, .8);
      r.querySelectorAll('.ws span').forEach((w, i) => show(w, pr(t, c[i] - .1, .7), 28)); r.querySelectorAll('.ws span')[2].style.color = 'var(--glow)';
      pop(r.querySelector('.sub'), t, c[3] - .1);
      const now = 100 * pr(t, .6, c[3] + 1.6, inOut); r.querySelector('.track').style.opacity = pr(t, .4);
      r.querySelector('.fill').style.width = r.querySelector('.knob').style.left = now + '%';
      r.querySelectorAll('.mark').forEach((m, i) => m.style.background = now >= 10 + 16 * i ? '#fff' : '#6f6a94');
    } },
};

function setup(timeline) {
  for (const s of timeline.scenes) {
    const el = s.el = document.createElement('div'), def = s.def = SCENES[s.id];
    el.className = 'scene'; el.innerHTML = def.html(); stage.append(el); def.init?.(el);
    s.c = s.cues.map(q => q.at - s.start);
  }
  window.seek = time => {
    for (const s of timeline.scenes) {
      const last = s.end >= timeline.length - .01, inn = pr(time, s.start - .1, s.start ? .35 : .6), bye = last ? 0 : pr(time, s.end - .3, .3, x => x);
      const on = time >= s.start - .1 && (last || time < s.end);
      s.el.style.visibility = on ? 'visible' : 'hidden';
      if (!on) continue;
      s.el.style.opacity = inn * (1 - bye);
      s.def.draw(s.el, time - s.start, s.c, s.end - s.start);
    }
  };
  // The poster: the title scene at the end of its run, with or without a play mark.
  window.poster = play => {
    const s = timeline.scenes[0]; seek(s.end - .5); s.el.style.opacity = 1; s.el.style.visibility = 'visible';
    if (play) stage.insertAdjacentHTML('beforeend', `<svg width="144" height="144" viewBox="0 0 144 144" style="left:568px;top:291px;filter:drop-shadow(0 12px 32px rgba(16,10,50,.5))"><circle cx="72" cy="72" r="72" fill="oklch(0.55 0.2 280)"/><path d="M58 46v52l42-26z" fill="#fff" stroke="#fff" stroke-width="8" stroke-linejoin="round"/></svg>`);
  };
}
