// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;

/**
 * Name and addresses of a station.
 *
 * @param name for messages.
 * @param mac  inner MAC address.
 * @param ip   inner IPv4 address.
 */
record DemoHost(String name, MacAddress mac, IpAddress ip)
{
    static DemoHost of(final String name, final String mac, final String ip)
    {
        return new DemoHost(name, MacAddress.parse(mac), IpAddress.parse(ip));
    }

    /** The IPv4 address as in headers. */
    int ipv4()
    {
        return (int)ip.low();
    }
}
