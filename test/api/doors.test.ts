import './doors/placing-fields.ts';
import './doors/hostile-input.ts';
import './doors/keys.ts';
import './doors/catalogue.ts';
import './doors/webhooks.ts';
