import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { money } from '../api/format.ts';
import { TextLink } from '../parts/links.tsx';
import { useSpeech } from '../words/languages.tsx';

/** Which order an exception is about, and whose; some are about the store as a whole. */
export function About({ one, linked = false }: { readonly one: ExceptionView; readonly linked?: boolean }) {
  const { words, language } = useSpeech();
  const { order, customer, total, currency } = one;
  if (order === null) return <>{words.exceptions.wholeStore}</>;
  return (
    <>
      {linked ? (
        <TextLink to="/orders/$number" params={{ number: order }} className="mono" inherit>
          {order}
        </TextLink>
      ) : (
        <span className="mono">{order}</span>
      )}
      {customer === null ? null : ` · ${customer.name}`}
      {total === null || currency === null ? null : ` · ${money(total, currency, language)}`}
    </>
  );
}
