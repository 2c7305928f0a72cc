import { KeyedDraws } from "./keyed-draws.js";
import { SAMPLE_START, type SampleOptions } from "./sample-options.js";
import { drawTraits, LIFE, type SubscriberProfile, WAVE } from "./subscriber-profile.js";

/** Where a line is in its life. */
export const VACANT = 0;
const IN_USE = 1;
/** Usage decays, and will end. */
export const FADING = 2;
/** Usage has ended; the number is kept for some days and is then given up. */
export const ENDED = 3;

/** Days before the sample begins, so that on its first day some are fading and some on a break already. */
const RUN_UP = 90;
const FOREVER = 0x7fffffff;

/** Chances of a day that an average subscriber begins to leave, plans a break, begins a dip, asks for a porting code. */
const HAZARD = 0.0044;
const BREAKS = 0.003;
const DIPS = 0.002;
const ENQUIRIES = 0.0002;
/** Share of those who leave that the operator never flags. */
const MISSED = 0.06;

/**
 * The lives of all lines, one day after the other: who joins, fades, leaves, takes a break, asks for a porting code.
 *
 * Only this has a memory; usage is drawn from it for each day apart.
 */
export class SubscriberStates {
  readonly settings: Required<SampleOptions>;
  readonly draws: KeyedDraws;
  readonly count: number;
  /** Lines from here on belong to the wave of the scenario new-segment. */
  readonly wave: number;
  readonly firstDay = SAMPLE_START - RUN_UP;
  readonly traits: SubscriberProfile[] = [];
  readonly phase: Uint8Array;
  /** Days: of joining; of the begin and the end of fading; until when the number is kept, or stays vacant. */
  readonly joined: Int32Array;
  readonly fadeStart: Int32Array;
  readonly end: Int32Array;
  readonly until: Int32Array;
  readonly flagFrom: Int32Array;
  readonly flagTo: Int32Array;
  readonly breakStart: Int32Array;
  readonly breakEnd: Int32Array;
  readonly dipStart: Int32Array;
  readonly dipEnd: Int32Array;
  /** How much of the usage a fading or a dip takes at its worst, and how the fading bends. */
  readonly depth: Float64Array;
  readonly dipDepth: Float64Array;
  readonly bend: Float64Array;
  /** Slow ups and downs of a subscriber's usage: an autoregressive process with variance 1. */
  readonly mood: Float64Array;
  readonly #generation: Int32Array;

  constructor(settings: Required<SampleOptions>) {
    this.settings = settings;
    this.draws = new KeyedDraws(settings.seed);
    this.wave = settings.subscribers;
    const joining = settings.scenario === "new-segment" ? Math.ceil(settings.subscribers / 4) : 0;
    this.count = settings.subscribers + joining;
    const days = () => new Int32Array(this.count);
    const numbers = () => new Float64Array(this.count);
    this.phase = new Uint8Array(this.count);
    this.joined = days();
    this.fadeStart = days();
    this.end = days();
    this.until = days();
    this.flagFrom = days();
    this.flagTo = days();
    this.breakStart = days();
    this.breakEnd = days();
    this.dipStart = days();
    this.dipEnd = days();
    this.depth = numbers();
    this.dipDepth = numbers();
    this.bend = numbers();
    this.mood = numbers();
    this.#generation = new Int32Array(this.count).fill(-1);
    for (let line = 0; line < this.count; line++) this.#first(line);
  }

  /** Number that the draws of a line are keyed by. */
  subject(line: number): number {
    return line < this.wave ? line : WAVE + line - this.wave;
  }

  /** Lives through one day; days must come in order, from `firstDay` on. */
  step(day: number): void {
    const { draws, phase, mood } = this;
    for (let line = 0; line < this.count; line++) {
      draws.start(this.subject(line), day, LIFE);
      mood[line] = MOOD_KEEPS * mood[line] + MOOD_NEW * draws.normal();
      switch (phase[line]) {
        case VACANT:
          if (day >= this.until[line]) this.#join(line, day);
          break;
        case IN_USE:
          this.#use(line, day);
          break;
        case FADING:
          if (day >= this.end[line]) this.#leave(line, day);
          break;
        default:
          if (day >= this.until[line]) {
            phase[line] = VACANT;
            this.until[line] = day + draws.whole(1, 6);
          }
      }
    }
  }

  /** The holder of a line on the first day has joined some time before; the wave comes from the scenario's day on. */
  #first(line: number): void {
    this.draws.start(this.subject(line), 0, LIFE);
    if (line < this.wave) {
      this.#join(line, this.firstDay - this.draws.whole(0, 700));
    } else {
      this.until[line] = this.settings.scenarioDay + this.draws.whole(0, 13);
    }
  }

  #join(line: number, day: number): void {
    const generation = this.#generation[line] + 1;
    this.#generation[line] = generation;
    this.traits[line] = drawTraits(this.draws, this.subject(line), generation, line >= this.wave);
    this.phase[line] = IN_USE;
    this.joined[line] = day;
    for (const ends of [this.flagTo, this.breakEnd, this.dipEnd]) ends[line] = 0;
  }

  #use(line: number, day: number): void {
    const { draws, settings } = this;
    const { plan } = this.traits[line];
    const tenure = day - this.joined[line];
    const since = day - settings.scenarioDay;
    const dearer = settings.scenario === "price-rise" && since >= 0 && since < settings.scenarioDays;
    const young = tenure < 60 ? 1.5 : 0.95;
    const unhappy = this.mood[line] < -0.7 ? 1.5 : 0.9;
    // after a price rise it is those who use much that leave, and at once
    const hazard = dearer
      ? HAZARD * young * (plan.calls + plan.sessions > 4 ? 3 : 1.5)
      : HAZARD * plan.hazard * young * unhappy;
    if (draws.uniform() < hazard) {
      const abrupt = draws.uniform() < (dearer ? 0.7 : 0.06);
      this.phase[line] = FADING;
      this.fadeStart[line] = day;
      this.end[line] = day + (abrupt ? draws.whole(1, 7) : draws.whole(14, 42));
      this.depth[line] = 0.75 + 0.25 * draws.uniform();
      this.bend[line] = 1.4 * draws.uniform() - 0.9;
      return;
    }
    if (draws.uniform() < BREAKS && day > this.breakEnd[line]) {
      this.breakStart[line] = day + draws.whole(0, 8);
      this.breakEnd[line] = this.breakStart[line] + draws.whole(4, 26);
    }
    if (draws.uniform() < DIPS && day > this.dipEnd[line]) {
      this.dipStart[line] = day;
      this.dipEnd[line] = day + draws.whole(18, 50);
      this.dipDepth[line] = 0.35 + 0.55 * draws.uniform();
    }
    if (draws.uniform() < ENQUIRIES) {
      this.flagFrom[line] = day;
      this.flagTo[line] = day + draws.whole(1, 3);
    }
  }

  /** Usage ends; the operator's process flags the number some days around it, and misses some. */
  #leave(line: number, day: number): void {
    const { draws } = this;
    this.phase[line] = ENDED;
    this.until[line] = day + draws.whole(8, 18);
    const missed = draws.uniform() < MISSED;
    this.flagFrom[line] = day + draws.whole(0, 2);
    this.flagTo[line] = missed ? 0 : FOREVER;
  }
}

const MOOD_KEEPS = 0.93;
const MOOD_NEW = Math.sqrt(1 - MOOD_KEEPS * MOOD_KEEPS);
