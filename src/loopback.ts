import { BlockList, isIP } from 'node:net';

/** Every address by which a machine reaches itself; the unspecified ones connect to it too. IPv4 inside IPv6 counts as the IPv4. */
const OWN = new BlockList();
OWN.addSubnet('127.0.0.0', 8, 'ipv4');
OWN.addSubnet('0.0.0.0', 8, 'ipv4');
OWN.addAddress('::', 'ipv6');
OWN.addAddress('::1', 'ipv6');

/** Whether the host of this address is the machine itself, however it is written. */
export function isLoopback({ hostname }: URL): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  switch (isIP(host)) {
    case 4:
      return OWN.check(host, 'ipv4');
    case 6:
      return OWN.check(host, 'ipv6');
    default:
      return host === 'localhost' || host.endsWith('.localhost');
  }
}
