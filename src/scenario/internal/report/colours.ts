/** The colours of lines: names of CSS variables, which the style sheet defines for light and dark pages. */
export const colours = ["c1", "c2", "c3", "c4", "c5", "c6"] as const
export type Colour = (typeof colours)[number]
