/** Frequencies in Hz of the two notes, and their length in s. */
const notes = [660, 880] as const
const noteLength = 0.16
const loudness = 0.2

let audio: AudioContext | undefined

/** Two short notes. Silent where the computer has no sound, or before the first press in the page. */
export function playChime(): void {
  if (typeof AudioContext === 'undefined') return
  audio ??= new AudioContext()
  const volume = audio.createGain()
  volume.gain.value = loudness
  volume.connect(audio.destination)
  for (const [index, frequency] of notes.entries()) {
    const note = audio.createOscillator()
    note.frequency.value = frequency
    note.connect(volume)
    note.start(audio.currentTime + index * noteLength)
    note.stop(audio.currentTime + (index + 1) * noteLength)
  }
}
