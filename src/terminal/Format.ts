/** How a terminal can show what people mark; without one of these a text stays as it was typed. */
export type Format = "bold" | "italic" | "struck"

export type Formats = ReadonlySet<Format>
