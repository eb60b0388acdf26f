/** Finds what a path leads to: a tree of its segments, some of which are names of parameters. */

/** Parameters as they stand in the path: percent-encoded. */
export interface Found<A> {
  /** By their methods. */
  readonly methods: ReadonlyMap<string, A>
  readonly params: Readonly<Record<string, string>>
}

class Node<A> {
  readonly methods = new Map<string, A>()
  readonly fixed = new Map<string, Node<A>>()
  param: { readonly name: string; readonly node: Node<A> } | undefined
}

export class Router<A> {
  private readonly top = new Node<A>()

  /** `path` as in `/channels/:channel`. What is written out counts before a parameter. */
  add(method: string, path: string, route: A): void {
    let node = this.top
    for (const segment of path.slice(1).split("/")) {
      if (segment.startsWith(":")) {
        const name = segment.slice(1)
        node.param ??= { name, node: new Node() }
        if (node.param.name !== name) throw new Error(`${path}: here is :${node.param.name} already`)
        node = node.param.node
      } else {
        let next = node.fixed.get(segment)
        if (next === undefined) node.fixed.set(segment, (next = new Node()))
        node = next
      }
    }
    if (node.methods.has(method)) throw new Error(`${method} ${path} is there already`)
    node.methods.set(method, route)
  }

  find(path: string): Found<A> | undefined {
    const params: Record<string, string> = {}
    let node = this.top
    for (const segment of path.slice(1).split("/")) {
      const fixed = node.fixed.get(segment)
      if (fixed !== undefined) node = fixed
      else if (node.param !== undefined && segment !== "") {
        params[node.param.name] = segment
        node = node.param.node
      } else return undefined
    }
    return node.methods.size === 0 ? undefined : { methods: node.methods, params }
  }
}
