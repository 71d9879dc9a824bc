/** The smallest value that so large a share of them does not exceed (nearest rank): always one of the values, 0 when there are none. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;

export const median = (values: readonly number[]): number => percentile(values, 0.5);
