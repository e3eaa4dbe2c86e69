// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.IpAddress;

/**
 * Hands out subnets and tells who holds which: over etcd ({@code io.overlane.flannel.etcd}) or Kubernetes
 * ({@code io.overlane.flannel.kube}). Blocking
 * calls fail with {@link RegistryException}, whose message is one line; its kind says whether to try again.
 */
public interface SubnetManager extends AutoCloseable
{
    /**
     * @return the network's configuration, checked.
     * @throws RegistryException of kind {@code NOT_FOUND} while nobody has written one, {@code MALFORMED} if it is
     *                           wrong.
     */
    NetworkConfig networkConfig();

    /**
     * @param publicIp address this node will publish; null without IPv4.
     * @return what this node published when it last ran, or null: peers are spared a change if it says so again.
     */
    LeaseAttributes published(IpAddress publicIp);

    /**
     * Take a subnet: the one a lease with this public address holds, else the previous one if it is free, else a random
     * free one.
     *
     * @param attributes what to publish.
     * @param previous   what this node held when it last ran (its subnet file says so), or null.
     * @return the lease.
     * @throws RegistryException of kind {@code EXHAUSTED} if no subnet is free.
     */
    Lease acquire(LeaseAttributes attributes, SubnetKey previous);

    /**
     * Prolong a lease, publishing its attributes; to publish others, hand over a lease with those.
     *
     * @param lease as it was last returned.
     * @return the lease as it is now.
     * @throws RegistryException of kind {@code CONFLICT} if it is no longer this node's.
     */
    Lease renew(Lease lease);

    /**
     * Follow the leases of other nodes until the watch is closed.
     *
     * @param own      to leave out, or null.
     * @param listener called on the watch's own thread.
     * @return the running watch.
     */
    Watch watchLeases(SubnetKey own, LeaseListener listener);

    /**
     * Follow one lease until the watch is closed.
     *
     * @param own      the lease.
     * @param listener called on the watch's own thread.
     * @return the running watch.
     */
    Watch watchLease(SubnetKey own, OwnLeaseListener listener);

    /** The node carries packets from now on; called once, by the thread that runs the node. */
    default void ready()
    {
    }

    /** End every watch and let go of the registry. Leases stay until they expire: the node may come back. */
    @Override
    void close();

    /** A watch that runs until it is closed. */
    interface Watch extends AutoCloseable
    {
        /** End it; when this returns, the listener is called no more, unless it is the listener that closes. */
        @Override
        void close();
    }
}
