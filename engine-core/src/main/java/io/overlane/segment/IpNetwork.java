// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.Port;
import io.overlane.route.RouteTable;
import io.overlane.status.Traffic;
import io.overlane.underlay.OuterContext;
import org.jspecify.annotations.Nullable;

/**
 * The IP network of the {@code ip-udp} mode as the data path sees it, by way of one queue of its port.
 *
 * @param port          the queue.
 * @param address       the IPv4 address that ICMP errors come from.
 * @param sourcePolicy  which outer sources are accepted.
 * @param allIcmpErrors whether "time exceeded" and "fragmentation needed" are sent too.
 * @param outer         the fields of outer headers.
 * @param routes        inner destination to remote.
 * @param local         inner destinations behind this node; null if they are not known.
 * @param encapTraffic  counts the packets that the queue sent.
 * @param decapTraffic  counts the packets that the queue got.
 */
public record IpNetwork(
    Port port,
    int address,
    SourcePolicy sourcePolicy,
    boolean allIcmpErrors,
    OuterContext outer,
    RouteTable routes,
    @Nullable RouteTable local,
    Traffic encapTraffic,
    Traffic decapTraffic)
{
    private static final int LOCAL = 0;

    /**
     * @param settings concluded settings.
     * @param port     the queue.
     * @param routes   inner destination to remote.
     */
    public static IpNetwork of(
        final IpNetworkContext settings,
        final Port port,
        final RouteTable routes,
        final Traffic encapTraffic,
        final Traffic decapTraffic)
    {
        final RouteTable local = new RouteTable(Math.max(1, settings.local().size()));
        settings.local().forEach(prefix -> local.put(prefix, LOCAL));
        return new IpNetwork(
            port,
            settings.address().v4(),
            settings.sourcePolicy(),
            settings.allIcmpErrors(),
            settings.outer(),
            routes,
            settings.local().isEmpty() ? null : local,
            encapTraffic,
            decapTraffic);
    }

    /** Whether an inner destination is behind this node. True for all if the destinations behind it are not known. */
    public boolean isLocal(final long high, final long low)
    {
        return local == null || local.lookup(high, low) == LOCAL;
    }
}
