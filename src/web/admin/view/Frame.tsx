/** What is around every view: where one can go, who one is, and how the service is. */
import { type ComponentChildren, Fragment } from "preact"
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { pathOf, type View, views } from "../model/Operator.ts"
import { w } from "../words.ts"
import { Accounts } from "./Accounts.tsx"
import { Audit } from "./Audit.tsx"
import { Bans } from "./Bans.tsx"
import { Channels } from "./Channels.tsx"
import { Connections } from "./Connections.tsx"
import { useInside } from "./context.ts"
import { Drain } from "./Drain.tsx"
import { name } from "./format.ts"
import { Invitations } from "./Invitations.tsx"
import { Keys } from "./Keys.tsx"
import { Overview } from "./Overview.tsx"
import { Webhooks } from "./Webhooks.tsx"

const bodies: Readonly<Record<View, (about: string) => ComponentChildren>> = {
  overview: () => <Overview />,
  connections: (about) => <Connections whose={about} />,
  channels: () => <Channels />,
  accounts: () => <Accounts />,
  keys: (about) => <Keys whose={about} />,
  invitations: () => <Invitations />,
  webhooks: (about) => <Webhooks channel={about} />,
  bans: (about) => <Bans about={about} />,
  audit: () => <Audit />,
}

const Health = () => {
  const { operator } = useInside()
  const service = operator.watch.service.value
  const words = w.value.overview
  const isLost = operator.watch.isLost.value
  const [mark, text] = isLost
    ? ["bad", words.lost]
    : service === undefined || (service.ready && !service.draining)
      ? ["good", service === undefined ? "" : words.ready]
      : ["bad", service.draining ? words.draining : words.notReady]
  return (
    <p class={`health ${mark}`} role="status">
      {text}
    </p>
  )
}

export const Frame = () => {
  const { me, operator } = useInside()
  const { about, view } = operator.route.value
  const heading = useRef<HTMLHeadingElement>(null)
  const isFirst = useRef(true)
  const drains = useSignal(false)
  useEffect(() => {
    // Whoever hears the page is led to what has changed.
    if (isFirst.current) isFirst.current = false
    else heading.current?.focus()
    operator.notice.value = ""
  }, [view, about])
  const go = (view: View) => (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    operator.open({ view, about: "" })
  }
  return (
    <div class="operation">
      <header class="operation-head">
        <p class="brand">
          Natter <span class="soft">{w.value.title}</span>
        </p>
        <Health />
        <div class="row operation-who">
          <span class="soft small">{w.value.signedInAs(name(me.name))}</span>
          <a href="/">{w.value.toChat}</a>
          <button class="plain link" type="button" onClick={() => void operator.signOut()}>
            {w.value.signOut}
          </button>
        </div>
      </header>
      <nav class="operation-nav" aria-label={w.value.views}>
        <ul>
          {views.map((each) => (
            <li key={each}>
              <a
                href={pathOf({ view: each, about: "" })}
                aria-current={each === view ? "page" : undefined}
                onClick={go(each)}
              >
                {w.value.view[each]}
              </a>
            </li>
          ))}
        </ul>
        <button class="button danger" type="button" onClick={() => (drains.value = true)}>
          {w.value.drain.button}
        </button>
      </nav>
      <main class="operation-main">
        <h1 ref={heading} tabIndex={-1}>
          {w.value.view[view]}
        </h1>
        <div class={operator.notice.value === "" ? "notice none" : "notice"} role="status">
          {operator.notice.value !== "" && <p>{operator.notice.value}</p>}
        </div>
        <Fragment key={`${view} ${about}`}>{bodies[view](about)}</Fragment>
      </main>
      {drains.value && <Drain onClose={() => (drains.value = false)} />}
    </div>
  )
}
