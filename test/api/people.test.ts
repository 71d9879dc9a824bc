import './people/signing-in.ts';
