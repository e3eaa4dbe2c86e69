// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the peers on a link of this host, without a router in between: they need no tunnel ({@code DirectRouting}). The
 * answer changes with the underlay, so callers ask again from time to time.
 */
public final class DirectPeers
{
    private DirectPeers()
    {
    }

    /**
     * Ask the kernel's routing table, with one process for each family.
     *
     * @return the device by peer, for those on a link; peers that are routed, local or unreachable are left out.
     */
    public static Map<IpAddress, String> find(final IpCommand ip, final Collection<IpAddress> peers)
        throws IOException
    {
        final Map<IpAddress, String> direct = new HashMap<>();
        for (final boolean isV4 : new boolean[]{true, false})
        {
            final List<String> commands =
                peers.stream().filter(peer -> peer.isV4() == isV4).map(peer -> "route get " + peer).toList();
            ip.batch(isV4 ? "-4" : "-6", commands).output().lines().forEach(line -> add(direct, line));
        }
        direct.keySet().retainAll(peers);
        return direct;
    }

    /** {@code PEER dev NAME src LOCAL …}, or {@code PEER via GATEWAY dev …}, or a type such as "local" in front. */
    private static void add(final Map<IpAddress, String> direct, final String line)
    {
        final List<String> words = IpCommand.words(line);
        final Optional<String> device = IpCommand.wordAfter(words, "dev");
        if (device.isPresent() && !words.contains("via"))
        {
            try
            {
                direct.put(IpAddress.parse(words.get(0)), device.get());
            }
            catch (final IllegalArgumentException ex)
            {
                // The line starts with a route type, not with an address.
                return;
            }
        }
    }
}
