/** What a service says of itself at `/metrics`, in Prometheus' text format, read for people. */

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const line = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?[ \t]+(\S+)/
const label = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g

const unescaped = (text: string): string => text.replaceAll(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one))

const number = (text: string): number => (/^\+?Inf$/i.test(text) ? Number.POSITIVE_INFINITY : Number(text))

/** Buckets of a histogram: how many were at most so much, for ever more. */
export type Buckets = ReadonlyArray<{ readonly most: number; readonly count: number }>

/** All that was said at one moment. */
export class Samples {
  private readonly byName = new Map<string, Array<Sample>>()

  constructor(text: string) {
    for (const row of text.split("\n")) {
      const [, name, labels = "", value] = line.exec(row) ?? []
      if (name === undefined || value === undefined) continue
      const sample = {
        name,
        labels: Object.fromEntries([...labels.matchAll(label)].map(([, key, text]) => [key!, unescaped(text!)])),
        value: number(value),
      }
      const others = this.byName.get(name)
      if (others === undefined) this.byName.set(name, [sample])
      else others.push(sample)
    }
  }

  get isEmpty(): boolean {
    return this.byName.size === 0
  }

  /** The sum of all that have these labels; undefined where there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = (this.byName.get(name) ?? []).filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
  }

  /** By the value of a label. */
  by(name: string, key: string): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    for (const { labels, value } of this.byName.get(name) ?? []) {
      const group = labels[key] ?? ""
      sums.set(group, (sums.get(group) ?? 0) + value)
    }
    return sums
  }

  buckets(name: string): Buckets {
    const sums = this.by(`${name}_bucket`, "le")
    return [...sums].map(([most, count]) => ({ most: number(most), count })).sort((one, other) => one.most - other.most)
  }

  /** The label of the first, such as the version of what runs. */
  label(name: string, key: string): string | undefined {
    return this.byName.get(name)?.[0]?.labels[key]
  }
}

/**
 * The value below which this share of what came in between lies, as far as buckets tell: within one, values are taken for
 * evenly spread. Undefined where nothing came.
 */
export const quantile = (share: number, before: Buckets, after: Buckets): number | undefined => {
  const counts = after.map(({ count, most }, index) => ({ most, count: count - (before[index]?.count ?? 0) }))
  const all = counts.at(-1)?.count ?? 0
  if (all <= 0) return undefined
  const wanted = share * all
  const at = counts.findIndex(({ count }) => count >= wanted)
  const bucket = counts[at]!
  const below = counts[at - 1] ?? { most: 0, count: 0 }
  // Beyond the last bound nothing more is known than that.
  if (bucket.most === Number.POSITIVE_INFINITY) return below.most
  const within = bucket.count === below.count ? 1 : (wanted - below.count) / (bucket.count - below.count)
  return below.most + (bucket.most - below.most) * within
}
