/** The name of a component schema: `payment` becomes `Payment`. */
export function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
