const units = ["B", "KiB", "MiB", "GiB", "TiB"]

/** So many bytes as people read them: `1.2 MiB`. */
export const show = (bytes: number): string => {
  let count = bytes
  let unit = 0
  // What would be rounded to 1024 is one of the next unit.
  while (count >= 1023.95 && unit < units.length - 1) {
    count /= 1024
    unit++
  }
  return `${unit === 0 ? count : Number(count.toFixed(1))} ${units[unit]}`
}
