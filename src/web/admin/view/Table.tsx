/** A table; where there is no room for it, each row is a card in which every value has its name. */
import type { ComponentChildren } from "preact"
import { t } from "../../language.ts"
import type { Listing } from "../model/Listing.ts"
import { w } from "../words.ts"
import { why } from "./format.ts"

export interface Column<Item> {
  readonly name: string
  readonly value: (item: Item) => ComponentChildren
  readonly isNumber?: boolean
  /** What can be done: the column has a name for those alone who hear it. */
  readonly isActions?: boolean
}

interface Props<Item> {
  readonly label: string
  readonly columns: ReadonlyArray<Column<Item>>
  readonly listing: Listing<Item>
  readonly keyOf: (item: Item) => string | number
  /** What is said where there is nothing. */
  readonly empty?: string
}

const classOf = ({ isActions, isNumber }: Column<never>): string =>
  isActions === true ? "actions" : isNumber === true ? "number" : ""

const Failure = ({ error, again }: { readonly error: unknown; readonly again: () => void }) => (
  <div class="alarm row" role="alert">
    <p>{why(error)}</p>
    <button class="button" type="button" onClick={again}>
      {t.value.tryAgain}
    </button>
  </div>
)

const Skeleton = () => (
  <div class="table-skeleton" aria-busy="true">
    <p class="visually-hidden" role="status">
      {t.value.loading}
    </p>
    {[1, 2, 3, 4].map((row) => (
      <div key={row} class="skeleton" aria-hidden="true" />
    ))}
  </div>
)

export const Table = <Item,>({ columns, empty, keyOf, label, listing }: Props<Item>) => {
  const state = listing.state.value
  const items = listing.items.value
  if (items.length === 0 && state === "loading") return <Skeleton />
  return (
    <div class="stack">
      {state === "failed" && <Failure error={listing.error.value} again={() => void listing.reload()} />}
      {items.length === 0 && state === "ready" && <p class="empty">{empty ?? w.value.none}</p>}
      {items.length > 0 && (
        // The roles are said, since what is drawn as cards is none of a table's for some browsers.
        <table class="table" role="table" aria-label={label}>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => (
                <th key={column.name} role="columnheader" scope="col" class={classOf(column as Column<never>)}>
                  {column.isActions === true ? <span class="visually-hidden">{column.name}</span> : column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {items.map((item) => (
              <tr key={keyOf(item)} role="row">
                {columns.map((column) => (
                  <td
                    key={column.name}
                    role="cell"
                    class={classOf(column as Column<never>)}
                    data-label={column.isActions === true ? undefined : column.name}
                  >
                    {column.value(item)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {listing.hasMore.value && (
        <button class="button" type="button" onClick={() => void listing.more()}>
          {w.value.more}
        </button>
      )}
    </div>
  )
}
