import './orders/placing.ts';
import './orders/reading.ts';
import './orders/actions.ts';
import './orders/allowed-actions.ts';
import './orders/fuzz.ts';
import './orders/sellers.ts';
