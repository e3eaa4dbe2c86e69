// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import java.net.SocketAddress;
import java.util.Objects;

/** The name of an interface or a port, as the address of a {@link TapChannel} or a {@link PortChannel}. */
public final class DeviceAddress extends SocketAddress
{
    private static final long serialVersionUID = 1L;

    private final String name;

    /** @param name of the interface; the kernel puts a free number in place of one {@code %d}. */
    public DeviceAddress(final String name)
    {
        this.name = Objects.requireNonNull(name, "name");
    }

    /** @return the interface's name. */
    public String name()
    {
        return name;
    }

    @Override
    public boolean equals(final Object other)
    {
        return other instanceof DeviceAddress address && address.name.equals(name);
    }

    @Override
    public int hashCode()
    {
        return name.hashCode();
    }

    @Override
    public String toString()
    {
        return name;
    }
}
