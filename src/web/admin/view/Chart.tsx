/** A figure as it is now, with a line of what it was. */
import { useEffect, useRef } from "preact/hooks"
import type { FigureName } from "../model/figures.ts"
import type { Moment } from "../model/Watch.ts"
import { w } from "../words.ts"
import { figure } from "./format.ts"
import { loadPlot } from "./loadPlot.ts"
import type { Plot } from "./Plot.ts"

interface Props {
  readonly main: FigureName
  readonly second: FigureName | undefined
  readonly moments: ReadonlyArray<Moment>
}

const latest = (moments: ReadonlyArray<Moment>, name: FigureName): number | undefined => moments.at(-1)?.figures?.[name]

export const Chart = ({ main, moments, second }: Props) => {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | undefined>(undefined)
  const shown = useRef(moments)
  const words = w.value.overview
  const values = moments.flatMap(({ figures }) => figures?.[main] ?? [])
  const most = values.length === 0 ? undefined : Math.max(...values)
  const now = figure(main, latest(moments, main))
  useEffect(() => {
    let isOpen = true
    void loadPlot().then((Plot) => {
      if (!isOpen || place.current === null) return
      plot.current = new Plot(place.current, main, second)
      plot.current.show(shown.current)
    })
    return () => {
      isOpen = false
      plot.current?.end()
    }
  }, [])
  useEffect(() => {
    shown.current = moments
    plot.current?.show(moments)
  }, [moments])
  return (
    <section class="chart" aria-label={words[main]}>
      <h2>{words[main]}</h2>
      <p class="chart-now">
        <span class={moments.length === 0 ? "skeleton" : ""}>{now}</span>
        {most !== undefined && <span class="soft small">{words.most(figure(main, most))}</span>}
      </p>
      {second !== undefined && (
        <p class="chart-second small soft">
          <span class="dashes" aria-hidden="true" />
          {words[second]} {figure(second, latest(moments, second))}
        </p>
      )}
      <div ref={place} class="chart-plot" role="img" aria-label={words.chart(words[main], now, figure(main, most))} />
    </section>
  )
}
