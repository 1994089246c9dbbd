// Types of the Cuepoint embed SDK. Times are seconds; volumes and `percent` are shares, 0 to 1.

/** Where playback is. */
export interface Position {
  seconds: number;
  duration: number;
  percent: number;
}

export interface Chapter {
  index: number;
  title: string;
  startTime: number;
}

export interface TextTrack {
  language: string;
  label: string;
  kind: string;
}

export interface ListedTextTrack extends TextTrack {
  mode: "showing" | "disabled";
}

export interface CuePoint {
  id: string;
  time: number;
  data: unknown;
}

/** What the viewer has seen: every second counted once. */
export interface Watched {
  seconds: number;
  percent: number;
  ranges: [from: number, to: number][];
}

export interface Interaction {
  id: string;
  kind: "annotation" | "cta" | "lead_form" | "poll" | "end_screen";
}

export interface Click {
  id: string;
  label?: string;
  url?: string;
  /** Nobody has clicked: a card of an end screen opens by itself. */
  automatic?: boolean;
}

export interface PlayerFault {
  name: string;
  code?: number;
  message: string;
}

export interface Ready {
  version: number;
  duration: number;
  methods: string[];
  events: string[];
}

/** What a viewer has said; a reply names the comment that it answers. */
export interface Comment {
  id: string;
  parent: string | null;
  author: string;
  text: string;
  /** Seconds into the video. */
  time: number | null;
}

/** What each event carries in its `detail`. */
export interface PlayerEventMap {
  ready: Ready;
  play: Position;
  playing: Position;
  pause: Position;
  ended: Position;
  timeupdate: Position;
  /** Here the position is how far the video is buffered. */
  progress: Position;
  seeking: Position;
  seeked: Position;
  volumechange: { volume: number; muted: boolean };
  ratechange: { playbackRate: number };
  bufferstart: unknown;
  bufferend: unknown;
  error: PlayerFault;
  loaded: unknown;
  chapterchange: Chapter | null;
  texttrackchange: TextTrack | null;
  fullscreenchange: { fullscreen: boolean };
  enterpictureinpicture: unknown;
  leavepictureinpicture: unknown;
  cuepoint: CuePoint;
  interactionshow: Interaction;
  ctaclick: Click;
  annotationclick: Click;
  endscreenclick: Click;
  formsubmit: { id: string };
  formskip: { id: string };
  questionanswer: { id: string };
  commentadd: Comment;
  replyadd: Comment;
  reactionadd: { id: string; reaction: "like" | "love" | "laugh" | "wow" | "idea" | "fire"; time: number | null };
  gateenter: { id: string };
  gaterelease: { id: string };
  watchedchange: Watched;
  consentchange: { analytics: boolean };
}

export type PlayerEventName = keyof PlayerEventMap;

/**
 * A CustomEvent; the fields of its `detail` can be read from the event itself as well.
 * `ctaclick`, `annotationclick` and `endscreenclick` heed `preventDefault()` if it is called before the listener returns.
 */
export type PlayerEvent<Name extends PlayerEventName = PlayerEventName> = CustomEvent<PlayerEventMap[Name]> &
  (unknown extends PlayerEventMap[Name] ? unknown : Omit<NonNullable<PlayerEventMap[Name]>, keyof CustomEvent>);

