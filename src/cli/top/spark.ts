const heights = "▁▂▃▄▅▆▇█"

/** The last values as columns, the highest of them as high as there is room; a blank where there was none. */
export const spark = (values: ReadonlyArray<number | undefined>, columns: number): string => {
  const shown = values.slice(-columns)
  const most = shown.reduce<number>((most, value) => Math.max(most, value ?? 0), 0)
  const drawn = shown.map((value) => {
    if (value === undefined) return " "
    return heights[most === 0 ? 0 : Math.round((value / most) * (heights.length - 1))]!
  })
  return drawn.join("").padStart(columns)
}
