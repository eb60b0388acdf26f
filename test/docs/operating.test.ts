/** What docs/OPERATING.md hands to operators: rules, dashboard, image and units agree with the service. */
import * as Yaml from "effect/encoding/Yaml"
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, test } from "vitest"
import { type Declaration, metrics } from "../../src/observability/metrics.ts"
import { environmentName, settings } from "../../src/server/ServerConfig.ts"

const docs = path.join(import.meta.dirname, "../../docs")
const read = (file: string) => fs.readFileSync(path.join(docs, file), "utf8")
const page = read("OPERATING.md")

const declared: Readonly<Record<string, Declaration>> = metrics

/** What Prometheus adds, to every series and to histograms. */
const added = ["instance", "job"]

/** As it is declared; what is asked of a histogram is one of its parts. */
const declaredAs = (name: string): string => {
  const whole = name.replace(/_(bucket|sum|count)$/, "")
  if (declared[whole]?.kind === "histogram") return whole === name ? `${name} without a part` : whole
  return name
}

/** The metrics of an expression, as they are declared, and the labels by which it asks for them. */
const partsOf = (expr: string) => {
  const names = [...expr.matchAll(/\b(?:natter|process)_\w+/g)].map(([name]) => declaredAs(name))
  const groups = [...expr.matchAll(/\{([^}]*)\}|\bby \(([^)]*)\)/g)].map(([, matched, by]) => matched ?? by!)
  const labels = groups.flatMap((group) => [...group.matchAll(/\b([a-z_]+)(?=\s*(?:[=!,]|$))/g)].map(([name]) => name))
  return { names, labels }
}

const wrongIn = (expr: string): ReadonlyArray<string> => {
  const { labels, names } = partsOf(expr.replaceAll(/"[^"]*"/g, '""'))
  const known = names.flatMap((name) => [
    ...(declared[name]?.labels ?? []),
    ...(declared[name]?.kind === "histogram" ? ["le"] : []),
  ])
  return [
    ...names.filter((name) => declared[name] === undefined),
    ...labels.filter((label) => !known.includes(label) && !added.includes(label)),
    ...(names.length === 0 && !expr.startsWith("up{") ? ["no metric"] : []),
  ]
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}

const rules = (
  Yaml.parse(read("operating/alerts.yml")) as { readonly groups: ReadonlyArray<{ rules: ReadonlyArray<Rule> }> }
).groups.flatMap(({ rules }) => rules)

interface Dashboard {
  readonly panels: ReadonlyArray<{
    readonly id: number
    readonly title: string
    readonly targets: ReadonlyArray<{ readonly expr: string }>
  }>
}

const dashboard: Dashboard = JSON.parse(read("operating/grafana.json"))

describe("docs/OPERATING.md", () => {
  test("knows an unknown metric and an unknown label", () => {
    expect(wrongIn('natter_sessions{instance="a"} > 1')).toEqual([])
    expect(wrongIn("natter_session > 1")).toEqual(["natter_session"])
    expect(wrongIn('sum by (colour) (natter_connections{shape="round"})')).toEqual(["colour", "shape"])
    expect(wrongIn("natter_sessions_sum")).toEqual(["natter_sessions_sum"])
    expect(wrongIn("natter_delivery_lag_seconds")).toEqual(["natter_delivery_lag_seconds without a part"])
  })

  test.each(rules)("$alert asks for what there is", ({ annotations, expr, labels }) => {
    expect(wrongIn(expr)).toEqual([])
    expect(["warning", "critical"]).toContain(labels.severity)
    const mentioned = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!)
    const { labels: grouped, names } = partsOf(expr)
    const there = [
      ...added,
      ...(/\bby \(/.test(expr) ? grouped : names.flatMap((name) => declared[name]?.labels ?? [])),
    ]
    expect(mentioned.filter((label) => !there.includes(label))).toEqual([])
  })

  test("says of every alarm what it means, and of no other", () => {
    const rows = [...page.matchAll(/^\| `(Natter\w+)` \|/gm)].map(([, name]) => name)
    expect(rows).toEqual(rules.map(({ alert }) => alert))
  })

  test("has a dashboard that asks for what there is", () => {
    expect(dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => wrongIn(expr)))).toEqual([])
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  test("has an image whose settings there are, and which is asked whether it lives", () => {
    const dockerfile = read("operating/Dockerfile")
    const set = [...dockerfile.matchAll(/\b(NATTER_[A-Z_]+)=/g)].map(([, name]) => name!)
    expect(set).not.toEqual([])
    expect(set.filter((name) => !Object.keys(settings).some((setting) => environmentName(setting) === name))).toEqual(
      [],
    )
    const [, check] = /HEALTHCHECK [^[]*CMD (\[.*\])/.exec(dockerfile)!
    expect(JSON.parse(check!)).toEqual(["node", "-e", expect.stringContaining("http://127.0.0.1:8080/livez")])
    expect(dockerfile).toMatch(/^USER node$/m)
  })

  test("has the units of docs/SYSTEMD.md as files", () => {
    const shown = [...read("SYSTEMD.md").matchAll(/```ini\n# \/etc\/systemd\/system\/(\S+)\n([^]*?)```/g)]
    expect(shown.map(([, name]) => name)).toEqual(["natter.service", "natter.socket"])
    for (const [, name, unit] of shown) expect(read(`operating/${name}`)).toBe(unit)
  })

  test("leads nowhere that is not there", () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!)
    expect(links.filter((link) => !fs.existsSync(path.join(docs, link)))).toEqual([])
  })
})
