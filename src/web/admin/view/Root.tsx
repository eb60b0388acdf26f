import { useEffect } from "preact/hooks"
import { t } from "../../language.ts"
import type { Operator } from "../model/Operator.ts"
import { w } from "../words.ts"
import { InsideProvider } from "./context.ts"
import { Frame } from "./Frame.tsx"
import { Gate } from "./Gate.tsx"

export const Root = ({ operator }: { readonly operator: Operator }) => {
  const phase = operator.phase.value
  const { view } = operator.route.value
  const name = phase.tag === "Inside" ? w.value.view[view] : w.value.title
  useEffect(() => {
    document.title = w.value.pageTitle(name)
  }, [name])
  switch (phase.tag) {
    case "Loading":
      return (
        <main class="gate" aria-busy="true">
          <h1 class="visually-hidden">{w.value.title}</h1>
          <p role="status">{t.value.loading}</p>
        </main>
      )
    case "Unreachable":
      return (
        <main class="gate">
          <div class="gate-sheet stack">
            <h1>{t.value.unreachable.title}</h1>
            <p role="status">{w.value.gate.unreachable}</p>
          </div>
        </main>
      )
    case "Gate":
      return <Gate operator={operator} who={phase.who} wasInside={phase.wasInside} />
    case "Inside":
      return (
        <InsideProvider value={{ operator, me: phase.me }}>
          <Frame />
        </InsideProvider>
      )
  }
}
