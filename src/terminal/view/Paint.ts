/** Draws the pieces of a row with the colours of this terminal. */
import { nameColours } from "../Palette.ts"
import type { Format } from "../Format.ts"
import type { Row, Span, Style } from "../Timeline.ts"
import type { Capabilities, Theme } from "./Capabilities.ts"
import { drawable } from "./Drawable.ts"
import * as EscapeSequences from "./EscapeSequences.ts"

/** The styles of what is around the conversation. */
type Frame =
  | "bar"
  | "barTitle"
  | "border"
  | "hint"
  | "title"
  | "current"
  | "unread"
  | "named"
  | "online"
  | "away"
  | "busy"
  | "banner"

export interface Piece extends Omit<Span, "style"> {
  readonly style: Style | Frame
}

/** A row, ready to be drawn. */
export type Paint = (row: ReadonlyArray<Piece>) => string

/** Attributes that are no colours: the parameter of each in an SGR escape sequence. */
const bold = "1"
const dim = "2"
const italic = "3"
const underlined = "4"
const inverse = "7"
const struck = "9"

const formatted: { readonly [Of in Format]: string } = { bold, italic, struck }

interface Look {
  readonly colour?: keyof Colours
  readonly weights?: ReadonlyArray<string>
  /** Attributes instead of the colour, on a terminal without colours. */
  readonly plain?: ReadonlyArray<string>
}

interface Colours {
  readonly red: string
  readonly green: string
  readonly yellow: string
  readonly blue: string
  readonly magenta: string
  readonly cyan: string
  readonly grey: string
}

const looks: { readonly [Of in Style | Frame]: Look } = {
  text: {},
  name: { weights: [bold] },
  me: { colour: "green", weights: [bold], plain: [underlined] },
  time: { colour: "grey", plain: [dim] },
  mention: { colour: "yellow", weights: [bold], plain: [inverse] },
  link: { colour: "blue", weights: [underlined] },
  match: { colour: "yellow", weights: [inverse] },
  code: { colour: "magenta", plain: [dim] },
  pale: { colour: "grey", plain: [dim] },
  reaction: { colour: "grey", plain: [dim] },
  reacted: { colour: "cyan", plain: [underlined] },
  file: { colour: "cyan", plain: [italic] },
  notice: { colour: "grey", plain: [italic] },
  error: { colour: "red", plain: [bold] },
  day: { colour: "grey", plain: [dim] },
  new: { colour: "red", plain: [bold] },
  bar: { weights: [inverse] },
  barTitle: { weights: [bold, inverse] },
  border: { colour: "grey", plain: [dim] },
  hint: { colour: "grey", plain: [dim] },
  title: { weights: [bold] },
  current: { weights: [bold, inverse] },
  unread: { weights: [bold] },
  named: { colour: "magenta", weights: [bold], plain: [inverse] },
  online: { colour: "green" },
  away: { colour: "yellow" },
  busy: { colour: "red" },
  banner: { colour: "yellow", weights: [bold, inverse] },
}

const indexed = (number: number): string => `38;5;${number}`

const colours: { readonly [Depth in 16 | 256]: { readonly [In in Theme]: Colours } } = {
  16: {
    dark: { red: "91", green: "92", yellow: "93", blue: "94", magenta: "95", cyan: "96", grey: "37" },
    light: { red: "31", green: "32", yellow: "35", blue: "34", magenta: "35", cyan: "36", grey: "90" },
  },
  256: {
    dark: {
      red: indexed(203),
      green: indexed(114),
      yellow: indexed(221),
      blue: indexed(75),
      magenta: indexed(213),
      cyan: indexed(80),
      grey: indexed(245),
    },
    light: {
      red: indexed(160),
      green: indexed(28),
      yellow: indexed(130),
      blue: indexed(25),
      magenta: indexed(127),
      cyan: indexed(30),
      grey: indexed(241),
    },
  },
}

/** Colours of names: readable on their backgrounds, and different from each other. */
const names: { readonly [Depth in 16 | 256]: { readonly [In in Theme]: ReadonlyArray<string> } } = {
  16: {
    dark: ["31", "32", "33", "34", "35", "36", "91", "92", "93", "94", "95", "96"],
    light: ["31", "32", "34", "35", "36", "31", "32", "34", "35", "36", "31", "34"],
  },
  256: {
    dark: [39, 81, 78, 114, 148, 178, 208, 204, 211, 170, 141, 111].map(indexed),
    light: [25, 31, 29, 28, 64, 94, 130, 124, 161, 127, 92, 61].map(indexed),
  },
}

export const paint = ({ colours: depth, links, theme }: Capabilities): Paint => {
  const parametersOf = ({ colour, formats = [], selected, style }: Piece): string => {
    const look = looks[style]
    const chosen = selected === true ? [inverse] : []
    const weights = [...chosen, ...formats.map((format) => formatted[format]), ...(look.weights ?? [])]
    if (depth === 0) return [...weights, ...(look.plain ?? [])].join(";")
    const own = look.colour === undefined ? undefined : colours[depth][theme][look.colour]
    const name = colour === undefined ? undefined : names[depth][theme][colour % nameColours]
    return [...weights, name ?? own].filter((parameter) => parameter !== undefined).join(";")
  }
  const paintPiece = (piece: Piece): string => {
    if (piece.text === "") return ""
    const text = drawable(piece.text)
    const parameters = parametersOf(piece)
    const shown = links && piece.url !== undefined ? EscapeSequences.link(piece.url, text) : text
    return parameters === "" ? shown : `\u001b[${parameters}m${shown}\u001b[0m`
  }
  return (row: Row | ReadonlyArray<Piece>) => row.map(paintPiece).join("")
}
