import './operations/exceptions.ts';
import './operations/names.ts';
import './operations/exceptions-together.ts';
import './operations/inventory.ts';
import './operations/stores.ts';
import './operations/docs.ts';
import './operations/transport.ts';
import './operations/health.ts';
