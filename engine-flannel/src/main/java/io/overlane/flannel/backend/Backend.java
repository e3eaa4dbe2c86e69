// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.host.route.HostChanges;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What carries packets between the subnets of a network: devices, sockets and engines of one node, and what the kernel
 * must know of the peers. One thread at a time, but for {@link #plans}, {@link #engines} and {@link #explain}, which
 * any may call.
 */
public interface Backend extends AutoCloseable
{
    /** @return what peers must know of this node. */
    LeaseAttributes attributes();

    /** @return MTU of the containers' interfaces, bytes of IP. */
    int containerMtu();

    /**
     * Make the devices, with the addresses of the lease; no peer is known yet.
     *
     * @param own lease of this node.
     * @throws IOException if something is in the way; nothing stays behind.
     */
    void open(Lease own) throws IOException;

    /** @return false if something made by {@link #open} is gone or down: nothing but to close and open again helps. */
    boolean isIntact();

    /**
     * Carry out what changed since the last call, quickly: the host is taken to be as the last call left it.
     *
     * @param peers all of them.
     * @return what was done and what failed.
     * @throws IOException if the host cannot be changed at all.
     */
    HostChanges update(Collection<Lease> peers) throws IOException;

    /**
     * Compare everything with what it should be, and correct it.
     *
     * @param peers all of them.
     * @return what was done and what failed.
     * @throws IOException if the host cannot be looked at or changed at all.
     */
    HostChanges reconcile(Collection<Lease> peers) throws IOException;

    /** @return what the kernel has been told of the peers, by device. */
    List<HostPlan> plans();

    /**
     * @param peer of the network.
     * @return how this node reaches it, or why not; one line.
     */
    String explain(Lease peer);

    /** @return engines that run, by device, IPv4's first; none where the kernel carries the packets. */
    default Map<String, OverlayEngine> engines()
    {
        return Map.of();
    }

    /** @return whether the engines have segments rather than an IP network. */
    default boolean hasSegments()
    {
        return false;
    }

    /** Take devices, sockets and engines away; plain routes to peers stay, as flannel's do. */
    @Override
    void close();
}
