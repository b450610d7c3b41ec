import { isIP } from 'node:net'
import type { Metadata } from '@grpc/grpc-js'
import ipaddr from 'ipaddr.js'
import { permissionDenied } from '../refusal.ts'

/** The part of a call that shows who makes it. */
export interface CallerSurface {
  readonly metadata: Metadata
  /** `:authority` of the request. */
  getHost(): string
}

/** Refuses calls of web pages: those that carry an Origin, and those under a name that is not of this computer. */
export function assertLocalCaller(call: CallerSurface): void {
  if (call.metadata.get('origin').length > 0) throw permissionDenied('calls from web pages are refused')
  if (!isLoopbackAuthority(call.getHost())) throw permissionDenied('calls under another host name are refused')
}

/** Whether `:authority` names this computer. It does not when a web page rebinds a foreign name to 127.0.0.1. */
export function isLoopbackAuthority(authority: string | undefined): boolean {
  const host = /^(?:\[(?<six>[^\]]+)\]|(?<name>[^:]*))(?::\d+)?$/.exec(authority ?? '')?.groups
  const name = host?.six ?? host?.name ?? ''
  return name === 'localhost' || (isIP(name) !== 0 && ipaddr.process(name).range() === 'loopback')
}
