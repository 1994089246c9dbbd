"""Speaks script.json with flite and lays it out in time: timeline.json and voice.wav
into the work folder, captions and chapters beside the video. The speech drives the scenes."""
import json, subprocess, sys, wave
from pathlib import Path
import numpy as np

here, work, out = Path(__file__).parent, Path(sys.argv[1]), Path(sys.argv[2])
RATE, FPS = 48000, 30


def speak(text, n):
    raw, wav = work / f"say{n}.raw.wav", work / f"say{n}.wav"
    subprocess.run(["flite", "-voice", "slt", "--setf", "duration_stretch=1.1",
                    "-t", text, "-o", raw], check=True)
    # 16 kHz speech: take out the boxiness, add presence and a little air, even out the level.
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", raw, "-af",
                    f"aresample={RATE}:resampler=swr:filter_size=128,highpass=f=90,"
                    "equalizer=f=320:t=q:w=1:g=-3,equalizer=f=3200:t=q:w=1.2:g=2.5,"
                    "aexciter=amount=1.2:drive=5:freq=5500:ceil=12000,"
                    "acompressor=threshold=-22dB:ratio=2.5:attack=8:release=120",
                    "-ac", "1", wav], check=True)
    with wave.open(str(wav)) as w:
        x = np.frombuffer(w.readframes(w.getnframes()), np.int16) / 32768
    loud = np.flatnonzero(np.abs(x) > 0.012)
    return x[max(0, loud[0] - RATE // 50):loud[-1] + RATE // 12]


t, n, scenes, clips = 0.0, 0, [], []
for s in json.loads((here / "script.json").read_text()):
    scene = {"id": s["id"], "chapter": s["chapter"], "start": t, "cues": []}
    t += s["lead"]
    for i, line in enumerate(s["lines"]):
        t += line.get("gap", 0.5) if i else 0
        x = speak(line.get("say", line["text"].replace("\n", " ")), n)
        n += 1
        clips.append((t, x))
        scene["cues"].append({"at": t, "end": t + len(x) / RATE, "text": line["text"],
                              "join": line.get("join", False)})
        t = scene["cues"][-1]["end"]
    t = round((t + s["tail"]) * FPS) / FPS
    scene["end"] = t
    scenes.append(scene)

voice = np.zeros(round(t * RATE))
for at, x in clips:
    i = round(at * RATE)
    voice[i:i + len(x)] += x
with wave.open(str(work / "voice.wav"), "wb") as w:
    w.setparams((1, 2, RATE, 0, "NONE", ""))
    w.writeframes((np.clip(voice, -1, 1) * 32767).astype(np.int16).tobytes())
(work / "timeline.json").write_text(json.dumps({"fps": FPS, "length": t, "scenes": scenes}))


def stamp(s):
    ms = round(s * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def vtt(name, cues):
    body = "".join(f"\n{i}\n{stamp(a)} --> {stamp(b)}\n{text}\n" for i, (a, b, text) in enumerate(cues, 1))
    (out / name).write_text("WEBVTT\n" + body)


cues = []
for c in (c for s in scenes for c in s["cues"]):
    if c["join"]:
        cues[-1][1:] = [c["end"], cues[-1][2] + " " + c["text"]]
    else:
        cues.append([c["at"], c["end"], c["text"]])
for i, c in enumerate(cues):  # hold each caption a little, but clear of the next one
    after = cues[i + 1][0] - 0.1 if i + 1 < len(cues) else t
    c[1] = min(max(c[1] + 0.4, c[0] + 1.6), after)
vtt("captions.en.vtt", cues)
vtt("chapters.en.vtt", [(s["start"], s["end"], s["chapter"]) for s in scenes])
