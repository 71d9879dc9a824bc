/**
 * What can be wrong with a field: a code for programs and translations, and the sentence, which goes on behind the field's name.
 * `{…}` stands for a value. Codes without a sentence are of the validator, which has its own.
 */
export const WRONG = {
  required: 'is required',
  unknown_field: 'is not a field of this request',
  letters_and_digits: 'must be 1 to 50 letters, digits, _ or -',
  country: 'must be a two-letter ISO 3166 code in capitals',
  clock: 'must be a time such as "15:30"',
  time_zone: 'is not a time zone of the IANA database',
  duration: 'must be an ISO 8601 duration of weeks, days or smaller, such as "P3D" or "PT12H"',
  a_minute_at_least: 'must be a minute at least',
  amount: 'must be an amount of major units such as "29.99"',
  in_the_future: 'must be in the future',
  each_line_once: 'name each line once',
  not_zero: 'must not be 0',
  two_characters: 'must have at least two characters',
  whole_number: 'must be a whole number',
  no_negative: 'must be at least 0',
  count_or_change: 'is required, or change in its place; not both',
  no_rows: 'has no rows below the names of the columns',
  unknown_columns: 'has columns that are not known: {columns}; known are {known}',
  unreadable_file: 'cannot be read: {why}',
  row_twice: '{sku} at {location} is in row {row} already',
  not_in_catalogue: '{sku} is not in the catalogue',
  no_location: 'there is no location {location}',
  below_holds: 'leaves {after}, and orders hold {held}',
  held_by_orders: 'must be at least {least}: orders hold the rest',
  uncountable: 'is more than a level can count: {most} units',
  too_many_views: 'is one too many: you have {most} views',
  excel_ends: 'must be csv: more than {most} orders fit, and Excel files end there; or choose a shorter range of dates',
  type: null,
  option: null,
  format: null,
  least: null,
  most: null,
  shortest: null,
  longest: null,
  fewest: null,
  too_many: null,
} as const;
export type WrongCode = keyof typeof WRONG;
export type WrongValues = Readonly<Record<string, string | number>>;
type Said = { [Code in WrongCode]: (typeof WRONG)[Code] extends string ? Code : never }[WrongCode];

/** Something wrong, as an error of a field has it. */
export const wrong = (code: Said, values: WrongValues = {}) => ({
  message: Object.entries(values).reduce<string>(
    (text, [name, value]) => text.replace(`{${name}}`, () => String(value)),
    WRONG[code],
  ),
  code,
  ...(Object.keys(values).length === 0 ? {} : { values }),
});

const CODES: ReadonlyMap<string, WrongCode> = new Map(
  Object.entries(WRONG).flatMap(([code, sentence]) => (sentence === null ? [] : [[sentence, code as WrongCode]])),
);
/** The code of a sentence that a schema of ours names. */
export const wrongCodeOf = (sentence: string): WrongCode | undefined => CODES.get(sentence);
