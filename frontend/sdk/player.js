// The embed SDK: `<cuepoint-player>`, and `Player` around it or around an iframe.

import { Player } from "./api.js";
import { CuepointPlayerElement } from "./element.js";
import { NotFoundError, PasswordError, PrivacyError, RangeError, UnsupportedError } from "./errors.js";

export { CuepointPlayerElement, NotFoundError, PasswordError, Player, PrivacyError, RangeError, UnsupportedError };

// For scripts that can't import.
globalThis.Cuepoint ??= {
  CuepointPlayerElement, NotFoundError, PasswordError, Player, PrivacyError, RangeError, UnsupportedError,
};
