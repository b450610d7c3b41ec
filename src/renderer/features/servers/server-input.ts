import type { Profile, ProfileInput } from '../../../shared/app-state.ts'
import { longest } from '../../../shared/limits.ts'
import { isSameServer } from '../../../shared/same-server.ts'
import { typedName } from '../../../shared/typed-text.ts'

/** What stands in the fields. */
export interface ServerFields {
  readonly name: string
  readonly host: string
  readonly port: string
  readonly clusterId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly allowPlaintext: boolean
}

/** What is wrong with a field. */
export type FieldProblem = 'required' | 'port-invalid' | 'host-invalid' | 'too-long'
export type FieldProblems = Partial<Record<keyof ServerFields, FieldProblem>>

/** The fields that hold a text. */
export type TextFieldName = Exclude<keyof ServerFields, 'allowPlaintext'>

/** How long the text of a field is once main has taken what counts of it. */
export function lengthOf(name: TextFieldName, text: string): number {
  if (name === 'clientSecret') return text.length
  return name === 'name' ? text.trim().length : typedName(text).length
}

/** The most characters that main takes in a field; a port has limits of its own. */
export const longestField: Partial<Record<keyof ServerFields, number>> = {
  name: longest.profileName,
  host: longest.host,
  clusterId: longest.clusterId,
  clientId: longest.clientId,
  clientSecret: longest.clientSecret,
}

/** The fields of a server that is there, or of a new one. The secret is never filled in: this page never sees it. */
export function fieldsOf(profile: Profile | undefined): ServerFields {
  return {
    name: profile?.name ?? '',
    host: profile?.host ?? '',
    port: String(profile?.port ?? 443),
    clusterId: profile?.clusterId ?? '001',
    clientId: profile?.clientId ?? '',
    clientSecret: '',
    allowPlaintext: profile?.allowPlaintext ?? false,
  }
}

/** Whether main keeps the secret that it has when none is typed: only as long as server and client stay the same. */
export function keepsSecret(fields: ServerFields, profile: Profile | undefined): boolean {
  return profile?.hasSecret === true && isSameServer(profileInputOf(fields, profile.id), profile)
}

/** Everything that is wrong with the fields; main judges once more. */
export function fieldProblems(fields: ServerFields, keepsSecret: boolean): FieldProblems {
  const problems: FieldProblems = {}
  for (const [name, most] of Object.entries(longestField) as [TextFieldName, number][]) {
    if (lengthOf(name, fields[name]) > most) problems[name] = 'too-long'
  }
  const host = typedName(fields.host)
  if (host === '') problems.host = 'required'
  else if (/[\s/@?#]|:\/\//.test(host) || /^[^:[]*:\d*$/.test(host)) problems.host = 'host-invalid'
  const port = Number(typedName(fields.port))
  if (!/^\d+$/.test(typedName(fields.port)) || port < 1 || port > 65535) problems.port = 'port-invalid'
  if (typedName(fields.clientId) === '') problems.clientId = 'required'
  if (fields.clientSecret === '' && !keepsSecret) problems.clientSecret = 'required'
  return problems
}

/** The problems that are worth saying before everything is filled in. */
export const problemsWhileTyping = (problems: FieldProblems): FieldProblems =>
  Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem === 'too-long'))

/** The fields as main takes them. An empty secret keeps the one that is there. */
export function profileInputOf(fields: ServerFields, id: string | undefined): ProfileInput {
  return {
    ...(id === undefined ? {} : { id }),
    name: fields.name.trim(),
    host: typedName(fields.host),
    port: Number(typedName(fields.port)),
    clusterId: typedName(fields.clusterId),
    clientId: typedName(fields.clientId),
    ...(fields.clientSecret === '' ? {} : { clientSecret: fields.clientSecret }),
    allowPlaintext: fields.allowPlaintext,
  }
}
