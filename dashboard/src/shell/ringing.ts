import { useEffect, useRef } from 'react';
import { alone } from '../api/alone.ts';
import { chime } from './chime.ts';

const TOUCHES = ['pointerdown', 'keydown'] as const;

/** Of all tabs one rings, whether it is seen or not: the first that somebody has touched, as browsers let no other. */
export function useRing(): () => void {
  const rings = useRef(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const touched = new AbortController();
    const standInLine = () => {
      touched.abort();
      alone('durable-orders-bell', signal, () => {
        rings.current = true;
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      });
    };
    if (navigator.userActivation?.hasBeenActive) standInLine();
    else for (const touch of TOUCHES) document.addEventListener(touch, standInLine, { signal: touched.signal });
    return () => {
      touched.abort();
      stop.abort();
      rings.current = false;
    };
  }, []);
  return () => {
    if (rings.current) chime();
  };
}
