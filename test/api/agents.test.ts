import './agents/proposals.ts';
import './agents/boundary.ts';
import './agents/audit.ts';
