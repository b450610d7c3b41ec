import { describe, expect, it } from 'vitest'
import { choices } from '../protocol-choices.ts'
import { ConnectionVariables } from './connection-variables.ts'
import type { DiagnosticSession } from './diagnostic-session.ts'

interface Played {
  readonly bay: { isPlugged: boolean; car: { vin: string; voltage: number } }
  readonly ticket?: { id: string }
}

const bay = (isPlugged = true): Played['bay'] => ({ isPlugged, car: { vin: 'WVW1', voltage: 12.44 } })
const session = (played: Played) => played as unknown as DiagnosticSession
const read = (variables: ConnectionVariables, played: Played) => Object.fromEntries(variables.read(session(played)))

describe('the variables of a connection', () => {
  it('are those of the platform: the car that is plugged in, and the ticket where there is one', () => {
    const variables = new ConnectionVariables()
    const car = { 'vehicle:info:vin': 'WVW1', 'vehicle:info:voltage': '12.4' }
    expect(read(variables, { bay: bay() })).toEqual(car)
    expect(read(variables, { bay: bay(), ticket: { id: 't' } })).toEqual({ ...car, 'ticket:id': 't' })
    expect(read(variables, { bay: bay(false), ticket: { id: 't' } })).toEqual({ 'ticket:id': 't' })
    expect(read(variables, { bay: bay(false) })).toEqual({})
  })

  it('that were written belong to the ticket on any connector, and to the connector without a ticket', () => {
    const variables = new ConnectionVariables()
    const [here, there] = [bay(false), bay(false)]
    const [one, other] = [{ id: '1' }, { id: '2' }]
    variables.write(session({ bay: here, ticket: one }), 'k', 'of the ticket')
    variables.write(session({ bay: here }), 'k', 'of the connector')
    expect(read(variables, { bay: there, ticket: one })).toEqual({ 'ticket:id': '1', k: 'of the ticket' })
    expect(read(variables, { bay: here, ticket: other })).toEqual({ 'ticket:id': '2' })
    expect(read(variables, { bay: here })).toEqual({ k: 'of the connector' })
    expect(read(variables, { bay: there })).toEqual({})
  })

  it('can take the place of those of the platform, and keep their order', () => {
    const variables = new ConnectionVariables()
    const played = { bay: bay() }
    for (const key of ['b', 'a', 'vehicle:info:vin']) variables.write(session(played), key, `my ${key}`)
    expect([...variables.read(session(played))]).toEqual([
      ['vehicle:info:vin', 'my vehicle:info:vin'],
      ['vehicle:info:voltage', '12.4'],
      ['b', 'my b'],
      ['a', 'my a'],
    ])
  })

  it('have a longest key, a longest value and a largest number, and may be changed beyond that', () => {
    const variables = new ConnectionVariables()
    const { count, keyLength, valueLength } = choices.connectionVariables
    const played = session({ bay: bay(false) })
    const [key, value] = ['k'.repeat(keyLength), 'v'.repeat(valueLength)]
    variables.write(played, key, value)
    expect(variables.read(played).get(key)).toBe(value)
    expect(() => variables.write(played, `${key}k`, 'x')).toThrow(
      expect.objectContaining({ kind: 'invalid-argument', message: expect.stringContaining(String(keyLength)) }),
    )
    expect(() => variables.write(played, 'k', `${value}v`)).toThrow(
      expect.objectContaining({ kind: 'invalid-argument', message: expect.stringContaining(String(valueLength)) }),
    )
    for (let n = 1; n < count; n += 1) variables.write(played, `${n}`, 'x')
    expect(() => variables.write(played, 'one more', 'x')).toThrow(
      expect.objectContaining({ kind: 'resource-exhausted', message: expect.stringContaining(String(count)) }),
    )
    variables.write(played, '1', 'changed')
    expect([variables.read(played).size, variables.read(played).get('1')]).toEqual([count, 'changed'])
  })
})
