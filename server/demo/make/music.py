"""Synthesises a soft bed of pads and plucks as long as the timeline, lowers it under the
voice and writes mix.wav into the work folder."""
import json, sys, wave
from pathlib import Path
import numpy as np

work = Path(sys.argv[1])
R = 48000
length = json.loads((work / "timeline.json").read_text())["length"]
N = round(length * R)
rng = np.random.default_rng(7)
hz = lambda note: 440 * 2 ** ((note - 69) / 12)
bed = np.zeros((2, N + 8 * R))

# Fmaj9, Am7, Dm9, C/G: bass, pad voicing, pluck notes (MIDI numbers)
CHORDS = [(41, (57, 60, 64, 67), (72, 76, 79, 81)), (45, (55, 60, 64, 67), (72, 76, 79, 84)),
          (38, (53, 57, 60, 64), (69, 72, 76, 81)), (43, (55, 60, 62, 67), (71, 74, 79, 83))]
BAR, STEP = 4.0, 0.5
PATTERN = (0, None, 2, 1, None, 3, None, 2)


def add(at, left, right):
    i = round(at * R)
    bed[0, i:i + len(left)] += left
    bed[1, i:i + len(right)] += right


def pad(note, secs, gain):
    t = np.arange(round((secs + 2) * R)) / R
    env = np.clip(t / 1.6, 0, 1) ** 1.5 * np.clip((secs + 2 - t) / 2.4, 0, 1) ** 1.5
    side = []
    for cents in (-5, 5):
        f = hz(note) * 2 ** (cents / 1200)
        ph = rng.uniform(0, 6.28)
        side.append(gain * env * sum(np.sin(2 * np.pi * f * k * t + ph * k) / k ** 2.2 *
                                     (1 + 0.25 * np.sin(0.7 * t + k + ph)) for k in range(1, 6)))
    return side


def pluck(note, gain):
    t = np.arange(round(2.2 * R)) / R
    f = hz(note)
    return gain * np.clip(t / 0.006, 0, 1) * (np.sin(2 * np.pi * f * t) * np.exp(-3.2 * t) +
                                              0.25 * np.sin(4 * np.pi * f * t) * np.exp(-7 * t))


bar = 0
while bar * BAR < length:
    bass, chord, notes = CHORDS[bar % 4]
    at = bar * BAR
    for note in chord:
        add(at, *pad(note, BAR, 0.05))
    add(at, *pad(bass, BAR, 0.10))
    if bar >= 1 and at < length - 6:
        for i, p in enumerate(PATTERN):
            if p is None:
                continue
            x, pan = pluck(notes[p], 0.045 * (1 if i % 4 == 0 else 0.7)), 0.5 + 0.3 * np.sin(i * 2.1 + bar)
            add(at + i * STEP, x * (1 - pan), x * pan)
            add(at + i * STEP + 0.75, x * pan * 0.35, x * (1 - pan) * 0.35)  # soft echo
    bar += 1

# room: convolution with decaying, darkened noise
tail = np.arange(round(2.4 * R)) / R
size = 1 << (bed.shape[1] + len(tail)).bit_length()
for c in (0, 1):
    ir = np.convolve(rng.standard_normal(len(tail)) * np.exp(-2.6 * tail), np.ones(24) / 24, "same")
    ir /= np.sqrt((ir ** 2).sum())
    wet = np.fft.irfft(np.fft.rfft(bed[c], size) * np.fft.rfft(ir, size), size)[:bed.shape[1]]
    bed[c] = 0.75 * bed[c] + 0.3 * wet
t = np.arange(N) / R
bed = bed[:, :N] * np.clip(t / 1.2, 0, 1) * np.clip((length - t) / 3.0, 0, 1) ** 1.2
bed *= 0.07 / np.sqrt((bed ** 2).mean())

with wave.open(str(work / "voice.wav")) as w:
    voice = np.frombuffer(w.readframes(N), np.int16) / 32768
voice = voice * 0.12 / np.sqrt((voice[np.abs(voice) > 0.02] ** 2).mean())
hold = np.ones(round(0.5 * R)) / round(0.5 * R)
k = 1 << (N + len(hold)).bit_length()
talk = np.fft.irfft(np.fft.rfft((np.abs(voice) > 0.01).astype(float), k) * np.fft.rfft(hold, k), k)
talk = np.clip(talk[len(hold) // 2:][:N] * 3, 0, 1)  # 1 while somebody speaks, with soft edges
mix = bed * (1 - 0.62 * talk) + voice
with wave.open(str(work / "mix.wav"), "wb") as w:
    w.setparams((2, 2, R, 0, "NONE", ""))
    w.writeframes((np.clip(mix.T, -1, 1) * 32767).astype(np.int16).tobytes())
