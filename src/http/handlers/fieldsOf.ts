/** What a frame says, without what only frames need. */
export const fieldsOf = <F extends { readonly type: string; readonly ref?: number }>({
  ref: _,
  type: __,
  ...fields
}: F): Omit<F, "type" | "ref"> => fields
