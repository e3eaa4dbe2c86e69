// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.ARPHRD_ETHER;
import static io.overlane.tun.libc.Linux.IFF_UP;
import static io.overlane.tun.libc.Linux.SIOCGIFFLAGS;
import static io.overlane.tun.libc.Linux.SIOCGIFHWADDR;
import static io.overlane.tun.libc.Linux.SIOCGIFINDEX;
import static io.overlane.tun.libc.Linux.SIOCGIFMTU;
import static io.overlane.tun.libc.Linux.SIOCSIFFLAGS;
import static io.overlane.tun.libc.Linux.SIOCSIFHWADDR;
import static io.overlane.tun.libc.Linux.SIOCSIFMTU;

import io.overlane.address.MacAddress;
import io.overlane.tun.libc.Linux;

/** Reads and sets a network interface of this thread's network namespace, as {@code ip link} does. */
final class NetworkLink
{
    private final String name;

    NetworkLink(final String name)
    {
        this.name = name;
    }

    /** @return its number, 0 if there is no interface of that name. */
    int index() throws TunException
    {
        final InterfaceRequest request = new InterfaceRequest(name);
        final int errno = request.ioctl(SIOCGIFINDEX);
        if (errno == Linux.ENODEV)
        {
            return 0;
        }
        check(errno, "find interface '" + name + "'");
        return request.intValue();
    }

    MacAddress mac() throws TunException
    {
        final InterfaceRequest request = new InterfaceRequest(name);
        check(request.ioctl(SIOCGIFHWADDR), "read the MAC address of '" + name + "'");
        if (request.hardwareType() != ARPHRD_ETHER)
        {
            throw new TunException(TunException.Reason.FAILED, "interface '" + name + "' has no MAC address");
        }
        return new MacAddress(request.hardwareAddress());
    }

    void mac(final MacAddress mac) throws TunException
    {
        check(new InterfaceRequest(name).hardwareAddress(ARPHRD_ETHER, mac.value()).ioctl(SIOCSIFHWADDR),
            "set the MAC address of '" + name + "' to " + mac);
    }

    /** @return its IP MTU, in bytes. */
    int mtu() throws TunException
    {
        final InterfaceRequest request = new InterfaceRequest(name);
        check(request.ioctl(SIOCGIFMTU), "read the MTU of '" + name + "'");
        return request.intValue();
    }

    void mtu(final int mtu) throws TunException
    {
        check(new InterfaceRequest(name).intValue(mtu).ioctl(SIOCSIFMTU),
            "set the MTU of '" + name + "' to " + mtu);
    }

    boolean isUp() throws TunException
    {
        return (flags() & IFF_UP) != 0;
    }

    void up(final boolean up) throws TunException
    {
        final int flags = flags();
        check(new InterfaceRequest(name).flags(up ? flags | IFF_UP : flags & ~IFF_UP).ioctl(SIOCSIFFLAGS),
            "set '" + name + "' " + (up ? "up" : "down"));
    }

    private int flags() throws TunException
    {
        final InterfaceRequest request = new InterfaceRequest(name);
        check(request.ioctl(SIOCGIFFLAGS), "read the flags of '" + name + "'");
        return request.flags();
    }

    private static void check(final int errno, final String operation) throws TunException
    {
        if (errno != 0)
        {
            throw TunException.of(errno, "cannot " + operation);
        }
    }
}
