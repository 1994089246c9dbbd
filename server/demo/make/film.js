// The film that plays inside the mock players: a small boat on a lake at dusk, drawn for second t.
const boatAt = t => ({ x: 470 + t * 11, y: 486 + 3 * Math.sin(t * 1.5), tilt: 0.035 * Math.sin(t * 1.1) });

function film(canvas, t, focusY = 0.5) {
  const c = canvas.getContext('2d'), W = canvas.width, H = canvas.height, s = Math.max(W / 1280, H / 720);
  c.setTransform(s, 0, 0, s, (W - 1280 * s) / 2, (H - 720 * s) * focusY);
  const fade = (y0, y1, ...stops) => {
    const g = c.createLinearGradient(0, y0, 0, y1);
    stops.forEach((v, i) => g.addColorStop(i / (stops.length - 1), v));
    return g;
  };
  const shape = (style, pts) => {
    c.fillStyle = style; c.beginPath();
    pts.forEach(([x, y], i) => i ? c.lineTo(x, y) : c.moveTo(x, y));
    c.closePath(); c.fill();
  };
  c.fillStyle = fade(0, 440, '#2b2470', '#5a46b0', '#a871b8', '#efa58f', '#f8cf9a'); c.fillRect(0, 0, 1280, 441);
  const sunY = 356 + t * 0.7;
  const halo = c.createRadialGradient(640, sunY, 20, 640, sunY, 320);
  halo.addColorStop(0, 'rgba(255,236,190,.75)'); halo.addColorStop(.3, 'rgba(255,205,160,.28)'); halo.addColorStop(1, 'rgba(255,205,160,0)');
  c.fillStyle = halo; c.fillRect(0, 0, 1280, 441);
  c.fillStyle = '#fff1cf'; c.beginPath(); c.arc(640, sunY, 58, 0, 7); c.fill();
  for (const [x, y, w, h, v] of [[250, 62, 250, 13, 5], [400, 82, 170, 9, 5], [940, 96, 300, 14, 4], [1080, 118, 180, 9, 4], [700, 210, 210, 8, 6]]) {
    c.fillStyle = 'rgba(255,214,214,.26)'; c.beginPath(); c.roundRect(x + t * v - 60, y, w, h, h / 2); c.fill();
  }
  const ridge = (style, base, amp, f, seed, drift) => {
    const pts = [[-10, 441]];
    for (let x = -10; x <= 1290; x += 10) {
      const u = (x + drift) * f + seed;
      pts.push([x, base - amp * (Math.sin(u) * .55 + Math.sin(u * 2.3 + 1) * .3 + Math.sin(u * 5.1 + 2) * .12 + Math.abs(Math.sin(u * .7)) * .5)]);
    }
    shape(style, [...pts, [1290, 441]]);
  };
  ridge('#8d68b8', 372, 70, .0042, 1.1, t * 1.2);
  ridge('#644ba3', 402, 52, .0061, 3.4, t * 2);
  ridge('#463487', 426, 26, .0095, .4, t * 3);
  c.strokeStyle = '#352a6e'; c.lineWidth = 3; c.lineCap = 'round';
  for (let i = 0; i < 4; i++) {
    const x = 820 + i * 44 + t * 8, y = 176 + (i % 2) * 24 + i * 4, f = 8 + 4 * Math.sin(t * 5 + i * 1.7);
    c.beginPath(); c.moveTo(x - 14, y - f * .6); c.quadraticCurveTo(x - 5, y - f, x, y); c.quadraticCurveTo(x + 5, y - f, x + 14, y - f * .6); c.stroke();
  }
  c.fillStyle = fade(440, 720, '#c98aa6', '#7a58ad', '#3a2f86', '#1d1850'); c.fillRect(0, 440, 1280, 280);
  for (let i = 0; i < 22; i++) { // the sun's path on the water
    const d = i / 21, y = 448 + d * d * 240 + i * 1.2, w = (54 + 110 * d) * (.55 + .45 * Math.sin(t * 1.7 + i * 2.4));
    c.fillStyle = `rgba(255,226,178,${.62 * (1 - d) + .06})`;
    c.beginPath(); c.roundRect(640 - w / 2 + 16 * Math.sin(t * .9 + i * 1.3), y, w, 3 + d * 4, 3); c.fill();
  }
  for (let i = 0; i < 16; i++) {
    const y = 462 + i * 15, w = 60 + (i * 53) % 90, x = (i * 223 + t * (10 + i)) % 1480 - 150;
    c.fillStyle = 'rgba(255,220,235,.12)'; c.beginPath(); c.roundRect(x, y, w, 3, 2); c.fill();
  }
  const b = boatAt(t);
  c.save(); c.translate(b.x, b.y);
  c.fillStyle = 'rgba(38,28,88,.34)'; c.beginPath(); c.ellipse(0, 21, 84, 7, 0, 0, 7); c.fill();
  c.rotate(b.tilt);
  c.fillStyle = '#2c2260'; c.fillRect(-3, -150, 6, 152);
  c.fillStyle = '#fff6e6'; c.beginPath(); c.moveTo(8, -146); c.quadraticCurveTo(78, -70, 72, -14); c.lineTo(8, -10); c.fill();
  c.fillStyle = '#ffd9b8'; c.beginPath(); c.moveTo(-8, -128); c.quadraticCurveTo(-44, -64, -58, -14); c.lineTo(-8, -10); c.fill();
  c.fillStyle = '#33276f'; c.beginPath(); c.moveTo(-82, -6); c.lineTo(86, -6); c.quadraticCurveTo(70, 22, 44, 22); c.lineTo(-50, 22); c.quadraticCurveTo(-72, 20, -82, -6); c.fill();
  c.fillStyle = '#f08f7d'; c.fillRect(-79, -2, 161, 5);
  c.restore();
  const firs = (x, y, n, dir) => { for (let i = 0; i < n; i++) {
    const h = 150 - i * 24, px = x + dir * i * 40, sway = 2 * Math.sin(t * .8 + i);
    for (let k = 0; k < 4; k++) shape('#17123f', [[px + sway * (1 - k / 4), y - h + k * h * .2], [px - 16 - k * 8, y - h * .58 + k * h * .19], [px + 16 + k * 8, y - h * .58 + k * h * .19]]);
    c.fillStyle = '#17123f'; c.fillRect(px - 4, y - 30, 8, 60);
  } };
  firs(36, 628, 5, 1); firs(1250, 640, 4, -1);
  c.fillStyle = '#17123f';
  c.beginPath(); c.moveTo(-10, 610); c.bezierCurveTo(120, 600, 230, 650, 330, 730); c.lineTo(-10, 730); c.fill();
  c.beginPath(); c.moveTo(1290, 622); c.bezierCurveTo(1180, 622, 1080, 662, 1000, 730); c.lineTo(1290, 730); c.fill();
}
