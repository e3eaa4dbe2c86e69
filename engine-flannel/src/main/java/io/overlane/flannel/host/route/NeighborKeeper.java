// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps the permanent neighbours of one device equal to a wanted set. The device is the node's own, so all its
 * permanent neighbours are too.
 */
public final class NeighborKeeper
{
    private static final Pattern ENTRY = Pattern.compile("(\\S+) .*?lladdr (\\S+)\\b.*");

    private final IpCommand ip;
    private final String device;

    public NeighborKeeper(final IpCommand ip, final String device)
    {
        this.ip = ip;
        this.device = device;
    }

    /**
     * Compare and correct, with two {@code ip} processes for each family.
     *
     * @param wanted MAC addresses by the address of the neighbour; for a flannel peer, the base of its subnet.
     * @return what was done.
     * @throws IOException if {@code ip} cannot be run at all or the device does not exist.
     */
    public HostChanges ensure(final Map<IpAddress, MacAddress> wanted) throws IOException
    {
        return ensure(wanted, true).and(ensure(wanted, false));
    }

    private HostChanges ensure(final Map<IpAddress, MacAddress> wanted, final boolean isV4) throws IOException
    {
        final String family = isV4 ? "-4" : "-6";
        final Map<IpAddress, MacAddress> present = present(family);
        final List<String> removed = new ArrayList<>();
        present.forEach((address, mac) ->
        {
            if (!wanted.containsKey(address))
            {
                removed.add(removeCommand(address, device));
            }
        });
        final List<String> set = new ArrayList<>();
        wanted.forEach((address, mac) ->
        {
            if (address.isV4() == isV4 && !mac.equals(present.get(address)))
            {
                set.add(setCommand(address, mac, device));
            }
        });
        final List<String> commands = new ArrayList<>(removed);
        commands.addAll(set);
        return new HostChanges(
            List.copyOf(set), List.copyOf(removed), ip.batch(family, commands).failures());
    }

    private Map<IpAddress, MacAddress> present(final String family) throws IOException
    {
        final Map<IpAddress, MacAddress> present = new HashMap<>();
        ip.run(family, "-oneline", "neigh", "show", "dev", device, "nud", "permanent").lines().forEach(line ->
        {
            final Matcher entry = ENTRY.matcher(line);
            if (entry.matches())
            {
                present.put(IpAddress.parse(entry.group(1)), MacAddress.parse(entry.group(2)));
            }
        });
        return present;
    }

    static String setCommand(final IpAddress address, final MacAddress mac, final String device)
    {
        return "neigh replace " + address + " lladdr " + mac + " dev " + device + " nud permanent";
    }

    static String removeCommand(final IpAddress address, final String device)
    {
        return "neigh del " + address + " dev " + device;
    }
}
