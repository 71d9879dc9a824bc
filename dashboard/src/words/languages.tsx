import { DirectionProvider, useDirection } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { en, type Words } from './en.ts';

/** The languages of the dashboard. English comes with the page; others are loaded when they are chosen. */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr', load: async (): Promise<Words> => en },
  ar: { name: 'العربية', direction: 'rtl', load: async (): Promise<Words> => (await import('./ar.ts')).ar },
} as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = 'language';
const isLanguage = (text: string | null | undefined): text is Language =>
  text != null && Object.hasOwn(LANGUAGES, text);

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return spoken ?? 'en';
}

type Speech = { readonly language: Language; readonly words: Words; readonly choose: (language: Language) => void };
const Context = createContext<Speech | null>(null);

function Speaking({ children }: { readonly children: ReactNode }) {
  const { setDirection } = useDirection();
  const [spoken, setSpoken] = useState<{ language: Language; words: Words } | null>(null);
  const [wanted, setWanted] = useState<Language>(preferred);
  useEffect(() => {
    let stale = false;
    void LANGUAGES[wanted].load().then((words) => {
      if (stale) return;
      document.documentElement.lang = wanted;
      setDirection(LANGUAGES[wanted].direction);
      setSpoken({ language: wanted, words });
    });
    return () => {
      stale = true;
    };
  }, [wanted, setDirection]);
  const choose = useCallback((language: Language) => {
    localStorage.setItem(KEPT, language);
    setWanted(language);
  }, []);
  const speech = useMemo(() => (spoken === null ? null : { ...spoken, choose }), [spoken, choose]);
  return speech === null ? null : <Context.Provider value={speech}>{children}</Context.Provider>;
}

export const Languages = ({ children }: { readonly children: ReactNode }) => (
  <DirectionProvider detectDirection={false}>
    <Speaking>{children}</Speaking>
  </DirectionProvider>
);

export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (speech === null) throw new Error('useSpeech is used outside of Languages');
  return speech;
}
export const useWords = (): Words => useSpeech().words;
