/**
 * Which claim of a partition somebody acts by: what is stored with it is stored only while that partition was claimed by
 * nobody else since. An epoch belongs to one claim of one partition, for ever.
 */
export interface Fence {
  readonly partition: number
  readonly epoch: number
}
