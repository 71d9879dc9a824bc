import { goodsIn, opening, paragraphsIn } from './later-contents.ts';
import { type Content, type Detail, itemsOfUnits, orderDetails, type Setting } from './parts.ts';

/** What the mails say about what was delivered: the codes and notes that the buyer needs to use it. */

/** Each code, and of several the goods it is for. */
export const codesOf = (setting: Setting): Detail[] => {
  const { texts, instructions = [] } = setting;
  return instructions.flatMap(({ redemptionCode, lines }) => {
    const goods = instructions.length === 1 ? '' : ` (${goodsIn(setting, lines)})`;
    return redemptionCode === null ? [] : [{ label: `${texts.labels.code}${goods}`, value: redemptionCode }];
  });
};

export const notesOf = ({ instructions = [] }: Setting): string[] =>
  instructions.flatMap(({ notes }) => paragraphsIn(notes ?? ''));

export function deliveryInstructions(setting: Setting): Content {
  const { texts, units = [], instructions = [] } = setting;
  const say = texts.deliveryInstructions;
  return {
    ...opening(setting, say),
    lead: [instructions.length === 0 ? say.none : say.lead, ...notesOf(setting), say.missing],
    details: [...orderDetails(setting), ...codesOf(setting)],
    items: itemsOfUnits(setting, say.items, units),
  };
}
