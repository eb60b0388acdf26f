/** Draws a line of what a figure was, in the colours of the page. */
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { time } from "../../chat/view/format.ts"
import type { FigureName } from "../model/figures.ts"
import type { Moment } from "../model/Watch.ts"
import { figure } from "./format.ts"

const height = 140
/** Seconds that are shown: as long as there are figures, but not so few that a line would jump. */
const spans = { least: 120, most: 600 }

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const powers = Array.from({ length: 50 }, (_, n) => 2 ** n)
const tens = Array.from({ length: 19 }, (_, n) => 10 ** (n - 7)).flatMap((n) => [n, 2 * n, 5 * n])

/** By what the scale goes on: bytes by powers of two, what is counted by whole numbers. */
const incrementsOf = (name: FigureName): Array<number> => {
  if (name === "memory" || name === "outbox") return powers
  return name === "sessions" ? tens.filter((n) => n >= 1) : tens
}

/** Whatever the figures were, the scale begins at nothing. */
const range: uPlot.Range.Function = (_, __, most) => [0, most > 0 ? most * 1.15 : 1]

export class Plot {
  private readonly place: HTMLElement
  private readonly main: FigureName
  private readonly second: FigureName | undefined
  private readonly dark = matchMedia("(prefers-color-scheme: dark)")
  private readonly resized: ResizeObserver
  private plot: uPlot
  private moments: ReadonlyArray<Moment> = []

  constructor(place: HTMLElement, main: FigureName, second: FigureName | undefined) {
    this.place = place
    this.main = main
    this.second = second
    this.plot = this.draw()
    this.dark.addEventListener("change", this.again)
    this.resized = new ResizeObserver(() => this.plot.setSize({ width: place.clientWidth, height }))
    this.resized.observe(place)
  }

  show(moments: ReadonlyArray<Moment>): void {
    this.moments = moments
    this.plot.setData(this.data())
  }

  end(): void {
    this.resized.disconnect()
    this.dark.removeEventListener("change", this.again)
    this.plot.destroy()
  }

  private readonly again = (): void => {
    this.plot.destroy()
    this.plot = this.draw()
  }

  private data(): uPlot.AlignedData {
    const values = (name: FigureName) => this.moments.map(({ figures }) => figures?.[name] ?? null)
    const at = this.moments.map(({ at }) => at / 1000)
    return this.second === undefined ? [at, values(this.main)] : [at, values(this.main), values(this.second)]
  }

  private span(first: number | null, last: number | null): [number, number] {
    if (first === null || last === null) return [0, spans.least]
    return [last - Math.min(spans.most, Math.max(spans.least, last - first)), last]
  }

  private draw(): uPlot {
    const ink = colour("--ink-soft")
    const line = colour("--line")
    const axis: uPlot.Axis = {
      stroke: ink,
      font: `12px ${getComputedStyle(this.place).fontFamily}`,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
    }
    const first: uPlot.Series = { stroke: colour("--moss"), width: 2, points: { show: false } }
    const options: uPlot.Options = {
      width: Math.max(1, this.place.clientWidth),
      height,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_, first, last) => this.span(first, last) },
        y: { range },
      },
      axes: [
        {
          ...axis,
          size: 28,
          space: 60,
          incrs: [60, 120, 300],
          values: (_, ticks) => ticks.map((at) => time(at * 1000)),
        },
        {
          ...axis,
          size: 74,
          space: 36,
          incrs: incrementsOf(this.main),
          values: (_, ticks) => ticks.map((value) => figure(this.main, value)),
        },
      ],
      series: [
        {},
        { ...first, fill: colour("--moss-soft") },
        ...(this.second === undefined ? [] : [{ ...first, stroke: ink, dash: [5, 4], width: 1.5 }]),
      ],
    }
    return new uPlot(options, this.data(), this.place)
  }
}
