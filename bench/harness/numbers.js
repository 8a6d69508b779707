export function median(values) {
  return at(values, 0.5)
}

/** The value below which that part of all lies. */
export function at(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}

/** The median of what each round gave in relation to another list of the same rounds. */
export function medianRatio(values, others) {
  return median(values.map((value, i) => value / others[i]))
}
