/** Two short tones, made here: there is no file of them. */
let context: AudioContext | undefined

/** Seconds. */
const tones = [
  { from: 0, pitch: 660 },
  { from: 0.11, pitch: 880 },
]
const length = 0.18

export const chime = (): void => {
  try {
    context ??= new AudioContext()
    const { currentTime, destination } = context
    for (const { from, pitch } of tones) {
      const tone = context.createOscillator()
      const volume = context.createGain()
      const start = currentTime + from
      tone.type = "sine"
      tone.frequency.value = pitch
      volume.gain.setValueAtTime(0, start)
      volume.gain.linearRampToValueAtTime(0.12, start + 0.015)
      volume.gain.exponentialRampToValueAtTime(0.001, start + length)
      tone.connect(volume).connect(destination)
      tone.start(start)
      tone.stop(start + length)
    }
    // A browser holds it back until somebody has pressed something on the page.
    if (context.state === "suspended") void context.resume().catch(() => {})
  } catch {
    // There is nothing to hear it with.
  }
}