/** Every call is a promise. Calls made before the player is ready wait for it. */
export interface PlayerCalls {
  /** Rejects with `NotAllowedError` where the browser wants a gesture first. */
  play(): Promise<void>;
  pause(): Promise<void>;
  getPaused(): Promise<boolean>;
  getCurrentTime(): Promise<number>;
  /** Rejects with `RangeError` outside the video. */
  setCurrentTime(seconds: number): Promise<void>;
  getDuration(): Promise<number>;
  getVolume(): Promise<number>;
  /** Rejects with `RangeError` outside 0 to 1. */
  setVolume(volume: number): Promise<void>;
  getMuted(): Promise<boolean>;
  setMuted(muted: boolean): Promise<void>;
  getPlaybackRate(): Promise<number>;
  /** Rejects with `RangeError` outside 0.25 to 3. */
  setPlaybackRate(rate: number): Promise<void>;
  getLoop(): Promise<boolean>;
  setLoop(loop: boolean): Promise<void>;
  getEnded(): Promise<boolean>;
  getChapters(): Promise<Chapter[]>;
  getTextTracks(): Promise<ListedTextTrack[]>;
  enableTextTrack(language: string, kind?: string): Promise<void>;
  disableTextTrack(): Promise<void>;
  /** Call it from a gesture. An iPhone enlarges the player to fill the window. */
  requestFullscreen(): Promise<void>;
  exitFullscreen(): Promise<void>;
  /** Rejects with `NotAllowedError` where the browser wants a gesture inside the player. */
  requestPictureInPicture(): Promise<void>;
  exitPictureInPicture(): Promise<void>;
  /** The id that `removeCuePoint` takes. */
  addCuePoint(time: number, data?: unknown): Promise<string>;
  removeCuePoint(id: string): Promise<void>;
  getCuePoints(): Promise<CuePoint[]>;
  getWatched(): Promise<Watched>;
  /** A token that your server has signed (JWT, HS256). Rejects with `DataError`, and the reason, when it does not hold. */
  setViewer(token: string): Promise<void>;
  /** Whether the frame may keep a cookie to know the viewer again. Without a word it keeps none. */
  setConsent(consent: { analytics: boolean }): Promise<void>;
  /**
   * Fulfilled when the player can be used; rejected with `PrivacyError`, `PasswordError`, `NotFoundError` or
   * `UnavailableError` when there is no video to be seen. It waits for a lazy player, and does not load it.
   */
  ready(): Promise<Ready>;
  on<Name extends PlayerEventName>(name: Name, listener: (event: PlayerEvent<Name>) => void): void;
  /** Without a listener: all of that event's. */
  off<Name extends PlayerEventName>(name: Name, listener?: (event: PlayerEvent<Name>) => void): void;
  /** Ends listeners and ports, rejects what still waits, and empties a `<cuepoint-player>`; an iframe of the page stays. */
  destroy(): Promise<void>;
}

export interface Player extends PlayerCalls {}
export declare class Player {
  /** The same target gives the same player, until it is destroyed. */
  constructor(target: HTMLIFrameElement | CuepointPlayerElement);
}

// Named like properties of HTMLElement, but ours: the player's own event types come first.
type ElementBase = Omit<HTMLElement, "requestFullscreen" | "addEventListener" | "removeEventListener">;
declare const ElementBase: { new (): ElementBase };

type Listener<Name extends PlayerEventName> = (this: CuepointPlayerElement, event: PlayerEvent<Name>) => unknown;

/**
 * `<cuepoint-player token="…">`. Attributes: `token`, `host`, `loading` (`lazy` or `eager`), `poster`, and the player's
 * parameters `autoplay muted loop controls start stop t playbackrate captions color title keyboard comments lang dnt
 * viewer_token`.
 */
export interface CuepointPlayerElement extends PlayerCalls {
  addEventListener<Name extends PlayerEventName>(name: Name, listener: Listener<Name>, options?: boolean | AddEventListenerOptions): void;
  addEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Name extends PlayerEventName>(name: Name, listener: Listener<Name>, options?: boolean | EventListenerOptions): void;
  removeEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}
export declare class CuepointPlayerElement extends ElementBase {
  readonly player: Player;
}

/** The video may not be shown on this site. */
export declare class PrivacyError extends Error {
  readonly name: "PrivacyError";
}
/** The video wants a password; the frame asks the viewer for it, and `ready` follows. */
export declare class PasswordError extends Error {
  readonly name: "PasswordError";
}
/** No video has this token, or it is gone. */
export declare class NotFoundError extends Error {
  readonly name: "NotFoundError";
}
/** The player can't do this. */
export declare class UnsupportedError extends Error {
  readonly name: "UnsupportedError";
}
declare const LanguageRangeError: RangeErrorConstructor;
/** The language's own. */
export { LanguageRangeError as RangeError };

declare global {
  interface HTMLElementTagNameMap {
    "cuepoint-player": CuepointPlayerElement;
  }
  /** What `player.classic.js` leaves behind; the module sets it too. */
  var Cuepoint: {
    Player: typeof Player;
    CuepointPlayerElement: typeof CuepointPlayerElement;
    PrivacyError: typeof PrivacyError;
    PasswordError: typeof PasswordError;
    NotFoundError: typeof NotFoundError;
    UnsupportedError: typeof UnsupportedError;
    RangeError: RangeErrorConstructor;
  };
}
