import './whole-system.ts';
import './desk/stream.ts';
import './desk/export.ts';
import './desk/notifications.ts';
import './desk/views.ts';
import './desk/stock-import.ts';
import './desk/previews.ts';
import './desk/reports.ts';
