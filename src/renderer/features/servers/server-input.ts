import type { Profile, ProfileInput } from '../../../shared/app-state.ts'
import { longest } from '../../../shared/limits.ts'
import { isSameServer } from '../../../shared/same-server.ts'
import { typedName } from '../../../shared/typed-text.ts'

/** The contents of the fields. */
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

/** The length of a text after main has cleaned it. */
export function lengthOf(name: TextFieldName, text: string): number {
  if (name === 'clientSecret') return text.length
  return name === 'name' ? text.trim().length : typedName(text).length
}

/** The maximum length per field; a port has its own limits. */
export const longestField: Partial<Record<keyof ServerFields, number>> = {
  name: longest.profileName,
  host: longest.host,
  clusterId: longest.clusterId,
  clientId: longest.clientId,
  clientSecret: longest.clientSecret,
}

/** The fields of an existing or a new server. The secret is never filled in: the page never receives it. */
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

/** Whether main keeps its secret when none is typed: only while server and client stay the same. */
export function keepsSecret(fields: ServerFields, profile: Profile | undefined): boolean {
  return profile?.hasSecret === true && isSameServer(profileInputOf(fields, profile.id), profile)
}

/** All problems of the fields; main checks them again. */
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

/** The problems that are shown while the form is incomplete. */
export const problemsWhileTyping = (problems: FieldProblems): FieldProblems =>
  Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem === 'too-long'))

/** The fields as input for main. An empty secret keeps the present one. */
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
