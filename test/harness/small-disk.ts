// A disk that is soon full, where this process may mount one.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface SmallDisk {
  readonly folder: string
  resize(kib: number): void
}

/** Mounting is for the administrator of a Linux machine. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount()

/** @param kib how much fits on it */
export function openSmallDisk(kib: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-disk-'))
  mount(folder, `size=${kib}k`)
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, resize: size => mount(folder, `remount,size=${size}k`) }
}

function mount(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' })
}

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-disk-'))
  try {
    mount(folder, 'size=4k')
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
