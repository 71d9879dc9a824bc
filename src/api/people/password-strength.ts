import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { HttpProblem } from '../problem.ts';

/** The first characters decide; more would only cost time. */
const LOOKED_AT = 64;
/** zxcvbn's scale of 0 to 4; below 3 a hundred million guesses are enough. */
const GOOD = 3;

let checker: ZxcvbnFactory | undefined;

/** Refuses a password that is among the first to be guessed; `known` is what an attacker knows of the person. */
export function refuseWeakPassword(password: string, field: string, known: readonly string[]): void {
  checker ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const words = known.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word !== '');
  if (checker.check(password.slice(0, LOOKED_AT), words).score >= GOOD) return;
  throw new HttpProblem('invalid_fields', { errors: [{ field, message: 'is too easy to guess' }] });
}
