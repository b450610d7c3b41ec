import type { Application } from '../world/application.ts'
import type { Platform } from '../world/platform.ts'
import type { EngineProcess, World } from '../world/world.ts'
import type { Mishap } from './chaos.ts'

/** The parts of a world that mishaps act on. */
export interface Targets {
  readonly world: World
  readonly application: Application
  /** The servers outside of the workshop. */
  readonly platforms: readonly Platform[]
}

/** The server that a mishap concerns. */
export function platformOf({ platform }: Mishap, platforms: readonly Platform[]): Platform {
  const one = platforms[platform % platforms.length]
  if (!one) throw new Error('A world has at least one server.')
  return one
}

/** Lets a mishap happen; what it changes for a time is undone later. */
export function strike(mishap: Mishap, { world, application, platforms }: Targets): void {
  const { scheduler, network } = world
  const platform = platformOf(mishap, platforms)
  const link = network.linkTo(platform.port)
  const later = (afterMs: number, run: () => void) => scheduler.timer(afterMs, run, undefined)
  const computer = application.computer
  switch (mishap.kind) {
    case 'black-hole':
      link.swallow()
      later(mishap.forMs, () => link.heal())
      return
    case 'reset':
      link.reset()
      return
    case 'refuse':
      link.isRefusing = true
      link.reset()
      link.noteOutage(mishap.forMs)
      later(mishap.forMs, () => {
        link.isRefusing = false
      })
      return
    case 'slow-link':
      link.slowDown([mishap.latencyMs, mishap.latencyMs / 2], mishap.forMs)
      later(mishap.forMs, () => link.speedUp())
      return
    case 'lose':
      network.serverAt(platform.port)?.loseNext(new RegExp(mishap.rpc), mishap.part, () => {
        if (mishap.silentForMs === 0) return
        link.swallow()
        later(mishap.silentForMs, () => link.heal())
      })
      return
    case 'engine-fault':
      setFault(platform.engine, mishap, later)
      return
    case 'engine-dies':
      platform.kill()
      link.noteOutage(mishap.forMs)
      later(mishap.forMs, () => platform.start())
      return
    case 'crash':
      application.crash()
      later(mishap.forMs, () => application.start())
      return
    case 'function-process-dies':
      application.killChild('functions')
      return
    case 'gateway-dies':
      application.killChild('gateway')
      return
    case 'own-engine-dies':
      application.killChild('engine')
      return
    case 'reload':
      application.loadPage()
      return
    case 'sleep':
      if (computer.asleepUntil > scheduler.nowMs) return
      for (const one of network.links) one.noteOutage(mishap.forMs)
      scheduler.sleep(computer, mishap.forMs)
      if (mishap.forMs > 80_000)
        for (const { port } of platforms)
          for (const connection of network.linkTo(port).connections) later(80_000, () => connection.dropServer())
      return
    case 'wall-clock':
      computer.wallOffsetMs += mishap.byMs
      return
    case 'disk':
      application.disk.trouble = mishap.trouble
      later(mishap.forMs, () => {
        application.disk.trouble = 'none'
      })
  }
}

function setFault(
  running: EngineProcess | undefined,
  { fault, forMs }: Extract<Mishap, { kind: 'engine-fault' }>,
  later: (afterMs: number, run: () => void) => void,
): void {
  if (!running || running.process.isDead) return
  const { faults } = running.engine
  const set = faults.set(fault, { connectorNumber: '', sessionId: '' }, {})
  later(forMs, () => faults.clear(set.id))
}
