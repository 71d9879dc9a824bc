import './permissions/matrix.ts';
import './permissions/links.ts';
import './permissions/leaks.ts';
