// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host;

import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Devices in the namespace of a scenario, made with {@code ip}; gone when closed. */
public final class TestLinks implements AutoCloseable
{
    private final IpCommand ip;
    private final List<String> names = new ArrayList<>();

    /** Skips the scenario, and says why, where there is no command to make them with. */
    public TestLinks()
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

    /** @return the command. */
    public IpCommand ip()
    {
        return ip;
    }

    /**
     * Add a veth pair, both ends here and up.
     *
     * @param name      of one end; the other is called {@code NAME-p}.
     * @param mtu       of that end.
     * @param addresses of that end, usable at once.
     */
    public void add(final String name, final int mtu, final String... addresses) throws IOException
    {
        ip.run("link", "add", name, "mtu", Integer.toString(mtu), "type", "veth", "peer", "name", name + "-p");
        names.add(name);
        ip.run("link", "set", name + "-p", "up");
        ip.run("link", "set", name, "up");
        for (final String address : addresses)
        {
            final boolean isV6 = address.indexOf(':') >= 0;
            ip.run(isV6 ?
                List.of("-6", "addr", "add", address, "dev", name, "nodad") :
                List.of("-4", "addr", "add", address, "dev", name));
        }
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
