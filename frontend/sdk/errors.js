// The errors that calls reject with. A RangeError is the language's own.

export class PrivacyError extends Error {}
export class PasswordError extends Error {}
export class UnsupportedError extends Error {}
export class NotFoundError extends Error {}
const { RangeError } = globalThis;
export { RangeError };

const classes = { PrivacyError, PasswordError, UnsupportedError, NotFoundError, RangeError };
for (const [name, { prototype }] of Object.entries(classes)) {
  // The class's own name does not survive minification.
  Object.defineProperty(prototype, "name", { value: name, configurable: true, writable: true });
}

/** The error that a frame reports as `{name, message}`; a name we don't have becomes a DOMException's. */
export const typed = ({ name, message }) =>
  Object.hasOwn(classes, name) ? new classes[name](message) : new DOMException(message, name);

export const aborted = (message) => typed({ name: "AbortError", message });
