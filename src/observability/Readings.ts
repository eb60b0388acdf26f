import type { Counts } from "./Counts.ts"
import type { Distribution } from "./Distribution.ts"
import { type MetricName, type Metrics, metrics, type NameOf } from "./metrics.ts"

/** The words by which a metric is told apart. */
type LabelsOf<Name extends MetricName> = { readonly [Label in Metrics[Name]["labels"][number]]: string }

/** Nothing where a metric has no labels. */
type Rest<Name extends MetricName> = Metrics[Name]["labels"] extends readonly []
  ? readonly []
  : readonly [labels: LabelsOf<Name>]

/** One series, as it is at this moment. */
export interface Reading {
  readonly name: MetricName
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | Distribution
}

/** Takes down what the metrics are at one moment, each as it is declared. */
export class Readings {
  readonly all: Array<Reading> = []

  number<Name extends NameOf<"counter" | "gauge">>(name: Name, value: number, ...[labels]: Rest<Name>): void {
    this.all.push({ name, labels: labels ?? {}, value })
  }

  distribution<Name extends NameOf<"histogram">>(name: Name, value: Distribution, ...[labels]: Rest<Name>): void {
    this.all.push({ name, labels: labels ?? {}, value })
  }

  /** All that was counted, by the labels in their order. */
  counts(name: NameOf<"counter">, counts: Pick<Counts<ReadonlyArray<string>>, "entries">): void {
    const { labels } = metrics[name]
    for (const [words, value] of counts.entries()) {
      this.all.push({ name, labels: Object.fromEntries(labels.map((label, at) => [label, words[at]!])), value })
    }
  }
}

/** Puts down what is so at this moment. */
export type Source = (readings: Readings) => void
