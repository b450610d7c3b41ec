export interface ProcessEntry {
  parent: number
  command: string[]
}
export function starters(options?: {
  first?: number
  isUnderNpm?: boolean
  look?: (pid: number) => ProcessEntry | undefined
}): number[]
export function isRunning(pid: number): boolean
