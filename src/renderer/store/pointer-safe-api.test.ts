// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { WorkbenchApi } from '../../shared/ipc/contract.ts'
import { FakeWorkbench } from '../testing/fake-workbench.ts'
import { startState } from '../testing/sample-state.ts'
import { pointerSafeApi } from './pointer-safe-api.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const fake = new FakeWorkbench(startState())
  const api: WorkbenchApi = pointerSafeApi(fake.api, window)
  const heard: number[] = []
  api.onStateChanged(({ revision }) => heard.push(revision))
  api.onLogAppended(({ dropped }) => heard.push(-dropped))
  const tell = (revision: number) => fake.send({ revision, slices: {} })
  const point = (type: string) => window.dispatchEvent(new Event(type))
  return { fake, heard, tell, point }
}

it('delivers events at once while no pointer is down', () => {
  const { heard, tell } = setUp()
  tell(2)
  expect(heard).toEqual([2])
})

it.each(['pointerup', 'pointercancel', 'blur'])(
  'keeps events in their order while a pointer is down, until %s',
  (end) => {
    const { fake, heard, tell, point } = setUp()
    point('pointerdown')
    tell(2)
    fake.appendLog([], 7)
    tell(3)
    point(end)
    expect(heard).toEqual([])
    vi.advanceTimersByTime(0)
    expect(heard).toEqual([2, -7, 3])
    tell(4)
    expect(heard).toEqual([2, -7, 3, 4])
  },
)

it('does not wait longer than 1.5 s for a missing pointer end', () => {
  const { heard, tell, point } = setUp()
  point('pointerdown')
  tell(2)
  vi.advanceTimersByTime(1499)
  expect(heard).toEqual([])
  vi.advanceTimersByTime(1)
  expect(heard).toEqual([2])
  tell(3)
  expect(heard).toEqual([2, 3])
})
