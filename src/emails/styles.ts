/**
 * The look of the mails, by name. Mail clients drop style sheets, so each element carries its style inline; its class is there for
 * the clients that know dark mode (the rules are in the layout). Colours stay readable where a client inverts them by itself.
 */
export const STYLES = {
  page: 'margin:0;padding:0;background-color:#f3f4f2;color:#1f2623;',
  shell: 'max-width:600px;margin:0 auto;padding:24px 12px;',
  store: 'margin:0 0 12px;padding:0 24px;font-size:15px;font-weight:600;color:#1f2623;',
  card: 'padding:28px 24px;background-color:#ffffff;border:1px solid #dfe3e0;border-radius:10px;color:#1f2623;',
  heading: 'margin:0 0 16px;font-size:24px;line-height:1.25;font-weight:650;color:#1f2623;',
  text: 'margin:0 0 14px;font-size:16px;line-height:1.55;color:#1f2623;',
  details:
    'margin:20px 0 0;padding:14px 16px;background-color:#f3f6f4;border-radius:8px;font-size:15px;line-height:1.7;color:#1f2623;',
  muted: 'color:#59625e;',
  section: 'margin:26px 0 8px;font-size:13px;font-weight:600;letter-spacing:0.03em;color:#59625e;',
  items: 'width:100%;border-collapse:collapse;font-size:15px;line-height:1.45;color:#1f2623;',
  item: 'padding:10px 12px 10px 0;border-top:1px solid #dfe3e0;text-align:left;vertical-align:top;font-weight:400;color:#1f2623;',
  amount:
    'padding:10px 0;border-top:1px solid #dfe3e0;text-align:right;vertical-align:top;white-space:nowrap;color:#1f2623;',
  sum: 'padding:4px 12px 4px 0;text-align:left;font-weight:400;color:#59625e;',
  sumAmount: 'padding:4px 0;text-align:right;white-space:nowrap;color:#59625e;',
  grand: 'padding:8px 12px 4px 0;text-align:left;font-weight:650;font-size:17px;color:#1f2623;',
  grandAmount: 'padding:8px 0 4px;text-align:right;white-space:nowrap;font-weight:650;font-size:17px;color:#1f2623;',
  address: 'margin:0;font-style:normal;font-size:15px;line-height:1.55;color:#1f2623;',
  button:
    'display:inline-block;padding:12px 22px;background-color:#1d6b50;border-radius:8px;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none;',
  support:
    'margin:28px 0 0;padding:18px 0 0;border-top:1px solid #dfe3e0;font-size:15px;line-height:1.55;color:#1f2623;',
  link: 'color:#1d6b50;text-decoration:underline;',
  footer: 'margin:14px 0 0;padding:0 24px;font-size:13px;line-height:1.5;color:#59625e;',
  preheader: 'display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;color:transparent;mso-hide:all;',
} as const;

export type StyleName = keyof typeof STYLES;
