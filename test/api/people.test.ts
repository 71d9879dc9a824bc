import './people/signing-in.ts';
import './people/passwords.ts';
import './people/keys.ts';
import './people/oidc.ts';
import './people/audited.ts';
import './people/inviting.ts';
