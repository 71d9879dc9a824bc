let audio: AudioContext | undefined;

/** Two short notes, made by the browser itself. Silent until the person has touched the page, as browsers want it. */
export function chime(): void {
  audio ??= new AudioContext();
  const { currentTime: now, destination } = audio;
  for (const [at, frequency] of [
    [0, 880],
    [0.14, 1175],
  ] as const) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = frequency;
    loudness.gain.setValueAtTime(0.08, now + at);
    loudness.gain.exponentialRampToValueAtTime(0.001, now + at + 0.25);
    tone.connect(loudness).connect(destination);
    tone.start(now + at);
    tone.stop(now + at + 0.25);
  }
}
