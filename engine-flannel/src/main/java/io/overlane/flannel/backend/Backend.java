// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
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
 * Carries the packets between the subnets of a network: it owns the devices, sockets and engines of one node, and the
 * kernel's routes and neighbours for the peers. One thread at a time calls it; {@link #plans}, {@link #engines},
 * {@link #underlays}, {@link #reaches} and {@link #explain} may be called by any thread.
 */
public interface Backend extends AutoCloseable
{
    /** @return what this node publishes in its lease. */
    LeaseAttributes attributes();

    /** @return MTU of the containers' interfaces, in bytes of IP. */
    int containerMtu();

    /**
     * Make the devices with the addresses of the lease. No peer is set up yet.
     *
     * @throws IOException if the socket or the device cannot be opened; then nothing stays behind.
     */
    void open(Lease own) throws IOException;

    /** @return false if something made by {@link #open} is gone or down; then only closing and opening again helps. */
    boolean isIntact();

    /**
     * Apply what changed since the last call, without reading the host first.
     *
     * @return what was done and what failed.
     * @throws IOException if the host cannot be changed at all.
     */
    HostChanges update(Collection<Lease> peers) throws IOException;

    /**
     * Compare routes, neighbours and engine entries with what they should be, and correct them.
     *
     * @return what was done and what failed.
     * @throws IOException if the host cannot be read or changed at all.
     */
    HostChanges reconcile(Collection<Lease> peers) throws IOException;

    /** @return the routes and neighbours set in the kernel for the peers, by device. */
    List<HostPlan> plans();

    /** @return the underlay addresses of the peers that are reached, of both families; any thread. */
    List<IpAddress> underlays();

    /** @return true if packets reach the peer over at least one family; any thread. */
    boolean reaches(Lease peer);

    /** @return the MTU of the underlay in the network's configuration; 0 if it is that of the routes to the peers. */
    default int configuredMtu()
    {
        return 0;
    }

    /** @return one line: how this node reaches the peer, or why it does not. */
    String explain(Lease peer);

    /** @return running engines by device, IPv4's first; empty where the kernel carries the packets. */
    default Map<String, OverlayEngine> engines()
    {
        return Map.of();
    }

    /** @return true if the engines have VXLAN segments, false if they have an IP network. */
    default boolean hasSegments()
    {
        return false;
    }

    /**
     * Leave the tunnels to another process, which this one calls before {@link #close}: with these descriptors devices
     * and sockets go on to exist, and packets wait in them.
     *
     * @return further descriptors, which the caller closes; empty where the kernel carries the packets.
     * @throws IOException if the process has no free descriptor; one line.
     */
    default List<TunnelDescriptors> duplicate() throws IOException
    {
        return List.of();
    }

    /** Remove devices, sockets and engines. Plain routes to peers stay, as with flannel. */
    @Override
    void close();
}
