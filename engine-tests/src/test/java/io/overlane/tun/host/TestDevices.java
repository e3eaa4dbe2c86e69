// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Devices in the namespace of a scenario, made with {@code ip}; gone when closed. */
final class TestDevices implements AutoCloseable
{
    private final IpCommand ip;
    private final List<String> names = new ArrayList<>();

    /** Skips the scenario, and says why, where there is no command to make them with. */
    TestDevices()
    {
        ip = findOrSkip();
    }

    private static IpCommand findOrSkip()
    {
        try
        {
            return IpCommand.find();
        }
        catch (final IOException ex)
        {
            return Assumptions.abort(ex.getMessage());
        }
    }

    IpCommand ip()
    {
        return ip;
    }

    /** Adds a veth pair, both ends here and up: a device with a link, which every kernel for containers has. */
    void add(final String name, final int mtu) throws IOException
    {
        final String peer = name + "-peer";
        ip.run("link", "add", name, "mtu", Integer.toString(mtu), "type", "veth", "peer", "name", peer);
        names.add(name);
        ip.run("link", "set", peer, "up");
        ip.run("link", "set", name, "up");
    }

    /** What a scenario took away itself is passed over. */
    @Override
    public void close() throws IOException
    {
        final String links = ip.run("-o", "link", "show");
        for (final String name : names)
        {
            if (links.contains(" " + name + "@"))
            {
                ip.run("link", "del", name);
            }
        }
    }
}
